"""What waits for the reader's decision, one by one or many at once.

Rule: a bulk decision is many decisions, each in a transaction of its own: what one of them is refused for holds up no
other, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, request

from api.web import refusals
from api.web.catalogues import said
from api.web.door import change, page, read
from engine.commands import tasks
from engine.commands.ballots import BALLOT
from engine.errors import EngineError
from engine.forms import Field
from engine.models.directory import Agency
from engine.queries import claims, naming
from engine.queries import tasks as queries
from engine.queries.task_context import Returned, returns_of
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Blueprint("decisions", __name__)

MOST = 200
MOST_AT_ONCE = 100
DECISION, COMMENT = "decision", "comment"


@dataclass(frozen=True)
class Bench:
    """The tasks of one step of one process: what may be decided, and whether a decision needs anything beside."""

    process_key: str
    element_id: str
    name: str
    tasks: Sequence[TaskView]
    options: Sequence[tuple[str, str]]
    needs_more: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one decision; `refusal` is empty where it was taken."""

    name: str
    task_id: str
    refusal: str


@blueprint.get("/decisions")
def queue() -> str:
    """The tasks with a decision that the reader may take, by step."""
    return read(lambda tx: _page(tx, []))


@blueprint.post("/decisions")
def decide() -> str:
    """Take one decision on all the tasks that were marked."""
    outcomes, comment = decided()
    return read(lambda tx: _page(tx, outcomes, is_empty=not outcomes, comment=comment))


def decided() -> tuple[list[Outcome], str]:
    """Take the decision that was sent on each task that was marked: what came of each, and the comment."""
    chosen = list(dict.fromkeys(request.form.getlist("task")))[:MOST_AT_ONCE]
    decision, comment = (request.form.get(name, "").replace("\x00", "").strip() for name in (DECISION, COMMENT))
    values = {DECISION: decision} | ({COMMENT: comment} if comment else {})
    return [_decided(task_id, values) for task_id in chosen], comment


def _decided(task_id: str, values: dict[str, str]) -> Outcome:
    """Take one decision, in a transaction of its own."""
    try:
        done = change(lambda tx: tasks.complete(tx, task_id, values)).task.row
    except EngineError as error:
        return Outcome(task_id[:8], task_id, refusals.told(error))
    return Outcome(done["plan_task_title"] or said(done["name"], done["name_en"]), task_id, "")


def _page(tx: Transaction, outcomes: list[Outcome], *, is_empty: bool = False, comment: str = "") -> str:
    found = queries.page(tx, TaskFilter(assignee=True, candidate=True), limit=MOST + 1, sort="due_at")
    waiting = [task for task in found if decision_of(task) and "complete" in task.allowed_actions]
    returns: dict[str, Returned] = returns_of(tx, {task.row["instance_id"] for task in waiting})
    agencies: dict[str, Agency] = naming.agencies(tx, (task.row["agency"] for task in waiting))
    return page(
        "decisions.html",
        benches=benches(waiting),
        returns=returns,
        agencies=agencies,
        dossiers=claims.dossiers_of(tx, {task.row["instance_id"]: task.row["business_key"] for task in waiting}),
        outcomes=outcomes,
        is_empty=is_empty,
        comment=comment,
        is_cut=len(found) > MOST,
    )


def benches(waiting: Sequence[TaskView]) -> list[Bench]:
    """These tasks by step."""
    ordered = sorted(waiting, key=_step)
    return [_bench(step, list(found)) for step, found in groupby(ordered, key=_step)]


def _step(task: TaskView) -> tuple[str, str]:
    return task.row["process_key"], task.row["element_id"]


def _bench(step: tuple[str, str], found: Sequence[TaskView]) -> Bench:
    first = found[0]
    decision = decision_of(first)
    options = [(o.id, said(o.label, o.label_en)) for o in decision.options] if decision else []
    fields: Sequence[Any] = first.element.form.fields if first.element.form else ()
    # A ballot is cast before its step is done, so it is no decision to be taken on many at once.
    more = first.row["element_id"] == BALLOT or any(f.required and f.id not in (DECISION, COMMENT) for f in fields)
    return Bench(*step, said(first.row["name"], first.row["name_en"]), found, options, more)


def decision_of(task: TaskView) -> Field | None:
    """The field of a task's form that takes a decision; None where it takes none."""
    fields = task.element.form.fields if task.element.form else ()
    return next((f for f in fields if f.id == DECISION and f.options), None)
