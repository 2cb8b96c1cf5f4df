"""Schemas of process definitions, instances and their history."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import DayOrMoment, Input, Output, PageQuery, sorts
from engine.queries.instances import ORDERS

STATES = ("active", "suspended", "completed", "cancelled", "incident")


class FindingOut(Output):
    """A finding of the deployment check."""

    element = fields.String()
    rule = fields.String()
    message = fields.String()
    severity = fields.String()


class DefinitionQuery(PageQuery):
    """Which versions to list."""

    sort = sorts("key")


class EventQuery(PageQuery):
    """Which events to list."""

    sort = sorts("seq")


class DefinitionOut(Output):
    """One version of a process or decision table."""

    key = fields.String()
    version = fields.Integer()
    kind = fields.String()
    name = fields.String()
    name_en = fields.String()
    file = fields.String()
    checksum = fields.String()
    state = fields.String()
    deployed_at = fields.AwareDateTime()
    published_at = fields.AwareDateTime(allow_none=True)
    warnings = fields.List(fields.Nested(FindingOut))


class InstanceIn(Input):
    """Starting a process."""

    process_key = fields.String(required=True, validate=validate.Length(1, 100))
    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10**9))
    business_key = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))
    agency = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class PlaceOut(Output):
    """A place where a case waits."""

    element_id = fields.String()
    state = fields.String()


class CauseOut(Output):
    """Why a case waits: a step of it that could not be carried out."""

    id = fields.String()
    element_id = fields.String()
    message = fields.String()
    trace_id = fields.String()
    created_at = fields.AwareDateTime()


class InstanceOut(Output):
    """A process instance."""

    id = fields.String()
    process_key = fields.String()
    version = fields.Integer()
    business_key = fields.String(allow_none=True)
    agency = fields.String(allow_none=True)
    plan_task_id = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    tokens = fields.List(fields.Nested(PlaceOut))
    variables = fields.Dict()
    started_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Boolean()
    incidents = fields.List(fields.Nested(CauseOut))


class InstanceQuery(PageQuery):
    """Which instances to list."""

    process_key = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    agency = fields.String(load_default=None)
    business_key = fields.String(load_default=None)
    plan = fields.String(load_default=None)
    started_after = DayOrMoment(load_default=None)
    sort = sorts(*ORDERS)


class EventOut(Output):
    """One event of a history."""

    seq = fields.Integer()
    type = fields.String()
    at = fields.AwareDateTime()
    actor = fields.Dict(allow_none=True)
    on_behalf_of = fields.Dict(allow_none=True)
    roles = fields.List(fields.String())
    element_id = fields.String(allow_none=True)
    element_name = fields.String(allow_none=True)
    task_id = fields.String(allow_none=True)
    data = fields.Raw(allow_none=True)
    hash = fields.String()
    agencies = fields.Dict(keys=fields.String(), values=fields.String())
