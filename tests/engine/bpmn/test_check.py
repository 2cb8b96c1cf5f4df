"""Promises of deployment: what is not executed is refused, by element and rule; hostile files do nothing."""

from __future__ import annotations

import pytest

from engine.bpmn.parser import read_keys
from engine.errors import DefinitionError
from tests.engine.bpmn.drawing import HEAD, boundary, compiled, diagram, node, timer

START, END = node("startEvent", "s"), node("endEvent", "e")
LINE = [("s", "a"), ("a", "e")]


def findings(xml: bytes) -> set[tuple[str, str]]:
    """The element and rule of each finding."""
    with pytest.raises(DefinitionError) as refused:
        compiled(xml)
    return {(f.element, f.rule) for f in refused.value.findings}


def between(tag: str, inside: str = "", attributes: str = "") -> bytes:
    """A diagram of one node between start and end."""
    return diagram("p", [START, node(tag, "a", inside, attributes), END], LINE)


@pytest.mark.parametrize(
    ("xml", "element", "rule"),
    [
        (between("inclusiveGateway"), "a", "unsupported"),
        (between("complexGateway"), "a", "unsupported"),
        (between("eventBasedGateway"), "a", "unsupported"),
        (between("receiveTask"), "a", "unsupported"),
        (between("sendTask"), "a", "unsupported"),
        (between("transaction"), "a", "unsupported"),
        (between("adHocSubProcess"), "a", "unsupported"),
        (between("intermediateThrowEvent", "<bpmn:signalEventDefinition/>"), "a", "unsupported"),
        (between("intermediateCatchEvent"), "a", "one-event"),
        (between("userTask", "<bpmn:standardLoopCharacteristics/>"), "a", "unsupported"),
        (between("userTask", attributes='startQuantity="2"'), "a", "unsupported"),
        (between("userTask", "<bpmn:multiInstanceLoopCharacteristics/>"), "a", "repetition"),
        (between("serviceTask"), "a", "handler"),
        (between("businessRuleTask"), "a", "decision"),
        (between("callActivity"), "a", "called-process"),
        (between("userTask", attributes='camunda:candidateGroups="boss@svhtt"'), "a", "unknown-role"),
        (between("userTask", attributes='camunda:dueDate="${os.system(1)}"'), "a", "expression"),
        (between("scriptTask", "<bpmn:script>import os</bpmn:script>"), "a", "expression"),
        (between("intermediateCatchEvent", timer("timeDuration", "P99999999999Y")), "a", "timer"),
        (between("intermediateCatchEvent", timer("timeCycle", "R/PT0S")), "a", "timer"),
        (between("intermediateCatchEvent", timer("timeDate", "0001-01-01")), "a", "timer"),
        (diagram("p", [START, node("endEvent", "e"), node("task", "x")], [("s", "e")]), "x", "unreachable"),
        (diagram("p", [START, END], [("s", "e"), ("s", "nowhere")]), "p_f1", "dangling-reference"),
        (diagram("p", [START, END, node("endEvent", "e")], [("s", "e")]), "e", "duplicate-id"),
        (diagram("p", [END], []), "p", "one-start"),
        (diagram("p", [START, boundary("b", "zz", "P1D"), END], [("s", "e"), ("b", "e")]), "b", "dangling-reference"),
        (diagram("p", [START, node("task", "a"), END], [("s", "a"), ("a", "e", "x == 1")]), "p_f1", "conditional-flow"),
    ],
)
def test_what_is_not_executed_is_refused_by_name(xml: bytes, element: str, rule: str) -> None:
    assert (element, rule) in findings(xml)


GOOD = between("task")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GOOD.split(b"\n", 1)[1], "doctype"),
        (GOOD.replace(b"?>\n", b'?>\n<?xml-stylesheet href="http://x"?>\n'), "processing-instruction"),
        (GOOD.decode().encode("utf-16"), "encoding"),
        (b"\xff\xfe", "encoding"),
        (b"", "xml"),
        (b'{"a": 1}', "xml"),
        (GOOD + b" " * (2 * 1024 * 1024), "size"),
        ((HEAD + "<a>" * 100 + "</a>" * 100 + "</bpmn:definitions>").encode(), "depth"),
        ((HEAD + "<a/>" * 5_001 + "</bpmn:definitions>").encode(), "elements"),
        ((HEAD + "</bpmn:definitions>").encode(), "one-process"),
    ],
)
def test_hostile_files_are_refused_by_their_rule(data: bytes, rule: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_keys(data, "hostile.bpmn")

    assert refused.value.findings[0].rule == rule


def test_names_that_look_like_code_are_only_names() -> None:
    definition = compiled(between("userTask").replace(b'name="a"', b'name="&lt;img onerror=1&gt;=1+1"'))

    assert definition.elements["a"].name == "<img onerror=1>=1+1"


def test_a_gateway_without_default_is_a_warning() -> None:
    nodes = [START, node("exclusiveGateway", "g"), END, node("endEvent", "e2")]
    definition = compiled(diagram("p", nodes, [("s", "g"), ("g", "e", "x == 1"), ("g", "e2", "x == 2")]))

    assert [(w.element, w.rule, w.severity) for w in definition.warnings] == [("g", "no-default", "warning")]
