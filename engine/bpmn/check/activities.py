"""Activities: each kind says what it does, and who or what does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine.access import ROLES
from engine.bpmn.check.diagram import Diagram, Scope, kind_in
from engine.bpmn.check.findings import finding
from engine.bpmn.metadata import BPMN, CAMUNDA, groups_of, kind_of
from engine.errors import Finding

_RESULTS = frozenset({"singleEntry", "singleResult", "collectEntries", "resultList"})
# kind → (attribute, rule, Vietnamese, English)
_REQUIRED = {
    "service_task": (
        f"{CAMUNDA}delegateExpression",
        "handler",
        "Thiếu bộ xử lý (camunda:delegateExpression).",
        "The handler (camunda:delegateExpression) is missing.",
    ),
    "business_rule_task": (
        f"{CAMUNDA}decisionRef",
        "decision",
        "Thiếu bảng quyết định (camunda:decisionRef).",
        "The decision (camunda:decisionRef) is missing.",
    ),
    "call_activity": ("calledElement", "called-process", "Thiếu quy trình được gọi.", "The called process is missing."),
    "send_task": ("messageRef", "message", "Thiếu thông điệp (messageRef).", "The message (messageRef) is missing."),
    "receive_task": ("messageRef", "message", "Thiếu thông điệp (messageRef).", "The message (messageRef) is missing."),
}
_REQUIRED["global_business_rule_task"] = _REQUIRED["business_rule_task"]


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Activities that do not say what they do, or cannot do it where they stand."""
    for task in diagram.global_tasks:
        yield from _declared(task)
    for scope in diagram.scopes:
        for node in scope.nodes.values():
            yield from _declared(node)
            yield from _compensation(scope, node)
            place = _PLACES.get(kind_in(node))
            yield from place(scope, node) if place else ()


def _declared(node: etree._Element) -> Iterator[Finding]:
    kind = kind_of(node)
    required = _REQUIRED.get(kind)
    if required and not (node.get(required[0]) or "").strip():
        yield finding(node, *required[1:])
    if kind in ("script_task", "global_script_task") and not (node.findtext(f"{BPMN}script") or "").strip():
        yield finding(node, "script", "Kịch bản trống.", "The script is empty.")
    result = node.get(f"{CAMUNDA}mapDecisionResult", "resultList")
    if result not in _RESULTS:
        message_vi = f"Dạng kết quả “{result[:60]}” không được hỗ trợ."
        yield finding(node, "decision", message_vi, f"The result form “{result[:60]}” is not supported.")
    for group in groups_of(node):
        role = group.partition("@")[0]
        if "${" not in role and role not in ROLES:
            message_vi = f"Không có vai trò “{role[:60]}”."
            yield finding(node, "unknown-role", message_vi, f"There is no role “{role[:60]}”.")


def _receive(scope: Scope, node: etree._Element) -> Iterator[Finding]:
    if node.get("instantiate") != "true":
        return
    if scope.kind != "process" or scope.incoming(node):
        message_vi = "Chỉ tác vụ nhận đứng đầu quy trình mới được khởi tạo quy trình."
        yield finding(node, "start", message_vi, "Only a receive task that begins a process may instantiate it.")


def _event_sub_process(scope: Scope, node: etree._Element) -> Iterator[Finding]:
    attached = [b for b in scope.of_kind("boundary_event") if b.get("attachedToRef") == node.get("id")]
    repeated = [c for c in node if str(c.tag).endswith("LoopCharacteristics")]
    if scope.incoming(node) or scope.outgoing(node) or attached or repeated:
        message_vi = "Quy trình con sự kiện không có luồng, sự kiện biên hay vòng lặp."
        message_en = "An event sub-process has no flows, boundary events or repetition."
        yield finding(node, "event-sub-process", message_vi, message_en)


def _compensation(scope: Scope, node: etree._Element) -> Iterator[Finding]:
    """A compensating activity is tied to a compensation event by an association, and by nothing else."""
    if node.get("isForCompensation") != "true":
        return
    events = [source for source, target in scope.associations if target == node.get("id")]
    tied = any(_is_compensation(scope.nodes.get(source)) for source in events)
    if not tied or scope.incoming(node) or scope.outgoing(node):
        message_vi = "Hoạt động đền bù phải nối với sự kiện biên đền bù bằng liên kết, không có luồng vào ra."
        message_en = "A compensating activity is tied to a compensation boundary event, and has no flows."
        yield finding(node, "compensation", message_vi, message_en)


def _is_compensation(node: etree._Element | None) -> bool:
    return node is not None and node.find(f"{BPMN}compensateEventDefinition") is not None


_PLACES: dict[str, Callable[[Scope, etree._Element], Iterator[Finding]]] = {
    "receive_task": _receive,
    "event_sub_process": _event_sub_process,
}
