"""What of a running case has a place in another version of its diagram, and what has none.

Rule: the same element has the same id (or is mapped), the same kind, the same scope and the same way of repeating;
and from where the case would then stand, it can complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.bpmn.relocation.dead_ends import Place, stuck_joins
from engine.bpmn.relocation.versions import Relocation, Versions, state_of
from engine.bpmn.state import CALL, CATCH, MULTI, ROOT, State, Token
from engine.errors import Finding

_REASONS = {
    "element-gone": ("không có trong phiên bản mới", "it is not in the new version"),
    "element-kind": ("là loại phần tử khác trong phiên bản mới", "it is of another kind in the new version"),
    "element-scope": ("nằm trong quy trình con khác ở phiên bản mới", "it lies in another scope in the new version"),
    "element-repetition": ("lặp theo cách khác trong phiên bản mới", "it repeats otherwise in the new version"),
    "element-undone": (
        "đã hoàn thành và hoàn tác được, phiên bản mới không hoàn tác được",
        "it was completed and could be undone, which the new version cannot",
    ),
    "join-flows": (
        "nhánh đã đến điểm hợp nhất này không có trong phiên bản mới",
        "a branch that has come to this join is not in the new version",
    ),
    "join-dead-end": (
        "hồ sơ sẽ chờ mãi tại điểm hợp nhất này và không bao giờ hoàn thành",
        "the case would wait at this join for ever and never complete",
    ),
}


def plan(versions: Versions, stored: bytes) -> Relocation:
    """What would become of a case with this state; nothing is changed."""
    state = state_of(stored)
    refused = [*_lost_tokens(versions, state), *_lost_joins(versions, state), *_lost_work(versions, state)]
    refused = refused or list(_dead_ends(versions, state))
    lost = {finding.element for finding in refused}
    live = dict.fromkeys([*(t.node for t in state.tokens.values()), *(node for _, node in state.joins)])
    return Relocation(tuple((e, versions.new_id(e)) for e in live if e not in lost), tuple(refused))


def _finding(element: str, rule: str) -> Finding:
    reason_vi, reason_en = _REASONS[rule]
    return Finding(element, rule, f"Phần tử “{element}”: {reason_vi}.", f"The element “{element}”: {reason_en}.")


def _lost_tokens(versions: Versions, state: State) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    for token in state.tokens.values():
        finding = _first(_JUDGES, versions, state, token)
        if finding is not None:
            found.setdefault(finding.element, finding)
    yield from found.values()


def _lost_joins(versions: Versions, state: State) -> Iterator[Finding]:
    for (scope, node_id), flows in state.joins.items():
        finding = _first(_PLACES, versions, state, Token("", node_id, scope, ""))
        if finding is None and any(versions.new_flow(node_id, flow) is None for flow in flows):
            finding = _finding(node_id, "join-flows")
        if finding is not None:
            yield finding


def _lost_work(versions: Versions, state: State) -> Iterator[Finding]:
    """Completed activities that could be undone in the old version and could not in the new one."""
    waiting = [entry for work in state.done.values() for entry in work]
    while waiting:
        node_id, inner = waiting.pop()
        new = versions.new(node_id)
        if new is None or (versions.source.nodes[node_id].compensator is not None and new.compensator is None):
            yield _finding(node_id, "element-undone")
        waiting += inner


Judge = Callable[[Versions, State, Token], Finding | None]


def _first(judges: Iterable[Judge], versions: Versions, state: State, token: Token) -> Finding | None:
    return next((f for judge in judges if (f := judge(versions, state, token)) is not None), None)


def _gone(versions: Versions, _state: State, token: Token) -> Finding | None:
    return _finding(token.node, "element-gone") if versions.new(token.node) is None else None


def _other_kind(versions: Versions, _state: State, token: Token) -> Finding | None:
    return None if _alike(versions, token.node, events=token.kind == CATCH) else _finding(token.node, "element-kind")


def _other_scope(versions: Versions, state: State, token: Token) -> Finding | None:
    expected: str | None = versions.target.key
    if token.scope != ROOT:
        around = versions.new(state.tokens[token.scope].node)
        expected = around.called if around is not None else None
    network = versions.target.networks.get(expected or "")
    is_inside = network is not None and versions.new_id(token.node) in network.nodes
    return None if is_inside else _finding(token.node, "element-scope")


def _other_repetition(versions: Versions, _state: State, token: Token) -> Finding | None:
    node = versions.new(token.node)
    old, new = versions.source.nodes[token.node].repetition, node.repetition if node is not None else None
    if old is None or new is None:
        return None if old is new else _finding(token.node, "element-repetition")
    alike = (old.sequential, old.is_loop, old.variable) == (new.sequential, new.is_loop, new.variable)
    return None if alike else _finding(token.node, "element-repetition")


def _lost_events(versions: Versions, state: State, token: Token) -> Finding | None:
    """An event-based gateway goes over with every event that it waits for."""
    gateway = versions.new(token.node)
    if gateway is None or gateway.kind != "event_based_gateway":
        return None
    after = {flow.target for flow in gateway.outgoing}
    armed = [*(a.node for a in state.timers.values() if a.host == token.id)]
    armed += [w.node for w in state.waits.values() if w.host == token.id]
    for node_id in armed:
        if versions.new_id(node_id) not in after:
            return _finding(node_id, "element-gone")
        if not _alike(versions, node_id, events=True):
            return _finding(node_id, "element-kind")
    return None


def _lost_work_to_come(versions: Versions, _state: State, token: Token) -> Finding | None:
    """What a compensation or an ad-hoc sub-process has still to begin."""
    names = [*token.extra.get("todo", []), *(token.extra.get("rest", []) if token.kind == CALL else [])]
    lost = next((name for name in names if versions.new(name) is None), None)
    return _finding(lost, "element-gone") if lost is not None else None


_PLACES: tuple[Judge, ...] = (_gone, _other_kind, _other_scope)
_JUDGES: tuple[Judge, ...] = (*_PLACES, _other_repetition, _lost_events, _lost_work_to_come)


def _alike(versions: Versions, node_id: str, *, events: bool) -> bool:
    """Whether an element is of the same kind in the target; with `events`, waiting for the same kinds of event."""
    old, new = versions.source.nodes[node_id], versions.new(node_id)
    if new is None or old.kind != new.kind:
        return False
    return not events or [e.kind for e in old.events] == [e.kind for e in new.events]


def _dead_ends(versions: Versions, state: State) -> Iterator[Finding]:
    """Joins of the target at which the case, as it stands, could come to wait for ever, and could not before."""
    stay = Versions(versions.source, versions.source, {})
    for scope in [ROOT, *(t.id for t in state.tokens.values() if t.kind == CALL)]:
        names = _stuck(versions, state, scope)
        if names and not _stuck(stay, state, scope):
            yield from (_finding(name, "join-dead-end") for name in names)


def _stuck(versions: Versions, state: State, scope: str) -> tuple[str, ...]:
    around = versions.new(state.tokens[scope].node) if scope != ROOT else None
    network = versions.target.networks[(around.called or "") if around is not None else versions.target.key]
    standing: list[Place] = [(versions.new_id(t.node), "") for t in state.inside(scope) if _flows(versions, state, t)]
    for (joined, node_id), flows in state.joins.items():
        if joined == scope:
            standing += [(versions.new_id(node_id), versions.new_flow(node_id, flow) or flow) for flow in flows]
    return stuck_joins(network, standing)


def _flows(versions: Versions, state: State, token: Token) -> bool:
    """Whether a token goes on by sequence flow; what is part of a repetition, or undoes something, does not."""
    node, parent = versions.new(token.node), state.tokens.get(token.parent)
    is_part = parent is not None and parent.kind == MULTI
    return node is not None and node.kind != "event_sub_process" and not node.compensates and not is_part
