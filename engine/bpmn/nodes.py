"""Reading one flow node of a diagram into the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.data import copies_of, mappings_of
from engine.bpmn.event_rules import definitions_of, rule_of, rules_of
from engine.bpmn.expressions import Script, compile_expression, compile_script
from engine.bpmn.metadata import BPMN, CAMUNDA, compiled, kind_of
from engine.bpmn.network import EventRule, Flow, Node
from engine.bpmn.repetitions import repetition_of

INSIDES = frozenset({"sub_process", "transaction", "ad_hoc_sub_process", "event_sub_process"})


def kind_of_node(node: etree._Element) -> str:
    """The kind of a flow node: its tag, but for a sub-process that an event triggers."""
    kind = kind_of(node)
    return "event_sub_process" if kind == "sub_process" and node.get("triggeredByEvent") == "true" else kind


@dataclass(frozen=True)
class Surroundings:
    """What stands around the nodes of a container, by node id: flows, boundary events, what undoes it."""

    incoming: Mapping[str, list[etree._Element]] = field(default_factory=dict)
    outgoing: Mapping[str, list[etree._Element]] = field(default_factory=dict)
    boundary: Mapping[str, list[etree._Element]] = field(default_factory=dict)
    undoers: Mapping[str, str] = field(default_factory=dict)


def surroundings_in(container: etree._Element) -> Surroundings:
    """The surroundings of all nodes of a container, read once."""
    flows, events = list(container.iterfind(f"{BPMN}sequenceFlow")), list(container.iterfind(f"{BPMN}boundaryEvent"))
    return Surroundings(
        _by(flows, "targetRef"), _by(flows, "sourceRef"), _by(events, "attachedToRef"), _undoers(container, events)
    )


def node_of(node: etree._Element, around: Surroundings, file: str) -> Node:
    """The network's node for a flow node. Raises DefinitionError naming it."""
    node_id, kind = node.get("id", ""), kind_of_node(node)
    return Node(
        id=node_id,
        kind=kind,
        incoming=tuple(f.get("id", "") for f in around.incoming.get(node_id, ())),
        outgoing=tuple(_flow(f, node, file) for f in around.outgoing.get(node_id, ())),
        boundary=tuple(b.get("id", "") for b in around.boundary.get(node_id, ())),
        events=_events(node, kind, file),
        handler=node.get(f"{CAMUNDA}delegateExpression"),
        decision=node.get(f"{CAMUNDA}decisionRef"),
        result=node.get(f"{CAMUNDA}resultVariable"),
        result_mapping=node.get(f"{CAMUNDA}mapDecisionResult", "resultList"),
        script=_script(node, file),
        called=node_id if kind in INSIDES else (node.get("calledElement") or "").rpartition(":")[2] or None,
        host=node.get("attachedToRef"),
        interrupting=_interrupting(node, kind),
        compensator=around.undoers.get(node_id),
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


def _by(elements: Iterable[etree._Element], attribute: str) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for element in elements:
        found.setdefault(element.get(attribute, ""), []).append(element)
    return found


def _undoers(container: etree._Element, events: Iterable[etree._Element]) -> dict[str, str]:
    """By activity, the one that undoes it: it is associated with a compensation event on the activity's boundary."""
    joined = {a.get("sourceRef"): a.get("targetRef", "") for a in container.iterfind(f"{BPMN}association")}
    return {
        event.get("attachedToRef", ""): joined[event.get("id")]
        for event in events
        if event.get("id") in joined and event.find(f"{BPMN}compensateEventDefinition") is not None
    }


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
