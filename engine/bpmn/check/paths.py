"""Paths: every element can be reached from a start, and from every element an end can be.

Rule: sequence flows, boundary events, links and compensation lead on; an element without a way out ends its path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope, kind_in
from engine.bpmn.check.events import definitions_of, kind_of_definition
from engine.bpmn.check.findings import caution, finding
from engine.bpmn.metadata import kind_of
from engine.errors import Finding

_Ways = Mapping[str, set[str]]


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Elements that no path leads to, or from which no end can be reached."""
    for scope in diagram.scopes:
        ways = _ways(diagram, scope)
        reached = _reached(_beginnings(scope), ways)
        for name, node in scope.nodes.items():
            if name not in reached:
                message_vi = "Không có đường đi tới phần tử này."
                yield finding(node, "unreachable", message_vi, "No path leads to this element.")
        yield from _ends(scope, ways, reached)


def _ends(scope: Scope, ways: _Ways, reached: set[str]) -> Iterator[Finding]:
    back: dict[str, set[str]] = {}
    for name, targets in ways.items():
        for target in targets:
            back.setdefault(target, set()).add(name)
    sinks = {n for n, node in scope.nodes.items() if not scope.outgoing(node) and not _throws_link(node, ways)}
    ending = _reached(sinks, back)
    for name in sorted(reached - ending):
        message_vi = "Từ phần tử này không có đường tới kết thúc."
        yield finding(scope.nodes[name], "no-end", message_vi, "No path leads from this element to an end.")
    if next(scope.of_kind("end_event"), None) is None:
        return
    for name in sorted(sinks & reached):
        if _is_loose(scope, scope.nodes[name]):
            message_vi = "Phần tử không có luồng ra: nhánh kết thúc tại đây."
            yield caution(scope.nodes[name], "loose-end", message_vi, "It has no way out: the path ends here.")


def _throws_link(node: etree._Element, ways: _Ways) -> bool:
    return kind_of(node) == "intermediate_throw_event" and bool(ways.get(node.get("id", "")))


def _is_loose(scope: Scope, node: etree._Element) -> bool:
    kind = kind_in(node)
    if kind in ("end_event", "event_sub_process") or node.get("isForCompensation") == "true":
        return False
    return not (kind == "boundary_event" and any(source == node.get("id") for source, _ in scope.associations))


def _beginnings(scope: Scope) -> set[str]:
    if scope.kind == "ad_hoc_sub_process":
        return {n for n, node in scope.nodes.items() if not scope.incoming(node) and _begins_ad_hoc(node)}
    starts = {name for name, node in scope.nodes.items() if kind_of(node) == "start_event"}
    starts |= {n for n, node in scope.nodes.items() if node.get("instantiate") == "true" and not scope.incoming(node)}
    return starts | {n.get("id", "") for n in scope.of_kind("event_sub_process")}


def _begins_ad_hoc(node: etree._Element) -> bool:
    return kind_of(node) != "boundary_event" and node.get("isForCompensation") != "true"


def _ways(diagram: Diagram, scope: Scope) -> _Ways:
    ways: dict[str, set[str]] = {}

    def lead(source: str, target: str) -> None:
        if source in scope.nodes and target in scope.nodes:
            ways.setdefault(source, set()).add(target)

    for flow in scope.flows:
        lead(flow.get("sourceRef", ""), flow.get("targetRef", ""))
    for event in scope.of_kind("boundary_event"):
        lead(event.get("attachedToRef", ""), event.get("id", ""))
    for source, target in scope.associations:
        if target in scope.nodes and scope.nodes[target].get("isForCompensation") == "true":
            lead(source, target)
    for source, target in _links(diagram, scope):
        lead(source, target)
    return ways


def _links(diagram: Diagram, scope: Scope) -> Iterator[tuple[str, str]]:
    caught = dict(_named(diagram, scope, "intermediate_catch_event"))
    for name, event in _named(diagram, scope, "intermediate_throw_event"):
        if name in caught:
            yield event, caught[name]


def _named(diagram: Diagram, scope: Scope, kind: str) -> Iterator[tuple[str, str]]:
    for event in scope.of_kind(kind):
        for definition in definitions_of(diagram, event):
            if kind_of_definition(definition) == "link" and definition.get("name"):
                yield definition.get("name", "").strip(), event.get("id", "")


def _reached(starts: set[str], ways: _Ways) -> set[str]:
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += ways.get(name, ())
    return seen
