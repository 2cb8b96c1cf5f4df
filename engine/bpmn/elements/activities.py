"""Activities: tasks done by people, by handlers, scripts and decision tables; sub-processes and calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import deadlines
from engine.bpmn.decisions import shaped
from engine.bpmn.elements import ad_hoc, compensation, faults, repetition, scopes
from engine.bpmn.execution import Arrival, Execution
from engine.bpmn.expressions import Expression, ExpressionError, Names, Template
from engine.bpmn.network import Node
from engine.bpmn.state import CALL, CATCH, MULTI, UNDO, USER, Token, world_id
from engine.bpmn.step import BusinessError, OpenedTask, failure
from engine.errors import ProcessError

_INSIDE = frozenset({"call_activity", "sub_process", "transaction", "ad_hoc_sub_process", "event_sub_process"})


def arrive(execution: Execution, node: Node, arrival: Arrival) -> None:
    """A token comes to an activity: one activation, or as many as its repetition says."""
    if node.repetition is None:
        activate(execution, node, arrival.scope, arrival.parent)
    else:
        token = Token(execution.state.short_id(), node.id, arrival.scope, MULTI, arrival.parent)
        execution.state.tokens[token.id] = token
        execution.waiting.arm_boundary(token, node)
        _go_on(execution, token, node)


def activate(
    execution: Execution, node: Node, scope: str, parent: str = "", own: Mapping[str, Any] | None = None
) -> None:
    """Begin one activation: it waits for a person, an event or for its inside, or it is done at once.

    `own` is what the repetition gives it: its number, and its item among the local variables.
    """
    token = Token("", node.id, scope, "", parent, dict(own or {}))
    _take_inputs(execution, node, token)
    if node.kind == "user_task":
        token.id, token.kind = world_id(), USER
        _open(execution, node, token)
    elif node.kind in _INSIDE:
        token.id, token.kind = execution.state.short_id(), CALL
        _enter(execution, node, token)
    elif node.kind == "receive_task":
        token.id, token.kind = execution.state.short_id(), CATCH
        _wait(execution, node, token)
    else:
        _do_at_once(execution, node, token)


def complete(execution: Execution, token: Token) -> None:
    """An activation that waited is done: note it and let the token go on, or the repetition count it."""
    node = execution.node(token)
    _give_outputs(execution, node, token)
    execution.completed(token)
    _done(execution, node, token)


def carried(execution: Execution, node: Node, token: Token | None) -> dict[str, Any]:
    """What travels with what a node throws: the values that its mappings and associations name."""
    own = token.extra.get("l", {}) if token is not None and token.node == node.id else {}
    names = execution.names(token)
    mapped = {n: own[n] if n in own else value_of(execution, value, node, names) for n, value in node.inputs}
    return {target: execution.step.variables.get(source) for source, target in node.copies_in} | mapped


def pass_through(execution: Execution, node: Node, scope: str) -> None:
    """A receive task whose message an event-based gateway has waited for: it is done."""
    token = Token("", node.id, scope, "")
    _give_outputs(execution, node, token)
    execution.passed(node)
    _done(execution, node, token)


def value_of(execution: Execution, value: Template | Expression, node: Node, names: Names) -> Any:
    """The value of one parameter of a mapping. Raises ProcessError naming the node."""
    if isinstance(value, Expression):
        return execution.evaluate(value, node.id, names)
    try:
        return value.render(names)
    except ExpressionError as error:
        raise failure(node.id, error) from error


def _do_at_once(execution: Execution, node: Node, token: Token) -> None:
    try:
        _INSTANT[node.kind](execution, node, token)
    except BusinessError as error:
        faults.raise_at(execution, node, token, error.code)
        return
    _give_outputs(execution, node, token)
    execution.passed(node)
    _done(execution, node, token)


def _done(execution: Execution, node: Node, token: Token) -> None:
    compensation.note(execution, node, token)
    parent = execution.state.tokens.get(token.parent)
    if parent is None or parent.kind == UNDO:
        _finished(execution, node, token.scope, parent)
        return
    repetition.note(execution, parent, node, token)
    _go_on(execution, parent, node)


def _go_on(execution: Execution, multi: Token, node: Node) -> None:
    """Begin the activations that are due now; when all are done the repetition is.

    An activation that is done at once comes back here while the others are being begun: that turn goes on.
    """
    if multi.id in execution.beginning:
        return
    execution.beginning.add(multi.id)
    while due := repetition.next_activations(execution, multi, node):
        for own in due:
            if not repetition.needs_more(execution, multi):
                break
            execution.count()
            activate(execution, node, multi.scope, multi.id, own)
    execution.beginning.discard(multi.id)
    if multi.id in execution.state.tokens and multi.extra["done"] >= multi.extra["total"]:
        execution.remove(multi)
        _finished(execution, node, multi.scope, execution.state.tokens.get(multi.parent))


def _finished(execution: Execution, node: Node, scope: str, undo: Token | None) -> None:
    """An activity is wholly done: its token goes on, or the compensation that it was part of does."""
    if undo is not None:
        compensation.go_on(execution, undo)
        return
    execution.leave(node, scope)
    ad_hoc.child_done(execution, scope)


def _take_inputs(execution: Execution, node: Node, token: Token) -> None:
    execution.copy(node.copies_in)
    if node.inputs:
        names = execution.names(token)
        local = {name: value_of(execution, value, node, names) for name, value in node.inputs}
        token.extra["l"] = {**token.extra.get("l", {}), **local}


def _give_outputs(execution: Execution, node: Node, token: Token) -> None:
    if node.outputs:
        names = execution.names(token)
        execution.assign({name: value_of(execution, value, node, names) for name, value in node.outputs})
    execution.copy(node.copies_out)


def _open(execution: Execution, node: Node, token: Token) -> None:
    execution.activated(token)
    _arm_boundary(execution, node, token)
    element, names = execution.element(node), execution.names(token)
    try:
        groups = tuple(g for template in element.candidate_groups if (g := template.render(names)))
        assignee = element.assignee.evaluate(names) if element.assignee else None
        due = deadlines.as_due(element.due_date.evaluate(names)) if element.due_date else None
    except (ExpressionError, ValueError) as error:
        raise failure(node.id, error) from error
    opened = OpenedTask(token.id, element, groups, assignee, due, token.extra.get("l", {}))
    execution.step.opened.append(opened)


def _enter(execution: Execution, node: Node, token: Token) -> None:
    scopes.open_inside(execution, node, token)
    _arm_boundary(execution, node, token)
    rule = execution.network(token.id).ad_hoc
    if rule is not None:
        ad_hoc.begin(execution, token, rule)


def _wait(execution: Execution, node: Node, token: Token) -> None:
    execution.activated(token)
    _arm_boundary(execution, node, token)
    execution.waiting.arm(token.id, node)


def _arm_boundary(execution: Execution, node: Node, token: Token) -> None:
    if node.repetition is None:
        execution.waiting.arm_boundary(token, node)


def _nothing(_execution: Execution, _node: Node, _token: Token) -> None:
    """An abstract or manual task happens outside; the token passes."""


def _send(execution: Execution, node: Node, token: Token) -> None:
    if node.handler is not None:
        _call_handler(execution, node, token)
    execution.throw(node, token, carried(execution, node, token), *node.events)


def _call_handler(execution: Execution, node: Node, token: Token) -> None:
    element = execution.element(node)
    if element.handler is None:
        raise ProcessError(node.id, "it names no handler", reason_vi="không nêu bộ xử lý")
    variables = {**execution.step.variables, **token.extra.get("l", {})}
    execution.assign(execution.host.call(element.handler, element, variables) or {})


def _run_script(execution: Execution, node: Node, token: Token) -> None:
    if node.script is None:
        return
    try:
        execution.assign(node.script.run(execution.names(token)))
    except ExpressionError as error:
        raise failure(node.id, error) from error


def _decide(execution: Execution, node: Node, token: Token) -> None:
    decision = execution.definition.decisions[node.decision or ""]
    names: Names = execution.names(token)
    try:
        outcome = shaped(decision.decide(names), node.result_mapping)
    except ExpressionError as error:
        raise failure(node.id, error) from error
    execution.assign({node.result or decision.id: outcome})


_INSTANT: dict[str, Callable[[Execution, Node, Token], None]] = {
    "task": _nothing,
    "manual_task": _nothing,
    "service_task": _call_handler,
    "send_task": _send,
    "script_task": _run_script,
    "business_rule_task": _decide,
}
