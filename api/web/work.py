"""What waits for the reader, what they hold, lent and did: the screen of a Monday morning.

Rule: the lists are the engine's; what stands in which one is decided by who holds a task and when it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request

from api.pages import cursor_at, sorted_cursor
from api.web.door import page, read, text, wants_part
from api.web.words import N_
from engine import deadlines
from engine.models.directory import Agency
from engine.queries import definitions, naming
from engine.queries import tasks as queries
from engine.queries.reminders import Reminder, next_reminders
from engine.queries.task_context import Returned, returns_of
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Blueprint("work", __name__)

PAGE = 50
_SUNDAY = 6
_LOOKED_THROUGH = 200


@dataclass(frozen=True)
class View:
    """One list of tasks: what it is called, what it says when it is empty, which tasks, in which order."""

    label: str
    empty: str
    wanted: Callable[[datetime], TaskFilter]
    sort: str = "due_at"
    returned_only: bool = False


@dataclass(frozen=True)
class Listed:
    """A page of tasks with what is shown beside them; `more` is where the next page begins."""

    tasks: list[TaskView]
    returns: dict[str, Returned]
    people: dict[str, str]
    agencies: dict[str, Agency]
    reminders: dict[str, Reminder]
    more: str | None


VIEWS = {
    "due": View(
        N_("Đến hạn tuần này"),
        N_("Không có việc nào đến hạn trong tuần này. Anh/chị có thể xem “Chờ nhận” để nhận việc mới."),
        lambda now: TaskFilter(assignee=True, candidate=True, due_before=_end_of_week(now)),
    ),
    "returned": View(
        N_("Bị trả lại"),
        N_("Không có việc nào bị trả lại."),
        lambda _: TaskFilter(assignee=True, candidate=True),
        returned_only=True,
    ),
    "offered": View(
        N_("Chờ nhận"),
        N_("Không có việc nào đang chờ nhận. Việc mới của cơ quan sẽ hiện ở đây."),
        lambda _: TaskFilter(candidate=True),
    ),
    "held": View(
        N_("Tôi đang giữ"),
        N_("Anh/chị chưa giữ việc nào. Hãy nhận việc trong mục “Chờ nhận”."),
        lambda _: TaskFilter(assignee=True),
    ),
    "delegated": View(
        N_("Đã nhờ xử lý"),
        N_("Anh/chị không nhờ ai xử lý việc nào."),
        lambda _: TaskFilter(owner=True),
    ),
    "done": View(
        N_("Đã hoàn thành"),
        N_("Chưa có việc nào hoàn thành."),
        lambda _: TaskFilter(assignee=True, state="completed"),
        sort="-created_at",
    ),
}


@blueprint.get("/work")
def mine() -> str:
    """One of the lists of VIEWS, narrowed by words and filters."""
    name = request.args.get("view", "due")
    view = VIEWS.get(name, VIEWS["due"])

    def query(tx: Transaction) -> str:
        facts = {"name": name if name in VIEWS else "due", "view": view, "listed": _listed(tx, view)}
        if wants_part():
            return page("work_list.html", **facts, **_asked())
        back = _returned(tx) if view is VIEWS["due"] else 0
        return page("work.html", views=VIEWS, processes=_processes(tx), back=back, **facts, **_asked())

    return read(query)


def _asked() -> dict[str, Any]:
    return {"q": text("q"), "process": text("process"), "agency": text("agency")}


def _listed(tx: Transaction, view: View) -> Listed:
    asked = _asked()
    wanted = replace(view.wanted(tx.now), text=asked["q"], process_key=asked["process"], agency=asked["agency"])
    limit = _LOOKED_THROUGH if view.returned_only else PAGE
    after = sorted_cursor(text("cursor", 2000), view.sort, datetime)
    found = queries.page(tx, wanted, after, limit + 1, view.sort)
    shown = found[:limit]
    returns = returns_of(tx, {task.row["instance_id"] for task in shown if task.row["state"] == "open"})
    more = _place(shown[-1], view.sort) if len(found) > limit else None
    if view.returned_only:
        shown = [task for task in shown if task.row["instance_id"] in returns]
    people = naming.people(tx, (task.row[c] for task in shown for c in ("assignee_id", "owner_id")))
    agencies = naming.agencies(tx, (task.row["agency"] for task in shown))
    return Listed(shown, returns, people, agencies, _reminders(tx, shown), more)


def _reminders(tx: Transaction, shown: Sequence[TaskView]) -> dict[str, Reminder]:
    """What reminder comes next about these tasks, by task: where it is counted from what the task is due by."""
    due = {task.row["id"]: task.row for task in shown if task.row["state"] == "open" and task.row["due_at"]}
    coming = next_reminders(tx, (row["instance_id"] for row in due.values()))
    found = ((task_id, row, coming.get(row["instance_id"])) for task_id, row in due.items())
    return {i: next_ for i, row, next_ in found if next_ and next_.due == deadlines.local_date(row["due_at"])}


def _returned(tx: Transaction) -> int:
    """How many of the reader's tasks came back, for the screen that they see first."""
    found = queries.page(tx, VIEWS["returned"].wanted(tx.now), limit=_LOOKED_THROUGH, sort="due_at")
    cases = returns_of(tx, {task.row["instance_id"] for task in found})
    return sum(task.row["instance_id"] in cases for task in found)


def _place(task: TaskView, sort: str) -> str:
    order = queries.ORDERS[sort]
    return cursor_at((sort, *order.place(task.row[order.name], task.row["id"])))


def _processes(tx: Transaction) -> list[Any]:
    """The newest version of each process, for the filter."""
    newest = {row.key: row for row in definitions.page(tx, limit=1000) if row.kind == "bpmn"}
    return list(newest.values())


def _end_of_week(now: datetime) -> datetime:
    """The end of the coming Sunday, in Vietnam."""
    today = deadlines.local_date(now)
    return deadlines.end_of_day(today + timedelta(days=_SUNDAY - today.weekday())) + timedelta(seconds=1)
