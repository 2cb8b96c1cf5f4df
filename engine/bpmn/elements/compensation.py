"""Compensation: undoing completed activities in reverse order, by the activities that the diagram gives for it.

Rule: only what was completed and can be undone is remembered, and only as long as its scope lives; a completed
sub-process keeps what was done inside (BPMN 2.0.2, 13.5.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.bpmn.elements import boundary
from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.state import ROOT, UNDO, Token

LEAVE, END, CANCEL = "leave", "end", "cancel"


def note(execution: Execution, node: Node, token: Token) -> None:
    """Remember a completed activity if it can be undone."""
    inner = execution.state.done.pop(token.id, []) if token.id else []
    if not node.compensates and (inner or _undoer(execution, node) is not None):
        execution.state.done.setdefault(token.scope, []).append([node.id, inner])


def begin(execution: Execution, node: Node, scope: str, then: str, wanted: str | None = None) -> None:
    """Undo what was done in a scope, or one activity of it, and then go on as said."""
    source = _scope_of_work(execution, scope)
    done = execution.state.done.get(source, [])
    chosen = [entry for entry in done if wanted is None or entry[0] == wanted]
    kept = [entry for entry in done if entry not in chosen]
    execution.state.done[source] = kept
    if not kept:
        del execution.state.done[source]
    handlers = list(_handlers(execution, chosen))
    token = Token(execution.state.short_id(), node.id, scope, UNDO, "", {"todo": handlers, "then": then})
    execution.activated(token)
    go_on(execution, token)


def go_on(execution: Execution, token: Token) -> None:
    """Run the next handler; when all have run, compensation is done."""
    if token.extra["todo"]:
        execution.arrive(token.scope, token.extra["todo"].pop(0), parent=token.id)
        return
    node = execution.node(token)
    execution.completed(token)
    if token.extra["then"] == LEAVE:
        execution.leave(node, token.scope)
    elif token.extra["then"] == CANCEL:
        _cancelled(execution, execution.state.tokens[token.scope])


def cancel(execution: Execution, node: Node, scope: str) -> None:
    """A transaction is cancelled: what runs in it ends, what was done is undone, then its cancel event happens."""
    while not execution.network(scope).is_transaction:
        scope = execution.state.tokens[scope].scope
    execution.empty(scope)
    begin(execution, node, scope, CANCEL)


def _cancelled(execution: Execution, transaction: Token) -> None:
    caught = boundary.catcher(execution, execution.node(transaction), "cancel", None)
    bearer = boundary.bearer(execution, transaction)
    if caught is None:
        execution.cancel(bearer)
    else:
        boundary.fire(execution, caught, bearer)


def _scope_of_work(execution: Execution, scope: str) -> str:
    """Where the work to be undone was done: an event sub-process undoes what it watches over."""
    if scope == ROOT:
        return scope
    token = execution.state.tokens[scope]
    return token.scope if execution.node(token).kind == "event_sub_process" else scope


def _handlers(execution: Execution, entries: list[Any]) -> Iterator[str]:
    for node_id, inner in reversed(entries):
        undoer = _undoer(execution, execution.definition.nodes[node_id])
        if undoer is not None:
            yield undoer
        else:
            yield from _handlers(execution, inner)


def _undoer(execution: Execution, node: Node) -> str | None:
    """The activity that undoes a node: on its boundary, or the compensation event sub-process inside it."""
    if node.compensator is not None or node.called is None:
        return node.compensator
    network = execution.definition.networks[node.called]
    watching = (execution.definition.nodes[node_id] for node_id in network.event_subs)
    return next((n.id for n in watching if n.waits_for("compensate")), None)
