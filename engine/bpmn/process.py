"""Running a case: start it, complete one of its tasks, fire one of its timers, deliver what it waits for.

Rule: each function is given the stored state and gives back a `Step`; it keeps nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.definition import Definition
from engine.bpmn.elements import BEHAVIOURS, activities, ad_hoc, catching, joins, scopes
from engine.bpmn.execution import Execution
from engine.bpmn.state import CALL, MULTI, ROOT, USER, State, Token, dump, load
from engine.bpmn.step import (
    ArmedTimer,
    BusinessError,
    Host,
    Move,
    OpenedTask,
    Step,
    Subscription,
    Thrown,
    TokenNotWaitingError,
)
from engine.errors import ProcessError

__all__ = [
    "ArmedTimer",
    "BusinessError",
    "Host",
    "Move",
    "OpenedTask",
    "Step",
    "Subscription",
    "Thrown",
    "TokenNotWaitingError",
    "catch",
    "complete",
    "fire",
    "run",
    "start",
]


def start(definition: Definition, variables: Mapping[str, Any], host: Host, at: str | None = None) -> Step:
    """Begin a case with these variables and run it to its first wait.

    `at` is the start event that happened (None: the one without a definition). Raises ProcessError naming an element.
    """
    execution = Execution(definition, State(), variables, host, BEHAVIOURS)
    begin = at or definition.networks[definition.key].start
    if begin is None:
        raise ProcessError(
            definition.key, "it begins by an event only", reason_vi="quy trình chỉ được khởi tạo bằng sự kiện"
        )
    scopes.enter(execution, ROOT)
    _begin_at(execution, begin)
    return run(execution)


def complete(
    definition: Definition,
    state: bytes,
    variables: Mapping[str, Any],
    task_id: str,
    submitted: Mapping[str, Any],
    host: Host,
) -> Step:
    """Complete the user task with that id and run to the next wait.

    What is submitted becomes variables of the case, or one entry of the list the task gathers. Raises
    TokenNotWaitingError when the task does not wait, ProcessError when the step cannot be carried out.
    """
    execution = Execution(definition, load(state), variables, host, BEHAVIOURS)
    token = execution.state.tokens.get(task_id)
    if token is None or token.kind != USER:
        raise TokenNotWaitingError(task_id)
    execution.assign(_outcome(execution, token, submitted))
    activities.complete(execution, token)
    return run(execution)


def fire(definition: Definition, state: bytes, variables: Mapping[str, Any], timer_id: str, host: Host) -> Step:
    """Let the timer with that id go off, whatever its instant, and run to the next wait."""
    execution = Execution(definition, load(state), variables, host, BEHAVIOURS)
    armed = execution.state.timers.get(timer_id)
    if armed is None:
        raise TokenNotWaitingError(timer_id)
    catching.fire(execution, armed)
    return run(execution)


def catch(
    definition: Definition,
    state: bytes,
    variables: Mapping[str, Any],
    subscription_id: str,
    payload: Mapping[str, Any],
    host: Host,
) -> Step:
    """Deliver a message or signal to the subscription with that id; its payload becomes variables of the case."""
    execution = Execution(definition, load(state), variables, host, BEHAVIOURS)
    wait = execution.state.waits.get(subscription_id)
    if wait is None:
        raise TokenNotWaitingError(subscription_id)
    execution.assign(payload)
    catching.receive(execution, wait)
    return run(execution)


def run(execution: Execution) -> Step:
    """Go on until everything in the case waits; the step that this was."""
    execution.drain()
    while _progress(execution):
        execution.count()
        execution.drain()
    execution.end()
    step, state = execution.step, execution.state
    step.state = dump(state)
    step.tokens = [(t.node, "waiting" if t.kind == CALL else "ready") for t in state.tokens.values() if t.kind != MULTI]
    return step


def _progress(execution: Execution) -> bool:
    """One thing that can go on when no token moves: deliveries, inclusive joins, conditions, ended scopes."""
    if execution.occurrences:
        catching.deliver(execution, execution.occurrences.popleft())
        return True
    return joins.fire_one(execution) or catching.watch(execution) or _finish_scope(execution)


def _finish_scope(execution: Execution) -> bool:
    ended = execution.ended_scope()
    if ended is None:
        return False
    if not ad_hoc.goes_on(execution, ended):
        activities.complete(execution, ended)
    return True


def _begin_at(execution: Execution, node_id: str) -> None:
    """Arrive at a start event; an instantiating receive task has its message already."""
    node = execution.definition.nodes[node_id]
    if node.kind == "receive_task":
        execution.passed(node)
        execution.leave(node, ROOT)
    else:
        execution.arrive(ROOT, node_id)


def _outcome(execution: Execution, token: Token, submitted: Mapping[str, Any]) -> Mapping[str, Any]:
    element = execution.element(execution.node(token))
    name = element.output_collection
    if name is None:
        return submitted
    entry = {**submitted, **token.extra.get("l", {}), "by": execution.host.person}
    return {name: [*(execution.step.variables.get(name) or []), entry]}
