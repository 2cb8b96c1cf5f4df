"""Reading one flow node of a diagram into the network."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from engine.bpmn.data import copies_of, mappings_of
from engine.bpmn.event_rules import definitions_of, referred, rule_of, rules_of
from engine.bpmn.expressions import Script, compile_expression, compile_script
from engine.bpmn.metadata import BPMN, CAMUNDA, compiled, kind_of
from engine.bpmn.network import EventRule, Flow, Node
from engine.bpmn.repetitions import repetition_of

INSIDES = frozenset({"sub_process", "transaction", "ad_hoc_sub_process", "event_sub_process"})


def kind_of_node(node: etree._Element) -> str:
    """The kind of a flow node: its tag, but for a sub-process that an event triggers."""
    kind = kind_of(node)
    return "event_sub_process" if kind == "sub_process" and node.get("triggeredByEvent") == "true" else kind


def node_of(node: etree._Element, container: etree._Element, flows: Sequence[etree._Element], file: str) -> Node:
    """The network's node for a flow node of `container`. Raises DefinitionError naming it."""
    node_id, kind = node.get("id", ""), kind_of_node(node)
    return Node(
        id=node_id,
        kind=kind,
        incoming=tuple(f.get("id", "") for f in flows if f.get("targetRef") == node_id),
        outgoing=tuple(_flow(f, node, file) for f in flows if f.get("sourceRef") == node_id),
        boundary=tuple(
            b.get("id", "") for b in container.iterfind(f"{BPMN}boundaryEvent") if b.get("attachedToRef") == node_id
        ),
        events=_events(node, kind, file),
        handler=node.get(f"{CAMUNDA}delegateExpression"),
        decision=node.get(f"{CAMUNDA}decisionRef"),
        result=node.get(f"{CAMUNDA}resultVariable"),
        result_mapping=node.get(f"{CAMUNDA}mapDecisionResult", "resultList"),
        script=_script(node, file),
        called=node_id if kind in INSIDES else (node.get("calledElement") or "").rpartition(":")[2] or None,
        host=node.get("attachedToRef"),
        interrupting=_interrupting(node, kind),
        compensator=_compensator(node, container),
        compensates=node.get("isForCompensation") == "true",
        instantiates=node.get("instantiate") == "true",
        repetition=repetition_of(node, file),
        copies_in=copies_of(node, "dataInputAssociation"),
        copies_out=copies_of(node, "dataOutputAssociation"),
        inputs=mappings_of(node, "inputParameter", file),
        outputs=mappings_of(node, "outputParameter", file),
    )


def _events(node: etree._Element, kind: str, file: str) -> tuple[EventRule, ...]:
    if kind != "event_sub_process":
        return rules_of(node, file)
    start = node.find(f"{BPMN}startEvent")
    return () if start is None else tuple(rule_of(definition, start, file) for definition in definitions_of(start))


def _interrupting(node: etree._Element, kind: str) -> bool:
    if kind != "event_sub_process":
        return node.get("cancelActivity") != "false"
    start = node.find(f"{BPMN}startEvent")
    return start is None or start.get("isInterrupting") != "false"


def _compensator(node: etree._Element, container: etree._Element) -> str | None:
    """The activity that undoes this one: it is associated with a compensation event on its boundary."""
    for event in container.iterfind(f"{BPMN}boundaryEvent"):
        if event.get("attachedToRef") != node.get("id") or event.find(f"{BPMN}compensateEventDefinition") is None:
            continue
        for association in container.iterfind(f"{BPMN}association"):
            if association.get("sourceRef") == event.get("id"):
                target = referred(node, association.get("targetRef"))
                return target.get("id") if target is not None else None
    return None


def _flow(flow: etree._Element, node: etree._Element, file: str) -> Flow:
    condition = flow.findtext(f"{BPMN}conditionExpression")
    return Flow(
        id=flow.get("id", ""),
        source=flow.get("sourceRef", ""),
        target=flow.get("targetRef", ""),
        condition=compiled(compile_expression, condition, flow, file) if condition and condition.strip() else None,
        is_default=node.get("default") == flow.get("id"),
    )


def _script(node: etree._Element, file: str) -> Script | None:
    text = node.findtext(f"{BPMN}script")
    return compiled(compile_script, text, node, file) if text else None
