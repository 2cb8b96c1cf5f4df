"""Scopes: the process itself and each running sub-process, with the event sub-processes that watch over it."""

from __future__ import annotations

from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.state import CALL, ROOT, Token


def enter(execution: Execution, scope: str) -> None:
    """Begin a scope: its data are there, its event sub-processes watch."""
    network = execution.network(scope)
    missing = {name: None for name in network.data if name not in execution.step.variables}
    if missing:
        execution.assign(missing)
    for node_id in network.event_subs:
        execution.waiting.arm(scope, execution.definition.nodes[node_id])


def trigger(execution: Execution, scope: str, node: Node) -> None:
    """Run an event sub-process of a scope; an interrupting one ends all else in it."""
    if node.interrupting:
        execution.empty(scope)
        execution.waiting.forget(scope, execution.network(scope).event_subs)
    open_inside(execution, node, Token(execution.state.short_id(), node.id, scope, CALL))


def open_inside(execution: Execution, node: Node, token: Token) -> None:
    """Begin what is inside a node, at its start."""
    token.extra["n"] = node.called
    execution.activated(token)
    enter(execution, token.id)
    start = execution.network(token.id).start
    if start is not None:
        execution.arrive(token.id, start)


def around(execution: Execution, scope: str) -> str | None:
    """The scope around a scope; None for the process itself."""
    return None if scope == ROOT else execution.state.tokens[scope].scope
