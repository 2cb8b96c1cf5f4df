"""Schema bases and fields shared by all nouns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from engine.deadlines import LOCAL

MOST_ITEMS = 200
USUAL_ITEMS = 50
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_ONE_DAY = len("2026-02-17")


class Day(fields.Date):
    """A local day, of the centuries that calendars and databases can count."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **more)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


class Moment(fields.AwareDateTime):
    """An instant with its offset, of the same centuries."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **more)
        if not FIRST_DAY.year < moment.year < LAST_DAY.year:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return moment.astimezone(UTC)


class DayOrMoment(Moment):
    """An instant in a query; a local day means its first moment, and a `+` that a URL turned into a space is one."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> datetime:
        if isinstance(value, str) and len(value) == _ONE_DAY:
            value = datetime.combine(Day().deserialize(value), time(), LOCAL).isoformat()
        if isinstance(value, str):
            value = value.replace(" ", "+")
        return super()._deserialize(value, attr, data, **more)


class Input(Schema):
    """What comes in: an unknown field is an error."""

    class Meta:
        """Marshmallow's settings."""

        unknown = RAISE


class Output(Schema):
    """What goes out; instants in local time, as everywhere in JSON."""

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """The value of a field."""
        value = super().get_attribute(obj, attr, default)
        return value.astimezone(LOCAL) if isinstance(value, datetime) else value


class PageQuery(Input):
    """The parameters every list takes."""

    limit = fields.Integer(load_default=USUAL_ITEMS, validate=validate.Range(1, MOST_ITEMS))
    cursor = fields.String(load_default=None)
    total = fields.Boolean(load_default=False)


class SearchPage(Input):
    """Which page of what was found."""

    limit = fields.Raw()
    cursor = fields.Raw(allow_none=True)
    total = fields.Raw()


class SearchIn(Input):
    """A search: the same filters, orders and pages as the query parameters of the list."""

    filter = fields.Dict(keys=fields.String(), load_default=dict)
    sort = fields.String(load_default=None, allow_none=True)
    page = fields.Nested(SearchPage, load_default=dict)


class Page(Output):
    """Where the next page begins."""

    next_cursor = fields.String(allow_none=True)
    limit = fields.Integer()
    total = fields.Integer()


class Nothing(Input):
    """An action that takes no body."""


class Reason(Input):
    """Why something is done."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class FieldError(Output):
    """One thing wrong."""

    field = fields.String()
    element = fields.String()
    rule = fields.String()
    message = fields.String()


class Problem(Output):
    """An error, as RFC 9457 has it."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldError))
    trace_id = fields.String()


def sorts(*orders: str) -> fields.String:
    """The parameter `sort` of a list that knows these orders, the first being the usual one."""
    return fields.String(load_default=orders[0], validate=validate.OneOf(orders))


@cache
def listing(item: type[Schema]) -> type[Schema]:
    """The schema of a page of items."""
    return Output.from_dict(
        {"items": fields.List(fields.Nested(item)), "page": fields.Nested(Page)},
        name=item.__name__.removesuffix("Out") + "Page",
    )
