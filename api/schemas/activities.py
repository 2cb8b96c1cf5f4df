"""Schemas of publications and of events, contests and surveys."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Input, Output, PageQuery, sorts
from engine.commands.activities import MOST_AT_ONCE
from engine.queries import activities, publications

_CODE = validate.Length(1, 64)
_ID = validate.Length(1, 200)
PUBLICATION_STATES = (
    "draft",
    "submitted",
    "withdrawn_draft",
    "refused",
    "approved",
    "published",
    "unplaced",
    "withdrawn",
    "offered",
    "not_used",
)
CHANNEL_STATES = ("pending", "published", "skipped", "corrected", "withdrawn")
KINDS = ("event", "contest", "survey")
ACTIVITY_STATES = (
    "draft",
    "submitted",
    "withdrawn",
    "refused",
    "approved",
    "preparing",
    "open",
    "judging",
    "decided",
    "analysing",
    "submitted_to_city",
    "cancelled",
    "void",
    "done",
)


class PublicationQuery(PageQuery):
    """Which publications to list."""

    agency = fields.String(load_default=None, validate=_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(PUBLICATION_STATES))
    obligation = fields.String(load_default=None, validate=_ID)
    sort = sorts(*publications.ORDERS)


class PublicationOut(Output):
    """Content of an agency, or what a press body made of a pack, and where it stands."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    agency = fields.String()
    is_press = fields.Boolean()
    title = fields.String(allow_none=True)
    summary = fields.String(allow_none=True)
    audience = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    content_tags = fields.List(fields.String())
    channel_tags = fields.List(fields.String())
    column_name = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(PUBLICATION_STATES)})
    round = fields.Integer()
    approved_at = fields.AwareDateTime(allow_none=True)
    published_at = fields.AwareDateTime(allow_none=True)
    corrected_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    notice = fields.String(allow_none=True)
    reach = fields.Integer(allow_none=True)
    instance_id = fields.String(data_key="process_instance")
    correction_instance_id = fields.String(data_key="correction_process_instance", allow_none=True)
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()


class PublicationChannelOut(Output):
    """One channel, or one item of the press, with its proof."""

    channel = fields.String()
    title = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(CHANNEL_STATES)})
    url = fields.String(allow_none=True)
    published_at = fields.AwareDateTime(allow_none=True)
    archived_copy = fields.List(fields.Dict())
    changed_at = fields.AwareDateTime(allow_none=True)
    reach = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)


class PublicationDetailOut(PublicationOut):
    """A publication with its content and its channels."""

    content = fields.String(allow_none=True)
    channels = fields.List(fields.Nested(PublicationChannelOut))


class ActivityQuery(PageQuery):
    """Which activities to list."""

    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    agency = fields.String(load_default=None, validate=_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(ACTIVITY_STATES))
    obligation = fields.String(load_default=None, validate=_ID)
    plan_task = fields.String(load_default=None, validate=_CODE)
    sort = sorts(*activities.ORDERS)


class ActivityOut(Output):
    """An event, a contest or a survey, and where it stands."""

    id = fields.String()
    kind = fields.String(metadata={"enum": list(KINDS)})
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    plan_task_id = fields.String(data_key="plan_task", allow_none=True)
    agency = fields.String()
    title = fields.String(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    state = fields.String(metadata={"enum": list(ACTIVITY_STATES)})
    round = fields.Integer()
    doc_number = fields.String(allow_none=True)
    approved_at = fields.AwareDateTime(allow_none=True)
    instance_id = fields.String(data_key="process_instance")
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()


class ActivityDetailOut(ActivityOut):
    """An activity with what was approved and what came of it."""

    details = fields.Dict()
    results = fields.Dict()


class RespondentIn(Input):
    """Who answered, without what."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    contact = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 300))


class AnswersIn(Input):
    """Filled-in questionnaires: question → answer; apart from them, in any order, who answered."""

    answers = fields.List(
        fields.Dict(
            keys=fields.String(validate=validate.Length(1, 200)),
            values=fields.String(validate=validate.Length(0, 4000)),
            validate=validate.Length(1, 200),
        ),
        required=True,
        validate=validate.Length(1, MOST_AT_ONCE),
    )
    respondents = fields.List(fields.Nested(RespondentIn), load_default=list, validate=validate.Length(0, MOST_AT_ONCE))


class AnswersOut(Output):
    """The answers, in an order that means nothing, and how many people are known to have given some."""

    answers = fields.List(fields.Dict())
    respondents = fields.Integer()
