"""Figures that cannot mislead: each with its numerator, denominator and formula."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.errors import speaks_english
from api.pages import whole
from api.schemas.fields import listing
from api.schemas.statistics import BucketsQuery, CycleTimeOut, CycleTimesQuery, GroupOut
from api.v1.noun import Noun
from engine.buckets import Buckets, figures
from engine.queries import statistics as queries
from engine.queries.plans import PlanTaskFilter
from engine.queries.statistics import CycleTime, Group, Tally
from engine.runtime import Transaction

blueprint = Noun("statistics", "/api/v1/statistics", "Số liệu thống kê")


@blueprint.at("/buckets", methods=["GET"])
@blueprint.takes(BucketsQuery, "query")
@blueprint.gives(200, listing(GroupOut))
def get_buckets() -> Response:
    """The four counts of plan tasks, by agency, obligation, content line or reporting period, with the rates.

    By period, the reports of that period are counted beside them.
    """
    given, english = arguments(BucketsQuery()), speaks_english()
    group_by = given.pop("group_by")

    def query(tx: Transaction) -> Answer:
        found = queries.buckets(tx, group_by, PlanTaskFilter(**given))
        return whole([_group(group, english=english) for group in found])

    return look(query)


@blueprint.at("/cycle-times", methods=["GET"])
@blueprint.takes(CycleTimesQuery, "query")
@blueprint.gives(200, listing(CycleTimeOut))
def get_cycle_times() -> Response:
    """How long the steps of a process take, from offer to completion."""
    given, english = arguments(CycleTimesQuery()), speaks_english()

    def query(tx: Transaction) -> Answer:
        return whole([_cycle(c, english=english) for c in queries.cycle_times(tx, given["process_key"])])

    return look(query)


def _group(group: Group, *, english: bool) -> dict[str, Any]:
    reports = _tally(group.reports, english=english) if group.reports is not None else None
    return {"key": group.key, **_tally(group, english=english), "reports": reports}


def _tally(counted: Group | Tally, *, english: bool) -> dict[str, Any]:
    current, original = (
        {"buckets": _counts(counts), "figures": _figures(counts, english=english)}
        for counts in (counted.current, counted.original)
    )
    return {**current, "original": original}


def _counts(counts: Buckets) -> dict[str, int]:
    return asdict(counts) | {"total": counts.total}


def _figures(counts: Buckets, *, english: bool) -> list[dict[str, Any]]:
    shown = []
    for figure in figures(counts):
        told = asdict(figure)
        formulas = told.pop("formula_vi"), told.pop("formula_en")
        shown.append(told | {"formula": formulas[english]})
    return shown


def _cycle(cycle: CycleTime, *, english: bool) -> dict[str, Any]:
    told = asdict(cycle)
    names = told.pop("name_vi"), told.pop("name_en")
    return told | {"name": names[english]}
