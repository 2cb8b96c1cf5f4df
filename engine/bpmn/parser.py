"""From the XML of a diagram to a definition that can be run.

Rule: a diagram passes, in this order, the XML guard, the check of what is executed, the OMG's schema and the library's
own reading; only then are the network and the declarations taken from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import check
from engine.bpmn.decisions import Decision, parse_decisions
from engine.bpmn.definition import Definition, Element
from engine.bpmn.metadata import BPMN, CAMUNDA, element_of, form_of, kind_of, name_of, properties_of, split
from engine.bpmn.network import Network
from engine.bpmn.nodes import node_of
from engine.bpmn.xml_safety import parse_xml, refused
from engine.forms import Form


@dataclass(frozen=True)
class ProcessFile:
    """What deployment needs to know of a file before it is compiled. `kind` is bpmn or dmn."""

    file: str
    kind: str
    key: str
    name: str
    name_en: str
    calls: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


def read_keys(data: bytes, file: str) -> ProcessFile:
    """A first look at a file. Raises DefinitionError when it is neither a diagram nor a decision table."""
    root = parse_xml(data, file)
    if "DMN" in (etree.QName(root).namespace or ""):
        return _decision_file(data, file)
    process = _process(root, file)
    properties = properties_of(process)
    name = name_of(process)
    return ProcessFile(
        file=file,
        kind="bpmn",
        key=process.get("id", ""),
        name=name,
        name_en=properties.get("name_en", name),
        calls=tuple(sorted({c.get("calledElement", "") for c in process.iter(f"{BPMN}callActivity")})),
        decisions=tuple(sorted(_decisions_of(process))),
    )


def compile_definition(
    file: str, xml: bytes, called: Mapping[str, bytes], decisions: Mapping[str, bytes]
) -> Definition:
    """The runnable form of a diagram with all that it calls, by process key, and the decision tables it asks.

    Raises DefinitionError naming the element and the rule for anything that cannot be run as drawn.
    """
    from engine.bpmn.specification import require_consistent, require_schema  # large, and for deployment alone

    main = parse_xml(xml, file)
    everything = {_process(main, file).get("id", ""): (file, main, xml)}
    everything |= {key: (f"{key}.bpmn", parse_xml(data, f"{key}.bpmn"), data) for key, data in called.items()}
    for name, root, data in everything.values():
        check.require_executable(root, name)
        require_schema(data, name)
    require_consistent({key: root for key, (_, root, _) in everything.items()}, file)
    return assemble(file, xml, called, decisions)


def assemble(file: str, xml: bytes, called: Mapping[str, bytes], decisions: Mapping[str, bytes]) -> Definition:
    """The same for what was checked when it was deployed."""
    roots = {key: parse_xml(data, f"{key}.bpmn") for key, data in called.items()}
    main = parse_xml(xml, file)
    process = _process(main, file)
    everything = {process.get("id", ""): main, **roots}
    networks: dict[str, Network] = {}
    elements: dict[str, Element] = {}
    for root in everything.values():
        _collect(_process(root, file), file, networks, elements)
    return Definition(
        key=process.get("id", ""),
        name=name_of(process),
        name_en=properties_of(process).get("name_en", name_of(process)),
        checksum=hashlib.sha256(xml).hexdigest(),
        networks=networks,
        elements=elements,
        starter_groups=tuple(split(process.get(f"{CAMUNDA}candidateStarterGroups", ""))),
        start_form=_start_form(process, file),
        decisions=_tables(decisions, networks, file),
        calls=tuple(called),
        handlers=frozenset(e.handler for e in elements.values() if e.handler),
        warnings=check.warnings(networks, elements),
    )


def _decision_file(data: bytes, file: str) -> ProcessFile:
    found = list(parse_decisions(data, file).values())
    if len(found) != 1:
        raise refused(file, "one-decision", "Mỗi tệp DMN có đúng một bảng quyết định.", "One decision table a file.")
    return ProcessFile(file, "dmn", found[0].id, found[0].name, found[0].name)


def _process(root: etree._Element, file: str) -> etree._Element:
    found = [p for p in root.iter(f"{BPMN}process") if p.get("isExecutable") != "false"]
    if len(found) != 1 or not found[0].get("id"):
        raise refused(
            file, "one-process", "Tệp phải có đúng một quy trình thực thi được.", "A file holds one executable process."
        )
    return found[0]


def _decisions_of(process: etree._Element) -> Iterator[str]:
    for task in process.iter(f"{BPMN}businessRuleTask"):
        if task.get(f"{CAMUNDA}decisionRef"):
            yield task.get(f"{CAMUNDA}decisionRef", "")


def _collect(container: etree._Element, file: str, networks: dict[str, Network], elements: dict[str, Element]) -> None:
    lanes = {ref.text: lane for lane in container.iter(f"{BPMN}lane") for ref in lane.iterfind(f"{BPMN}flowNodeRef")}
    flows = list(container.iterfind(f"{BPMN}sequenceFlow"))
    nodes = {}
    for child in container:
        if not str(child.tag).startswith(BPMN) or kind_of(child) not in check.EXECUTED:
            continue
        if child.get("id") in elements:
            message_vi = "Mã định danh đã được dùng trong quy trình gọi hoặc được gọi."
            message_en = "The id is used in the calling or in a called process too."
            raise refused(file, "duplicate-id", message_vi, message_en, child.get("id"))
        nodes[child.get("id", "")] = node_of(child, container, flows, file)
        elements[child.get("id", "")] = element_of(child, lanes.get(child.get("id")), file)
        if kind_of(child) == "sub_process":
            _collect(child, file, networks, elements)
    start = next(n.id for n in nodes.values() if n.kind == "start_event")
    key = container.get("id", "")
    networks[key] = Network(key, start, nodes)


def _start_form(process: etree._Element, file: str) -> Form | None:
    start = process.find(f"{BPMN}startEvent")
    return form_of(start, file) if start is not None else None


def _tables(decisions: Mapping[str, bytes], networks: Mapping[str, Network], file: str) -> dict[str, Decision]:
    tables: dict[str, Decision] = {}
    for key, data in decisions.items():
        tables |= parse_decisions(data, f"{key}.dmn")
    for network in networks.values():
        for node in network.nodes.values():
            if node.decision is not None and node.decision not in tables:
                message = f"Không có bảng quyết định “{node.decision}”."
                raise refused(file, "unknown-decision", message, f"No decision table “{node.decision}”.", node.id)
    return tables
