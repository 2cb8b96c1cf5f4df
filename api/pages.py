"""Pages of lists: one item more than asked for tells whether there is a next page, a cursor where it begins.

Rule: a cursor is opaque to its holder and trusted by nobody; one that was not made for this list and this order is
refused.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import orjson
from flask import Response

from api.bodies import arguments, invalid, json_body, load
from api.contract import Answer, look
from api.schemas.fields import PageQuery, SearchIn
from engine.queries.ordering import Order
from engine.runtime import Transaction

LARGEST_NUMBER = 2**31 - 1
T = TypeVar("T")
W = TypeVar("W")


def page(
    items: list[T],
    limit: int,
    show: Callable[[T], Any],
    position: Callable[[T], Iterable[Any]],
    total: int | None = None,
) -> Answer:
    """A page of at most `limit` of the items (one more than that was asked for), with where the next begins.

    `total` is how many there are in all; None when nobody asked.
    """
    shown = items[:limit]
    cursor = cursor_at(position(shown[-1])) if len(items) > limit else None
    told = {"next_cursor": cursor, "limit": limit} | ({} if total is None else {"total": total})
    return Answer({"items": [show(item) for item in shown], "page": told})


def whole(items: list[Any]) -> Answer:
    """A list that is given at once."""
    return Answer({"items": items, "page": {"next_cursor": None, "limit": len(items), "total": len(items)}})


def search(schema: PageQuery) -> dict[str, Any]:
    """The body {filter, sort, page} of a search, checked as the query parameters of the same list would be."""
    given = load(SearchIn(), json_body())
    flat = given["filter"] | given["page"] | ({"sort": given["sort"]} if given["sort"] else {})
    return load(schema, flat)


def wanted(schema: PageQuery, *, searched: bool) -> dict[str, Any]:
    """What a list is asked for, by a search's body or by query parameters."""
    return search(schema) if searched else arguments(schema)


def cursor_at(values: Iterable[Any]) -> str:
    """The cursor of a place in a list."""
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def cursor_values(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The values in a cursor, of these kinds (str, int, date, datetime); None without a cursor."""
    if not cursor:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError("length")
        return tuple(_READERS[kind](value) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise _bad_cursor() from error


def sorted_cursor(cursor: str | None, sort: str, kind: type) -> tuple[Any, str] | None:
    """The place in a list sorted so, as (value, id); None without a cursor."""
    found = cursor_values(cursor, str, kind, str)
    if found is None:
        return None
    if found[0] != sort:
        raise _bad_cursor()
    return found[1], found[2]


def sorted_list(
    given: Mapping[str, Any],
    wanted: W,
    orders: Mapping[str, Order],
    rows_and_count: tuple[Callable[..., Sequence[Any]], Callable[[Transaction, W], int]],
    show: Callable[[Any], Any],
) -> Response:
    """A page of a list whose rows stand in one of `orders`, by what was `given`: sort, cursor, limit, total.

    `rows_and_count` are the list's queries: rows(tx, wanted, after, limit, sort), and how many there are in all.
    """
    rows, count = rows_and_count
    order, limit = orders[given["sort"]], given["limit"]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)

    def position(one: Any) -> tuple[Any, ...]:
        return given["sort"], *order.place(getattr(one, order.name), one.id)

    def query(tx: Transaction) -> Answer:
        found = list(rows(tx, wanted, after, limit + 1, given["sort"]))
        return page(found, limit, show, position, count(tx, wanted) if given["total"] else None)

    return look(query)


def _bad_cursor() -> Exception:
    return invalid("cursor", "cursor", "Con trỏ trang không hợp lệ.", "The cursor is not valid.")


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("text")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST_NUMBER:
        raise TypeError("number")
    return value


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("offset")
    return moment.astimezone(UTC)


_READERS: Mapping[type, Callable[[Any], Any]] = {
    str: _text,
    int: _number,
    datetime: _instant,
    date: lambda value: date.fromisoformat(_text(value)),
}
