"""Small diagrams that wait for messages and signals, or throw them, and ways to look at what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import definitions, instances
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.models import AuditEvent, Message, ProcessInstance
from engine.runtime import Engine, Transaction
from tests.engine.bpmn.drawing import HEAD, Link, node

NAMES = ("order", "reply", "alarm", "never")
MESSAGES = "".join(f'<bpmn:message id="m_{n}" name="{n}"/><bpmn:signal id="s_{n}" name="{n}"/>' for n in NAMES)


def message(name: str) -> str:
    """A message definition."""
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


def signal(name: str) -> str:
    """A signal definition."""
    return f'<bpmn:signalEventDefinition signalRef="s_{name}"/>'


def correlated(expression: str) -> str:
    """The one value that a message must carry, or carries."""
    inside = f'<camunda:properties><camunda:property name="correlation" value="{expression}"/></camunda:properties>'
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def drawn(key: str, nodes: Sequence[str], links: Sequence[Link], attributes: str = "") -> bytes:
    """A process with the messages and signals of NAMES."""
    flows = "".join(
        f'<bpmn:sequenceFlow id="{key}_f{n}" sourceRef="{source}" targetRef="{target}"/>'
        for n, (source, target) in enumerate(links)
    )
    process = f'<bpmn:process id="{key}" name="{key}" isExecutable="true" {attributes}>{"".join(nodes)}{flows}'
    return (HEAD + MESSAGES + process + "</bpmn:process></bpmn:definitions>").encode()


def line(key: str, *middle: str, start: str = "", attributes: str = "") -> bytes:
    """A process whose nodes stand in a row: n0, n1 … between the start `s` and the end `e`."""
    nodes = [node("startEvent", "s", start), *middle, node("endEvent", "e")]
    names = ["s", *(f"n{n}" for n in range(len(middle))), "e"]
    return drawn(key, nodes, list(pairwise(names)), attributes)


def catching(key: str, definition: str, correlation: str = "") -> bytes:
    """A process that waits once for an event and then for a person."""
    inside = (correlated(correlation) if correlation else "") + definition
    return line(key, node("intermediateCatchEvent", "n0", inside), node("userTask", "n1"))


def throwing(key: str, definition: str, correlation: str = "") -> bytes:
    """A process that a person sets off to throw an event, and then waits for a person."""
    inside = (correlated(correlation) if correlation else "") + definition
    return line(key, node("intermediateThrowEvent", "n0", inside), node("userTask", "n1"))


def deploy(engine: Engine, *diagrams: bytes) -> None:
    """Deploy and publish diagrams."""
    files = {f"{n}.bpmn": xml for n, xml in enumerate(diagrams)}
    engine.run(SYSTEM, definitions.deploy, files, publish=True)


def begin(engine: Engine, key: str, who: Actor = SYSTEM, business_key: str | None = None, **variables: Any) -> Case:
    """Start an instance."""
    return engine.run(who, instances.start, Start(key, business_key=business_key, variables=variables))


def where(engine: Engine, instance_id: str) -> list[str]:
    """The elements where an instance waits."""
    return [element for element, _ in _instance(engine, instance_id).tokens]


def state(engine: Engine, instance_id: str) -> str:
    """The state of an instance."""
    return _instance(engine, instance_id).state


def variables(engine: Engine, instance_id: str) -> Mapping[str, Any]:
    """The variables of an instance."""
    return _instance(engine, instance_id).variables


def of_process(engine: Engine, key: str) -> list[ProcessInstance]:
    """The instances of a process, oldest first."""
    query = select(ProcessInstance).where(ProcessInstance.process_key == key).order_by(ProcessInstance.started_at)
    return engine.read(SYSTEM, lambda tx: list(tx.session.scalars(query)))


def told(engine: Engine, stream: str, kind: str) -> int:
    """How many events of a kind a history has."""
    query = select(AuditEvent).where(AuditEvent.instance_id == stream, AuditEvent.type == kind)
    return engine.read(SYSTEM, lambda tx: len(tx.session.scalars(query).all()))


def states(engine: Engine) -> list[str]:
    """The states of all messages, oldest first."""
    query = select(Message.state).order_by(Message.created_at, Message.id)
    return engine.read(SYSTEM, lambda tx: list(tx.session.scalars(query)))


def _instance(engine: Engine, instance_id: str) -> ProcessInstance:
    def query(tx: Transaction) -> ProcessInstance:
        return tx.session.get_one(ProcessInstance, instance_id)

    return engine.read(SYSTEM, query)
