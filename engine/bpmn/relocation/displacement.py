"""Moving tokens by hand within one version: taking them away here, letting them arrive there.

Rule: a token moves within its scope, to an element that sequence flow comes to; a case is never left without tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from engine.bpmn import process
from engine.bpmn.definition import Definition
from engine.bpmn.elements import BEHAVIOURS
from engine.bpmn.execution import Execution
from engine.bpmn.network import Node
from engine.bpmn.soundness import routes
from engine.bpmn.state import CALL, MULTI, ROOT, State, Token, load
from engine.bpmn.step import Host, Step
from engine.errors import FieldProblem, InvalidDataError

Place = tuple[str, str]


@dataclass(frozen=True)
class Displacement:
    """What is to be moved: each of `moves` from one element to another; `cancel` only away, `activate` only there."""

    moves: tuple[tuple[str, str], ...] = ()
    cancel: tuple[str, ...] = ()
    activate: tuple[str, ...] = ()


def displace(
    definition: Definition, stored: bytes, variables: Mapping[str, Any], wanted: Displacement, host: Host
) -> Step:
    """Move tokens and run on to the next wait.

    Raises InvalidDataError for an element where nothing waits or no token can come to, ProcessError when the step that
    follows fails.
    """
    execution = Execution(definition, load(stored), variables, host, BEHAVIOURS)
    arrivals = _arrivals(definition, execution.state, wanted)
    for scope, node_id in _left(execution.state, wanted):
        _take_away(execution, scope, node_id)
    for scope, node_id in arrivals:
        execution.arrive(scope, node_id)
    return process.run(execution)


def foresee(definition: Definition, stored: bytes, wanted: Displacement) -> list[tuple[str, str]]:
    """Where tokens would stand before the case runs on, as `Step.tokens` has it. Raises InvalidDataError likewise."""
    state = load(stored)
    arrivals = _arrivals(definition, state, wanted)
    gone = set(_left(state, wanted))
    kept = [t for t in state.tokens.values() if t.kind != MULTI and not _is_gone(state, t, gone)]
    places = [(t.node, "waiting" if t.kind == CALL else "ready") for t in kept]
    return places + [(node_id, "ready") for _, node_id in arrivals]


def _arrivals(definition: Definition, state: State, wanted: Displacement) -> list[Place]:
    """Where tokens are to arrive, each in its scope."""
    _require_standing(state, wanted)
    gone = set(_left(state, wanted))
    moved = [(scope, to) for from_, to in wanted.moves for scope in _scopes_with(state, from_)]
    arrivals = moved + [(_only_scope(definition, state, name), name) for name in wanted.activate]
    for scope, name in arrivals:
        _require_reachable(definition, state, scope, name, gone)
    left = [t for t in state.tokens.values() if t.scope == ROOT and not _is_gone(state, t, gone)]
    if not arrivals and not left:
        _refuse("cancel", "nothing-left", "Hồ sơ sẽ không còn bước nào; hãy dùng hủy hồ sơ.", "Nothing would be left.")
    return arrivals


def _left(state: State, wanted: Displacement) -> Iterator[Place]:
    for name in dict.fromkeys([*wanted.cancel, *(from_ for from_, _ in wanted.moves)]):
        yield from ((scope, name) for scope in dict.fromkeys(_scopes_with(state, name)))


def _scopes_with(state: State, node_id: str) -> list[str]:
    """The scope of each token at an element; a repeated activity counts as one, and so does a join that waits."""
    found = [t.scope for t in state.tokens.values() if t.node == node_id and not _is_part(state, t)]
    return found + [scope for (scope, name), flows in state.joins.items() if name == node_id and flows]


def _is_part(state: State, token: Token) -> bool:
    parent = state.tokens.get(token.parent)
    return parent is not None and parent.kind == MULTI


def _is_gone(state: State, token: Token, gone: set[Place]) -> bool:
    """Whether a token is taken away, by itself or with what it is inside of."""
    while (token.scope, token.node) not in gone:
        if token.scope == ROOT:
            return False
        token = state.tokens[token.scope]
    return True


def _take_away(execution: Execution, scope: str, node_id: str) -> None:
    for token in execution.state.inside(scope):
        if token.node == node_id and not _is_part(execution.state, token):
            execution.cancel(token)
    execution.state.joins.pop((scope, node_id), None)


def _require_standing(state: State, wanted: Displacement) -> None:
    fields = [("cancel", name) for name in wanted.cancel] + [("moves", from_) for from_, _ in wanted.moves]
    for field, name in fields:
        if not _scopes_with(state, name):
            _refuse(field, "no-token", f"Không có bước nào đang ở “{name}”.", f"No token is at “{name}”.")


def _only_scope(definition: Definition, state: State, node_id: str) -> str:
    """The one running scope that an element lies in."""
    key = next((n.key for n in definition.networks.values() if node_id in n.nodes), None)
    if key is None:
        _refuse("activate", "unknown", f"Không có phần tử “{node_id}”.", f"There is no element “{node_id}”.")
    if node_id in definition.networks[definition.key].nodes:
        return ROOT
    running = [t.id for t in state.tokens.values() if t.kind == CALL and _holds(definition, t, node_id)]
    if len(running) != 1:
        message_vi = f"Quy trình con chứa “{node_id}” không chạy đúng một lần."
        _refuse("activate", "scope", message_vi, f"What holds “{node_id}” does not run exactly once.")
    return running[0]


def _holds(definition: Definition, token: Token, node_id: str) -> bool:
    return node_id in definition.networks[token.extra["n"]].nodes


def _require_reachable(definition: Definition, state: State, scope: str, node_id: str, gone: set[Place]) -> None:
    token = state.tokens.get(scope)
    key = definition.key if token is None else token.extra["n"]
    node: Node | None = definition.networks[key].nodes.get(node_id)
    if node is None:
        message_vi = f"Phần tử “{node_id}” không nằm cùng phạm vi."
        _refuse("moves", "scope", message_vi, f"The element “{node_id}” is not in the same scope.")
    if token is not None and _is_gone(state, token, gone):
        _refuse("moves", "scope", f"Phạm vi của “{node_id}” bị hủy.", f"The scope of “{node_id}” is cancelled.")
    if node.host is not None or not routes.carries_tokens(node) or routes.is_join(node):
        message_vi = f"Không thể đưa bước thực hiện đến “{node_id}”."
        _refuse("moves", "target", message_vi, f"A token cannot be put at “{node_id}”.")


def _refuse(field: str, rule: str, message_vi: str, message_en: str) -> NoReturn:
    raise InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
