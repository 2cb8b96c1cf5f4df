"""Reading one flow node of a diagram into the network."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from engine.bpmn.expressions import Expression, Script, compile_expression, compile_script
from engine.bpmn.metadata import BPMN, CAMUNDA, compiled, kind_of
from engine.bpmn.network import Flow, Node, Repetition, TimerRule
from engine.bpmn.timers import require_timer

_TIMER_KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def node_of(node: etree._Element, container: etree._Element, flows: Sequence[etree._Element], file: str) -> Node:
    """The network's node for a flow node of `container`. Raises DefinitionError naming it."""
    node_id = node.get("id", "")
    return Node(
        id=node_id,
        kind=kind_of(node),
        incoming=tuple(f.get("id", "") for f in flows if f.get("targetRef") == node_id),
        outgoing=tuple(_flow(f, node, file) for f in flows if f.get("sourceRef") == node_id),
        boundary=tuple(
            b.get("id", "") for b in container.iterfind(f"{BPMN}boundaryEvent") if b.get("attachedToRef") == node_id
        ),
        handler=node.get(f"{CAMUNDA}delegateExpression"),
        decision=node.get(f"{CAMUNDA}decisionRef"),
        result=node.get(f"{CAMUNDA}resultVariable"),
        result_mapping=node.get(f"{CAMUNDA}mapDecisionResult", "resultList"),
        script=_script(node, file),
        called=node.get("calledElement") or (node_id if kind_of(node) == "sub_process" else None),
        timer=_timer(node, file),
        terminates=node.find(f"{BPMN}terminateEventDefinition") is not None,
        host=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity") != "false",
        repetition=_repetition(node, file),
    )


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


def _timer(node: etree._Element, file: str) -> TimerRule | None:
    definition = node.find(f"{BPMN}timerEventDefinition")
    if definition is None:
        return None
    for tag, kind in _TIMER_KINDS.items():
        text = definition.findtext(f"{BPMN}{tag}")
        if text is not None and text.strip():
            rule = TimerRule(kind, text.strip())
            require_timer(rule, node.get("id", ""), file)
            return rule
    return None


def _repetition(node: etree._Element, file: str) -> Repetition | None:
    loop = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if loop is None:
        return None

    def expression(text: str | None) -> Expression | None:
        return compiled(compile_expression, text, node, file) if text and text.strip() else None

    return Repetition(
        sequential=loop.get("isSequential") == "true",
        collection=expression(loop.get(f"{CAMUNDA}collection")),
        cardinality=expression(loop.findtext(f"{BPMN}loopCardinality")),
        variable=loop.get(f"{CAMUNDA}elementVariable"),
        completion=expression(loop.findtext(f"{BPMN}completionCondition")),
    )
