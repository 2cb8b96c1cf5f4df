"""Versions of small processes, and ways to take a case from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from engine.access import Actor, Grant
from engine.bpmn.relocation import Relocation
from engine.commands import migration
from engine.commands.migration import Migration
from engine.models import AuditEvent, EventSubscription, Timer, UserTask
from engine.runtime import Engine
from tests.engine.bpmn.drawing import HEAD, Link, boundary, node
from tests.engine.commands.failures import begin, deploy, person

SYSADMIN = Actor("admin", "account-admin", (Grant("sysadmin", None),), request_id="request-2")
MESSAGES = "".join(f'<bpmn:message id="m_{n}" name="{n}"/>' for n in ("order", "reply"))
START, END = node("startEvent", "s"), node("endEvent", "e")
FORK, JOIN = node("parallelGateway", "fork"), node("parallelGateway", "join")


def drawn(nodes: Sequence[str], links: Sequence[Link], key: str = "p") -> bytes:
    """A process with messages; a link is (source, target), and its flow is called after both."""
    flows = "".join(f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in links)
    process = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{"".join(nodes)}{flows}</bpmn:process>'
    return (HEAD + MESSAGES + process + "</bpmn:definitions>").encode()


def line(*names: str) -> bytes:
    """User tasks in a row."""
    every = ["s", *names, "e"]
    return drawn([START, *map(person, names), END], list(pairwise(every)))


def forked(*names: str) -> bytes:
    """User tasks in parallel between a fork and a join, and then `after`."""
    links: list[Link] = [("s", "fork"), ("join", "after"), ("after", "e")]
    for name in names:
        links += [("fork", name), (name, "join")]
    return drawn([START, FORK, *map(person, names), JOIN, person("after"), END], links)


def timed(text: str | None, name: str = "late", *, interrupting: bool = False) -> bytes:
    """A user task `a`, with a timer on it unless `text` is None."""
    nodes, links = [START, person("a"), END], [("s", "a"), ("a", "e")]
    if text is not None:
        nodes += [boundary(name, "a", text, interrupting=interrupting), person("remind"), node("endEvent", "e2")]
        links += [(name, "remind"), ("remind", "e2")]
    return drawn(nodes, links)


def inside(*names: str, kind: str = "subProcess") -> bytes:
    """A sub-process `sub` with user tasks in a row, then `after`."""
    every = ["si", *names, "ei"]
    inner = node("startEvent", "si") + "".join(map(person, names)) + node("endEvent", "ei")
    pairs = pairwise(every)
    inner += "".join(f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
    nodes = [START, f'<bpmn:{kind} id="sub" name="sub">{inner}</bpmn:{kind}>', person("after"), END]
    return drawn(nodes, [("s", "sub"), ("sub", "after"), ("after", "e")])


def running(engine: Engine, first: bytes, second: bytes, **variables: Any) -> str:
    """The id of a case of the first version, when the second is deployed."""
    deploy(engine, first)
    case = begin(engine, "p", **variables)
    deploy(engine, second)
    return case.id


def plan(engine: Engine, instance_id: str, mapping: dict[str, str] | None = None) -> Relocation:
    """A dry run to the second version."""
    return engine.read(SYSADMIN, migration.plan, instance_id, Migration(2, mapping or {}))


def migrate(engine: Engine, instance_id: str, mapping: dict[str, str] | None = None, reason: str = "") -> Relocation:
    """Take a case over to the second version."""
    return engine.run(SYSADMIN, migration.migrate, instance_id, Migration(2, mapping or {}, reason))


def refused(found: Relocation) -> list[tuple[str, str]]:
    """What is refused: element and rule."""
    return [(f.element, f.rule) for f in found.refused]


def armed(engine: Engine, instance_id: str) -> dict[str, tuple[str, datetime]]:
    """The armed timers of a case: element → (id, due)."""
    query = select(Timer.element_id, Timer.id, Timer.due_at).where(Timer.instance_id == instance_id)
    return engine.read(SYSADMIN, lambda tx: {name: (i, due) for name, i, due in tx.session.execute(query)})


def subscribed(engine: Engine, instance_id: str) -> dict[str, str]:
    """The subscriptions of a case: element → name."""
    query = select(EventSubscription.element_id, EventSubscription.name).where(
        EventSubscription.instance_id == instance_id
    )
    return engine.read(SYSADMIN, lambda tx: {element: name for element, name in tx.session.execute(query)})


def tasks_of(engine: Engine, instance_id: str) -> dict[str, UserTask]:
    """The open tasks of a case, by element."""
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
    return engine.read(SYSADMIN, lambda tx: {t.element_id: t for t in tx.session.scalars(query)})


def event(engine: Engine, instance_id: str, kind: str) -> AuditEvent:
    """The one event of that type."""
    query = select(AuditEvent).where(AuditEvent.instance_id == instance_id, AuditEvent.type == kind)
    return engine.read(SYSADMIN, lambda tx: tx.session.scalars(query).one())
