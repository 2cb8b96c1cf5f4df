"""The working calendar of a year at a glance: what is not worked, what is made up for, and by which document.

Rule: days are changed by those whom the engine allows it, with the document behind the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request

from api.web import refusals
from api.web.door import change, goto, page, read, text
from engine import deadlines
from engine.calendar import WORKED, DecidedDay
from engine.commands import calendar as commands
from engine.commands.calendar import Decision
from engine.errors import EngineError, FieldProblem, InvalidDataError
from engine.queries import calendar as queries
from engine.runtime import Transaction

blueprint = Blueprint("calendar", __name__)

_FIRST, _LAST = 2000, 2100
_DECEMBER = 12
_PLAIN = frozenset({"working_day", "weekend"})


@dataclass(frozen=True)
class Month:
    """One month: its weeks from Monday on; None where a day belongs to another month."""

    number: int
    weeks: Sequence[Sequence[tuple[DecidedDay, float] | None]]


@blueprint.get("/calendar")
def year() -> str:
    """A year, this one unless another is asked for."""
    return read(lambda tx: _page(tx, _asked(tx), None))


@blueprint.post("/calendar/days")
def decide() -> Response | tuple[str, int]:
    """Decide about a day."""
    form = request.form
    try:
        day = _day(form.get("day", ""))
        named = form.get("name_vi", "").strip(), form.get("name_en", "").strip() or form.get("name_vi", "").strip()
        decision = Decision(form.get("kind", ""), form.get("document", "").strip(), None, *named)
        change(lambda tx: commands.change_day(tx, day, decision))
    except EngineError as error:
        message = refusals.told(error)
        return read(lambda tx: _page(tx, _asked(tx), message)), 422
    return goto(f"/calendar?year={day.year}&note=decided")


def _asked(tx: Transaction) -> int:
    given = text("year") or ""
    found = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else 0
    return found if _FIRST <= found <= _LAST else deadlines.local_date(tx.now).year


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        problem = FieldProblem("day", "type", "Hãy chọn ngày.", "Choose a day.")
        raise InvalidDataError([problem]) from error


def _page(tx: Transaction, year: int, problem: str | None) -> str:
    days = queries.days(tx, date(year, 1, 1), date(year, _DECEMBER, 31))
    return page(
        "calendar.html",
        year=year,
        months=[_month(number, days) for number in range(1, _DECEMBER + 1)],
        special=[(day, worked) for day, worked in days if day.kind not in _PLAIN],
        working_days=sum(worked for _, worked in days),
        today=deadlines.local_date(tx.now),
        kinds=list(WORKED),
        may_change=bool(tx.actor.roles & commands.DECIDERS),
        problem=problem,
    )


def _month(number: int, days: Sequence[tuple[DecidedDay, float]]) -> Month:
    own = [pair for pair in days if pair[0].day.month == number]
    cells: list[tuple[DecidedDay, float] | None] = [*([None] * own[0][0].day.weekday()), *own]
    cells += [None] * (-len(cells) % 7)
    return Month(number, [cells[start : start + 7] for start in range(0, len(cells), 7)])
