"""What a plain form of a page brings, beside the forms of the diagrams: texts, numbers, days, a reason, a second yes.

Rule: what is missing or malformed is named as the interface for programs names it.
"""

from __future__ import annotations

from datetime import date

from flask import request

from engine.errors import FieldProblem, InvalidDataError

LONGEST = 2000
_LARGEST_DIGITS = 9


def given(name: str, longest: int = LONGEST) -> str:
    """A field of the form without space around it; "" when there is none."""
    return request.form.get(name, "").replace("\x00", "").strip()[:longest]


def required(name: str) -> str:
    """A field that must be filled in. Raises InvalidDataError."""
    found = given(name)
    if not found:
        raise InvalidDataError([FieldProblem(name, "required", "Hãy điền mục bắt buộc.", "Fill in what is required.")])
    return found


def reason() -> str:
    """Why something is done. Raises InvalidDataError when nobody says."""
    found = given("reason")
    if not found:
        raise InvalidDataError([FieldProblem("reason", "required", "Hãy nêu lý do.", "Say why.")])
    return found


def number(name: str) -> int | None:
    """A whole number; None for what is none."""
    found = given(name)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= _LARGEST_DIGITS else None


def day(name: str) -> date | None:
    """A day; None when the field is empty. Raises InvalidDataError for what is no day."""
    found = given(name)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError as error:
        raise InvalidDataError([FieldProblem(name, "type", "Ngày không hợp lệ.", "It is no day.")]) from error


def is_confirmed() -> bool:
    """Whether the reader has seen what would happen and says yes."""
    return given("confirmed") == "yes"
