"""The operators and functions of the expression language, each bounded in what it makes and in how long it takes.

Rule: a value weighs one for each element and each hundred characters in it; one evaluation may make and look
through MOST_WORK altogether, whatever the diagram asks for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

LARGEST_NUMBER = 10**15
LARGEST_SEQUENCE = 100_000
LARGEST_VALUE = 100_000
DEEPEST_VALUE = 20
MOST_WORK = 1_000_000
MOST_DIGITS = 15
_CHARACTERS_A_UNIT = 100
_CONTAINERS = (list, dict)


class _Meter(threading.local):
    """The work done by the evaluation that this thread is in."""

    spent = 0


_METER = _Meter()


def begin() -> None:
    """A new evaluation begins in this thread."""
    _METER.spent = 0


def bounded(value: Any) -> Any:
    """The value, unless it is too large or nested too deeply to be kept as a variable. Raises ValueError."""
    if isinstance(value, list | dict | str):
        weight(value)
    return value


def small(value: Any) -> Any:
    """The value, unless it is a number out of range or too long a text or list. Raises ValueError."""
    if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
        raise ValueError("number too large")
    if isinstance(value, str | list) and len(value) > LARGEST_SEQUENCE:
        raise ValueError("value too long")
    return value


def weight(value: Any) -> int:
    """What a value weighs with all that is in it; it counts as work. Raises ValueError when that is too much."""
    total = 0
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        total += 1 + (len(one) // _CHARACTERS_A_UNIT if isinstance(one, str) else 0)
        if isinstance(one, list | dict):
            if depth >= DEEPEST_VALUE:
                raise ValueError("value nested too deeply")
            if total + len(one) > LARGEST_VALUE:
                raise ValueError("value too large")
            waiting.extend((part, depth + 1) for part in _parts(one))
        if total > LARGEST_VALUE:
            raise ValueError("value too large")
    _spend(total)
    return total


def add(left: Any, right: Any) -> Any:
    """Numbers are added, texts and lists joined."""
    if isinstance(left, str) and isinstance(right, str):
        return _joined(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return _joined(left, right)
    return _calculate(lambda a, b: a + b, left, right)


def subtract(left: Any, right: Any) -> Any:
    """The difference of two numbers."""
    return _calculate(lambda a, b: a - b, left, right)


def multiply(left: Any, right: Any) -> Any:
    """The product of two numbers."""
    return _calculate(lambda a, b: a * b, left, right)


def divide(left: Any, right: Any) -> Any:
    """The quotient of two numbers, with its fraction."""
    return _calculate(lambda a, b: a / b, left, right)


def floor_divide(left: Any, right: Any) -> Any:
    """The whole part of a quotient."""
    return _calculate(lambda a, b: a // b, left, right)


def modulo(left: Any, right: Any) -> Any:
    """The rest of a division."""
    return _calculate(lambda a, b: a % b, left, right)


def negate(value: Any) -> Any:
    """The number with the other sign."""
    return -_number(value)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same; true and false are not the numbers 1 and 0."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    _look_through(left, right)
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    """Whether two values differ."""
    return not equal(left, right)


def less(left: Any, right: Any) -> bool:
    """Whether the left comes before the right: two numbers, texts or lists."""
    _look_through(left, right)
    return bool(left < right)


def less_or_equal(left: Any, right: Any) -> bool:
    """Whether the left does not come after the right."""
    _look_through(left, right)
    return bool(left <= right)


def contains(whole: Any, part: Any) -> bool:
    """Whether a list has an element, a text a part, an object a name."""
    if isinstance(whole, str):
        if not isinstance(part, str):
            raise TypeError("only text can be in a text")
        _spend(len(whole) // _CHARACTERS_A_UNIT)
        return part in whole
    if isinstance(whole, Mapping):
        return isinstance(part, str) and part in whole
    if not isinstance(whole, list | tuple):
        raise TypeError("“in” needs a list, a text or an object")
    weight(list(whole))
    return any(equal(one, part) for one in whole)


def member(part: Any, whole: Any) -> bool:
    """`part in whole`."""
    return contains(whole, part)


def no_member(part: Any, whole: Any) -> bool:
    """`part not in whole`."""
    return not contains(whole, part)


def collected(items: list[Any]) -> list[Any]:
    """A list written in an expression, weighed when it holds more than plain values."""
    if any(isinstance(i, list | dict | str) for i in items):
        weight(items)
    return items


def mapped(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    """An object written in an expression: its names are text."""
    if not all(isinstance(name, str) for name, _ in pairs):
        raise TypeError("the names of an object must be text")
    made = dict(pairs)
    weight(made)
    return made


def _parts(value: list[Any] | dict[str, Any]) -> list[Any]:
    return [*value, *value.values()] if isinstance(value, dict) else value


def _spend(units: int) -> None:
    _METER.spent += units
    if _METER.spent > MOST_WORK:
        raise ValueError("the expression takes too much work")


def _look_through(left: Any, right: Any) -> None:
    """Comparing lists and objects looks through both of them."""
    if isinstance(left, _CONTAINERS) and isinstance(right, _CONTAINERS):
        weight(left)
        weight(right)


def _joined(left: Any, right: Any) -> Any:
    _spend((len(left) + len(right)) // _CHARACTERS_A_UNIT + 1)
    return small(left + right)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number is needed, not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def _calculate(apply: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    return small(apply(_number(left), _number(right)))


def _length(value: Any) -> int:
    if not isinstance(value, str | list | tuple | Mapping):
        raise TypeError(f"len needs a text or a list, not {_kind(value)}")
    return len(value)


def _sum(values: Any) -> Any:
    if not isinstance(values, list | tuple):
        raise TypeError("sum needs a list of numbers")
    _spend(len(values))
    return small(sum(_number(v) for v in values))


def _round(value: Any, digits: Any = None) -> Any:
    if digits is None:
        return round(_number(value))
    if isinstance(digits, bool) or not isinstance(digits, int) or abs(digits) > MOST_DIGITS:
        raise ValueError(f"round takes a whole number of digits up to {MOST_DIGITS}")
    return round(_number(value), digits)


def _least(*values: Any) -> Any:
    return _chosen(min, values)


def _greatest(*values: Any) -> Any:
    return _chosen(max, values)


def _chosen(choose: Callable[[list[Any]], Any], values: tuple[Any, ...]) -> Any:
    among = list(values[0]) if len(values) == 1 and isinstance(values[0], list | tuple) else list(values)
    if not among:
        raise ValueError("min and max need at least one value")
    weight(among)
    return choose(among)


def _lower(text: Any) -> str:
    return _text(text).lower()


def _upper(text: Any) -> str:
    return str(small(_text(text).upper()))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is needed, not {_kind(value)}")
    _spend(len(value) // _CHARACTERS_A_UNIT)
    return value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": _length,
    "min": _least,
    "max": _greatest,
    "sum": _sum,
    "round": _round,
    "abs": lambda value: abs(_number(value)),
    "lower": _lower,
    "upper": _upper,
    "contains": contains,
}
