"""What a case waits for besides its tasks, when it goes over to another version.

Rule: an event that stands on both sides and says the same is kept, with its instant; one that says something else is
armed anew, from now; a new one is armed; one that is gone is disarmed. What has happened already does not come back.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.definition import Definition
from engine.bpmn.execution import Execution
from engine.bpmn.network import EventRule, Node
from engine.bpmn.relocation.versions import Versions
from engine.bpmn.state import CALL, CATCH, MULTI, ROOT, Armed, State, Wait


def rearm(versions: Versions, execution: Execution, before: State) -> None:
    """Arm and disarm for a case whose tokens stand on the target already; `before` is its state in the source."""
    again = _kept_or_taken_away(versions, execution)
    for host in [ROOT, *execution.state.tokens]:
        known = {versions.new_id(node_id) for node_id in _standing(versions.source, before, host)}
        now = list(_standing(versions.target, execution.state, host))
        for node_id in now:
            if (host, node_id) in again or (node_id not in known and not _is_over(versions, execution.state, host)):
                execution.waiting.arm(host, versions.target.nodes[node_id])


def _kept_or_taken_away(versions: Versions, execution: Execution) -> set[tuple[str, str]]:
    """Keep or disarm each; the hosts and nodes that are to be armed anew."""
    state, again = execution.state, set()
    waiting: list[Armed | Wait] = [*state.timers.values(), *state.waits.values()]
    for armed in waiting:
        old, new = versions.source.nodes[armed.node], versions.new(armed.node)
        stands = new is not None and new.id in set(_standing(versions.target, state, armed.host))
        if new is not None and stands and _spelled(old) == _spelled(new):
            armed.node = new.id
            continue
        _take_away(execution, armed)
        if new is not None and stands:
            again.add((armed.host, new.id))
    return again


def _standing(definition: Definition, state: State, host: str) -> Iterator[str]:
    """The nodes whose events a host waits for, when it has come there just now."""
    if host == ROOT:
        yield from definition.networks[definition.key].event_subs
        return
    token = state.tokens.get(host)
    if token is None:
        return
    node, parent = definition.nodes[token.node], state.tokens.get(token.parent)
    if parent is None or parent.kind != MULTI:
        yield from node.boundary
    if token.kind == CALL:
        yield from definition.networks[node.called or ""].event_subs
    if token.kind == CATCH:
        is_gateway = node.kind == "event_based_gateway"
        yield from (flow.target for flow in node.outgoing) if is_gateway else (node.id,)


def _is_over(versions: Versions, state: State, host: str) -> bool:
    """Whether an interrupting event sub-process has ended what the host, a scope, watched for."""
    running = (versions.target.nodes[t.node] for t in state.inside(host) if t.kind == CALL)
    return any(node.kind == "event_sub_process" and node.interrupting for node in running)


def _take_away(execution: Execution, armed: Armed | Wait) -> None:
    if isinstance(armed, Armed):
        execution.waiting.disarm(armed)
    else:
        execution.waiting.unsubscribe(armed)


def _spelled(node: Node) -> list[tuple[object, ...]]:
    """What a node waits for, as the diagram says it: compiled expressions are never equal."""
    return [_spelled_rule(rule) for rule in node.events]


def _spelled_rule(rule: EventRule) -> tuple[object, ...]:
    condition = rule.condition.text if rule.condition is not None else None
    return rule.kind, rule.name, rule.timer, condition, tuple((n, e.text) for n, e in rule.correlation)
