"""Schemas of requests to outside bodies and of their supervision."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Input, Output, PageQuery, sorts
from engine.queries import outside as queries

_CODE = validate.Length(1, 64)
_WORDS = validate.Length(1, 4000)
REQUEST_STATES = (
    "draft",
    "submitted",
    "withdrawn",
    "refused",
    "sent",
    "received",
    "accepted",
    "partly_accepted",
    "declined",
    "answered",
    "no_answer",
)
SUPERVISION_STATES = ("draft", "withdrawn", "received", "assigned", "answered", "closed")


class ExternalRequestQuery(PageQuery):
    """Which requests to list."""

    body = fields.String(load_default=None, validate=_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(REQUEST_STATES))
    obligation = fields.String(load_default=None, validate=validate.Length(1, 200))
    sort = sorts(*queries.REQUEST_ORDERS)


class ExternalRequestOut(Output):
    """A request to an outside body. It has no due date, and none can be given to it."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    body = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    content = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(REQUEST_STATES)})
    doc_number = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    answer = fields.String(allow_none=True)
    reply_number = fields.String(allow_none=True)
    follow_ups = fields.Integer()
    instance_id = fields.String(data_key="process_instance")
    reply_instance_id = fields.String(data_key="reply_process_instance", allow_none=True)
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()


class SharedResultOut(Output):
    """What the body shared of its own accord."""

    id = fields.String()
    text = fields.String()
    documents = fields.List(fields.Dict())
    shared_by = fields.String(allow_none=True)
    shared_at = fields.AwareDateTime()
    voluntary = fields.Constant(constant=True)


class ExternalRequestDetailOut(ExternalRequestOut):
    """A request with what was shared after it."""

    results = fields.List(fields.Nested(SharedResultOut))


class FollowUpIn(Input):
    """A courtesy letter; without a message in the usual words."""

    message = fields.String(load_default=None, allow_none=True, validate=_WORDS)


class RequestCloseIn(Input):
    """Why a request is closed without an answer."""

    reason = fields.String(load_default=None, allow_none=True, validate=_WORDS)


class SupervisionQuery(PageQuery):
    """Which supervisions to list."""

    addressed = fields.String(load_default=None, validate=_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(SUPERVISION_STATES))
    kind = fields.String(load_default=None, validate=_CODE)
    sort = sorts(*queries.SUPERVISION_ORDERS)


class SupervisionOut(Output):
    """A supervision or critique, and where the response to it stands."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    front = fields.String()
    kind = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    content = fields.String(allow_none=True)
    letter_number = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(SUPERVISION_STATES)})
    round = fields.Integer()
    addressed = fields.String(allow_none=True)
    reply_due = fields.Date(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    doc_number = fields.String(allow_none=True)
    instance_id = fields.String(data_key="process_instance")
    answer_instance_id = fields.String(data_key="answer_process_instance", allow_none=True)
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()


class RecommendationOut(Output):
    """A recommendation and what was answered to it."""

    id = fields.String()
    round = fields.Integer()
    position = fields.Integer()
    text = fields.String()
    answer = fields.String(metadata={"enum": ["accept", "partly_accept", "decline"]})
    explanation = fields.String(allow_none=True)
    task_instance_id = fields.String(data_key="task_process_instance", allow_none=True)
    answered_at = fields.AwareDateTime()


class SupervisionDetailOut(SupervisionOut):
    """A supervision with its recommendations."""

    recommendations = fields.List(fields.Nested(RecommendationOut))
