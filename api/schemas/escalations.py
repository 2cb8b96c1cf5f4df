"""Schemas of the list for the City's leadership, and of the reminder that comes next."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Output, PageQuery, sorts
from engine.queries.escalations import KINDS, ORDERS, STATES


class EscalationQuery(PageQuery):
    """Which rows of the list."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    agency = fields.String(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    sort = sorts(*ORDERS)


class EscalationOut(Output):
    """What was urged in vain; `outcome` says what settled it."""

    id = fields.String()
    kind = fields.String(metadata={"enum": list(KINDS)})
    state = fields.String(metadata={"enum": list(STATES)})
    report_id = fields.String(data_key="report", allow_none=True)
    plan_task_id = fields.String(data_key="plan_task", allow_none=True)
    obstacle_id = fields.String(data_key="obstacle", allow_none=True)
    instance_id = fields.String(data_key="process_instance_id")
    title_vi = fields.String(allow_none=True)
    title_en = fields.String(allow_none=True)
    agency = fields.String()
    agency_name_vi = fields.String()
    agency_name_en = fields.String()
    due_date = fields.Date()
    notices = fields.Integer()
    listed_at = fields.AwareDateTime()
    settled_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.String(allow_none=True)
    simulated = fields.Boolean()


class ReminderOut(Output):
    """The reminder or urging notice that comes next, if the work is not done by then."""

    at = fields.AwareDateTime()
    kind = fields.String(metadata={"enum": ["remind", "urge"]})
    form = fields.String()
    step = fields.Integer(allow_none=True)
    leadership = fields.Boolean()
    explanation_vi = fields.String()
    explanation_en = fields.String()
