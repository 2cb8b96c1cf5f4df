"""Schema bases and fields shared by all nouns."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from api.contract import MOST_ITEMS, USUAL_ITEMS


class Input(Schema):
    """What comes in: an unknown field is an error."""

    class Meta:
        """Marshmallow's settings."""

        unknown = RAISE


class Output(Schema):
    """What goes out."""


class PageQuery(Input):
    """The parameters every list takes."""

    limit = fields.Integer(load_default=USUAL_ITEMS, validate=validate.Range(1, MOST_ITEMS))
    cursor = fields.String(load_default=None)


class Page(Output):
    """Where the next page begins."""

    next_cursor = fields.String(allow_none=True)
    limit = fields.Integer()


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


def listing(item: type[Schema]) -> type[Schema]:
    """The schema of a page of items."""
    return Output.from_dict(
        {"items": fields.List(fields.Nested(item)), "page": fields.Nested(Page)},
        name=item.__name__.removesuffix("Out") + "Page",
    )
