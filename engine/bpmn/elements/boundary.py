"""Boundary events: what stands on an activity and, when it happens, ends it or goes on beside it."""

from __future__ import annotations

from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.state import MULTI, Token


def fire(execution: Execution, node: Node, token: Token) -> None:
    """A boundary event happens on the activity of a token."""
    if node.interrupting:
        execution.cancel(token)
    execution.passed(node)
    execution.leave(node, token.scope)


def bearer(execution: Execution, token: Token) -> Token:
    """The token on which the boundary events of an activity stand: of a repeated one, that of the whole."""
    parent = execution.state.tokens.get(token.parent)
    return parent if parent is not None and parent.kind == MULTI else token


def catcher(execution: Execution, activity: Node, kind: str, name: str | None) -> Node | None:
    """The boundary event of an activity that catches this, by its name before one that catches any."""
    nodes = [execution.definition.nodes[boundary_id] for boundary_id in activity.boundary]
    return best(nodes, kind, name)


def best(nodes: list[Node], kind: str, name: str | None) -> Node | None:
    """Of nodes that may catch something, the one that names it, else the one that takes any."""
    named = (n for n in nodes for e in n.events if e.kind == kind and e.name is not None and e.name == name)
    anyway = (n for n in nodes for e in n.events if e.kind == kind and e.name is None)
    return next(named, None) or next(anyway, None)
