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
from engine.errors import EngineError, NotFoundError
from engine.models.directory import Agency
from engine.models.report import ConsolidatedReport, ReportRound
from engine.queries import directory, naming, reports, rounds
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
        may_open = bool(tx.actor.roles & commands.OPENERS)
        return page("rounds.html", rounds=shown, summaries=summaries, more=more, may_open=may_open)

    return read(query)


@blueprint.get("/report-rounds/matrix")
def compared() -> str:
    """Every agency in the latest rounds, and whom to urge now in those that collect."""

    def query(tx: Transaction) -> str:
        latest = list(rounds.rounds(tx, RoundFilter(), limit=COMPARED))
        rows = _rows(tx, latest)
        collecting = {one.id for one in latest if one.state == "open"}
        urged = [(row, _to_urge(row, collecting)) for row in rows]
        return page(
            "rounds_matrix.html",
            rounds=latest,
            rows=rows,
            to_urge=[(row.agency, found) for row, found in urged if found],
            titles={one.id: one for one in latest},
        )

    return read(query)


@blueprint.get("/report-rounds/<round_id>/consolidated/<int:number>")
def consolidation(round_id: str, number: int) -> str:
    """What the reports of a round came to: its gaps, its figures, and of one figure each agency's share."""
    return read(lambda tx: _consolidation(tx, rounds.report_round(tx, round_id), number))


@blueprint.get("/report-rounds/<round_id>")
def shown(round_id: str) -> str:
    """One round: the counts, each agency, and whom to urge."""
    return read(lambda tx: told(tx, round_id))


@blueprint.post("/report-rounds/<round_id>/close")
def close(round_id: str) -> Response | tuple[str, int]:
    """Close a round before its time."""
    comment = request.form.get("comment", "").replace("\x00", "").strip()
    try:
        change(lambda tx: commands.close(tx, round_id, comment, None))
    except EngineError as error:
        message = refusals.told(error)
        return read(lambda tx: told(tx, round_id, message)), 409
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
            used=_used(tx, report_id) if tx.actor.reads_all_cases else [],
            versions=list(reversed(reports.versions(tx, report_id))),
            agency=directory.agency(tx, found.agency),
        )

    return read(query)


def _consolidation(tx: Transaction, found: ReportRound, number: int) -> str:
    made = _made(tx, found, number)
    frozen, figures = rounds.frozen(made), reports.figures_of(tx, made.id)
    chosen = next((one for one in figures if one.field == text("figure")), None)
    sourced = reports.sources_of(tx, chosen) if chosen else None
    shares = sourced.sources if sourced else []
    gaps = {name: frozen[name] for name in ("missing", "late", "nothing_to_report")}
    codes = [*(code for codes in gaps.values() for code in codes), *(source.agency for source, _ in shares)]
    return page(
        "consolidation.html",
        round=found,
        made=made,
        gaps=gaps,
        accepted=len(frozen["accepted"]),
        figures=figures,
        fields={row["id"]: row for row in rounds.regime_of(tx, found).data_form},
        chosen=chosen,
        shares=shares,
        agencies=naming.agencies(tx, codes),
        people=naming.people(tx, [made.frozen_by, made.signed_by]),
    )


def _made(tx: Transaction, found: ReportRound, number: int) -> ConsolidatedReport:
    known: Sequence[ConsolidatedReport] = rounds.consolidated(tx, found.id) if tx.actor.reads_all_cases else ()
    for one in known:
        if one.number == number:
            return one
    raise NotFoundError("consolidated-report", str(number))


def _to_urge(row: Row, collecting: set[str]) -> list[tuple[str, Standing]]:
    """In which of the rounds that collect an agency is to be urged."""
    return [(id_, at) for id_, at in row.standings.items() if id_ in collecting and at.standing in _TO_URGE]


def _used(tx: Transaction, report_id: str) -> list[tuple[int, int]]:
    """The consolidated reports that took figures from a report: their numbers, with how many figures."""
    found: dict[str, int] = {}
    for one in reports.uses(tx, report_id):
        found[one.figure.consolidated_id] = found.get(one.figure.consolidated_id, 0) + 1
    made = {code: reports.consolidated(tx, code) for code in found}
    return sorted((one.number, found[code]) for code, one in made.items() if one)


def told(tx: Transaction, round_id: str, problem: str | None = None) -> str:
    """The page of a round, with what was refused."""
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
        typed=request.form,
    )


def _rows(tx: Transaction, latest: Sequence[ReportRound]) -> list[Row]:
    agencies: dict[str, Agency] = {}
    standings: dict[str, dict[str, Standing]] = {}
    for one in latest:
        for row in rounds.matrix(tx, one):
            agencies[row.agency.code] = row.agency
            standings.setdefault(row.agency.code, {})[one.id] = row
    return [Row(agencies[code], standings[code]) for code in sorted(agencies)]
