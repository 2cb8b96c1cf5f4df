"""What people do with their tasks: claim, pass on, fill in, complete.

Rule: the instance is locked first; the actor may, the task is still open, the data fit — then the diagram decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine import access, forms, signals
from engine.access import TaskFacts
from engine.audit.chain import Happening
from engine.bpmn import process
from engine.bpmn.definition import Element
from engine.bpmn.step import Step
from engine.commands import advance, definitions
from engine.commands.attempts import attempting
from engine.commands.case import Case, case_of, require_visible
from engine.errors import Attempt, NotFoundError, StaleVersionError, TaskClosedError
from engine.models.statements import ASSIGN_TASK, CLOSE_TASK, DELETE_CANDIDATES, LOCK_TASK, PERFORMERS
from engine.queries.directory import grants_of_person, require_agencies
from engine.queries.evidence import require_attachments
from engine.queries.tasks import TaskView, performers_of
from engine.runtime import Transaction


@dataclass(frozen=True)
class Completion:
    """A completed task, and the tasks that its completion opened for anybody the actor may know of."""

    task: TaskView
    next_tasks: tuple[TaskView, ...]


@dataclass(frozen=True)
class LockedTask:
    """A task row whose case is locked, with what the rules need to know of it."""

    row: dict[str, Any]
    case: Case
    element: Element
    facts: TaskFacts


def complete(
    tx: Transaction, task_id: str, variables: Mapping[str, Any], expected_version: int | None = None
) -> Completion:
    """Finish a task with the form's values and run the case to its next wait.

    Raises NotFoundError outside the actor's sight, TaskClosedError when it is no longer open, ForbiddenError (and
    its kind for separated duties), InvalidDataError naming the fields, StaleVersionError.
    """
    task = _lock(tx, task_id, "complete", expected_version)
    submitted = _accepted(tx, task, variables)
    with attempting(tx, Attempt("completion", task.case.id, task_id), task.element.id):
        step = _advanced(tx, task, submitted)
    signals.task_completed.send(
        tx, case=task.case, task_id=task_id, element_id=task.element.id, person_id=tx.actor.person_id
    )
    return _completion(tx, task, step)


def claim(tx: Transaction, task_id: str, expected_version: int | None = None) -> TaskView:
    """Take an offered task for oneself."""
    task = _lock(tx, task_id, "claim", expected_version)
    return _give(tx, task, tx.actor.person_id, None, "task-claimed")


def unclaim(tx: Transaction, task_id: str, expected_version: int | None = None) -> TaskView:
    """Give a claimed task back to those it was offered to."""
    task = _lock(tx, task_id, "unclaim", expected_version)
    return _give(tx, task, None, None, "task-unclaimed")


def assign(tx: Transaction, task_id: str, person_id: str, expected_version: int | None = None) -> TaskView:
    """As head of the agency, give a task to one of those it is offered to."""
    task = _lock(tx, task_id, "assign", expected_version)
    _require_fit(tx, person_id, "assign", task)
    return _give(tx, task, person_id, None, "task-assigned")


def delegate(tx: Transaction, task_id: str, person_id: str, expected_version: int | None = None) -> TaskView:
    """Have a colleague work on a task that one holds; it comes back to its owner for completion."""
    task = _lock(tx, task_id, "delegate", expected_version)
    _require_fit(tx, person_id, "delegate", task)
    return _give(tx, task, person_id, tx.actor.person_id, "task-delegated")


def resolve(tx: Transaction, task_id: str, expected_version: int | None = None) -> TaskView:
    """Hand a delegated task back to its owner."""
    task = _lock(tx, task_id, "resolve", expected_version)
    return _give(tx, task, task.row["owner_id"], None, "task-resolved")


def locked(tx: Transaction, task_id: str, verb: str) -> LockedTask:
    """The task with its case locked, if the actor may use the verb on it; for what is written beside a task.

    That is possible while the case has an incident, so that nothing that was filled in is lost.
    """
    return _lock(tx, task_id, verb, None, states=("active", "incident"))


def _lock(
    tx: Transaction, task_id: str, verb: str, expected_version: int | None, *, states: Collection[str] = ("active",)
) -> LockedTask:
    row = tx.fetch(LOCK_TASK, task_id=task_id)
    if row is None:
        raise NotFoundError("task", task_id)
    case = case_of(tx, row)
    require_visible(tx, case.parties, case.started_by, "task", task_id)
    if row["state"] != "open":
        raise TaskClosedError(task_id, row["closed_at"])
    element = definitions.compiled(tx, case.definition_id).elements[row["element_id"]]
    facts = TaskFacts(
        is_open=True,
        assignee_id=row["assignee_id"],
        owner_id=row["owner_id"],
        groups=row["candidate_groups"],
        performers=_performers(tx, case, element),
    )
    access.require(tx.actor, verb, facts)
    tx.act_for(access.principal(tx.actor, facts))
    if expected_version is not None and expected_version != row["version"]:
        raise StaleVersionError(expected_version, row["version"])
    if case.state not in states:
        case.require_active()
    return LockedTask(row, case, element, facts)


def _performers(tx: Transaction, case: Case, element: Element) -> Mapping[str, tuple[str, ...]]:
    if not element.exclude_actors_of:
        return {}
    return performers_of(element.exclude_actors_of, tx.fetch_all(PERFORMERS, instance_id=case.id))


def _accepted(tx: Transaction, task: LockedTask, variables: Mapping[str, Any]) -> dict[str, Any]:
    if task.element.form is None:
        return dict(variables)
    cleaned = forms.validate(task.element.form, variables, {**task.case.variables, **task.row["locals"]})
    require_agencies(tx, forms.agencies_in(task.element.form, cleaned))
    require_attachments(tx, task.case.id, forms.attachments_in(task.element.form, cleaned))
    return cleaned


def _advanced(tx: Transaction, task: LockedTask, submitted: Mapping[str, Any]) -> Step:
    """Run the case on from the task, and write what that did."""
    task_id, before = task.row["id"], task.case.variables
    host = advance.StepHost(tx, task.case)
    definition = definitions.compiled(tx, task.case.definition_id)
    try:
        step = process.complete(definition, task.case.tree, before, task_id, submitted, host)
    except process.TokenNotWaitingError as error:
        raise TaskClosedError(task_id, None) from error
    _close(tx, task)
    advance.apply(tx, task.case, step, host, {task_id: _change(task, before, submitted)})
    return step


def _change(task: LockedTask, before: Mapping[str, Any], submitted: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of the event: every submitted value, with the one it replaces."""
    changes = {name: {"old": before.get(name), "new": value} for name, value in submitted.items()}
    return {"variables": changes} | ({"locals": task.row["locals"]} if task.row["locals"] else {})


def _close(tx: Transaction, task: LockedTask) -> None:
    task.case.write(
        CLOSE_TASK,
        {
            "task_id": task.row["id"],
            "new_state": "completed",
            "new_assignee_id": task.row["assignee_id"] or tx.actor.person_id,
            "new_closed_at": tx.now,
            "new_closed_by": tx.actor.person_id,
            "new_closed_for": tx.actor.on_behalf_of,
        },
    )
    if len(task.row["candidate_groups"]) > 1:
        task.case.write(DELETE_CANDIDATES, {"closed_id": task.row["id"]})


def _completion(tx: Transaction, task: LockedTask, step: Step) -> Completion:
    done = task.row | {
        "state": "completed",
        "version": task.row["version"] + 1,
        "assignee_id": task.row["assignee_id"] or tx.actor.person_id,
        "closed_at": tx.now,
        "closed_by": tx.actor.person_id,
        "closed_for": tx.actor.on_behalf_of,
        **_titled(task.case),
    }
    facts = replace(task.facts, is_open=False)
    opened = tuple(_opened_view(tx, task.case, o) for o in advance.opened_rows(tx, task.case, step))
    return Completion(TaskView(done, task.element, (), facts), opened)


def _opened_view(tx: Transaction, case: Case, row: dict[str, Any]) -> TaskView:
    element = definitions.compiled(tx, case.definition_id).elements[row["element_id"]]
    facts = TaskFacts(
        is_open=True,
        assignee_id=row["assignee_id"],
        owner_id=None,
        groups=row["candidate_groups"],
    )
    return TaskView(row | _titled(case), element, access.allowed_actions(tx.actor, facts), facts)


def _titled(case: Case) -> dict[str, Any]:
    """The title of the plan task, without asking for its row: the variables of its case have it."""
    return {"plan_task_title": case.variables.get("title") if case.plan_task_id else None}


def _give(tx: Transaction, task: LockedTask, person_id: str | None, owner_id: str | None, event: str) -> TaskView:
    row = task.row
    change = {
        "assignee": {"old": row["assignee_id"], "new": person_id},
        "owner": {"old": row["owner_id"], "new": owner_id},
    }
    task.case.record(Happening(event, row["element_id"], row["id"], change))
    task.case.write(ASSIGN_TASK, {"task_id": row["id"], "new_assignee_id": person_id, "new_owner_id": owner_id})
    if person_id is not None and person_id != tx.actor.person_id:
        signals.task_assigned.send(
            tx, case=task.case, task_id=row["id"], person_id=person_id, element_id=row["element_id"]
        )
    given = row | {"assignee_id": person_id, "owner_id": owner_id, "version": row["version"] + 1} | _titled(task.case)
    facts = replace(task.facts, assignee_id=person_id, owner_id=owner_id)
    return TaskView(given, task.element, access.allowed_actions(tx.actor, facts), facts)


def _require_fit(tx: Transaction, person_id: str, verb: str, task: LockedTask) -> None:
    """Raise unless the person is one of those the task is offered to and did none of the steps set apart."""
    chosen = access.Actor(person_id, grants=grants_of_person(tx, person_id))
    if not access.is_candidate(chosen, task.facts):
        raise NotFoundError("person", person_id)
    access.require_apart(person_id, verb, task.facts)
