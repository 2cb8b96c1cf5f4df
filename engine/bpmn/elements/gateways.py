"""Gateways: exclusive and parallel."""

from __future__ import annotations

from engine.bpmn.execution import Execution
from engine.bpmn.network import Flow, Node
from engine.errors import ProcessError


def exclusive(execution: Execution, node: Node, scope: str, _flow: str | None) -> None:
    """The first flow whose condition holds, else the default; with neither the step fails."""
    execution.passed(node)
    flow = _chosen(execution, node)
    execution.arrive(scope, flow.target, flow.id)


def parallel(execution: Execution, node: Node, scope: str, flow: str | None) -> None:
    """Wait for one token on each incoming flow, consume exactly these, and send one out on each outgoing flow.

    Excess tokens stay on their flows for the next activation (BPMN 2.0.2, 13.4.1), so a join in a loop fires once a
    turn, in whatever order its branches finish.
    """
    waiting = execution.state.joins.setdefault((scope, node.id), [])
    if flow is not None:
        waiting.append(flow)
    if any(incoming not in waiting for incoming in node.incoming):
        return
    for incoming in node.incoming:
        waiting.remove(incoming)
    if not waiting:
        del execution.state.joins[scope, node.id]
    execution.passed(node)
    execution.leave(node, scope)


def _chosen(execution: Execution, node: Node) -> Flow:
    default = None
    for flow in node.outgoing:
        if flow.is_default:
            default = flow
        elif flow.condition is None:
            if len(node.outgoing) == 1:
                return flow
        elif execution.evaluate(flow.condition, node.id):
            return flow
    if default is None:
        raise ProcessError(node.id, "no condition holds and there is no default flow")
    return default
