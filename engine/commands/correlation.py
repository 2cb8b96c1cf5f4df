"""Which subscriptions a message fits: by name, business key, and the values that a subscription demands.

Rule: two values are equal when their canonical JSON is; 1 and 1.0 are one value. A message may carry more than a
subscription demands, never less.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import orjson
from sqlalchemy import ColumnElement, or_, true

from engine import access
from engine.access import Actor
from engine.errors import FieldProblem, InvalidDataError
from engine.models.message import Message
from engine.models.subscription import EventSubscription
from engine.queries.visibility import sees_instance

MOST_PROPERTIES = 8
_BEYOND = 2**63  # whole numbers from here on have no canonical JSON


def canonical(value: Any) -> str:
    """Compact JSON with sorted keys; what JSON does not know, as its text."""
    return orjson.dumps(_plain(value), default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def digest(value: Any) -> str:
    """What stands for a value in an index: the SHA-256 of its canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sole_digest(demanded: Mapping[str, Any]) -> str | None:
    """The digest of the value demanded, where one property alone is demanded."""
    return digest(next(iter(demanded.values()))) if len(demanded) == 1 else None


def require_usable(given: Any) -> None:
    """Raise InvalidDataError for a correlation that cannot be looked up: too many properties, too large a number."""
    if isinstance(given, Mapping) and len(given) > MOST_PROPERTIES:
        message_vi = f"Nhiều nhất {MOST_PROPERTIES} thuộc tính tương quan."
        message_en = f"At most {MOST_PROPERTIES} correlation properties."
        raise InvalidDataError([FieldProblem("correlation", "size", message_vi, message_en)])
    if _holds_giants(given):
        message_vi, message_en = "Số phải nhỏ hơn 2^63.", "A number must be below 2^63."
        raise InvalidDataError([FieldProblem("correlation", "range", message_vi, message_en)])


def fits(message: Message) -> ColumnElement[bool]:
    """True for the subscriptions whose name, business key and demands a message fits."""
    given = orjson.loads(message.correlation)
    named = (EventSubscription.kind == "message") & (EventSubscription.name == message.name) & _satisfies(given)
    key = _decisive_key(message, given)
    if key is None:
        return named
    same = EventSubscription.business_key == key
    return named & (same if message.from_instance_id is None else or_(same, EventSubscription.business_key.is_(None)))


def is_fit(message: Message, subscription: EventSubscription) -> bool:
    """The same for one subscription that waits for a message of that name."""
    given = orjson.loads(message.correlation)
    key = _decisive_key(message, given)
    if key is not None and subscription.business_key != key:
        return message.from_instance_id is not None and subscription.business_key is None
    if isinstance(given, Mapping):
        return subscription.correlation_digest in _digests_within(given)
    return subscription.correlation_digest == digest({}) or subscription.sole_digest == digest(given)


def reaches(sender: Actor) -> ColumnElement[bool]:
    """True for the rows of `process_instance` that the sender may hand a message to.

    Those they see, but not as an auditor, who changes nothing; a system administrator, whose programs serve
    everybody, reaches all.
    """
    if access.keeps_cases(sender):
        return true()
    return sees_instance(access.without_readers(sender))


def _decisive_key(message: Message, given: Any) -> str | None:
    """The business key that a receiver must have. What a case throws carries the case's own key: it keeps apart the
    conversations of cases that have one, where no correlation says more.
    """
    return None if message.from_instance_id is not None and given else message.business_key


def _satisfies(given: Any) -> ColumnElement[bool]:
    if isinstance(given, Mapping):
        return EventSubscription.correlation_digest.in_(_digests_within(given))
    return or_(EventSubscription.correlation_digest == digest({}), EventSubscription.sole_digest == digest(given))


def _digests_within(given: Mapping[str, Any]) -> list[str]:
    """The digests of all that a subscription may demand and find in these values."""
    names = sorted(given)
    chosen = (subset for size in range(len(names) + 1) for subset in combinations(names, size))
    return [digest({name: given[name] for name in subset}) for subset in chosen]


def _plain(value: Any) -> Any:
    if isinstance(value, int | float) and abs(value) >= _BEYOND:
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _holds_giants(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_giants(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_giants(inner) for inner in value)
    return isinstance(value, int | float) and abs(value) >= _BEYOND
