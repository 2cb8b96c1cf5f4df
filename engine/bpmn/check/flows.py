"""Sequence flows: where they may begin and end, and where a condition may stand.

Rule: a condition is evaluated on flows out of activities, exclusive and inclusive gateways (BPMN 2.0.2, 8.4.13);
anywhere else it would be ignored, and so is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope, kind_in
from engine.bpmn.check.events import definitions_of, kind_of_definition
from engine.bpmn.check.findings import caution, finding
from engine.bpmn.check.vocabulary import ACTIVITIES
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding

_DECIDING = frozenset({"exclusive_gateway", "inclusive_gateway"})
_CONDITIONAL = ACTIVITIES | _DECIDING


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Flows and conditions where they may not be, and branches without a condition."""
    for scope in diagram.scopes:
        for flow in scope.flows:
            yield from _condition(scope, flow)
        for node in scope.nodes.values():
            yield from _ends(diagram, scope, node)


def condition_of(flow: etree._Element) -> str | None:
    """The text of a flow's condition; None where there is none, empty where it says nothing."""
    found = flow.find(f"{BPMN}conditionExpression")
    return None if found is None else (found.text or "").strip()


def _condition(scope: Scope, flow: etree._Element) -> Iterator[Finding]:
    source = scope.nodes.get(flow.get("sourceRef", ""))
    condition = condition_of(flow)
    if source is None:
        return
    kind, is_default = kind_of(source), source.get("default") == flow.get("id")
    if condition is not None and kind not in _CONDITIONAL:
        message_vi = "Điều kiện chỉ được đặt trên luồng ra của hoạt động, cổng loại trừ và cổng bao gồm."
        message_en = "A condition may stand on flows out of activities, exclusive and inclusive gateways only."
        yield finding(flow, "conditional-flow", message_vi, message_en)
    elif condition == "":
        yield finding(flow, "condition", "Điều kiện trống.", "The condition is empty.")
    elif condition is not None and is_default:
        message_vi, message_en = (
            "Điều kiện của luồng mặc định bị bỏ qua.",
            "The condition of a default flow is ignored.",
        )
        yield caution(flow, "default-condition", message_vi, message_en)
    if condition is None and not is_default and kind in _DECIDING and len(scope.outgoing(source)) > 1:
        message_vi = "Luồng ra của cổng rẽ nhánh phải có điều kiện hoặc là luồng mặc định."
        message_en = "A flow out of a gateway that branches needs a condition, or is the default flow."
        yield finding(flow, "missing-condition", message_vi, message_en)


def _ends(diagram: Diagram, scope: Scope, node: etree._Element) -> Iterator[Finding]:
    kind = kind_in(node)
    kinds = {kind_of_definition(d) for d in definitions_of(diagram, node)} if kind.endswith("event") else set()
    no_way_in = kind in ("start_event", "boundary_event") or (kind == "intermediate_catch_event" and "link" in kinds)
    no_way_out = kind == "end_event" or (kind == "intermediate_throw_event" and "link" in kinds)
    no_way_out |= kind == "boundary_event" and "compensate" in kinds
    if no_way_in and scope.incoming(node):
        message_vi, message_en = "Không có luồng nào được đi vào phần tử này.", "No flow may lead into this element."
        yield finding(node, "flow", message_vi, message_en)
    if no_way_out and scope.outgoing(node):
        message_vi, message_en = (
            "Không có luồng nào được đi ra từ phần tử này.",
            "No flow may lead out of this element.",
        )
        yield finding(node, "flow", message_vi, message_en)
