"""A document as the checks look at it: its ids, and the scopes in which tokens will move.

Rule: only what is executed is judged as executable: the main process of the file and what that calls in it; a process
that is drawn beside it for its messages is a drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.bpmn.check.vocabulary import EXECUTED, GLOBAL_TASKS, SUB_PROCESSES
from engine.bpmn.metadata import BPMN, kind_of

Node = etree._Element


@dataclass(frozen=True)
class Scope:
    """A process or the inside of a sub-process: its flow nodes by id, and its sequence flows."""

    element: Node
    nodes: Mapping[str, Node]
    flows: tuple[Node, ...]

    @property
    def kind(self) -> str:
        """The tag of what it is the inside of, in snake case; `event_sub_process` for one that an event triggers."""
        return kind_in(self.element)

    def incoming(self, node: Node) -> list[Node]:
        """The sequence flows into a node."""
        return self._incoming.get(node.get("id", ""), [])

    def outgoing(self, node: Node) -> list[Node]:
        """The sequence flows out of a node."""
        return self._outgoing.get(node.get("id", ""), [])

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """Its flow nodes of these kinds."""
        return (n for n in self.nodes.values() if kind_in(n) in kinds)

    @cached_property
    def associations(self) -> tuple[tuple[str, str], ...]:
        """The associations drawn in it, as (from, to)."""
        drawn = self.element.iterfind(f"{BPMN}association")
        return tuple((a.get("sourceRef", ""), a.get("targetRef", "")) for a in drawn)

    @cached_property
    def _incoming(self) -> dict[str, list[Node]]:
        return self._by("targetRef")

    @cached_property
    def _outgoing(self) -> dict[str, list[Node]]:
        return self._by("sourceRef")

    def _by(self, attribute: str) -> dict[str, list[Node]]:
        grouped: dict[str, list[Node]] = {}
        for flow in self.flows:
            grouped.setdefault(flow.get(attribute, ""), []).append(flow)
        return grouped


@dataclass(frozen=True)
class Diagram:
    """One document. `processes` and `global_tasks` are those that are executed, the main process first."""

    root: Node
    file: str
    ids: Mapping[str, Node]
    processes: tuple[Node, ...]
    global_tasks: tuple[Node, ...]
    scopes: tuple[Scope, ...]

    def executed(self) -> Iterator[Node]:
        """Every BPMN element inside what is executed, extensions left out."""
        for top in (*self.processes, *self.global_tasks):
            yield from (e for e in top.iter(f"{BPMN}*") if not _in_extension(e))

    def find(self, reference: str | None, *tags: str) -> Node | None:
        """The element that a reference names, if it has one of these tags (any tag, when none is given)."""
        found = self.ids.get((reference or "").strip())
        if found is None or (tags and etree.QName(found).localname not in tags):
            return None
        return found


def diagram_of(root: Node, file: str) -> Diagram:
    """The document as the checks look at it; it may be wrong in any way that XML allows."""
    ids: dict[str, Node] = {}
    for element in root.iter(f"{BPMN}*"):
        if element.get("id"):
            ids.setdefault(element.get("id", ""), element)
    processes = tuple(_executed_processes(root))
    called = calls_in(processes)
    tasks = tuple(e for e in root if is_bpmn(e) and kind_of(e) in GLOBAL_TASKS and e.get("id") in called)
    scopes = tuple(scope for process in processes for scope in _scopes(process))
    return Diagram(root, file, ids, processes, tasks, scopes)


def is_bpmn(element: Node) -> bool:
    """Whether an element is one of BPMN's own."""
    return str(element.tag).startswith(BPMN)


def kind_in(node: Node) -> str:
    """The kind of a flow node or container: a sub-process that an event triggers is `event_sub_process`."""
    kind = kind_of(node)
    return "event_sub_process" if kind == "sub_process" and node.get("triggeredByEvent") == "true" else kind


def calls_in(processes: tuple[Node, ...]) -> set[str]:
    """What the call activities of processes name."""
    return {c.get("calledElement", "") for p in processes for c in p.iter(f"{BPMN}callActivity")}


def executables(root: Node) -> list[Node]:
    """The processes of a document that are not marked as drawings only."""
    return [p for p in root.iterfind(f"{BPMN}process") if p.get("isExecutable") != "false"]


def _executed_processes(root: Node) -> Iterator[Node]:
    everything = {p.get("id", ""): p for p in root.iterfind(f"{BPMN}process")}
    waiting, seen = executables(root), set[int]()
    while waiting:
        process = waiting.pop(0)
        if id(process) in seen:
            continue
        seen.add(id(process))
        yield process
        waiting += [everything[key] for key in sorted(calls_in((process,))) if key in everything]


def _scopes(container: Node) -> Iterator[Scope]:
    waiting = [container]
    while waiting:
        one = waiting.pop(0)
        nodes = {c.get("id", ""): c for c in one if is_bpmn(c) and kind_of(c) in EXECUTED}
        yield Scope(one, nodes, tuple(one.iterfind(f"{BPMN}sequenceFlow")))
        waiting += [n for n in nodes.values() if kind_of(n) in SUB_PROCESSES]


def _in_extension(element: Node) -> bool:
    return any(str(a.tag) == f"{BPMN}extensionElements" for a in element.iterancestors())
