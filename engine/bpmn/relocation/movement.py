"""Taking a running case over to another version of its diagram, once nothing of it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn import process
from engine.bpmn.elements import BEHAVIOURS
from engine.bpmn.execution import Execution
from engine.bpmn.relocation.rearming import rearm
from engine.bpmn.relocation.versions import Versions, state_of
from engine.bpmn.state import CALL, MULTI, ROOT, USER, State, Token
from engine.bpmn.step import Host, Step


@dataclass(frozen=True)
class Carried:
    """The step that going over was, and the rows that now speak of another element: id → element id.

    `tasks` are those whose element has another id or other names, `timers` and `subscriptions` those kept under one.
    """

    step: Step
    tasks: Mapping[str, str]
    timers: Mapping[str, str]
    subscriptions: Mapping[str, str]


def relocate(versions: Versions, stored: bytes, variables: Mapping[str, Any], host: Host) -> Carried:
    """Take a case over whose plan refuses nothing, arm what is new, and run on to the next wait.

    Raises ProcessError when something new cannot be armed, or the step that follows fails.
    """
    before = state_of(stored)
    execution = _moved(versions, stored, variables, host)
    rearm(versions, execution, before)
    tasks, timers, subscriptions = _renamed(versions, before, execution.state)
    return Carried(process.run(execution), tasks, timers, subscriptions)


def rehearse(versions: Versions, stored: bytes, variables: Mapping[str, Any], host: Host) -> Step:
    """The same without running on: no handler is called, nothing is to be kept. Raises ProcessError likewise."""
    execution = _moved(versions, stored, variables, host)
    rearm(versions, execution, state_of(stored))
    return execution.step


def _moved(versions: Versions, stored: bytes, variables: Mapping[str, Any], host: Host) -> Execution:
    """The case on the elements of the target, with what is armed still as it was."""
    state = state_of(stored)
    for token in state.tokens.values():
        _move(versions, token)
    state.joins = {
        (scope, versions.new_id(node)): [versions.new_flow(node, flow) or flow for flow in flows]
        for (scope, node), flows in state.joins.items()
    }
    state.done = {scope: _renamed_work(versions, work) for scope, work in state.done.items()}
    execution = Execution(versions.target, state, variables, host, BEHAVIOURS)
    _give_data(execution)
    return execution


def _move(versions: Versions, token: Token) -> None:
    token.node = versions.new_id(token.node)
    if token.kind == CALL:
        token.extra["n"] = versions.target.nodes[token.node].called
    for name in ("todo", "rest") if token.kind != MULTI else ():
        if name in token.extra:
            token.extra[name] = [versions.new_id(node_id) for node_id in token.extra[name]]


def _renamed_work(versions: Versions, work: list[Any]) -> list[Any]:
    return [[versions.new_id(node_id), _renamed_work(versions, inner)] for node_id, inner in work]


def _give_data(execution: Execution) -> None:
    """The data that a scope has in the target, and had not when it was entered."""
    scopes = [ROOT, *(t.id for t in execution.state.tokens.values() if t.kind == CALL)]
    names = [name for scope in scopes for name in execution.network(scope).data]
    execution.assign({name: None for name in names if name not in execution.step.variables})


def _renamed(versions: Versions, before: State, now: State) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    tasks = {t.id: t.node for t in now.tokens.values() if t.kind == USER and _is_renamed(versions, before, t)}
    timers = {a.id: a.node for a in now.timers.values() if a.id in before.timers and a.node != before.timers[a.id].node}
    waits = {w.id: w.node for w in now.waits.values() if w.id in before.waits and w.node != before.waits[w.id].node}
    return tasks, timers, waits


def _is_renamed(versions: Versions, before: State, token: Token) -> bool:
    old = versions.source.elements[before.tokens[token.id].node]
    new = versions.target.elements[token.node]
    return (old.id, old.name, old.name_en) != (new.id, new.name, new.name_en)
