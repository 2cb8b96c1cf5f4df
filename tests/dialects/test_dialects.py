"""Promises about diagrams drawn in other tools: each is deployed, or refused by element and rule, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import check
from engine.bpmn.parser import compile_definition, read_keys
from engine.bpmn.xml_safety import parse_xml
from engine.errors import DefinitionError

FOLDER = Path(__file__).parent
FEWEST = 12
Findings = set[tuple[str, str]]
DEPLOYED: dict[str, Findings] = {
    "adonis": set(),
    "bizagi": set(),
    "bpmnio_colours": set(),
    "camunda7": {
        ("Process_invoice", "ignored"),
        ("StartEvent_1", "ignored"),
        ("Activity_approve", "ignored"),
        ("Activity_pay", "ignored"),
    },
    "camunda8_feel": {("Process_amount", "ignored")},
    "eclipse": set(),
    "signavio": set(),
    "spiffarena_script": {("script", "ignored")},
    "trisotech": set(),
    "visual_paradigm": {("Kx2_ds", "data-store")},
}
REFUSED: dict[str, Findings] = {
    "activiti": {("request", "vendor"), ("handleRequest", "vendor")},
    "bpmnio_drawing": {("bpmnio_drawing.bpmn", "one-process")},
    "camunda7_java": {("loan", "vendor"), ("start", "vendor"), ("score", "vendor"), ("call", "vendor")},
    "camunda8": {("Activity_ask", "vendor"), ("Activity_work", "vendor"), ("Activity_work", "handler")},
    "flowable": {("ask", "vendor"), ("mail", "vendor"), ("mail", "handler")},
    "jbpm": {("hr.hiring", "vendor"), ("_T", "vendor"), ("_T", "data-association"), ("_T", "unsupported")},
    "spiffarena": {("form", "vendor"), ("script", "expression")},
}


def read(name: str) -> bytes:
    """The file of a dialect."""
    return (FOLDER / f"{name}.bpmn").read_bytes()


def test_every_file_has_its_expectation() -> None:
    files = {path.stem for path in FOLDER.glob("*.bpmn")}

    assert files == DEPLOYED.keys() | REFUSED.keys()
    assert len(files) >= FEWEST


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_what_is_drawn_in_another_tool_is_deployed(name: str) -> None:
    file = f"{name}.bpmn"

    read_keys(read(name), file)
    definition = compile_definition(file, read(name), {}, {})

    assert definition.networks


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_what_is_not_read_of_it_is_told(name: str) -> None:
    file = f"{name}.bpmn"

    warnings = check.require_executable(parse_xml(read(name), file), file)

    assert {(w.element, w.rule) for w in warnings} == DEPLOYED[name]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_another_engine_executes_is_refused_by_name(name: str) -> None:
    file = f"{name}.bpmn"

    with pytest.raises(DefinitionError) as refused:
        read_keys(read(name), file)
        compile_definition(file, read(name), {}, {})

    found = {(f.element, f.rule) for f in refused.value.findings if f.severity == "error"}
    assert REFUSED[name] <= found
