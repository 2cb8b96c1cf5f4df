"""Reporting rounds: which there are, every agency in the last of them, and who is where in one, whom to urge now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from api.pages import cursor_at, sorted_cursor
from api.web import refusals
from api.web.door import change, onward, page, read, text
from engine.commands import rounds as commands
from engine.errors import EngineError
from engine.models.directory import Agency
from engine.models.report import ReportRound
from engine.queries import directory, reports, rounds
from engine.queries.reminders import next_reminder, next_reminders
from engine.queries.rounds import RoundFilter, Standing
from engine.runtime import Transaction

blueprint = Blueprint("rounds", __name__)

PAGE = 20
COMPARED = 6
_TO_URGE = frozenset({"overdue", "returned", "reopened"})


@dataclass(frozen=True)
class Row:
    """One agency across rounds; its standing in each, by the id of the round."""

    agency: Agency
    standings: Mapping[str, Standing]


@blueprint.get("/report-rounds")
def listed() -> str:
    """The rounds that the reader sees, the latest first, each with how many agencies are where."""

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), rounds.USUAL, datetime)
        found = list(rounds.rounds(tx, RoundFilter(), after, PAGE + 1))
        shown = found[:PAGE]
        more = cursor_at((rounds.USUAL, shown[-1].opens_at, shown[-1].id)) if len(found) > PAGE else None
        summaries = {one.id: rounds.summary(rounds.matrix(tx, one)) for one in shown[:COMPARED]}
        return page("rounds.html", rounds=shown, summaries=summaries, more=more)

    return read(query)


@blueprint.get("/report-rounds/matrix")
def compared() -> str:
    """Every agency in the latest rounds."""

    def query(tx: Transaction) -> str:
        latest = list(rounds.rounds(tx, RoundFilter(), limit=COMPARED))
        return page("rounds_matrix.html", rounds=latest, rows=_rows(tx, latest))

    return read(query)


@blueprint.get("/report-rounds/<round_id>")
def shown(round_id: str) -> str:
    """One round: the counts, each agency, and whom to urge."""
    return read(lambda tx: _page(tx, round_id))


@blueprint.post("/report-rounds/<round_id>/close")
def close(round_id: str) -> Response | tuple[str, int]:
    """Close a round before its time."""
    comment = request.form.get("comment", "").replace("\x00", "").strip()
    try:
        change(lambda tx: commands.close(tx, round_id, comment, None))
    except EngineError as error:
        message = refusals.told(error)
        return read(lambda tx: _page(tx, round_id, message)), 409
    return onward("pages.rounds.shown", "closed", round_id=round_id)


@blueprint.get("/reports/<report_id>")
def report(report_id: str) -> str:
    """One agency's report with its versions, the figures beside their labels."""

    def query(tx: Transaction) -> str:
        found = reports.report(tx, report_id)
        of_round = rounds.report_round(tx, found.round_id)
        return page(
            "report.html",
            report=found,
            round=of_round,
            fields=rounds.regime_of(tx, of_round).data_form,
            standing=reports.standing(tx, found),
            coming=next_reminder(tx, found.instance_id),
            versions=list(reversed(reports.versions(tx, report_id))),
            agency=directory.agency(tx, found.agency),
        )

    return read(query)


def _page(tx: Transaction, round_id: str, problem: str | None = None) -> str:
    found = rounds.report_round(tx, round_id)
    everything = rounds.matrix(tx, found)
    wanted = text("standing")
    chosen = [row for row in everything if wanted in (None, row.standing)]
    return page(
        "round.html",
        round=found,
        regime=rounds.regime_of(tx, found),
        summary=rounds.summary(everything),
        total=len(everything),
        rows=sorted(chosen, key=lambda row: row.standing not in _TO_URGE),
        to_urge=[row for row in everything if row.standing in _TO_URGE],
        wanted=wanted,
        coming=next_reminders(tx, (row.report.instance_id for row in chosen)),
        consolidated=rounds.consolidated(tx, found.id) if tx.actor.reads_all_cases else [],
        may_close=found.state == "open" and tx.actor.holds("report_aggregator"),
        problem=problem,
    )


def _rows(tx: Transaction, latest: Sequence[ReportRound]) -> list[Row]:
    agencies: dict[str, Agency] = {}
    standings: dict[str, dict[str, Standing]] = {}
    for one in latest:
        for row in rounds.matrix(tx, one):
            agencies[row.agency.code] = row.agency
            standings.setdefault(row.agency.code, {})[one.id] = row
    return [Row(agencies[code], standings[code]) for code in sorted(agencies)]
