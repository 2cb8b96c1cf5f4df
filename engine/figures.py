"""Data forms of reports: what an agency may submit, and what all that was accepted comes to.

Rule: a consolidated figure follows from the accepted values alone, whatever their order; whole numbers stay whole, and
decimals are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine import forms
from engine.errors import FieldProblem, InvalidDataError
from engine.forms import Field, Form

WHOLE = frozenset({"long", "money"})
NUMERIC = WHOLE | {"decimal"}
TYPES = NUMERIC | {"string", "text", "date"}
# What the engine can fill in from the agency's plan tasks of the period.
PREFILLS = ("tasks_total", "tasks_on_time", "tasks_late", "tasks_within_time", "tasks_overdue")
MOST_FIELDS = 200
_SIX_PLACES = Decimal("0.000001")
_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class FigureField:
    """One field of a data form: its type (one of TYPES) and how it is aggregated (one of AGGREGATIONS)."""

    id: str
    label_vi: str
    label_en: str
    type: str
    aggregation: str
    required: bool = False
    prefill: str | None = None


@dataclass(frozen=True)
class GivenValue:
    """What one accepted version of an agency's report says in a field."""

    agency: str
    version_id: str
    submitted_at: datetime
    value: Any


def fields_of(data_form: Sequence[Mapping[str, Any]]) -> list[FigureField]:
    """The fields of a stored data form."""
    return [FigureField(**row) for row in data_form]


def form_of(data_form: Sequence[Mapping[str, Any]]) -> Form:
    """A data form as a form, for showing and for checking."""
    return Form(tuple(_form_field(field) for field in fields_of(data_form)))


def check(data_form: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> dict[str, Any]:
    """The submitted figures in their one form. Raises InvalidDataError naming each bad one as `figures.ID`."""
    try:
        return forms.validate(form_of(data_form), figures, {})
    except InvalidDataError as error:
        raise InvalidDataError([replace(p, field=f"figures.{p.field}") for p in error.problems]) from error


def aggregate(field: FigureField, given: Sequence[GivenValue]) -> Any:
    """The consolidated figure: a sum (0 of nothing), a mean or the latest (None of nothing), or a list by agency."""
    return AGGREGATIONS[field.aggregation](field, given)


def problems_of(data_form: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    """What is wrong with a data form that somebody proposes, each by its position."""
    if not 0 < len(data_form) <= MOST_FIELDS:
        message_vi = f"Biểu mẫu số liệu phải có từ 1 đến {MOST_FIELDS} chỉ tiêu."
        return [FieldProblem("data_form", "size", message_vi, f"A data form has 1 to {MOST_FIELDS} fields.")]
    found = fields_of(data_form)
    problems = [p for position, field in enumerate(found) for p in _problems(f"data_form.{position}", field)]
    if len({field.id for field in found}) < len(found):
        problems.append(FieldProblem("data_form", "unique", "Mã chỉ tiêu bị trùng.", "A field's id comes twice."))
    return problems


def _problems(place: str, field: FigureField) -> Iterator[FieldProblem]:
    if not _ID.fullmatch(field.id):
        yield FieldProblem(f"{place}.id", "pattern", "Mã chỉ tiêu không hợp lệ.", "Not an identifier in snake case.")
    if field.type not in TYPES:
        yield _one_of(f"{place}.type", sorted(TYPES))
    if field.aggregation not in AGGREGATIONS:
        yield _one_of(f"{place}.aggregation", sorted(AGGREGATIONS))
    elif field.aggregation in ("sum", "mean") and field.type in TYPES - NUMERIC:
        message_vi = "Chỉ cộng hoặc lấy trung bình được chỉ tiêu dạng số."
        yield FieldProblem(f"{place}.aggregation", "numeric", message_vi, "Only numbers have a sum or a mean.")
    if field.prefill is not None and field.prefill not in PREFILLS:
        yield _one_of(f"{place}.prefill", PREFILLS)


def _one_of(place: str, allowed: Sequence[str]) -> FieldProblem:
    listed = ", ".join(allowed)
    return FieldProblem(place, "option", f"Phải là một trong: {listed}.", f"Must be one of: {listed}.")


def _form_field(field: FigureField) -> Field:
    limits = {"min": "0"} if field.aggregation == "sum" else {}  # nobody takes away from what others have done
    return Field(field.id, field.label_vi, field.label_en, field.type, field.required, limits)


def _sum(field: FigureField, given: Sequence[GivenValue]) -> Any:
    total = sum((Decimal(str(one.value)) for one in given), Decimal(0))
    return int(total) if field.type in WHOLE else _plain(total)


def _mean(field: FigureField, given: Sequence[GivenValue]) -> Any:
    """The mean of those who said something, to six places."""
    del field
    if not given:
        return None
    total = sum((Decimal(str(one.value)) for one in given), Decimal(0))
    return _plain((total / len(given)).quantize(_SIX_PLACES, ROUND_HALF_EVEN))


def _list(field: FigureField, given: Sequence[GivenValue]) -> Any:
    del field
    ordered = sorted(given, key=lambda one: (one.agency, one.submitted_at, one.version_id))
    return [{"agency": one.agency, "value": one.value} for one in ordered]


def _latest(field: FigureField, given: Sequence[GivenValue]) -> Any:
    del field
    return max(given, key=lambda one: (one.submitted_at, one.agency)).value if given else None


def _plain(number: Decimal) -> str:
    """A decimal as text, without an exponent or idle zeros."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


AGGREGATIONS: Mapping[str, Callable[[FigureField, Sequence[GivenValue]], Any]] = {
    "sum": _sum,
    "mean": _mean,
    "list": _list,
    "latest": _latest,
}
