"""Schemas of plans, obligations, rounds and plan tasks."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.escalations import ReminderOut
from api.schemas.fields import Day, Input, Output, PageQuery, sorts
from engine.queries.plans import BUCKETS, ORDERS

_REASON = validate.Length(1, 2000)


class PlanQuery(PageQuery):
    """Which plans to list."""

    sort = sorts("id")


class ObligationQuery(PageQuery):
    """Which obligations to list."""

    sort = sorts("position")


class ImportOut(Output):
    """What an import did."""

    plan_id = fields.String(data_key="id")
    agencies = fields.Integer()
    communes = fields.Integer()
    obligations = fields.Integer()
    tags = fields.Integer()
    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()


class PlanOut(Output):
    """A plan."""

    id = fields.String()
    full_symbol = fields.String()
    title_vi = fields.String()
    title_en = fields.String()
    issuer = fields.String()
    issued_on = fields.Date()
    end_date = fields.Date(allow_none=True)
    details = fields.Dict()
    tags = fields.List(fields.Dict())


class ObligationOut(Output):
    """What a clause binds agencies to."""

    id = fields.String()
    plan_id = fields.String()
    code = fields.String()
    display_id = fields.String()
    source_clause = fields.String()
    title_vi = fields.String()
    title_en = fields.String()
    leads = fields.List(fields.String())
    coordinators = fields.List(fields.String())
    nature = fields.String()
    process_key = fields.String()
    assignment_mode = fields.String()
    fan_out = fields.Boolean()
    evidence = fields.List(fields.String())
    report_to = fields.List(fields.String())
    period = fields.String(allow_none=True)
    content_tags = fields.List(fields.String())
    channel_tags = fields.List(fields.String())
    parts = fields.List(fields.Dict())


class CoverageOut(Output):
    """How far an obligation is spread."""

    obligation = fields.Nested(ObligationOut)
    bound = fields.Integer()
    covered = fields.Integer()
    rounds = fields.Integer()
    buckets = fields.Dict()
    original = fields.Dict()


class RoundIn(Input):
    """Opening a round."""

    due_date = Day(load_default=None, allow_none=True)
    title = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 500))
    deliverable = fields.String(load_default=None, allow_none=True, validate=_REASON)


class RoundOut(Output):
    """A round of an obligation; `opened` counts its cases, one for each of the agencies."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation")
    number = fields.Integer()
    opened_on = fields.Date()
    due_date = fields.Date(allow_none=True)
    agencies = fields.List(fields.String())
    opened = fields.Integer()


class PlanTaskQuery(PageQuery):
    """Which plan tasks to list."""

    bucket = fields.String(load_default=None, validate=validate.OneOf(BUCKETS))
    agency = fields.String(load_default=None)
    obligation = fields.String(load_default=None)
    plan = fields.String(load_default=None)
    status = fields.String(load_default=None)
    sort = sorts(*ORDERS)


class PlanTaskOut(Output):
    """A plan task; `bucket` is one of the four counts, or null for a task that counts in none."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    round_id = fields.String(allow_none=True)
    instance_id = fields.String(data_key="process_instance_id", allow_none=True)
    agency = fields.String()
    title = fields.String(allow_none=True)
    deliverable = fields.String(allow_none=True)
    unit_of_count = fields.String(allow_none=True)
    start_date = fields.Date(allow_none=True)
    original_due_date = fields.Date(allow_none=True)
    due_date = fields.Date(allow_none=True)
    due_explanation = fields.Dict(allow_none=True)
    coordinators = fields.List(fields.String())
    content_tags = fields.List(fields.String())
    channel_tags = fields.List(fields.String())
    budget_amount = fields.Integer(allow_none=True)
    route = fields.String(allow_none=True)
    status = fields.String()
    extension_count = fields.Integer()
    return_count = fields.Integer()
    progress = fields.Integer()
    obstacle = fields.Boolean()
    on_hold = fields.Boolean()
    reported_at = fields.AwareDateTime(allow_none=True)
    accepted_report_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()
    bucket = fields.String(allow_none=True)
    urging_count = fields.Integer()


class PlanTaskDetailOut(PlanTaskOut):
    """A plan task with the reminder that comes next."""

    next_reminder = fields.Nested(ReminderOut, allow_none=True)


class ExtensionIn(Input):
    """Asking for a later due date."""

    new_due_date = Day(required=True)
    reason = fields.String(required=True, validate=_REASON)


class ExtensionOut(Output):
    """A request for a later due date."""

    id = fields.String()
    plan_task_id = fields.String()
    old_due_date = fields.Date()
    new_due_date = fields.Date()
    reason = fields.String()
    state = fields.String()
    requested_at = fields.AwareDateTime()
