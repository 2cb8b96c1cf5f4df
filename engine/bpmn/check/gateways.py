"""Event-based gateways: what may follow them (BPMN 2.0.2, 10.6.6)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope
from engine.bpmn.check.events import definitions_of, kind_of_definition
from engine.bpmn.check.findings import finding
from engine.bpmn.metadata import kind_of
from engine.errors import Finding

_FOLLOWING = frozenset({"message", "signal", "timer", "conditional"})


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Event-based gateways that are followed by something else than events and receive tasks."""
    for scope in diagram.scopes:
        for gateway in scope.of_kind("event_based_gateway"):
            yield from _gateway(diagram, scope, gateway)


def _gateway(diagram: Diagram, scope: Scope, gateway: etree._Element) -> Iterator[Finding]:
    followers = [scope.nodes.get(f.get("targetRef", "")) for f in scope.outgoing(gateway)]
    if len(followers) < 2:
        yield _wrong(gateway, "Cổng sự kiện phải có ít nhất hai nhánh.", "It needs at least two branches.")
    kinds = set[str]()
    for follower in followers:
        if follower is None:
            continue
        kinds |= _awaited(diagram, follower)
        if not _may_follow(diagram, follower) or len(scope.incoming(follower)) != 1:
            message_vi = "Sau cổng sự kiện chỉ có sự kiện chờ hoặc tác vụ nhận, mỗi nhánh một đường vào."
            message_en = "Only catch events and receive tasks with one incoming flow may follow an event-based gateway."
            yield _wrong(follower, message_vi, message_en)
    if {"message", "receive task"} <= kinds:
        message_vi = "Không dùng lẫn sự kiện thông điệp và tác vụ nhận sau cùng một cổng sự kiện."
        yield _wrong(gateway, message_vi, "Message events and receive tasks may not be mixed after it.")
    yield from _receivers(scope, [f for f in followers if f is not None and kind_of(f) == "receive_task"])


def _receivers(scope: Scope, tasks: list[etree._Element]) -> Iterator[Finding]:
    """Receive tasks after an event-based gateway are plain: nothing stands on them and they are done once."""
    for task in tasks:
        if any(str(child.tag).endswith("LoopCharacteristics") for child in task):
            message_vi = "Tác vụ nhận sau cổng sự kiện không được lặp."
            yield _wrong(task, message_vi, "A receive task after an event-based gateway is not repeated.")
    hosts = [task.get("id") for task in tasks]
    for event in scope.of_kind("boundary_event"):
        if event.get("attachedToRef") in hosts:
            message_vi = "Tác vụ nhận sau cổng sự kiện không có sự kiện biên."
            yield _wrong(event, message_vi, "A receive task after an event-based gateway has no boundary events.")


def _may_follow(diagram: Diagram, node: etree._Element) -> bool:
    awaited = _awaited(diagram, node)
    return awaited == {"receive task"} or (bool(awaited) and awaited <= _FOLLOWING)


def _awaited(diagram: Diagram, node: etree._Element) -> set[str]:
    if kind_of(node) == "receive_task":
        return {"receive task"}
    if kind_of(node) != "intermediate_catch_event":
        return set()
    return {kind_of_definition(d) for d in definitions_of(diagram, node)}


def _wrong(node: etree._Element, message_vi: str, message_en: str) -> Finding:
    return finding(node, "event-gateway", message_vi, message_en)
