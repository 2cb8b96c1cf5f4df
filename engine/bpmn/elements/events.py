"""Events: start, throw, catch by timer, boundary, end and terminate."""

from __future__ import annotations

from engine.bpmn import timers
from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.state import CATCH, Armed, Token


def pass_on(execution: Execution, node: Node, scope: str, _flow: str | None) -> None:
    """A none event: it happens and the token goes on."""
    execution.passed(node)
    execution.leave(node, scope)


def catch(execution: Execution, node: Node, scope: str, _flow: str | None) -> None:
    """An intermediate timer event: the token waits for its instant."""
    token = Token(execution.state.short_id(), node.id, scope, CATCH)
    execution.activated(token)
    execution.arm(token, node)


def end(execution: Execution, node: Node, scope: str, _flow: str | None) -> None:
    """An end event consumes the token; a terminate end event takes everything in its scope with it."""
    execution.passed(node)
    if node.terminates:
        for token in execution.state.inside(scope):
            execution.cancel(token)
        execution.clear(scope)


def fire(execution: Execution, armed: Armed) -> None:
    """The instant of a timer has come: of a waiting event, or of a boundary event on an activity."""
    token = execution.state.tokens[armed.host]
    node = execution.network(token.scope).nodes[armed.node]
    if node.host is None:
        execution.completed(token)
        execution.leave(node, token.scope)
        return
    if node.interrupting:
        execution.cancel(token)
    else:
        _again(execution, armed, node)
    execution.passed(node)
    execution.leave(node, token.scope)


def _again(execution: Execution, armed: Armed, node: Node) -> None:
    """Forget a fired timer, or keep it for its next repetition."""
    token = execution.state.tokens[armed.host]
    before = execution.schedule_of(armed)
    execution.disarm(armed)
    if node.timer is None:
        return
    schedule = timers.following(node.timer, before, execution.names(token), execution.host.now)
    if schedule is not None:
        execution.keep_timer(armed.id, armed.host, node, schedule)
