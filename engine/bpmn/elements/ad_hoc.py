"""Ad-hoc sub-processes: their activities are done in any order, until enough is done.

Each activity without an incoming flow is offered once, all together or one after the other; while the completion
condition does not hold then, they are offered anew (BPMN 2.0.2, 13.3.5).
"""

from __future__ import annotations

from engine.bpmn.execution import Execution
from engine.bpmn.network import AdHoc
from engine.bpmn.state import ROOT, Token

_ASIDE = frozenset({"boundary_event", "event_sub_process"})


def begin(execution: Execution, token: Token, rule: AdHoc) -> None:
    """Offer the activities."""
    nodes = execution.network(token.id).nodes.values()
    entries = [n.id for n in nodes if not n.incoming and not n.compensates and n.kind not in _ASIDE]
    token.extra["rest"] = entries[1:] if rule.sequential else []
    for node_id in entries[:1] if rule.sequential else entries:
        execution.arrive(token.id, node_id)


def child_done(execution: Execution, scope: str) -> None:
    """One activity is done: is that enough?"""
    rule = None if scope == ROOT else execution.network(scope).ad_hoc
    if rule is None or rule.completion is None:
        return
    token = execution.state.tokens[scope]
    token.extra["enough"] = bool(execution.evaluate(rule.completion, token.node, execution.names(token)))
    if token.extra["enough"] and rule.cancels_rest:
        execution.empty(scope)


def goes_on(execution: Execution, token: Token) -> bool:
    """Whether an ad-hoc sub-process in which nothing runs has more to do; then it is begun."""
    rule = execution.network(token.id).ad_hoc
    if rule is None or token.extra.get("enough"):
        return False
    if token.extra["rest"]:
        execution.arrive(token.id, token.extra["rest"].pop(0))
        return True
    if rule.completion is None:
        return False
    begin(execution, token, rule)
    return True
