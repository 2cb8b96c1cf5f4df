"""Gateways: exclusive, parallel, inclusive and event-based."""

from __future__ import annotations

from engine.bpmn.execution import Arrival, Execution
from engine.bpmn.network import Flow, Node
from engine.bpmn.state import CATCH, Token
from engine.errors import ProcessError


def exclusive(execution: Execution, node: Node, arrival: Arrival) -> None:
    """The first flow whose condition holds, else the default; with neither the step fails."""
    execution.passed(node)
    flow = _chosen(execution, node)
    if flow is not None:
        execution.arrive(arrival.scope, flow.target, flow.id)


def parallel(execution: Execution, node: Node, arrival: Arrival) -> None:
    """Wait for one token on each incoming flow, consume exactly these, and send one out on each outgoing flow.

    Excess tokens stay on their flows for the next activation (BPMN 2.0.2, 13.4.1), so a join in a loop fires once a
    turn, in whatever order its branches finish.
    """
    waiting = execution.state.joins.setdefault((arrival.scope, node.id), [])
    if arrival.flow is not None:
        waiting.append(arrival.flow)
    if all(incoming in waiting for incoming in node.incoming):
        consume(execution, node, arrival.scope)


def inclusive(execution: Execution, node: Node, arrival: Arrival) -> None:
    """Split at once where one flow comes in; else wait until nothing more can come (`engine.bpmn.elements.joins`)."""
    if len(node.incoming) > 1 and arrival.flow is not None:
        execution.state.joins.setdefault((arrival.scope, node.id), []).append(arrival.flow)
        return
    execution.passed(node)
    execution.leave(node, arrival.scope)


def consume(execution: Execution, node: Node, scope: str) -> None:
    """Take one token from each incoming flow that has one, and go on."""
    waiting = execution.state.joins[scope, node.id]
    for incoming in node.incoming:
        if incoming in waiting:
            waiting.remove(incoming)
    if not waiting:
        del execution.state.joins[scope, node.id]
    execution.passed(node)
    execution.leave(node, scope)


def event_based(execution: Execution, node: Node, arrival: Arrival) -> None:
    """Wait for the first of the events that follow."""
    token = Token(execution.state.short_id(), node.id, arrival.scope, CATCH)
    execution.activated(token)
    for flow in node.outgoing:
        execution.waiting.arm(token.id, execution.definition.nodes[flow.target])


def _chosen(execution: Execution, node: Node) -> Flow | None:
    default = None
    for flow in node.outgoing:
        if flow.is_default:
            default = flow
        elif flow.condition is None or execution.evaluate(flow.condition, node.id):
            return flow
    if default is None and node.outgoing:
        raise ProcessError(
            node.id,
            "no condition holds and there is no default flow",
            reason_vi="không điều kiện nào đúng và không có luồng mặc định",
        )
    return default
