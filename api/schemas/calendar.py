"""Schemas of the working calendar and of due dates counted on it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.fields import Day, Input, Output
from engine.calendar import LONGEST_COUNT, ROLLS, WORKED

MOST_DAYS = 800
_KINDS = [*WORKED, "weekend"]
_TEXT = validate.Length(1, 500)


class CalendarQuery(Input):
    """Which days to show, and for which agency (none: all that have no exceptions)."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")
    agency = fields.String(load_default=None, validate=validate.Length(1, 64))

    @validates_schema
    def require_order(self, data: dict[str, Any], **_more: Any) -> None:
        """The days asked for go forward, and are not too many."""
        if not 0 <= (data["last"] - data["first"]).days < MOST_DAYS:
            raise ValidationError("Invalid value.", "to")


class AgencyQuery(Input):
    """For which agency a day is meant (none: for all)."""

    agency = fields.String(load_default=None, validate=validate.Length(1, 64))


class DayIn(Input):
    """What is decided about a day."""

    kind = fields.String(required=True, validate=validate.OneOf(list(WORKED)))
    document = fields.String(required=True, validate=_TEXT)
    agency = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    name = fields.String(load_default="", validate=validate.Length(0, 200))
    name_en = fields.String(load_default="", validate=validate.Length(0, 200))


class DayOut(Output):
    """A day: what stands about it, by which document, and how much of it is worked (0, 0.5 or 1).

    `version` is that of the calendar since which it stands; null for a day as the week has it.
    """

    date = fields.Date()
    kind = fields.String(metadata={"enum": _KINDS})
    name = fields.String()
    worked = fields.Float()
    is_working_day = fields.Boolean()
    document = fields.String(allow_none=True)
    agency = fields.String(allow_none=True)
    version = fields.Integer(allow_none=True)


class DueQuery(Input):
    """From which day, within how many working days (none: by that date), and where a day off is rolled to."""

    start = Day(required=True, data_key="from")
    working_days = fields.Integer(
        load_default=None, validate=validate.Range(-LONGEST_COUNT, LONGEST_COUNT), allow_none=True
    )
    roll = fields.String(load_default="next", validate=validate.OneOf(ROLLS))
    agency = fields.String(load_default=None, validate=validate.Length(1, 64))


class ExplanationOut(Output):
    """How a due date came about: in words, and as what was counted."""

    text = fields.String()
    rule = fields.String()
    clause = fields.String(allow_none=True)
    meaning = fields.Dict()
    calendar_version = fields.Integer()
    counted_from = fields.Date()
    due = fields.Date()
    working_days = fields.Float()
    skipped = fields.List(fields.Dict())
    provisional = fields.Boolean()


class DueOut(Output):
    """When something is due, and why then."""

    due_at = fields.AwareDateTime()
    explanation = fields.Nested(ExplanationOut)
