"""Reporting rounds: who has reported in one, opening, closing, and correcting what was consolidated."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.batches import perform_each
from api.bodies import arguments, body
from api.contract import Answer, done_once, expected_version, idempotency_key, look, perform
from api.pages import page, sorted_cursor, whole
from api.schemas.fields import Reason, listing
from api.schemas.reporting import (
    CloseIn,
    FreezeOut,
    MoreTimeIn,
    ReportOut,
    ReportRoundDetailOut,
    ReportRoundIn,
    ReportRoundOut,
    ReportRoundQuery,
    RoundExtendedOut,
    StandingOut,
)
from api.v1.noun import Noun
from api.v1.reminding import reminder_json
from engine.commands import extensions, rounds
from engine.commands.extensions import Extension
from engine.commands.rounds import RoundRequest
from engine.models.report import ReportRound
from engine.queries import rounds as queries
from engine.queries.reminders import Reminder, next_reminders
from engine.queries.rounds import RoundFilter, Standing
from engine.runtime import Transaction

blueprint = Noun("report-rounds", "/api/v1/report-rounds", "Đợt báo cáo")

_STANDING = StandingOut(exclude=["report", "standing", "name_vi", "name_en", "next_reminder"])


@blueprint.at("", methods=["GET"])
@blueprint.takes(ReportRoundQuery, "query")
@blueprint.gives(200, listing(ReportRoundOut))
def list_rounds() -> Response:
    """The rounds that the actor may see, the latest first."""
    given = arguments(ReportRoundQuery())
    order = queries.ORDERS[given["sort"]]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)
    wanted = RoundFilter(given["regime"], given["period"], given["state"])

    def query(tx: Transaction) -> Answer:
        found = list(queries.rounds(tx, wanted, after, given["limit"] + 1, given["sort"]))
        total = queries.count_rounds(tx, wanted) if given["total"] else None

        def position(one: ReportRound) -> tuple[Any, ...]:
            return given["sort"], *order.place(getattr(one, order.name), one.id)

        return page(found, given["limit"], lambda one: _round(tx, one), position, total)

    return look(query)


@blueprint.at("", methods=["POST"])
@blueprint.takes(ReportRoundIn)
@blueprint.gives(201, ReportRoundDetailOut)
def open_round() -> Response:
    """Open a round at once, ad hoc or of a period: one report for every agency in force today."""
    request = RoundRequest(**body(ReportRoundIn()))
    return perform(lambda tx: _answer(tx, rounds.open_now(tx, request), 201))


@blueprint.at("/<round_id>", methods=["GET"])
@blueprint.gives(200, ReportRoundDetailOut)
def get_round(round_id: str) -> Response:
    """One round, with how many agencies are where."""
    return look(lambda tx: _answer(tx, queries.report_round(tx, round_id)))


@blueprint.at("/<round_id>/matrix", methods=["GET"])
@blueprint.gives(200, listing(StandingOut))
def get_matrix(round_id: str) -> Response:
    """Where each agency is: pending, submitted, late, returned, accepted, missing …"""

    def query(tx: Transaction) -> Answer:
        rows = queries.matrix(tx, queries.report_round(tx, round_id))
        coming = next_reminders(tx, [row.report.instance_id for row in rows])
        return whole([_standing(row, coming.get(row.report.instance_id or "")) for row in rows])

    return look(query)


@blueprint.at("/<round_id>/close", methods=["POST"])
@blueprint.takes(CloseIn)
@blueprint.gives(200, ReportRoundDetailOut)
def close_round(round_id: str) -> Response:
    """Close a round before its time; who is missing and who was late is listed by name."""
    given, expected = body(CloseIn()), expected_version()
    return perform(lambda tx: _answer(tx, rounds.close(tx, round_id, given["comment"], expected)))


@blueprint.at("/<round_id>/extension", methods=["POST"])
@blueprint.takes(MoreTimeIn)
@blueprint.gives(200, RoundExtendedOut)
def extend_round(round_id: str) -> Response:
    """Give all agencies more time that have their report in hand, each by itself: a result for every report."""
    given, expected = Extension(**body(MoreTimeIn())), expected_version()

    def move_round(tx: Transaction) -> Answer:
        extensions.extend_round(tx, round_id, given, expected)
        return Answer(extensions.open_reports(tx, round_id, given.new_due_date))

    def extend_one(tx: Transaction, report_id: str) -> Any:
        return ReportOut().dump(extensions.extend(tx, report_id, given))

    waiting, _ = done_once(idempotency_key(), move_round)
    return perform_each(waiting.body, extend_one)


@blueprint.at("/<round_id>/corrections", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(201, FreezeOut)
def correct_round(round_id: str) -> Response:
    """Consolidate anew from what is accepted by now; what was frozen before stays as it is."""
    given = body(Reason())
    return perform(lambda tx: Answer(FreezeOut().dump(rounds.correct(tx, round_id, given["reason"])), 201))


def _answer(tx: Transaction, found: ReportRound, status: int = 200) -> Answer:
    tx.flush()
    made = queries.consolidated(tx, found.id) if tx.actor.reads_all_cases else []
    shown = _round(tx, found) | {
        "regime_version": queries.regime_of(tx, found).version,
        "summary": queries.summary(queries.matrix(tx, found)),
        "consolidated": FreezeOut(many=True).dump(made),
    }
    return Answer(shown, status, found.version)


def _round(tx: Transaction, found: ReportRound) -> dict[str, Any]:
    shown: dict[str, Any] = ReportRoundOut().dump(found)
    return shown if tx.actor.reads_all_cases else shown | {"missing": [], "late": []}


def _standing(row: Standing, coming: Reminder | None) -> dict[str, Any]:
    report, agency = row.report, row.agency
    shown: dict[str, Any] = _STANDING.dump(report)
    return shown | {
        "report": report.id,
        "standing": row.standing,
        "name_vi": agency.name_vi,
        "name_en": agency.name_en,
        "next_reminder": reminder_json(coming),
    }
