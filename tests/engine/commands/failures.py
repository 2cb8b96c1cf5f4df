"""A handler that fails when a test wants it to, diagrams that call it, and ways to look at the incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from engine.access import SYSTEM, Actor
from engine.commands import definitions, incidents, instances, tasks
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.models import AuditEvent, Incident, ProcessInstance, Timer, UserTask
from engine.runtime import Engine, Transaction
from tests.engine.bpmn.drawing import boundary, diagram, node

SERVICE = 'camunda:delegateExpression="trial"'
OFFICER = Actor("officer", "account-officer", request_id="request-1")


@dataclass
class Trial:
    """What the handler `trial` does: fail with `error` while there is one. `calls` counts."""

    error: Exception | None = None
    calls: int = 0
    results: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, tx: Transaction, case: Case) -> Mapping[str, Any]:
        """Fail, or give the results."""
        self.calls += 1
        if self.error is not None:
            raise self.error
        return self.results


def service(name: str = "n") -> str:
    """A service task that calls the handler."""
    return node("serviceTask", name, attributes=SERVICE)


def person(name: str) -> str:
    """A user task that names nobody: it is offered to whoever started the case."""
    return f'<bpmn:userTask id="{name}" name="{name}"/>'


def row(key: str, *middle: tuple[str, str]) -> bytes:
    """A process whose nodes stand in a row between `s` and `e`, as (id, node)."""
    names = ["s", *(name for name, _ in middle), "e"]
    nodes = [node("startEvent", "s"), *(xml for _, xml in middle), node("endEvent", "e")]
    return diagram(key, nodes, list(pairwise(names)))


AT_START = row("at_start", ("n", service()), ("b", person("b")))
AT_COMPLETION = row("at_completion", ("a", person("a")), ("n", service()), ("b", person("b")))
AT_TIMER = diagram(
    "at_timer",
    [
        node("startEvent", "s"),
        person("a"),
        boundary("late", "a", "P1D"),
        service(),
        node("endEvent", "e"),
        node("endEvent", "e2"),
    ],
    [("s", "a"), ("a", "e"), ("late", "n"), ("n", "e2")],
)
UNDEFINED = diagram(
    "undefined",
    [
        node("startEvent", "s"),
        person("a"),
        node("exclusiveGateway", "g", attributes='default="undefined_f3"'),
        person("b"),
        node("endEvent", "e"),
        node("endEvent", "e2"),
    ],
    [("s", "a"), ("a", "g"), ("g", "b", "nobody_set_this &gt; 3"), ("g", "e"), ("b", "e2")],
)
ENDLESS = diagram(
    "endless",
    [
        node("startEvent", "s"),
        person("a"),
        node("exclusiveGateway", "m"),
        node("task", "t"),
        node("exclusiveGateway", "g", attributes='default="endless_f5"'),
        node("endEvent", "e"),
    ],
    [("s", "a"), ("a", "m"), ("m", "t"), ("t", "g"), ("g", "m", "again == true"), ("g", "e")],
)


def deploy(engine: Engine, *diagrams: bytes) -> None:
    """Deploy and publish diagrams."""
    engine.run(SYSTEM, definitions.deploy, {f"{n}.bpmn": xml for n, xml in enumerate(diagrams)}, publish=True)


def begin(engine: Engine, key: str, who: Actor = OFFICER, **variables: Any) -> Case:
    """Start an instance, as a request would."""
    wanted = Start(key, variables=variables)
    return incidents.carried_out(engine, who, lambda tx: instances.start(tx, wanted), lambda _tx, case: case)


def complete(engine: Engine, task_id: str, who: Actor = OFFICER, **variables: Any) -> None:
    """Complete a task, as a request would."""
    incidents.carried_out(engine, who, lambda tx: tasks.complete(tx, task_id, variables))


def instance(engine: Engine, instance_id: str) -> ProcessInstance:
    """An instance as stored."""
    return engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, instance_id))


def where(engine: Engine, instance_id: str) -> list[str]:
    """The elements where an instance waits."""
    return sorted(element for element, _ in instance(engine, instance_id).tokens)


def open_task(engine: Engine, instance_id: str, element: str) -> str:
    """The id of the open task of an element."""
    query = select(UserTask.id).where(
        UserTask.instance_id == instance_id, UserTask.element_id == element, UserTask.state == "open"
    )
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())


def incidents_of(engine: Engine, instance_id: str) -> Sequence[Incident]:
    """The incidents of an instance, oldest first."""
    query = select(Incident).where(Incident.instance_id == instance_id).order_by(Incident.created_at)
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all())


def the_incident(engine: Engine, instance_id: str) -> Incident:
    """The only incident of an instance."""
    (found,) = incidents_of(engine, instance_id)
    return found


def history(engine: Engine, instance_id: str) -> list[str]:
    """The types of an instance's events, in order."""
    query = select(AuditEvent.type).where(AuditEvent.instance_id == instance_id).order_by(AuditEvent.seq)
    return engine.read(SYSTEM, lambda tx: list(tx.session.scalars(query)))


def timers_of(engine: Engine, instance_id: str) -> dict[str, Any]:
    """The armed timers of an instance: element id → due instant."""
    query = select(Timer.element_id, Timer.due_at).where(Timer.instance_id == instance_id)
    return engine.read(SYSTEM, lambda tx: {name: due for name, due in tx.session.execute(query)})


def count_instances(engine: Engine) -> int:
    """How many instances there are."""
    query = select(func.count()).select_from(ProcessInstance)
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())
