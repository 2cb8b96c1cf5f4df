"""One hostile deployment with the answer that it must get, and the pieces from which such files are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPENING = (
    f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:xsi="{XSI}" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="urn:hostile">'
)
CLOSING = "</bpmn:definitions>"
ACCEPTED = ""
EVIL = "__import__('os').system('id')"


@dataclass(frozen=True)
class Case:
    """Files that are deployed together. `rule` is ACCEPTED where they may be; `element` "" where any is right."""

    name: str
    files: Mapping[str, bytes]
    rule: str
    element: str = ""


def document(body: str, *, before: str = DECLARATION) -> bytes:
    """A document with a body."""
    return (before + OPENING + body + CLOSING).encode()


def process(body: str, key: str = "p", name: str = "p") -> str:
    """A process with a body."""
    return f'<bpmn:process id="{key}" name="{name}" isExecutable="true">{body}</bpmn:process>'


def flow(source: str, target: str, inside: str = "", attributes: str = "") -> str:
    """A sequence flow, `source_target`."""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{source}_{target}" {ends} {attributes}>{inside}</bpmn:sequenceFlow>'


def line(middle: str, around: str = "", key: str = "p", name: str = "p") -> bytes:
    """start → a → end, where `middle` is the element with the id a, and `around` stands beside them."""
    ends = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
    return document(process(ends + middle + flow("s", "a") + flow("a", "e") + around, key, name))


def task(inside: str = "", tag: str = "task", attributes: str = "") -> str:
    """The element a."""
    return f'<bpmn:{tag} id="a" {attributes}>{inside}</bpmn:{tag}>'


def formal(tag: str, text: str) -> str:
    """An element that holds an expression."""
    return f'<bpmn:{tag} xsi:type="bpmn:tFormalExpression">{escaped(text)}</bpmn:{tag}>'


def timer(tag: str, text: str) -> str:
    """A timer event definition."""
    return f"<bpmn:timerEventDefinition>{formal(tag, text)}</bpmn:timerEventDefinition>"


def extension(inside: str) -> str:
    """Extension elements."""
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def several(inside: str = "", attributes: str = "") -> str:
    """A multi-instance."""
    loop = "multiInstanceLoopCharacteristics"
    return f"<bpmn:{loop} {attributes}>{inside}</bpmn:{loop}>"


def escaped(text: str) -> str:
    """Text that may stand in XML."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text


def condition(text: str) -> bytes:
    """A diagram that branches on a condition: the flow g_e holds it."""
    body = '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g" default="g_f"/>'
    body += '<bpmn:endEvent id="e"/><bpmn:endEvent id="f"/>' + flow("s", "g") + flow("g", "f")
    return document(process(body + flow("g", "e", formal("conditionExpression", text))))


def table(test: str, output: str = '"x"', more: str = "", attributes: str = "") -> bytes:
    """A decision table of one row: its cells are t and o."""
    column = '<input id="i"><inputExpression id="ie"><text>n</text></inputExpression></input><output id="c" name="r"/>'
    cells = f'<inputEntry id="t"><text>{escaped(test)}</text></inputEntry>'
    cells += f'<outputEntry id="o"><text>{escaped(output)}</text></outputEntry>'
    inside = f'<decisionTable id="dt" {attributes}>{column}<rule id="row">{cells}</rule></decisionTable>'
    opening = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="n" namespace="urn:t">'
    return (DECLARATION + opening + f'<decision id="dec" name="dec">{inside}{more}</decision></definitions>').encode()
