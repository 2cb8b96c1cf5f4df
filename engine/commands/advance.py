"""Carrying out a step: from what the diagram did to the rows that people and workers read.

Rule: one step = one change of the instance, its tasks, timers and history, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine import deadlines, explanations, signals
from engine.access import person_group
from engine.audit.chain import Happening
from engine.bpmn.definition import Element
from engine.bpmn.step import ArmedTimer, Move, OpenedTask, Step
from engine.commands import definitions, exchange
from engine.commands.attempts import failing
from engine.commands.case import Case
from engine.deadlines import Derivation
from engine.handlers import activities, budgets, dossier_content, escalations, obstacles, publications
from engine.handlers.content import abandon
from engine.handlers.registry import HANDLERS
from engine.models.statements import (
    CLOSE_INCIDENTS,
    DELETE_CANDIDATES,
    DELETE_TIMER,
    INSERT_CANDIDATE,
    INSERT_TASK,
    INSERT_TIMER,
    WITHDRAW_TASK,
)
from engine.queries import calendar as calendars
from engine.runtime import Transaction

# By the variable in which a case has what it is about.
_ABANDONED: Mapping[str, Callable[[Transaction, Case], None]] = {
    "dossier": dossier_content.abandoned,
    "budget_proposal": budgets.abandoned,
    "obstacle": obstacles.abandoned,
    "activity": activities.abandoned,
    "publication": publications.abandoned,
}


class StepHost:
    """What a running step may ask of the engine: the time, calendar functions, and the handlers."""

    def __init__(self, tx: Transaction, case: Case) -> None:
        self._tx = tx
        self._case = case
        self.now: datetime = tx.now
        self.person = tx.actor.person_id
        self.shortest_cycle = tx.engine.shortest_cycle
        self.noted: dict[str, list[list[Happening]]] = {}

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that expressions may call, for the instant of this step."""
        return calendars.functions(self._tx, self._case.agency, self._case.id)

    def call(self, handler: str, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Run a named handler on the case; what it returns is merged into the variables."""
        self._case.variables = dict(variables)
        self._case.element_id, self._case.properties = element.id, element.properties
        values, noted = self._case.holding(lambda: self._handled(handler, element))
        self.noted.setdefault(element.id, []).append(noted)
        return values

    def _handled(self, handler: str, element: Element) -> Mapping[str, Any] | None:
        with failing(self._tx, element.id):
            values = HANDLERS[handler](self._tx, self._case)
            self._tx.flush()
        return values


def apply(
    tx: Transaction, case: Case, step: Step, host: StepHost, details: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Write what a step did. `details` gives the payload of the events of tokens, by token id."""
    case.tree, case.variables, case.tokens = step.state, dict(step.variables), [list(t) for t in step.tokens]
    waiting = {t.id for t in step.opened} | set(step.closed) | set(details or {})
    for move in step.moves:
        case.record(_happening(move, step, details or {}, waiting), *_noted(host, move))
    _withdraw_tasks(tx, case, step)
    for task in step.opened:
        _open_task(tx, case, task)
    case.write(DELETE_TIMER, *({"timer_id": i} for i in step.disarmed))
    case.write(INSERT_TIMER, *(_timer_row(tx, case, timer) for timer in step.armed))
    if step.subscribed or step.unsubscribed or step.thrown:
        exchange.write(tx, case, step)
    if step.ended:
        end(tx, case, "completed")


def opened_rows(tx: Transaction, case: Case, step: Step) -> list[dict[str, Any]]:
    """The rows of the tasks that a step opened."""
    return [_task_row(tx, case, task, _groups(case, task)) for task in step.opened]


def end(tx: Transaction, case: Case, state: str) -> None:
    """Close the case in that state (`completed` or `cancelled`), with its incidents and plan task, and announce it."""
    if case.state == "incident":
        case.write(CLOSE_INCIDENTS, {"case_id": case.id, "new_resolved_at": tx.now, "by": tx.actor.person_id})
    if case.plan_task_id is not None:
        abandon(tx, case)
        budgets.release(tx, case)
    if state == "cancelled":
        _abandon_content(tx, case)
    if case.plan_task_id is not None or case.variables.get("report"):
        escalations.settle(tx, case, state)
    case.state, case.ended_at, case.tokens = state, tx.now, []
    case.record(Happening(f"process-{state}"))
    signals.process_ended.send(tx, case=case)


def _abandon_content(tx: Transaction, case: Case) -> None:
    """Close what a case that was ended by hand was about."""
    for name, abandoned in _ABANDONED.items():
        if case.variables.get(name):
            abandoned(tx, case)


def _happening(move: Move, step: Step, details: Mapping[str, Mapping[str, Any]], waiting: Collection[str]) -> Happening:
    data = details.get(move.token_id) if move.kind != "element-activated" else _offer(move, step)
    return Happening(move.kind, move.element_id, move.token_id if move.token_id in waiting else None, data)


def _noted(host: StepHost, move: Move) -> list[Happening]:
    """What the handler of a service task recorded: it stands right after the task's own event."""
    waiting = host.noted.get(move.element_id)
    return waiting.pop(0) if waiting else []


def _offer(move: Move, step: Step) -> dict[str, Any] | None:
    task = next((t for t in step.opened if t.id == move.token_id), None)
    if task is None:
        return None
    return {"groups": list(task.groups), "due_at": task.due.isoformat() if task.due else None}


def _withdraw_tasks(tx: Transaction, case: Case, step: Step) -> None:
    if not step.closed:
        return
    case.write(WITHDRAW_TASK, *({"task_id": i, "new_closed_at": tx.now} for i in step.closed))
    case.write(DELETE_CANDIDATES, *({"closed_id": i} for i in step.closed))
    for task_id in step.closed:
        signals.task_withdrawn.send(tx, case=case, task_id=task_id)


def _open_task(tx: Transaction, case: Case, task: OpenedTask) -> None:
    groups = _groups(case, task)
    case.admit([*groups, person_group(task.assignee)] if task.assignee else groups)
    case.write(INSERT_TASK, _task_row(tx, case, task, groups))
    case.write(
        INSERT_CANDIDATE,
        *({"task_id": task.id, "candidate_group": group, "created_at": tx.now} for group in groups[1:]),
    )
    signals.task_created.send(tx, case=case, task=task)


def _groups(case: Case, task: OpenedTask) -> list[str]:
    """Whom a task is offered to; one that names nobody, to whoever started the case."""
    if task.groups or task.assignee or case.started_by is None:
        return list(task.groups)
    return [person_group(case.started_by)]


def _task_row(tx: Transaction, case: Case, task: OpenedTask, groups: list[str]) -> dict[str, Any]:
    return {
        "id": task.id,
        "instance_id": case.id,
        "process_key": case.process_key,
        "element_id": task.element.id,
        "name": task.element.name,
        "name_en": task.element.name_en,
        "business_key": case.business_key,
        "agency": case.agency,
        "state": "open",
        "version": 1,
        "assignee_id": task.assignee,
        "owner_id": None,
        "candidate_group": groups[0] if groups else None,
        "candidate_groups": groups,
        "locals": task.locals,
        "created_at": tx.now,
        "due_at": task.due,
        "due_explanation": _explained(tx, case, task),
        "closed_at": None,
        "closed_by": None,
        "closed_for": None,
    }


def _explained(tx: Transaction, case: Case, task: OpenedTask) -> dict[str, Any] | None:
    if task.due is None or task.element.due_date is None:
        return None
    text, clause = task.element.due_date.text, task.element.properties.get("clause")
    calendar = calendars.current(tx)
    derivation = _counted(tx, case, task.due, text) or deadlines.given(task.due, text, calendar.version)
    return explanations.explain(derivation, calendar, deadlines.local_date(tx.now), clause)


def _counted(tx: Transaction, case: Case, due: datetime, text: str) -> Derivation | None:
    """How an instant was counted; None when the rule that it comes from counts no days."""
    counted = calendars.counted(tx, case.id).get(due)
    if counted is None or not any(name in text for name in deadlines.COUNTING):
        return None
    return replace(counted, text=text)


def _timer_row(tx: Transaction, case: Case, timer: ArmedTimer) -> dict[str, Any]:
    counted = _counted_timer(tx, case, timer) if calendars.counted(tx, case.id) else None
    return {
        "id": timer.id,
        "instance_id": case.id,
        "element_id": timer.element_id,
        "due_at": timer.due,
        "repeats": timer.repeats,
        "occurrence": timer.occurrence,
        "derivation": counted.as_json() if counted is not None else None,
    }


def _counted_timer(tx: Transaction, case: Case, timer: ArmedTimer) -> Derivation | None:
    node = definitions.compiled(tx, case.definition_id).nodes[timer.element_id]
    text = next((event.timer.text for event in node.events if event.timer is not None), "")
    return _counted(tx, case, timer.due, text)
