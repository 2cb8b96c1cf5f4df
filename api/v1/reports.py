"""Reports of agencies, and the consolidated ones: their versions, and where their figures come from."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import body
from api.contract import Answer, expected_version, look, perform
from api.pages import page, sorted_cursor, wanted
from api.schemas.documents import DocumentOut, UrgingLetterIn
from api.schemas.fields import Nothing, SearchIn, listing
from api.schemas.reporting import (
    ConsolidatedOut,
    LineageOut,
    MoreTimeIn,
    ReopenIn,
    ReportDetailOut,
    ReportOut,
    ReportQuery,
    ReportVersionOut,
)
from api.v1.documents import document_json
from api.v1.noun import Noun
from api.v1.reminding import reminder_json
from engine.commands import extensions, reports, urging_letters
from engine.commands.extensions import Extension
from engine.models.report import ConsolidatedReport, Report, ReportRound
from engine.queries import reports as queries
from engine.queries.documents import Entry
from engine.queries.reminders import next_reminder
from engine.queries.reports import ReportFilter, Sourced
from engine.queries.rounds import regime_of
from engine.runtime import Transaction

blueprint = Noun("reports", "/api/v1/reports", "Báo cáo của cơ quan và báo cáo tổng hợp")


@blueprint.at("", methods=["GET"])
@blueprint.takes(ReportQuery, "query")
@blueprint.gives(200, listing(ReportOut))
def list_reports() -> Response:
    """The agencies' reports that the actor may see."""
    return _list_reports(wanted(ReportQuery(), searched=False))


@blueprint.at("/search", methods=["POST"])
@blueprint.takes(SearchIn)
@blueprint.gives(200, listing(ReportOut))
def search_reports() -> Response:
    """The same list, asked for by a body {filter, sort, page}."""
    return _list_reports(wanted(ReportQuery(), searched=True))


@blueprint.at("/<report_id>", methods=["GET"])
@blueprint.gives(200, ReportDetailOut)
def get_report(report_id: str) -> Response:
    """An agency's report with its form and every version; or a consolidated report with its frozen bytes."""

    def query(tx: Transaction) -> Answer:
        made = queries.consolidated(tx, report_id)
        return _report(tx, queries.report(tx, report_id)) if made is None else _consolidated(made)

    return look(query)


@blueprint.at("/<report_id>/lineage", methods=["GET"])
@blueprint.gives(200, LineageOut)
def get_lineage(report_id: str) -> Response:
    """Each figure of a consolidated report with its sources; or the figures that an agency's report gave to."""

    def query(tx: Transaction) -> Answer:
        if queries.consolidated(tx, report_id) is not None:
            return _lineage(tx, report_id, "consolidated", queries.lineage(tx, report_id))
        queries.report(tx, report_id)
        return _lineage(tx, report_id, "report", queries.uses(tx, report_id))

    return look(query)


@blueprint.at("/<report_id>/reopen", methods=["POST"])
@blueprint.takes(ReopenIn)
@blueprint.gives(200, ReportDetailOut)
def reopen_report(report_id: str) -> Response:
    """Open an accepted report again for its agency, with a reason and a due date of its own."""
    given = body(ReopenIn())
    return perform(lambda tx: _report(tx, reports.reopen(tx, report_id, given["reason"], given["new_due_date"])))


@blueprint.at("/<report_id>/extension", methods=["POST"])
@blueprint.takes(MoreTimeIn)
@blueprint.gives(200, ReportDetailOut)
def extend_report(report_id: str) -> Response:
    """Give an agency more time for its report, with a reason and the document; the first due date stays on record."""
    given, expected = Extension(**body(MoreTimeIn())), expected_version()
    return perform(lambda tx: _report(tx, extensions.extend(tx, report_id, given, expected)))


@blueprint.at("/<report_id>/transfer", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, ReportDetailOut)
def transfer_report(report_id: str) -> Response:
    """Hand the open report of an agency that is no more to its successor."""
    body(Nothing())
    return perform(lambda tx: _report(tx, reports.transfer(tx, report_id)))


@blueprint.at("/<report_id>/urging-letters", methods=["POST"])
@blueprint.takes(UrgingLetterIn)
@blueprint.gives(201, DocumentOut)
def sign_urging_letter(report_id: str) -> Response:
    """Sign the letter that urges an agency to report, as the aggregator's head; it is numbered in the same step."""
    given = body(UrgingLetterIn())

    def act(tx: Transaction) -> Answer:
        made = urging_letters.sign(tx, report_id, given["unit"], given["answer_by"])
        return Answer(document_json(Entry(made, None)), 201)

    return perform(act)


def _list_reports(given: dict[str, Any]) -> Response:
    limit, sort, total = (given.pop(name) for name in ("limit", "sort", "total"))
    order = queries.ORDERS[sort]
    after = sorted_cursor(given.pop("cursor"), sort, order.kind)
    narrowed = ReportFilter(given["report_round"], given["agency"], given["state"], given["late"])

    def position(one: Report) -> tuple[Any, ...]:
        return sort, *order.place(getattr(one, order.name), one.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.reports(tx, narrowed, after, limit + 1, sort))
        counted = queries.count_reports(tx, narrowed) if total else None
        return page(found, limit, ReportOut().dump, position, counted)

    return look(query)


def _report(tx: Transaction, found: Report) -> Answer:
    tx.flush()
    regime = regime_of(tx, tx.session.get_one(ReportRound, found.round_id))
    shown = ReportOut().dump(found) | {
        "standing": queries.standing(tx, found),
        "due_explanation": found.due_explanation,
        "next_reminder": reminder_json(next_reminder(tx, found.instance_id)),
        "data_form": regime.data_form,
        "prefilled": found.prefilled,
        "versions": ReportVersionOut(many=True).dump(queries.versions(tx, found.id)),
    }
    return Answer(shown, version=found.version)


def _consolidated(made: ConsolidatedReport) -> Answer:
    shown = ConsolidatedOut(exclude=["frozen"]).dump(made)
    return Answer(shown | {"frozen": made.frozen.decode()})


def _lineage(tx: Transaction, report_id: str, kind: str, found: list[Sourced]) -> Answer:
    """Figures with their sources; the City's own totals only for whoever sees all reports."""
    sees_all = tx.actor.reads_all_cases
    return Answer({"id": report_id, "kind": kind, "figures": [_figure(one, with_value=sees_all) for one in found]})


def _figure(one: Sourced, *, with_value: bool) -> dict[str, Any]:
    figure = one.figure
    sources = [
        {
            "agency": source.agency,
            "report": version.report_id,
            "version": version.number,
            "submitted_at": version.submitted_at,
            "value": source.value,
        }
        for source, version in one.sources
    ]
    return {
        "consolidated": figure.consolidated_id,
        "field": figure.field,
        "aggregation": figure.aggregation,
        "value": figure.value if with_value else None,
        "sources": sources,
    }
