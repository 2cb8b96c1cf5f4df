"""The form of a diagram as a form of HTML: what each field shows, and what a browser sends back for it.

Rule: only the spelling is translated here; whether a value fits, the engine says, and what was typed is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from api.web.catalogues import said
from engine.errors import FieldProblem
from engine.forms import Field, Form

PREFIX = "v."
BLANK_ROWS = 2
MOST_ROWS = 60
# What a decision said before is no proposal of what the next one should say.
NEVER_PREFILLED = frozenset({"decision", "comment"})
_EVIDENCE = ("title", "url", "attachment", "note")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_GROUPED = re.compile(r"[+-]?\d{1,3}([. ]\d{3})+")

Given = MultiDict[str, str]


@dataclass(frozen=True)
class Choice:
    """One of several things to choose from; `group` is what it stands under."""

    id: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class Input:
    """One field as the page shows it: `value` as it was typed or stored, `problem` what is wrong with it."""

    id: str
    name: str
    label: str
    type: str
    required: bool
    conditional: bool
    value: Any
    problem: str
    choices: tuple[Choice, ...] = ()
    longest: str | None = None
    parts: tuple[Input, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What a form needs beside its own fields: choices by field, and the figures of a data form."""

    choices: Mapping[str, Sequence[Choice]]
    figures: tuple[Field, ...] = ()


def inputs(
    form: Form, values: Mapping[str, Any], problems: Collection[FieldProblem], around: Surroundings
) -> list[Input]:
    """The fields of a form with their values and what is wrong with them."""
    told = {p.field: said(p.message_vi, p.message_en) for p in problems}
    return [_input(field, PREFIX, values.get(field.id), told, around) for field in form.fields]


def values_of(form: Form, given: Given, figures: Sequence[Field] = ()) -> dict[str, Any]:
    """What a browser sent, as the engine takes it; a field that was left empty is left out."""
    found = {field.id: _read(field, PREFIX, given, figures) for field in form.fields}
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def prefilled(form: Form, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the case knows already of what a form asks for, else what the diagram proposes."""
    known = {f.id: variables.get(f.id, f.default) for f in form.fields if f.id not in NEVER_PREFILLED}
    return {name: value for name, value in known.items() if value is not None}


def _input(field: Field, prefix: str, value: Any, told: Mapping[str, str], around: Surroundings) -> Input:
    is_figures = field.type == "figures"
    held: Mapping[str, Any] = value if is_figures and isinstance(value, Mapping) else {}
    inner = f"{prefix}{field.id}."
    parts = around.figures if is_figures else ()
    figures = {name.removeprefix(f"{field.id}."): text for name, text in told.items()}
    return Input(
        field.id,
        prefix + field.id,
        said(field.label, field.label_en),
        _shown_type(field, around),
        field.required,
        field.required_when is not None,
        value,
        told.get(field.id, ""),
        _choices(field, around),
        field.constraints.get("maxlength"),
        tuple(_input(part, inner, held.get(part.id), figures, around) for part in parts),
    )


def _shown_type(field: Field, around: Surroundings) -> str:
    return "chosen" if field.type == "string" and field.id in around.choices else field.type


def _choices(field: Field, around: Surroundings) -> tuple[Choice, ...]:
    if field.options:
        return tuple(Choice(o.id, said(o.label, o.label_en)) for o in field.options)
    return tuple(around.choices.get(field.id) or around.choices.get(field.type) or ())


def _read(field: Field, prefix: str, given: Given, figures: Sequence[Field]) -> Any:
    name = prefix + field.id
    if field.type == "figures":
        found = {part.id: _read(part, f"{name}.", given, ()) for part in figures}
        return {part: value for part, value in found.items() if value not in (None, "")}
    if field.type == "evidence":
        return [row for number in range(MOST_ROWS) if (row := _evidence(f"{name}.{number}.", given))]
    if field.type in ("agencies", "tags"):
        return [value for value in given.getlist(name) if value]
    return _READERS.get(field.type, _text)(given.get(name, ""))


def _evidence(prefix: str, given: Given) -> dict[str, str]:
    row = {part: given.get(prefix + part, "").strip() for part in _EVIDENCE}
    return {part: value for part, value in row.items() if value}


def _text(typed: str) -> str:
    return typed.replace("\x00", "").replace("\r\n", "\n").strip()


def _whole(typed: str) -> int | str:
    """A whole number, however its thousands are set apart; what is none stays as it was typed."""
    plain = _text(typed)
    joined = re.sub(r"[. ]", "", plain) if _GROUPED.fullmatch(plain) else plain
    return int(joined) if _WHOLE.fullmatch(joined) else plain


def _decimal(typed: str) -> str:
    return _text(typed).replace(",", ".")


def _boolean(typed: str) -> bool | str:
    return {"true": True, "false": False}.get(typed, typed)


def _instant(typed: str) -> str:
    """What a browser sends has no offset: it was meant in the time of Vietnam."""
    plain = _text(typed)
    return f"{plain}+07:00" if len(plain) == len("2026-11-24T08:00") else plain


_READERS: Mapping[str, Callable[[str], Any]] = {
    "long": _whole,
    "money": _whole,
    "decimal": _decimal,
    "boolean": _boolean,
    "datetime": _instant,
}
