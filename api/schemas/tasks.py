"""Schemas of user tasks and what is kept with them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.escalations import ReminderOut
from api.schemas.fields import DayOrMoment, Input, Output, PageQuery, Problem, sorts
from engine.queries.tasks import ORDERS

_MOST_AT_ONCE = 200


class TaskQuery(PageQuery):
    """Which tasks to list."""

    assignee = fields.String(load_default=None, validate=validate.Equal("me"))
    candidate = fields.String(load_default=None, validate=validate.Equal("me"))
    state = fields.String(load_default="open", validate=validate.OneOf(["open", "completed", "cancelled"]))
    process_key = fields.String(load_default=None)
    process_instance = fields.String(load_default=None)
    agency = fields.String(load_default=None)
    due_before = DayOrMoment(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(1, 200))
    sort = sorts(*ORDERS)


class FormFieldOut(Output):
    """One field of a form."""

    id = fields.String()
    label = fields.String()
    type = fields.String()
    required = fields.Boolean()
    required_when = fields.String(allow_none=True)
    constraints = fields.Dict()
    options = fields.List(fields.Dict())


class FormOut(Output):
    """A form."""

    fields_ = fields.List(fields.Nested(FormFieldOut), data_key="fields")


class SubjectOut(Output):
    """The plan task that a task is about."""

    id = fields.String()
    title = fields.String(allow_none=True)
    deliverable = fields.String(allow_none=True)
    due_date = fields.Date(allow_none=True)
    status = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)


class JudgeOut(Output):
    """Who judged."""

    id = fields.String()
    full_name = fields.String()


class ReturnedOut(Output):
    """The latest judgement, where it sent the work back."""

    by = fields.Nested(JudgeOut, allow_none=True)
    comment = fields.String(allow_none=True)
    at = fields.AwareDateTime()


class RequestOut(Output):
    """What the task decides on."""

    kind = fields.String()
    new_due_date = fields.String(allow_none=True)
    new_agency = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class CaseFileOut(Output):
    """A file given with any task of the case; its content is at that task."""

    id = fields.String()
    task_id = fields.String(data_key="task")
    file_name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()


class ContextOut(Output):
    """What a task is about: facts for reading."""

    plan_task = fields.Nested(SubjectOut)
    business_key = fields.String(allow_none=True)
    returned = fields.Nested(ReturnedOut, allow_none=True)
    request = fields.Nested(RequestOut, allow_none=True)
    evidence = fields.List(fields.Dict())
    attachments = fields.List(fields.Nested(CaseFileOut))


class TaskOut(Output):
    """A user task."""

    id = fields.String()
    element_id = fields.String()
    name = fields.String()
    process_instance_id = fields.String()
    process_key = fields.String()
    business_key = fields.String(allow_none=True)
    plan_task_title = fields.String(allow_none=True)
    agency = fields.String(allow_none=True)
    state = fields.String()
    assignee = fields.String(allow_none=True)
    owner = fields.String(allow_none=True)
    candidate_groups = fields.List(fields.String())
    created_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime(allow_none=True)
    due_explanation = fields.Dict(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    on_behalf_of = fields.String(allow_none=True)
    form = fields.Nested(FormOut, allow_none=True)
    draft = fields.Dict(allow_none=True)
    context = fields.Nested(ContextOut, allow_none=True)
    next_reminder = fields.Nested(ReminderOut, allow_none=True)
    allowed_actions = fields.List(fields.String())


class VariablesIn(Input):
    """Values of a form."""

    variables = fields.Dict(keys=fields.String(), load_default=dict)


class BulkIn(Input):
    """One action on many tasks: `variables` for complete, `person` for assign and delegate."""

    action = fields.String(
        required=True,
        validate=validate.OneOf(["complete", "claim", "unclaim", "assign", "delegate", "resolve"]),
    )
    ids = fields.List(
        fields.String(validate=validate.Length(1, 64)), required=True, validate=validate.Length(1, _MOST_AT_ONCE)
    )
    variables = fields.Dict(keys=fields.String(), load_default=dict)
    person = fields.String(load_default=None, allow_none=True)

    @validates_schema
    def _is_whole(self, data: dict[str, Any], **_: Any) -> None:
        if len(set(data["ids"])) != len(data["ids"]):
            raise ValidationError("A task stands in the list twice.", "ids")
        if data["action"] in ("assign", "delegate") and not data["person"]:
            raise ValidationError("Missing data for required field.", "person")


class BulkItemOut(Output):
    """What came of the action on one task: `result` is the task, or `problem` says why not."""

    id = fields.String()
    status = fields.Integer()
    result = fields.Nested(TaskOut)
    problem = fields.Nested(Problem)
    replayed = fields.Boolean()


class BulkOut(Output):
    """What came of the action on each task, in the order given."""

    items = fields.List(fields.Nested(BulkItemOut))
    succeeded = fields.Integer()
    failed = fields.Integer()


class CompletionOut(Output):
    """A completed task and those that it opened."""

    task = fields.Nested(TaskOut)
    next_tasks = fields.List(fields.Nested(TaskOut))


class PersonChoice(Input):
    """Somebody to give a task to."""

    person = fields.String(required=True)


class DraftOut(Output):
    """A saved draft."""

    variables = fields.Dict()
    version = fields.Integer()
    saved_at = fields.AwareDateTime()


class CommentIn(Input):
    """A remark, and whom it calls in."""

    text = fields.String(required=True)
    mentions = fields.List(fields.String(), load_default=list, validate=validate.Length(max=20))


class CommentOut(Output):
    """A remark on a task."""

    id = fields.String()
    person_id = fields.String(data_key="person")
    text = fields.String()
    mentions = fields.List(fields.String())
    created_at = fields.AwareDateTime()


class AttachmentOut(Output):
    """A file given with a task."""

    id = fields.String()
    file_name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()
    created_at = fields.AwareDateTime()
