"""Forms declared in a diagram, and the checking of what people submit.

Rule: undeclared, missing and mistyped values are refused, all at once, each by the name of its field; a value comes
out in one form whatever spelling it came in, NFC-normalised.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.errors import FieldProblem, InvalidDataError

LONGEST_TEXT = 20_000
LONGEST_LIST = 500
LARGEST_INTEGER = 2**53 - 1
# Digits on either side of the point: "1e999999999" is a short text that is written out as a very long one.
MOST_PLACES = 20
# What days can be counted from, and timers set to, without leaving the years that all databases know.
FIRST_YEAR, LAST_YEAR = 1900, 2099
_SIMPLE = (str, int, float, bool, type(None))

Condition = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Option:
    """One choice of an enum: its id is what is submitted."""

    id: str
    label: str
    label_en: str


@dataclass(frozen=True)
class Field:
    """One field. `constraints` are BPMN form constraints by name: min, max, minlength, maxlength.

    `required_when` is evaluated over the case's variables and the submitted values; None: never.
    """

    id: str
    label: str
    label_en: str
    type: str
    required: bool = False
    constraints: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    required_when: Condition | None = None
    required_when_text: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class Form:
    """The fields of a user task or of a process's start, in the order of the diagram."""

    fields: tuple[Field, ...]


class _Refused(Exception):
    """A value does not fit; (rule, Vietnamese, English)."""


def validate(form: Form, values: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The submitted values, checked and in their one form; absent optional fields stay absent.

    `known` are the variables of the case. Raises InvalidDataError with every problem found.
    """
    declared = {f.id: f for f in form.fields}
    problems = [_undeclared(name) for name in values if name not in declared]
    cleaned: dict[str, Any] = {}
    for one in form.fields:
        problem = _take(one, values, cleaned)
        problems += [problem] if problem else []
    if not problems:
        problems = _conditional(form, cleaned, known)
    if problems:
        raise InvalidDataError(problems)
    return cleaned


def agencies_in(form: Form, cleaned: Mapping[str, Any]) -> dict[str, list[str]]:
    """The agency codes among checked values, by field; whether there are such agencies the caller knows."""
    found = {f.id: cleaned.get(f.id) for f in form.fields if f.type in ("agency", "agencies")}
    return {name: [value] if isinstance(value, str) else list(value) for name, value in found.items() if value}


def attachments_in(form: Form, cleaned: Mapping[str, Any]) -> dict[str, list[str]]:
    """The ids of attached files that checked evidence names, by field; whether the case has them the caller knows."""
    found = {f.id: cleaned.get(f.id) or [] for f in form.fields if f.type == "evidence"}
    named = {name: [item["attachment"] for item in items if "attachment" in item] for name, items in found.items()}
    return {name: ids for name, ids in named.items() if ids}


def _take(one: Field, values: Mapping[str, Any], cleaned: dict[str, Any]) -> FieldProblem | None:
    value = values.get(one.id)
    if _is_empty(value):
        if one.required:
            return _missing(one)
        if one.id in values:
            cleaned[one.id] = [] if value == [] else None
        return None
    try:
        cleaned[one.id] = _READERS[one.type](one, value)
    except _Refused as refused:
        rule, message_vi, message_en = refused.args
        return FieldProblem(one.id, rule, message_vi, message_en, one.label, one.label_en)
    return None


def _conditional(form: Form, cleaned: Mapping[str, Any], known: Mapping[str, Any]) -> list[FieldProblem]:
    defaults = {f.id: None for f in form.fields}
    names = {**defaults, **known, **cleaned}
    return [
        _missing(f)
        for f in form.fields
        if f.required_when is not None and _is_empty(cleaned.get(f.id)) and f.required_when(names)
    ]


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _missing(one: Field) -> FieldProblem:
    told = ("Trường này là bắt buộc.", "This field is required.")
    return FieldProblem(one.id, "required", *told, one.label, one.label_en)


def _undeclared(name: str) -> FieldProblem:
    return FieldProblem(name, "undeclared", "Biểu mẫu không có trường này.", "The form has no such field.")


def _text(one: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _Refused("type", "Phải là văn bản.", "Must be text.")
    text = unicodedata.normalize("NFC", value).strip()
    longest = min(int(one.constraints.get("maxlength", LONGEST_TEXT)), LONGEST_TEXT)
    if len(text) > longest:
        raise _Refused("maxlength", f"Tối đa {longest} ký tự.", f"At most {longest} characters.")
    shortest = int(one.constraints.get("minlength", 0))
    if len(text) < shortest:
        raise _Refused("minlength", f"Tối thiểu {shortest} ký tự.", f"At least {shortest} characters.")
    return text


def _integer(one: Field, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_INTEGER:
        raise _Refused("type", "Phải là số nguyên.", "Must be a whole number.")
    _in_range(one, Decimal(value))
    return value


def _money(one: Field, value: Any) -> int:
    amount = _integer(one, value)
    if amount < 0:
        raise _Refused("min", "Số tiền không được âm.", "An amount may not be negative.")
    return amount


def _decimal(one: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Refused("type", "Phải là số thập phân.", "Must be a decimal number.")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _Refused("type", "Phải là số thập phân.", "Must be a decimal number.") from error
    if not number.is_finite():
        raise _Refused("type", "Phải là số thập phân.", "Must be a decimal number.")
    if not (number.adjusted() < MOST_PLACES and -MOST_PLACES <= _exponent(number) < MOST_PLACES):
        raise _Refused("places", f"Tối đa {MOST_PLACES} chữ số mỗi bên.", f"At most {MOST_PLACES} digits each side.")
    _in_range(one, number)
    return format(number, "f")


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def _in_range(one: Field, number: Decimal) -> None:
    low, high = one.constraints.get("min"), one.constraints.get("max")
    if low is not None and number < Decimal(low):
        raise _Refused("min", f"Không nhỏ hơn {low}.", f"Not below {low}.")
    if high is not None and number > Decimal(high):
        raise _Refused("max", f"Không lớn hơn {high}.", f"Not above {high}.")


def _boolean(_one: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Refused("type", "Phải là đúng hoặc sai (true/false).", "Must be true or false.")
    return value


def _date(_one: Field, value: Any) -> str:
    try:
        day = date.fromisoformat(value) if len(value) == len("2026-02-17") else _bad_date()
    except (TypeError, ValueError) as error:
        raise _Refused("type", "Phải là ngày dạng YYYY-MM-DD.", "Must be a date as YYYY-MM-DD.") from error
    _in_years(day)
    return day.isoformat()


def _bad_date() -> date:
    raise ValueError


def _in_years(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = f"{FIRST_YEAR}–{LAST_YEAR}"
        raise _Refused("range", f"Phải trong các năm {years}.", f"Must be within the years {years}.")


def _datetime(_one: Field, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _Refused("type", "Phải là thời điểm ISO 8601.", "Must be an ISO 8601 instant.") from error
    if moment.tzinfo is None:
        raise _Refused("type", "Thời điểm phải kèm múi giờ.", "The instant needs an offset.")
    _in_years(moment)
    return moment.isoformat()


def _enum(one: Field, value: Any) -> str:
    if value not in [o.id for o in one.options]:
        listed_vi = ", ".join(f"{o.label} ({o.id})" for o in one.options)
        listed_en = ", ".join(f"{o.label_en} ({o.id})" for o in one.options)
        raise _Refused("option", f"Phải là một trong: {listed_vi}.", f"Must be one of: {listed_en}.")
    return str(value)


def _codes(one: Field, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > LONGEST_LIST or not all(isinstance(v, str) and v for v in value):
        raise _Refused("type", "Phải là danh sách mã.", "Must be a list of codes.")
    if len(set(value)) != len(value):
        raise _Refused("unique", "Danh sách có mã lặp lại.", "The list repeats a code.")
    return list(value)


def _evidence(_one: Field, value: Any) -> list[dict[str, str]]:
    allowed = {"title", "url", "attachment", "note"}
    fits = isinstance(value, list) and len(value) <= LONGEST_LIST
    if not fits or not all(isinstance(v, dict) and set(v) <= allowed and _is_titled(v) for v in value):
        raise _Refused(
            "type",
            "Phải là danh sách minh chứng: mỗi mục có title và tùy chọn url, attachment, note.",
            "Must be a list of evidence: each with title and optionally url, attachment, note.",
        )
    return [{k: unicodedata.normalize("NFC", t) for k, t in v.items()} for v in value]


def _figures(_one: Field, value: Any) -> dict[str, Any]:
    """Figures by the id of their field; what they must be, the data form of the regime says."""
    fits = isinstance(value, dict) and len(value) <= LONGEST_LIST
    if not fits or not all(isinstance(v, _SIMPLE) for v in value.values()):
        raise _Refused(
            "type",
            "Phải là số liệu theo mã chỉ tiêu.",
            "Must be an object of figures, each under the id of its field.",
        )
    return dict(value)


def _is_titled(item: Mapping[str, Any]) -> bool:
    texts = all(isinstance(v, str) and len(v) <= LONGEST_TEXT for v in item.values())
    url = item.get("url", "https://")
    return texts and bool(item.get("title", "").strip()) and str(url).startswith(("https://", "http://"))


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "string": _text,
    "text": _text,
    "agency": _text,
    "person": _text,
    "long": _integer,
    "money": _money,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "enum": _enum,
    "agencies": _codes,
    "tags": _codes,
    "evidence": _evidence,
    "figures": _figures,
}
FIELD_TYPES = frozenset(_READERS)
