"""The people of a commune's plan task, and their ways through its diagrams."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.models import PlanTask
from engine.queries import plans as plan_queries
from engine.runtime import Engine
from tests.installed import COMMUNE, actor, begin, do

PROPOSAL: dict[str, Any] = {"title": "Phối hợp báo chí", "deliverable": "12 tin, bài", "due_date": "2026-04-10"}
EVIDENCE = [{"title": "Danh mục tin, bài"}]


class Cast:
    """The people of a commune's task."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.officer = actor(engine, f"{COMMUNE}.agency_officer")
        self.head = actor(engine, f"{COMMUNE}.agency_head")
        self.monitor = actor(engine, "svhtt.report_aggregator")
        self.leader = actor(engine, "ubnd.city_leader")
        self.case = begin(engine, self.officer)

    def do(self, who: Actor, element: str, **values: Any) -> None:
        """Complete a step of the case."""
        do(self.engine, who, self.case, element, **values)

    def approve(self) -> None:
        """Bring the case to its execution on the agency's own route."""
        self.do(self.officer, "propose", **PROPOSAL)
        self.do(self.head, "head_review", decision="submit")
        self.do(self.officer, "accept_assignment", decision="accept")

    def plan_task(self) -> PlanTask:
        """The plan task as stored."""
        return self.engine.read(
            SYSTEM, lambda tx: tx.session.scalars(select(PlanTask).where(PlanTask.instance_id == self.case.id)).one()
        )

    def bucket(self) -> str | None:
        """Its bucket today."""
        task = self.plan_task()
        return self.engine.read(SYSTEM, lambda tx: plan_queries.bucket_of(tx, task))

    def report(self) -> None:
        """Report the result with evidence."""
        self.do(self.officer, "execute", decision="report")
        self.do(self.officer, "report_result", result="Đã xong.", evidence=EVIDENCE)
