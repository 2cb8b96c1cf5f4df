"""Schemas of messages and signals."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from api.schemas.fields import Input, Output

_LONGEST_NAME = 255


def _correlation(value: Any) -> None:
    """An object of properties, or one plain value."""
    if isinstance(value, list):
        raise ValidationError("It must be an object or a plain value.")


class MessageIn(Input):
    """A message for one case."""

    name = fields.String(required=True, validate=validate.Length(1, _LONGEST_NAME))
    business_key = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))
    correlation = fields.Raw(
        load_default=None,
        allow_none=True,
        validate=_correlation,
        metadata={"type": ["object", "string", "number", "boolean", "null"], "additionalProperties": True},
    )
    variables = fields.Dict(keys=fields.String(), load_default=dict)
    time_to_live = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))


class MessageOut(Output):
    """What became of a message; one that waits has an id and an end."""

    state = fields.String(metadata={"enum": ["delivered", "started", "buffered"]})
    process_instance_id = fields.String(allow_none=True)
    message_id = fields.String(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)


class SignalIn(Input):
    """A signal for whoever waits for it."""

    name = fields.String(required=True, validate=validate.Length(1, _LONGEST_NAME))
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class SignalOut(Output):
    """How many cases a signal goes to, and how many it begins."""

    delivered = fields.Integer()
    started = fields.Integer()
