"""Inclusive joins: they wait as long as something can still arrive (BPMN 2.0.2, 13.4.3).

A token elsewhere in the scope holds a join up when it can reach an incoming flow that is empty, without passing the
join, and none that already holds a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.elements import gateways
from engine.bpmn.execution import Execution
from engine.bpmn.network import Node


def fire_one(execution: Execution) -> bool:
    """Let one inclusive join go on for which nothing more can arrive; whether there was one."""
    for (scope, node_id), flows in execution.state.joins.items():
        node = execution.definition.nodes[node_id]
        if node.kind == "inclusive_gateway" and flows and not _is_held_up(execution, scope, node, flows):
            gateways.consume(execution, node, scope)
            return True
    return False


def _is_held_up(execution: Execution, scope: str, join: Node, filled: list[str]) -> bool:
    empty = set(join.incoming) - set(filled)
    if not empty:
        return False
    for start in _elsewhere(execution, scope, join):
        reached = _reach(execution, start, join)
        if reached & empty and not reached & set(filled):
            return True
    return False


def _elsewhere(execution: Execution, scope: str, join: Node) -> Iterator[Node]:
    """Where the other tokens of a scope are: at nodes, and at joins that wait."""
    for token in execution.state.inside(scope):
        yield execution.node(token)
    for (joined_scope, node_id), flows in execution.state.joins.items():
        if joined_scope == scope and flows and node_id != join.id:
            yield execution.definition.nodes[node_id]


def _reach(execution: Execution, start: Node, join: Node) -> set[str]:
    """The flows that a token at a node can come to without passing the join."""
    flows: set[str] = set()
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node.id in seen or node.id == join.id:
            continue
        seen.add(node.id)
        flows.update(flow.id for flow in node.outgoing)
        waiting += _after(execution, node)
    return flows


def _after(execution: Execution, node: Node) -> Iterable[Node]:
    nodes = execution.definition.nodes
    names = [*(flow.target for flow in node.outgoing), *node.boundary]
    link = node.waits_for("link")
    if link is not None and node.kind == "intermediate_throw_event":
        names += [n.id for n in nodes.values() if n.kind == "intermediate_catch_event" and link in n.events]
    return [nodes[name] for name in names]
