"""From the XML of a diagram to a definition that can be run.

Rule: a diagram passes, in this order, the XML guard, the check of what is executed and the OMG's schema; then the
network and the declarations are taken from it, and the network is examined for soundness.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from lxml import etree

from engine.bpmn import check, timers
from engine.bpmn.data import names_in
from engine.bpmn.decisions import Decision, parse_decisions
from engine.bpmn.definition import Definition, Element
from engine.bpmn.metadata import BPMN, CAMUNDA, element_of, form_of, kind_of, name_of, properties_of, split
from engine.bpmn.network import AdHoc, Network, Node
from engine.bpmn.nodes import INSIDES, Surroundings, kind_of_node, node_of, surroundings_in
from engine.bpmn.repetitions import expression_in
from engine.bpmn.xml_safety import parse_xml, refused
from engine.errors import DefinitionError, Finding
from engine.forms import Form

GLOBAL_TASKS = {
    "global_task": "task",
    "global_user_task": "user_task",
    "global_manual_task": "manual_task",
    "global_script_task": "script_task",
    "global_business_rule_task": "business_rule_task",
}
NO_LIMIT = timedelta()


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
    _require_no_circle(root, file)
    properties = properties_of(process)
    name = name_of(process)
    return ProcessFile(
        file=file,
        kind="bpmn",
        key=process.get("id", ""),
        name=name,
        name_en=properties.get("name_en", name),
        calls=tuple(sorted(_calls_of(root) - set(_callables(root)))),
        decisions=tuple(sorted(_decisions_of(root))),
    )


def compile_definition(
    file: str,
    xml: bytes,
    called: Mapping[str, bytes],
    decisions: Mapping[str, bytes],
    shortest_cycle: timedelta = NO_LIMIT,
) -> Definition:
    """The runnable form of a diagram with all that it calls, by process key, and the decision tables it asks.

    Raises DefinitionError naming the element and the rule for anything that cannot be run as drawn.
    """
    from engine.bpmn.soundness import examine  # these are large, and for deployment alone
    from engine.bpmn.specification import require_schema

    cautions: list[Finding] = []
    for name, data in {file: xml, **{f"{key}.bpmn": data for key, data in called.items()}}.items():
        cautions += check.require_executable(parse_xml(data, name), name)
        require_schema(data, name)
    definition = assemble(file, xml, called, decisions)
    timers.require_cycles(definition.nodes.values(), shortest_cycle, file)
    findings = examine(definition.key, definition.networks)
    faults = [f for f in findings if f.severity == "error"]
    if faults:
        raise DefinitionError(file, faults)
    return replace(definition, warnings=(*cautions, *definition.warnings, *findings))


def assemble(file: str, xml: bytes, called: Mapping[str, bytes], decisions: Mapping[str, bytes]) -> Definition:
    """The same for what was checked when it was deployed."""
    roots = {key: parse_xml(data, f"{key}.bpmn") for key, data in called.items()}
    main = parse_xml(xml, file)
    process = _process(main, file)
    properties = properties_of(process)
    reader = _Reader(file)
    for root in (main, *roots.values()):
        reader.read(root)
    return Definition(
        key=process.get("id", ""),
        name=name_of(process),
        name_en=properties.get("name_en", name_of(process)),
        checksum=hashlib.sha256(xml).hexdigest(),
        networks=reader.networks,
        nodes=reader.nodes,
        elements=reader.elements,
        starter_groups=tuple(split(process.get(f"{CAMUNDA}candidateStarterGroups", ""))),
        start_form=_start_form(process, file),
        decisions=_tables(decisions, reader.networks, file),
        calls=tuple(called),
        warnings=check.warnings(reader.networks, reader.elements),
        starts_alone=properties.get("starts_alone") != "false",
    )


class _Reader:
    """Gathers the networks and elements of a process, of what it calls, and of what stands inside them."""

    def __init__(self, file: str) -> None:
        self.networks: dict[str, Network] = {}
        self.nodes: dict[str, Node] = {}
        self.elements: dict[str, Element] = {}
        self._file = file

    def read(self, root: etree._Element) -> None:
        """The main process of a document, and those that it calls in the same document."""
        self._container(_process(root, self._file))
        wanted = _calls_of(root)
        for key, element in _callables(root).items():
            if key not in wanted:
                continue
            if kind_of(element) in GLOBAL_TASKS:
                self._global_task(element)
            else:
                self._container(element)

    def _container(self, container: etree._Element) -> None:
        lanes = _lanes(container)
        around = surroundings_in(container)
        nodes: dict[str, Node] = {}
        for child in container:
            if not str(child.tag).startswith(BPMN) or kind_of(child) not in check.EXECUTED:
                continue
            node = node_of(child, around, self._file)
            self._add(node, element_of(child, lanes.get(child.get("id")), self._file))
            nodes[node.id] = node
            if node.kind in INSIDES:
                self._container(child)
        self.networks[container.get("id", "")] = _network(container, nodes, self._file)

    def _global_task(self, task: etree._Element) -> None:
        """A global task is called like a process of this one task."""
        key = task.get("id", "")
        node = replace(node_of(task, Surroundings(), self._file), kind=GLOBAL_TASKS[kind_of(task)])
        self._add(node, replace(element_of(task, None, self._file), kind=node.kind))
        self.networks[key] = Network(key, key, {key: node})

    def _add(self, node: Node, element: Element) -> None:
        if node.id in self.nodes:
            message_vi = "Mã định danh đã được dùng trong quy trình gọi hoặc được gọi."
            message_en = "The id is used in the calling or in a called process too."
            raise refused(self._file, "duplicate-id", message_vi, message_en, node.id)
        self.nodes[node.id], self.elements[node.id] = node, element


def _lanes(container: etree._Element) -> dict[str | None, etree._Element]:
    """The lane of each node, by the node's id."""
    return {ref.text: lane for lane in container.iter(f"{BPMN}lane") for ref in lane.iterfind(f"{BPMN}flowNodeRef")}


def _network(container: etree._Element, nodes: Mapping[str, Node], file: str) -> Network:
    starts = [n for n in nodes.values() if n.kind == "start_event" or (n.instantiates and not n.incoming)]
    plain = [n.id for n in starts if n.kind == "start_event" and not n.events]
    triggered = kind_of_node(container) == "event_sub_process"
    start = next((n.id for n in starts), None) if triggered else next(iter(plain), None)
    return Network(
        key=container.get("id", ""),
        start=start,
        nodes=nodes,
        starts=() if triggered else tuple(n.id for n in starts if n.id not in plain),
        event_subs=tuple(n.id for n in nodes.values() if n.kind == "event_sub_process"),
        data=names_in(container),
        ad_hoc=_ad_hoc(container, file),
        is_transaction=kind_of(container) == "transaction",
    )


def _ad_hoc(container: etree._Element, file: str) -> AdHoc | None:
    if kind_of(container) != "ad_hoc_sub_process":
        return None
    return AdHoc(
        sequential=container.get("ordering") == "Sequential",
        completion=expression_in(container, "completionCondition", file),
        cancels_rest=container.get("cancelRemainingInstances") != "false",
    )


def _decision_file(data: bytes, file: str) -> ProcessFile:
    found = list(parse_decisions(data, file).values())
    if len(found) != 1:
        raise refused(file, "one-decision", "Mỗi tệp DMN có đúng một bảng quyết định.", "One decision table a file.")
    return ProcessFile(file, "dmn", found[0].id, found[0].name, found[0].name)


def _process(root: etree._Element, file: str) -> etree._Element:
    """The process that a document is about: the executable one, and of several the one that the others do not call."""
    found = [p for p in root.iter(f"{BPMN}process") if p.get("isExecutable") != "false"]
    called = _calls_of(root)
    main = found if len(found) == 1 else [p for p in found if p.get("id") not in called]
    if len(main) != 1 or not main[0].get("id"):
        raise refused(
            file, "one-process", "Tệp phải có đúng một quy trình thực thi được.", "A file holds one executable process."
        )
    return main[0]


def _calls_of(root: etree._Element) -> set[str]:
    return {c.get("calledElement", "").rpartition(":")[2] for c in root.iter(f"{BPMN}callActivity")}


def _callables(root: etree._Element) -> dict[str, etree._Element]:
    """What a document can call in itself, by id: processes and global tasks."""
    return {e.get("id", ""): e for e in root if str(e.tag).startswith(BPMN) and _is_callable(e)}


def _require_no_circle(root: etree._Element, file: str) -> None:
    """Refuse a document whose processes call each other in a circle; what others call is seen to at deployment."""
    local = _callables(root)
    calls = {key: _calls_of(element) & set(local) for key, element in local.items()}
    for key in calls:
        reached, waiting = set[str](), set(calls[key])
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting |= calls[one] - reached
        if key in reached:
            message_vi = "Các quy trình gọi nhau thành vòng."
            raise refused(file, "call-cycle", message_vi, "Processes call in a circle.", key)


def _is_callable(element: etree._Element) -> bool:
    return kind_of(element) == "process" or kind_of(element) in GLOBAL_TASKS


def _decisions_of(root: etree._Element) -> Iterator[str]:
    for task in root.iter(f"{BPMN}businessRuleTask", f"{BPMN}globalBusinessRuleTask"):
        if task.get(f"{CAMUNDA}decisionRef"):
            yield task.get(f"{CAMUNDA}decisionRef", "")


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
