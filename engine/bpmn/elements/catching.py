"""Events that wait (intermediate, boundary, of event sub-processes), and what happens when that comes."""

from __future__ import annotations

from engine.bpmn.elements import activities, boundary, scopes
from engine.bpmn.execution import Arrival, Execution, Occurrence
from engine.bpmn.network import Node
from engine.bpmn.state import CATCH, Armed, Token, Wait
from engine.bpmn.step import Thrown
from engine.bpmn.waiting import carries


def pass_on(execution: Execution, node: Node, arrival: Arrival) -> None:
    """A start or boundary event, or one without a definition: it happens and the token goes on."""
    execution.copy(node.copies_out)
    execution.passed(node)
    execution.leave(node, arrival.scope)


def catch(execution: Execution, node: Node, arrival: Arrival) -> None:
    """An intermediate event: the token waits for it; one that catches a link, or nothing, passes."""
    if not node.events or node.waits_for("link"):
        pass_on(execution, node, arrival)
        return
    token = Token(execution.state.short_id(), node.id, arrival.scope, CATCH)
    execution.activated(token)
    execution.waiting.arm(token.id, node)


def fire(execution: Execution, armed: Armed) -> None:
    """The instant of a timer has come."""
    node = execution.definition.nodes[armed.node]
    if execution.waiting.again(armed, node):
        _happen(execution, armed.host, node)


def receive(execution: Execution, wait: Wait) -> None:
    """A message or signal that was waited for has come, or a condition holds."""
    node = execution.definition.nodes[wait.node]
    _happen(execution, wait.host, node)


def deliver(execution: Execution, occurrence: Occurrence) -> None:
    """What was thrown goes to those in the case that wait for it, and out of the case to the others.

    A signal goes to everybody; a message to one, so out of the case only when nobody in it waits.
    """
    rule, node_id, _, correlation, variables = occurrence
    found = [w for w in execution.state.waits.values() if _fits(execution, w, occurrence)]
    if found:
        execution.assign(variables)
    for wait in found[:1] if rule.kind == "message" else found:
        if wait.id in execution.state.waits:
            receive(execution, wait)
    if rule.kind == "signal" or not found:
        execution.step.thrown.append(Thrown(rule.kind, rule.name or "", node_id, correlation, variables))


def watch(execution: Execution) -> bool:
    """Let one watched condition happen that has become true; whether there was one."""
    for wait in list(execution.state.waits.values()):
        if wait.kind != "conditional":
            continue
        holds, before = _holds(execution, wait), wait.was_true
        wait.was_true = holds
        if holds and not before:
            receive(execution, wait)
            return True
    return False


def _happen(execution: Execution, host: str, node: Node) -> None:
    if node.kind == "event_sub_process":
        scopes.trigger(execution, host, node)
        return
    token = execution.state.tokens[host]
    if node.host is not None:
        execution.copy(node.copies_out)
        boundary.fire(execution, node, token)
    elif node.kind == "receive_task" and token.node == node.id:
        activities.complete(execution, token)
    else:
        _pass_by(execution, node, token)


def _pass_by(execution: Execution, node: Node, token: Token) -> None:
    """The event itself that waited, or the first of those after an event-based gateway."""
    execution.completed(token)
    if node.kind == "receive_task":
        activities.pass_through(execution, node, token.scope)
        return
    execution.copy(node.copies_out)
    if token.node != node.id:
        execution.passed(node)
    execution.leave(node, token.scope)


def _fits(execution: Execution, wait: Wait, occurrence: Occurrence) -> bool:
    thrown = occurrence.rule
    if wait.kind != thrown.kind or execution.waiting.rule_of(wait).name != thrown.name:
        return False
    if thrown.kind == "signal":
        return wait.id in occurrence.waits
    rule, names = execution.waiting.rule_of(wait), execution.waiting.names(wait.host)
    return carries(execution.waiting.correlation(rule, wait.node, names), occurrence.correlation)


def _holds(execution: Execution, wait: Wait) -> bool:
    """Whether a condition holds; one that speaks of variables that are not there yet does not."""
    condition = execution.waiting.rule_of(wait).condition
    names = execution.names(execution.state.tokens.get(wait.host))
    if condition is None or not condition.names <= names.keys():
        return False
    return bool(execution.evaluate(condition, wait.node, names))
