"""Errors and escalations: they go outward, scope by scope, until somebody catches them.

An error ends what it leaves; an escalation does so only where an interrupting event catches it (BPMN 2.0.2, 10.5.1 and
10.5.6).
"""

from __future__ import annotations

from engine.bpmn.elements import boundary, scopes
from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.state import ROOT, Token
from engine.bpmn.step import Move


def raise_error(execution: Execution, node: Node, scope: str, code: str | None) -> None:
    """An error thrown in a scope: caught, or else the whole case ends with it and the history says so."""
    if _rise(execution, scope, "error", code) is not None:
        return
    execution.step.moves.append(Move("error-uncaught", node.id, ""))
    execution.empty(ROOT)
    execution.clear(ROOT)


def raise_at(execution: Execution, node: Node, token: Token, code: str) -> None:
    """An error of an activity itself: on its own boundary first, then as one thrown in its scope."""
    caught = boundary.catcher(execution, node, "error", code)
    bearer = boundary.bearer(execution, token)
    if caught is None:
        raise_error(execution, node, token.scope, code)
    elif bearer.id in execution.state.tokens:
        boundary.fire(execution, caught, bearer)
    else:
        execution.passed(caught)
        execution.leave(caught, token.scope)


def escalate(execution: Execution, scope: str, code: str | None) -> bool:
    """An escalation thrown in a scope; whether its thrower may go on. One that nobody catches changes nothing."""
    caught = _rise(execution, scope, "escalation", code)
    return caught is None or not caught.interrupting


def _rise(execution: Execution, scope: str, kind: str, code: str | None) -> Node | None:
    """Let the nearest that catches it happen, and give it; None when nobody does."""
    from_handler = False
    while True:
        network = execution.network(scope)
        watching = [execution.definition.nodes[node_id] for node_id in network.event_subs]
        handler = None if from_handler else boundary.best(watching, kind, code)
        if handler is not None:
            scopes.trigger(execution, scope, handler)
            return handler
        if scope == ROOT:
            return None
        token = execution.state.tokens[scope]
        activity = execution.node(token)
        caught = boundary.catcher(execution, activity, kind, code)
        if caught is not None:
            boundary.fire(execution, caught, boundary.bearer(execution, token))
            return caught
        scope, from_handler = token.scope, activity.kind == "event_sub_process"
