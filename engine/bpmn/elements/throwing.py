"""Events that throw: intermediate ones, and ends that carry a result."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.elements import activities, compensation, faults
from engine.bpmn.execution import Arrival, Execution
from engine.bpmn.network import EventRule, Node


def intermediate(execution: Execution, node: Node, arrival: Arrival) -> None:
    """Throw what the event says and go on; a link goes on at the catching one, a compensation when it is done."""
    link, undoing = node.waits_for("link"), node.waits_for("compensate")
    if undoing is not None:
        compensation.begin(execution, node, arrival.scope, compensation.LEAVE, undoing.name)
        return
    execution.passed(node)
    goes_on = [_throw(execution, node, rule, arrival.scope) for rule in node.events]
    if link is not None:
        _follow(execution, link, arrival.scope)
    elif all(goes_on):
        execution.leave(node, arrival.scope)


def end(execution: Execution, node: Node, arrival: Arrival) -> None:
    """An end event consumes the token, with the result that it says."""
    if not node.waits_for("compensate", "cancel"):
        execution.passed(node)
    for rule in node.events:
        _ENDS.get(rule.kind, _throw)(execution, node, rule, arrival.scope)


def _throw(execution: Execution, node: Node, rule: EventRule, scope: str) -> bool:
    """Throw a message, signal or escalation; whether the thrower may go on."""
    if rule.kind == "escalation":
        return faults.escalate(execution, scope, rule.name)
    if rule.kind in ("message", "signal"):
        around = execution.state.tokens.get(scope)
        execution.throw(node, around, activities.carried(execution, node, around), rule)
    return True


def _follow(execution: Execution, link: EventRule, scope: str) -> None:
    """Go on at the event of the same scope that catches a link of that name."""
    for node in execution.network(scope).nodes.values():
        if node.kind == "intermediate_catch_event" and any(
            e.kind == "link" and e.name == link.name for e in node.events
        ):
            execution.arrive(scope, node.id)
            return


def _terminate(execution: Execution, _node: Node, _rule: EventRule, scope: str) -> None:
    execution.empty(scope)
    execution.clear(scope)


def _fail(execution: Execution, node: Node, rule: EventRule, scope: str) -> None:
    faults.raise_error(execution, node, scope, rule.name)


def _undo(execution: Execution, node: Node, rule: EventRule, scope: str) -> None:
    compensation.begin(execution, node, scope, compensation.END, rule.name)


def _cancel(execution: Execution, node: Node, _rule: EventRule, scope: str) -> None:
    compensation.cancel(execution, node, scope)


_ENDS: dict[str, Callable[[Execution, Node, EventRule, str], object]] = {
    "terminate": _terminate,
    "error": _fail,
    "compensate": _undo,
    "cancel": _cancel,
}
