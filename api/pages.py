"""Pages of lists: one item more than asked for tells whether there is a next page, a cursor where it begins.

Rule: a cursor is opaque to its holder and trusted by nobody; one that was not made for this list and this order is
refused.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import orjson

from api.bodies import arguments, invalid, json_body, load
from api.contract import Answer
from api.schemas.fields import PageQuery, SearchIn

LARGEST_NUMBER = 2**31 - 1
T = TypeVar("T")


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
