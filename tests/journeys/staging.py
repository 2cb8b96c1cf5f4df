"""A case that demo people carry on through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import instances, tasks, timers
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.models import AuditEvent, Document
from engine.models.instance import ProcessInstance
from engine.queries import tasks as task_queries
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import actor


class Stage:
    """An engine, its demo people, and the case that they carry on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.case: Case

    def begin(self, process: str, agency: str, who: str, **variables: Any) -> Case:
        """Begin a case of an obligation's process."""
        self.case = self.engine.run(
            self.person(who), instances.start, Start(process, agency=agency, variables=variables)
        )
        return self.case

    def person(self, name: str) -> Actor:
        """A demo person."""
        return actor(self.engine, name)

    def open(self, who: str, element: str, case_id: str | None = None) -> list[str]:
        """The ids of the open tasks of that element that are offered to somebody."""
        wanted = TaskFilter(candidate=True, instance_id=case_id or self.case.id)
        found = self.engine.read(self.person(who), task_queries.page, wanted)
        return [task.row["id"] for task in found if task.row["element_id"] == element]

    def do(self, who: str, element: str, **values: Any) -> None:
        """Complete the first open task of that element."""
        self.engine.run(self.person(who), tasks.complete, self.open(who, element)[0], values)

    def do_for(self, who: str, element: str, item: str, **values: Any) -> None:
        """Complete the open task of that element whose activation is for an item, such as a channel."""
        wanted = TaskFilter(candidate=True, instance_id=self.case.id)
        found = self.engine.read(self.person(who), task_queries.page, wanted)
        mine = (t.row for t in found if t.row["element_id"] == element and _names(t.row["locals"], item))
        self.engine.run(self.person(who), tasks.complete, next(mine)["id"], values)

    def row(self, kind: type[Any], **where: Any) -> Any:
        """The only row of a kind with those values; of the case, when none are given."""
        asked = where or {"instance_id": self.case.id}
        return self.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(kind).filter_by(**asked)).one())

    def events(self, case_id: str | None = None) -> list[str]:
        """The types of the case's events."""
        query = select(AuditEvent.type).where(AuditEvent.instance_id == (case_id or self.case.id))
        return list(self.engine.read(SYSTEM, lambda tx: tx.session.scalars(query.order_by(AuditEvent.seq)).all()))

    def symbols(self) -> list[str]:
        """The symbols of the case's documents, in the order of issue."""
        mine = select(Document.symbol).where(Document.instance_id == self.case.id)
        query = mine.order_by(Document.issued_at, Document.number)
        return list(self.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all()))

    @property
    def state(self) -> str:
        """The state of the case."""
        found: str = self.row(ProcessInstance, id=self.case.id).state
        return found

    def fire(self, clock: MovableClock, by: timedelta) -> None:
        """Let time pass and due timers fire."""
        clock.forward(by)
        timers.fire_due(self.engine)


def _names(activation: Mapping[str, Any], item: str) -> bool:
    """Whether an activation is for that item, or for one with that code in it."""
    return any(item == one or (isinstance(one, dict) and item in one.values()) for one in activation.values())
