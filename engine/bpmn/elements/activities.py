"""Activities: tasks done by people, by handlers, scripts and decision tables; sub-processes and calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import deadlines
from engine.bpmn.decisions import shaped
from engine.bpmn.elements import repetition
from engine.bpmn.execution import Execution
from engine.bpmn.expressions import ExpressionError, Names
from engine.bpmn.network import Node
from engine.bpmn.state import CALL, MULTI, USER, Token, world_id
from engine.bpmn.step import OpenedTask
from engine.errors import ProcessError


def arrive(execution: Execution, node: Node, scope: str, _flow: str | None) -> None:
    """A token comes to an activity: one activation, or as many as its repetition says."""
    if node.repetition is None:
        activate(execution, node, scope)
    else:
        token = Token(execution.state.short_id(), node.id, scope, MULTI)
        execution.state.tokens[token.id] = token
        _arm_boundary(execution, token, node)
        _go_on(execution, token, node)


def activate(
    execution: Execution, node: Node, scope: str, parent: str = "", local: Mapping[str, Any] | None = None
) -> None:
    """Begin one activation: it waits for a person or for its inside, or it is done at once."""
    extra = {"l": dict(local)} if local else {}
    if node.kind == "user_task":
        _open(execution, node, Token(world_id(), node.id, scope, USER, parent, extra))
    elif node.kind in ("call_activity", "sub_process"):
        _enter(execution, node, Token(execution.state.short_id(), node.id, scope, CALL, parent, extra))
    else:
        token = Token("", node.id, scope, "", parent, extra)
        _INSTANT[node.kind](execution, node, token)
        execution.passed(node)
        _done(execution, node, token)


def complete(execution: Execution, token: Token) -> None:
    """An activation that waited is done: note it and let the token go on, or the repetition count it."""
    node = execution.node(token)
    execution.completed(token)
    _done(execution, node, token)


def _done(execution: Execution, node: Node, token: Token) -> None:
    if not token.parent:
        execution.leave(node, token.scope)
        return
    multi = execution.state.tokens[token.parent]
    multi.extra["done"] += 1
    if node.repetition is not None and repetition.is_enough(execution, multi, node, token):
        for other in execution.state.children(multi.id):
            execution.cancel(other)
        multi.extra["total"] = multi.extra["done"]
    _go_on(execution, multi, node)


def _go_on(execution: Execution, multi: Token, node: Node) -> None:
    """Begin the activations that are due now; when all are done the repetition is."""
    for local in repetition.next_activations(execution, multi, node):
        activate(execution, node, multi.scope, multi.id, local)
    finished = multi.extra["done"] >= multi.extra["total"]
    if finished and multi.id in execution.state.tokens:
        execution.remove(multi)
        execution.leave(node, multi.scope)


def _arm_boundary(execution: Execution, token: Token, node: Node) -> None:
    """Arm the timers that stand on an activity; on a repeated one they stand on the whole, not on each activation."""
    nodes = execution.network(token.scope).nodes
    for boundary_id in node.boundary:
        execution.arm(token, nodes[boundary_id])


def _open(execution: Execution, node: Node, token: Token) -> None:
    execution.activated(token)
    if not token.parent:
        _arm_boundary(execution, token, node)
    element, names = execution.element(node), execution.names(token)
    try:
        groups = tuple(g for template in element.candidate_groups if (g := template.render(names)))
        assignee = element.assignee.evaluate(names) if element.assignee else None
        due = deadlines.as_due(element.due_date.evaluate(names)) if element.due_date else None
    except (ExpressionError, ValueError) as error:
        raise ProcessError(node.id, str(error)) from error
    opened = OpenedTask(token.id, element, groups, assignee, due, token.extra.get("l", {}))
    execution.step.opened.append(opened)


def _enter(execution: Execution, node: Node, token: Token) -> None:
    token.extra["n"] = node.called
    execution.activated(token)
    if not token.parent:
        _arm_boundary(execution, token, node)
    execution.arrive(token.id, execution.network(token.id).start)


def _nothing(_execution: Execution, _node: Node, _token: Token) -> None:
    """An abstract or manual task happens outside; the token passes."""


def _call_handler(execution: Execution, node: Node, _token: Token) -> None:
    element = execution.element(node)
    if element.handler is None:
        raise ProcessError(node.id, "it names no handler")
    execution.assign(execution.host.call(element.handler, element, execution.step.variables) or {})


def _run_script(execution: Execution, node: Node, token: Token) -> None:
    if node.script is None:
        return
    try:
        execution.assign(node.script.run(execution.names(token)))
    except ExpressionError as error:
        raise ProcessError(node.id, str(error)) from error


def _decide(execution: Execution, node: Node, token: Token) -> None:
    decision = execution.definition.decisions[node.decision or ""]
    names: Names = execution.names(token)
    try:
        outcome = shaped(decision.decide(names), node.result_mapping)
    except ExpressionError as error:
        raise ProcessError(node.id, str(error)) from error
    execution.assign({node.result or decision.id: outcome})


_INSTANT: dict[str, Callable[[Execution, Node, Token], None]] = {
    "task": _nothing,
    "manual_task": _nothing,
    "service_task": _call_handler,
    "script_task": _run_script,
    "business_rule_task": _decide,
}
