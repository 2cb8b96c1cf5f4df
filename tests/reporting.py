"""A reporting round with a few agencies or all of them, and ways to act in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from engine.access import SYSTEM, Actor
from engine.commands import instances, regimes, rounds, tasks, timers
from engine.commands.regimes import RegimeText
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.models import Report, ReportRound
from engine.queries import reports as report_queries
from engine.queries import rounds as queries
from engine.queries import tasks as task_queries
from engine.queries.reports import ReportFilter
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor

QUARTER = "2026-quarterly-01"
FIGURES: dict[str, Any] = {"tasks_total": 4, "items_published": 10, "online_rate": "80.5"}
FEW = (COMMUNE, "c-ba-vi", "skhcn")


def trial_regime(key: str = "trial-quarterly", **changes: Any) -> RegimeText:
    """A regime with one field, in force from 2026."""
    said: dict[str, Any] = {
        "key": key,
        "name_vi": "Báo cáo thử",
        "name_en": "Trial report",
        "content": "Nội dung thử",
        "data_form": [_field("items", "long", "sum")],
        "reporters": [COMMUNE],
        "frequency": "quarterly",
        "clause": "V.1.d",
        "valid_from": date(2026, 1, 1),
        "tiers": [{"tier": t, "day": d} for t, d in (("agency", 18), ("aggregator", 22), ("city", 25))],
    }
    return RegimeText(**{**said, **changes})


def _field(code: str, kind: str, aggregation: str) -> dict[str, Any]:
    return {"id": code, "label_vi": code, "label_en": code, "type": kind, "aggregation": aggregation}


class RoundScene:
    """One open round of the plan's quarterly regime, and its people."""

    def __init__(self, engine: Engine, reporters: Sequence[str] = (), request: RoundRequest | None = None) -> None:
        self.engine = engine
        engine.run(SYSTEM, regimes.load_defaults)
        asked = request or RoundRequest(QUARTERLY, QUARTER, reporters=reporters)
        self.id = engine.run(SYSTEM, rounds.open_now, asked).id
        self.aggregator = actor(engine, "svhtt.report_aggregator")
        self.director = actor(engine, "svhtt.agency_head")
        self.clerk = actor(engine, "svhtt.records_clerk")
        self.office = actor(engine, "vpub.city_office")
        self.leader = actor(engine, "ubnd.city_leader")

    @property
    def round(self) -> ReportRound:
        """The round as stored."""
        return self.engine.read(SYSTEM, queries.report_round, self.id)

    def report(self, agency: str) -> Report:
        """An agency's report as stored."""
        wanted = ReportFilter(round_id=self.id, agency=agency)
        (found,) = self.engine.read(SYSTEM, report_queries.reports, wanted)
        return found

    def standings(self) -> dict[str, str]:
        """Where each agency is."""
        found = self.engine.read(SYSTEM, lambda tx: queries.matrix(tx, queries.report_round(tx, self.id)))
        return {row.report.agency: row.standing for row in found}

    def submit(self, agency: str, **draft: Any) -> None:
        """Have an agency draft and submit its report; with the usual figures unless others are given."""
        case_id = self.report(agency).instance_id or ""
        values = draft or {"figures": FIGURES}
        self.complete(actor(self.engine, f"{agency}.agency_officer"), case_id, "draft_report", **values)
        self.complete(actor(self.engine, f"{agency}.agency_head"), case_id, "head_submit", decision="submit")

    def accept(self, agency: str) -> None:
        """Have the aggregator accept what an agency submitted."""
        self.check(agency, decision="accept")

    def check(self, agency: str, **values: Any) -> None:
        """Have the aggregator decide about what an agency submitted."""
        self.complete(self.aggregator, self.report(agency).instance_id or "", "check_report", **values)

    def act(self, who: Actor, element: str, **values: Any) -> None:
        """Do a step of the round itself."""
        self.complete(who, self.round.instance_id or "", element, **values)

    def offered(self, who: Actor, case_id: str) -> dict[str, str]:
        """The open tasks of a case that are offered to somebody: element id → task id."""
        found = self.engine.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case_id))
        return {task.row["element_id"]: task.row["id"] for task in found}

    def complete(self, who: Actor, case_id: str, element: str, **values: Any) -> None:
        """Complete the task of that element."""
        self.engine.run(who, tasks.complete, self.offered(who, case_id)[element], values)

    def cancel(self, agency: str) -> None:
        """Cancel the case of an agency's report."""
        self.engine.run(self.aggregator, instances.cancel, self.report(agency).instance_id or "", "thử")

    def sign(self) -> None:
        """Bring the closed round to UBND: drafted, signed, numbered."""
        self.act(self.aggregator, "draft_consolidated_report", narrative="Kết quả quý I.")
        self.act(self.director, "director_review", decision="approve")
        self.act(self.clerk, "issue_report", doc_number="45/BC-SVHTT", issued_on="2026-03-23")


def live_until(engine: Engine, clock: MovableClock, moment: datetime) -> list[str]:
    """Let time pass hour by hour, firing what is due; the local hours at which something fired."""
    fired = []
    while clock.moment < moment:
        clock.forward(min(timedelta(hours=1), moment - clock.moment))
        if timers.fire_due(engine, 1000):
            fired.append((clock.moment + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M"))
    return fired
