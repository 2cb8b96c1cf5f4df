"""Expressions in every slot of a diagram that can hold one: compiled here, so that a bad one is found at deployment.

Rule: a slot that is not listed here holds no expression, and is refused elsewhere or is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.bpmn.check.diagram import Diagram, is_bpmn
from engine.bpmn.check.findings import finding, local
from engine.bpmn.expressions import ExpressionError, compile_expression, compile_script, compile_template
from engine.bpmn.metadata import BPMN, CAMUNDA, groups_of, properties_of
from engine.bpmn.network import TimerRule
from engine.bpmn.timers import require_timer
from engine.errors import DefinitionError, Finding

_TEXTS: dict[str, Callable[[str], object]] = {
    "completionCondition": compile_expression,
    "condition": compile_expression,
    "conditionExpression": compile_expression,
    "dataPath": compile_expression,
    "loopCardinality": compile_expression,
    "loopCondition": compile_expression,
    "messagePath": compile_expression,
    "script": compile_script,
}
_ATTRIBUTES = ("assignee", "dueDate", "collection")
_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_CHOICES = {"missed": ("once", "all", "skip"), "roll": ("none", "next")}


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Texts that are not in the language of expressions, and timers that are no times."""
    for element in (*diagram.executed(), *_shared(diagram)):
        text = (element.text or "").strip()
        name = local(element)
        if name in _TEXTS and text:
            yield from _compiled(element, _TEXTS[name], text)
        elif name in _TIMES and text:
            yield from _timer(element, TimerRule(_TIMES[name], text))
        yield from _attributes(element)
        yield from _extensions(element)


def _shared(diagram: Diagram) -> Iterator[etree._Element]:
    """What stands outside the processes and is read by them: correlation properties and event definitions."""
    for top in diagram.root:
        if is_bpmn(top) and local(top) != "process":
            yield from top.iter(f"{BPMN}messagePath", f"{BPMN}condition", *(f"{BPMN}{t}" for t in _TIMES))


def _attributes(element: etree._Element) -> Iterator[Finding]:
    for name in _ATTRIBUTES:
        text = element.get(f"{CAMUNDA}{name}")
        if text:
            yield from _compiled(element, compile_expression, text)
    for group in groups_of(element):
        yield from _compiled(element, compile_template, group)


def _extensions(element: etree._Element) -> Iterator[Finding]:
    extensions = element.find(f"{BPMN}extensionElements")
    if extensions is None:
        return
    for parameter in extensions.iter(f"{CAMUNDA}inputParameter", f"{CAMUNDA}outputParameter"):
        yield from _compiled(element, compile_template, (parameter.text or "").strip())
    for field in extensions.iter(f"{CAMUNDA}formField"):
        for property_ in field.iter(f"{CAMUNDA}property"):
            if property_.get("id") == "required_when":
                yield from _compiled(element, compile_expression, property_.get("value", ""))
    own = properties_of(element)
    if own.get("correlation"):
        yield from _compiled(element, compile_expression, own["correlation"])
    yield from _choices(element, own)


def _choices(element: etree._Element, own: Mapping[str, str]) -> Iterator[Finding]:
    for name, allowed in _CHOICES.items():
        if own.get(name, allowed[0]) not in allowed:
            listed = ", ".join(allowed)
            message_vi = f"Thuộc tính {name} phải là một trong: {listed}."
            yield finding(element, "timer", message_vi, f"The property {name} is one of: {listed}.")


def _compiled(element: etree._Element, compiler: Callable[[str], object], text: str) -> Iterator[Finding]:
    try:
        compiler(text)
    except ExpressionError as error:
        shown = " ".join(text.split())[:60]
        message_vi = f"Biểu thức “{shown}” không hợp lệ: {error.reason_vi}."
        yield finding(_owner(element), "expression", message_vi, f"Invalid expression “{shown}”: {error.reason}.")


def _timer(element: etree._Element, rule: TimerRule) -> Iterator[Finding]:
    owner = _owner(element)
    try:
        require_timer(rule, owner.get("id", ""), "")
    except DefinitionError as error:
        yield from error.findings


def _owner(element: etree._Element) -> etree._Element:
    """The node, flow or property that holds an expression: the expression's own id is nothing that is drawn."""
    for one in (element, *element.iterancestors()):
        is_part = local(one) in _TEXTS or local(one) in _TIMES or local(one).endswith(("Definition", "Characteristics"))
        if one.get("id") and not is_part and local(one) not in _UNDRAWN:
            return one
    return element


_UNDRAWN = frozenset({"correlationPropertyRetrievalExpression", "correlationPropertyBinding"})
