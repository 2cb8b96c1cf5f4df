"""Running a case: start it, complete one of its tasks, fire one of its timers.

Rule: each function is given the stored state and gives back a `Step`; it keeps nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.definition import Definition
from engine.bpmn.elements import BEHAVIOURS, activities, events
from engine.bpmn.execution import Execution
from engine.bpmn.state import CALL, MULTI, ROOT, USER, State, Token, dump, load
from engine.bpmn.step import ArmedTimer, Host, Move, OpenedTask, Step, TokenNotWaitingError

__all__ = ["ArmedTimer", "Host", "Move", "OpenedTask", "Step", "TokenNotWaitingError", "complete", "fire", "start"]


def start(definition: Definition, variables: Mapping[str, Any], host: Host) -> Step:
    """Begin a case with these variables and run it to its first wait. Raises ProcessError naming an element."""
    execution = Execution(definition, State(), variables, host, BEHAVIOURS)
    execution.arrive(ROOT, definition.networks[definition.key].start)
    return _run(execution)


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
    return _run(execution)


def fire(definition: Definition, state: bytes, variables: Mapping[str, Any], timer_id: str, host: Host) -> Step:
    """Let the timer with that id go off, whatever its instant, and run to the next wait."""
    execution = Execution(definition, load(state), variables, host, BEHAVIOURS)
    armed = execution.state.timers.get(timer_id)
    if armed is None:
        raise TokenNotWaitingError(timer_id)
    events.fire(execution, armed)
    return _run(execution)


def _outcome(execution: Execution, token: Token, submitted: Mapping[str, Any]) -> Mapping[str, Any]:
    element = execution.element(execution.node(token))
    name = element.output_collection
    if name is None:
        return submitted
    entry = {**submitted, **token.extra.get("l", {}), "by": execution.host.person}
    return {name: [*(execution.step.variables.get(name) or []), entry]}


def _run(execution: Execution) -> Step:
    execution.run(activities.complete)
    step, state = execution.step, execution.state
    step.state = dump(state)
    step.tokens = [(t.node, "waiting" if t.kind == CALL else "ready") for t in state.tokens.values() if t.kind != MULTI]
    return step
