"""Schemas of funding proposals and of obstacles."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Output, PageQuery, sorts
from engine.queries import budgets, obstacles

_CODE = validate.Length(1, 64)
BUDGET_STATES = (
    "draft",
    "submitted",
    "returned",
    "counter_proposed",
    "appraised",
    "submitted_to_city",
    "allocated",
    "settled",
    "released",
    "refused",
    "commune_decided",
    "withdrawn",
    "cancelled",
)
OBSTACLE_STATES = (
    "draft",
    "submitted",
    "returned",
    "reported",
    "merged",
    "answered",
    "reopened",
    "resolved",
    "withdrawn",
    "cancelled",
)
SOURCES = ("city", "commune")
URGENCIES = ("normal", "urgent")
OPINIONS = ("full", "reduced", "not_now")


class BudgetProposalQuery(PageQuery):
    """Which proposals to list."""

    agency = fields.String(load_default=None, validate=_CODE)
    year = fields.Integer(load_default=None, validate=validate.Range(1900, 2099))
    source = fields.String(load_default=None, validate=validate.OneOf(SOURCES))
    state = fields.String(load_default=None, validate=validate.OneOf(BUDGET_STATES))
    plan_task = fields.String(load_default=None, validate=_CODE)
    sort = sorts(*budgets.ORDERS)


class BudgetProposalOut(Output):
    """A proposal of funding; amounts are in đồng. Nothing that is paid is kept."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    agency = fields.String()
    title = fields.String(allow_none=True)
    source = fields.String(allow_none=True, metadata={"enum": [*SOURCES, None]})
    year = fields.Integer(allow_none=True)
    justification = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(BUDGET_STATES)})
    round = fields.Integer()
    supplementary = fields.Boolean()
    requested = fields.Integer(allow_none=True)
    recommended = fields.Integer(allow_none=True)
    allocated = fields.Integer(allow_none=True)
    unspent = fields.Integer(allow_none=True)
    submission_number = fields.String(allow_none=True)
    decision_number = fields.String(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    instance_id = fields.String(data_key="process_instance")
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()


class BudgetLineOut(Output):
    """An item of a proposal, with Finance's opinion and what was allocated to it."""

    id = fields.String()
    position = fields.Integer()
    item = fields.String()
    plan_task_id = fields.String(data_key="plan_task", allow_none=True)
    amount = fields.Integer()
    opinion = fields.String(allow_none=True, metadata={"enum": [*OPINIONS, None]})
    recommended = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    allocated = fields.Integer(allow_none=True)
    released_at = fields.AwareDateTime(allow_none=True)


class BudgetProposalDetailOut(BudgetProposalOut):
    """A proposal with its items."""

    lines = fields.List(fields.Nested(BudgetLineOut))


class ObstacleQuery(PageQuery):
    """Which obstacles to list."""

    agency = fields.String(load_default=None, validate=_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(OBSTACLE_STATES))
    urgency = fields.String(load_default=None, validate=validate.OneOf(URGENCIES))
    plan_task = fields.String(load_default=None, validate=_CODE)
    merged_into = fields.String(load_default=None, validate=_CODE)
    sort = sorts(*obstacles.ORDERS)


class ObstacleOut(Output):
    """An obstacle, and what was answered or instructed."""

    id = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    agency = fields.String()
    plan_task_id = fields.String(data_key="plan_task", allow_none=True)
    title = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    effect = fields.String(allow_none=True)
    proposed_fix = fields.String(allow_none=True)
    urgency = fields.String(allow_none=True, metadata={"enum": [*URGENCIES, None]})
    state = fields.String(metadata={"enum": list(OBSTACLE_STATES)})
    round = fields.Integer()
    merged_into = fields.String(allow_none=True)
    answer = fields.String(allow_none=True)
    answered_by = fields.String(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    instructed = fields.List(fields.String(), data_key="task_process_instances")
    held_on = fields.Date(data_key="clock_stopped_on", allow_none=True)
    reported_on = fields.Date(allow_none=True)
    instance_id = fields.String(data_key="process_instance")
    created_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()
