"""What the aggregator does with rounds: opening one, giving agencies more time in it.

Rule: more time is given to each agency in a transaction of its own, so that one that cannot have it holds up no other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request

from api.web import refusals, rounds
from api.web.door import change, onward, page, read
from engine import deadlines
from engine.commands import extensions
from engine.commands import rounds as commands
from engine.commands.extensions import Extension
from engine.commands.rounds import RoundRequest
from engine.errors import ConflictError, EngineError, FieldProblem, InvalidDataError, NotFoundError
from engine.models.report import ReportRegime
from engine.queries import regimes
from engine.queries import rounds as queries
from engine.queries.regimes import RegimeFilter
from engine.runtime import Transaction
from engine.schedules import AGENCY

blueprint = Blueprint("collecting", __name__, url_prefix="/report-rounds")

_MANY = 100


@dataclass(frozen=True)
class Occasion:
    """A round that could be opened: of a period of a regime, or (no period) an ad hoc one."""

    regime: ReportRegime
    period: str

    @property
    def code(self) -> str:
        """What the form calls it."""
        return f"{self.regime.key}/{self.period}"


@blueprint.get("/new")
def new() -> str:
    """Which rounds could be opened now."""
    return read(lambda tx: _opening(tx, ()))


@blueprint.post("/new")
def open_round() -> Response | tuple[str, int]:
    """Open a round at once: one report for every agency in force today."""
    try:
        made = change(lambda tx: commands.open_now(tx, _wanted()).id)
    except InvalidDataError as error:
        found = error.problems
        return read(lambda tx: _opening(tx, found)), 422
    except (ConflictError, NotFoundError) as error:
        message = refusals.told(error)
        return read(lambda tx: _opening(tx, (), message)), 409
    return onward("pages.rounds.shown", "opened", round_id=made)


@blueprint.post("/<round_id>/extension")
def extend(round_id: str) -> Response | tuple[str, int]:
    """Give all agencies more time that have their report in hand."""
    try:
        given = Extension(_day("new_due_date"), _typed("reason"), _typed("document"))
        waiting = change(lambda tx: _extended(tx, round_id, given))
    except EngineError as error:
        message = refusals.told(error)
        return read(lambda tx: rounds.told(tx, round_id, message)), 409
    refused = [message for report_id in waiting if (message := _one_extended(report_id, given))]
    if refused:
        told = f"{len(refused)}/{len(waiting)}: {refused[0]}"
        return read(lambda tx: rounds.told(tx, round_id, told)), 409
    return onward("pages.rounds.shown", "extended", round_id=round_id)


def _extended(tx: Transaction, round_id: str, given: Extension) -> list[str]:
    """The reports that are to be given more time, once their round has it."""
    extensions.extend_round(tx, round_id, given)
    return extensions.open_reports(tx, round_id, given.new_due_date)


def _one_extended(report_id: str, given: Extension) -> str:
    """Give one agency more time; why it was refused, or nothing."""
    try:
        change(lambda tx: extensions.extend(tx, report_id, given))
    except EngineError as error:
        return refusals.told(error)
    return ""


def _opening(tx: Transaction, problems: Collection[FieldProblem], refused: str | None = None) -> str:
    today = deadlines.local_date(tx.now)
    known = queries.known_periods(tx)
    found = list(regimes.regimes(tx, RegimeFilter(at=today), limit=_MANY))
    coming = [Occasion(one, p.code) for one in found for p in regimes.next_periods(tx, one, today)]
    return page(
        "round_new.html",
        periodic=[one for one in coming if (one.regime.key, one.period) not in known],
        ad_hoc=[Occasion(one, "") for one in found],
        problems={one.field: one for one in problems},
        refused=refused,
        typed=request.form,
        may_open=bool(tx.actor.roles & commands.OPENERS),
    )


def _wanted() -> RoundRequest:
    key, _, period = _typed("occasion").partition("/")
    if period:
        return RoundRequest(key, period)
    due: dict[str, date] = {AGENCY: _day("due_dates")} if _typed("due_dates") else {}
    return RoundRequest(key, title_vi=_typed("title_vi") or None, due_dates=due)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").strip()[:1000]


def _day(name: str) -> date:
    try:
        return date.fromisoformat(_typed(name))
    except ValueError as error:
        message_vi = "Phải là một ngày, ví dụ 24/11/2026."
        raise InvalidDataError([FieldProblem(name, "date", message_vi, "It must be a day.")]) from error
