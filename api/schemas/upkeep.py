"""Schemas of incidents, of taking cases over to another version, of moving tokens, and of operations."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.fields import Input, Output, PageQuery
from api.schemas.processes import PlaceOut

INCIDENT_STATES = ("open", "resolved")
ITEM_STATES = ("waiting", "done", "refused", "failed", "skipped")
_MOST_ELEMENTS = 200
_ELEMENT = validate.Length(1, 255)


class IncidentOut(Output):
    """A step that could not be carried out."""

    id = fields.String()
    process_instance_id = fields.String()
    process_key = fields.String()
    element_id = fields.String()
    kind = fields.String(metadata={"enum": ["start", "completion", "timer", "message"]})
    message = fields.String()
    trace_id = fields.String()
    state = fields.String(metadata={"enum": list(INCIDENT_STATES)})
    created_at = fields.AwareDateTime()
    retries_left = fields.Integer()
    next_retry_at = fields.AwareDateTime(allow_none=True)
    resolved_at = fields.AwareDateTime(allow_none=True)
    resolved_by = fields.String(allow_none=True)


class IncidentQuery(PageQuery):
    """Which incidents to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(INCIDENT_STATES))
    process_instance = fields.String(load_default=None)
    process_key = fields.String(load_default=None)


def _version() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(1, 10**9))


class MigrationIn(Input):
    """Where a case is to go."""

    target_version = _version()
    dry_run = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    mapping = fields.Dict(
        keys=fields.String(validate=_ELEMENT),
        values=fields.String(validate=_ELEMENT),
        load_default=dict,
        validate=validate.Length(max=_MOST_ELEMENTS),
    )
    reason = fields.String(load_default="", validate=validate.Length(0, 2000))


class BulkMigrationIn(MigrationIn):
    """Which cases are to go where."""

    from_version = _version()


class MapOut(Output):
    """An element where the case waits, and what it becomes."""

    source = fields.String(data_key="from")
    target = fields.String(data_key="to")


class RefusedOut(Output):
    """What cannot be carried over, and why."""

    element_id = fields.String()
    rule = fields.String()
    message = fields.String()


class MigrationOut(Output):
    """What becomes, or became, of a case."""

    maps = fields.List(fields.Nested(MapOut))
    refused = fields.List(fields.Nested(RefusedOut))
    executable = fields.Boolean()
    executed = fields.Boolean()


class MoveIn(Input):
    """A token's way."""

    source = fields.String(required=True, data_key="from", validate=_ELEMENT)
    target = fields.String(required=True, data_key="to", validate=_ELEMENT)


def _elements() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=_ELEMENT), load_default=list, validate=validate.Length(max=_MOST_ELEMENTS)
    )


class ModificationIn(Input):
    """Which tokens are to be taken away, moved, or put where."""

    moves = fields.List(fields.Nested(MoveIn), load_default=list, validate=validate.Length(max=_MOST_ELEMENTS))
    cancel = _elements()
    activate = _elements()
    reason = fields.String(required=True, validate=validate.Length(1, 2000))
    dry_run = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @validates_schema
    def require_something(self, data: dict[str, Any], **_more: Any) -> None:
        """At least one token is to be moved."""
        if not (data["moves"] or data["cancel"] or data["activate"]):
            raise ValidationError("Missing data for required field.", "moves")


class ModificationOut(Output):
    """Where the tokens were and are; in a dry run where they would be before the case runs on."""

    before = fields.List(fields.Nested(PlaceOut))
    after = fields.List(fields.Nested(PlaceOut))
    executed = fields.Boolean()


class OperationOut(Output):
    """Work on many cases, and how far it is."""

    id = fields.String()
    kind = fields.String()
    process_key = fields.String()
    state = fields.String(metadata={"enum": ["running", "done"]})
    arguments = fields.Dict()
    total = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    created_at = fields.AwareDateTime()
    created_by = fields.String(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)


class ItemQuery(PageQuery):
    """Which items to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(ITEM_STATES))


class ItemOut(Output):
    """What became of one case of an operation."""

    process_instance_id = fields.String()
    state = fields.String(metadata={"enum": list(ITEM_STATES)})
    maps = fields.List(fields.Nested(MapOut))
    refused = fields.List(fields.Nested(RefusedOut))
    executed = fields.Boolean()
    finished_at = fields.AwareDateTime(allow_none=True)
