"""One case of a model, run through the engine: every step is stored and loaded again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.bpmn.timers import parse_duration
from engine.commands import broadcasts, definitions, incidents, instances, messages, tasks, timers
from engine.commands.instances import Start
from engine.commands.messages import Posted
from engine.errors import ProcessError
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.queries import history
from engine.runtime import Engine, Transaction
from tests.conformance.model import Row
from tests.conftest import MovableClock


class Run:
    """A started case of a row's model, and what can be done to it. Each act is one of those of `Row.acts`."""

    engine: ClassVar[Engine]
    clock: ClassVar[MovableClock]

    def __init__(self, row: Row) -> None:
        self.engine.run(SYSTEM, definitions.deploy, {f"{row.name}.bpmn": row.xml}, publish=True)
        self.id = self.engine.run(SYSTEM, instances.start, Start("p", variables=row.given)).id

    def do(self, element: str, variables: dict[str, Any] | None = None) -> None:
        """Complete the open task of an element, the oldest one if there are several."""
        self.engine.run(SYSTEM, tasks.complete, self._task(element), variables or {})

    def fails(self, element: str, variables: dict[str, Any] | None = None) -> None:
        """Complete a task whose step cannot be carried out."""
        task_id = self._task(element)
        with pytest.raises(ProcessError):
            incidents.carried_out(self.engine, SYSTEM, lambda tx: tasks.complete(tx, task_id, variables or {}))

    def wait(self, duration: str) -> None:
        """Let time pass, and fire what is due then."""
        self.clock.moment = _after(self.clock, duration)
        while timers.fire_due(self.engine):
            continue

    def signal(self, name: str, variables: dict[str, Any] | None = None) -> None:
        """Broadcast a signal."""
        self.engine.run(SYSTEM, broadcasts.broadcast, name, variables or {})

    def correlated(self, name: str, value: object) -> None:
        """Publish a message that carries a value to be found by."""
        self.engine.run(SYSTEM, messages.publish, Posted(name, correlation={"correlation": value}))

    def message(self, name: str, variables: dict[str, Any] | None = None) -> None:
        """Publish a message."""
        self.engine.run(SYSTEM, messages.publish, Posted(name, variables=variables or {}))

    @property
    def row(self) -> ProcessInstance:
        """The instance as it is stored."""
        return self.engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, self.id))

    @property
    def trace(self) -> str:
        """The completed elements in order, `!id` for those cancelled."""
        marks = {"element-completed": "", "element-cancelled": "!"}
        events = self.engine.read(SYSTEM, history.of_instance, self.id, 0, 5_000)
        return " ".join(f"{marks[e.type]}{e.element_id}" for e in events if e.type in marks)

    def _task(self, element: str) -> str:
        def find(tx: Transaction) -> str:
            wanted = (UserTask.instance_id == self.id, UserTask.element_id == element, UserTask.state == "open")
            return tx.session.scalars(select(UserTask.id).where(*wanted).order_by(UserTask.created_at)).all()[0]

        return self.engine.read(SYSTEM, find)


def _after(clock: MovableClock, duration: str) -> datetime:
    parsed = parse_duration(duration)
    assert parsed is not None, duration
    return parsed.after(clock.now())
