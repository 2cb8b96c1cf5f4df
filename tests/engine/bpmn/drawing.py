"""Small diagrams for tests: nodes and flows in, BPMN out; and a host for their steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import deadlines
from engine.bpmn.definition import Definition, Element
from engine.bpmn.parser import compile_definition
from engine.bpmn.process import Step

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:test">'
)
Node = tuple[str, ...]
Link = tuple[str, ...]


class TestHost:
    """A host whose time is given and whose handlers only note that they were called."""

    __test__ = False

    def __init__(self, now: datetime = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)) -> None:
        self.now = now
        self.person: str | None = "person-1"
        self.shortest_cycle = timedelta()
        self.called: list[str] = []

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The real calendar functions."""
        return deadlines.functions(self.now)

    def call(self, handler: str, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Note the call."""
        del element, variables
        self.called.append(handler)
        return None


def node(tag: str, name: str, inside: str = "", attributes: str = "") -> str:
    """One flow node."""
    if tag == "userTask" and "camunda:candidateGroups" not in attributes:
        attributes += ' camunda:candidateGroups="agency_officer@c-thach-that"'
    return f'<bpmn:{tag} id="{name}" name="{name}" {attributes}>{inside}</bpmn:{tag}>'


def timer(kind: str, text: str) -> str:
    """A timer definition: kind is timeDate, timeDuration or timeCycle."""
    body = f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{kind}>'
    return f"<bpmn:timerEventDefinition>{body}</bpmn:timerEventDefinition>"


def boundary(name: str, host: str, text: str, *, interrupting: bool = False, kind: str = "timeDuration") -> str:
    """A boundary timer."""
    flag = str(interrupting).lower()
    return node("boundaryEvent", name, timer(kind, text), f'attachedToRef="{host}" cancelActivity="{flag}"')


def diagram(key: str, nodes: Sequence[str], links: Sequence[Link]) -> bytes:
    """A process: a link is (source, target) or (source, target, condition)."""
    flows = ""
    for number, (source, target, *condition) in enumerate(links):
        inside = "".join(
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{c}</bpmn:conditionExpression>'
            for c in condition
        )
        flows += f'<bpmn:sequenceFlow id="{key}_f{number}" sourceRef="{source}" targetRef="{target}">{inside}'
        flows += "</bpmn:sequenceFlow>"
    body = "".join(nodes)
    process = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{body}{flows}</bpmn:process>'
    return (HEAD + process + "</bpmn:definitions>").encode()


def compiled(xml: bytes, called: Mapping[str, bytes] | None = None) -> Definition:
    """The definition of a diagram and what it calls."""
    return compile_definition("test.bpmn", xml, called or {}, {})


def opened(step: Step) -> dict[str, str]:
    """The tasks a step opened: element id → task id."""
    return {task.element.id: task.id for task in step.opened}


EMPTY: dict[str, Any] = {}
LOOP_WITH_JOIN = diagram(
    "loop",
    [
        node("startEvent", "s"),
        node("exclusiveGateway", "mg"),
        node("userTask", "prep"),
        boundary("b", "prep", "P3D"),
        node("endEvent", "be"),
        node("parallelGateway", "sp"),
        node("userTask", "x"),
        node("userTask", "y"),
        node("parallelGateway", "jn"),
        node("userTask", "chk"),
        node("exclusiveGateway", "g", attributes='default="loop_f11"'),
        node("endEvent", "e"),
    ],
    [
        ("s", "mg"),
        ("mg", "prep"),
        ("b", "be"),
        ("prep", "sp"),
        ("sp", "x"),
        ("sp", "y"),
        ("x", "jn"),
        ("y", "jn"),
        ("jn", "chk"),
        ("chk", "g"),
        ("g", "mg", "again == true"),
        ("g", "e"),
    ],
)
