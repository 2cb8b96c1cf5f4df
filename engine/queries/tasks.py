"""Reading user tasks: one, and pages of mine, of those offered to me, of a case.

Rule: a page costs the same at a hundred thousand open tasks as at ten: keyset over an index, one group at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal_column, or_, select, union_all

from engine import access
from engine.access import Lent, TaskFacts
from engine.bpmn.definition import Element
from engine.commands import definitions
from engine.errors import NotFoundError
from engine.models.columns import table_of
from engine.models.directory import Person
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.statements import (
    HELD_BY,
    OFFERED_BESIDES,
    OFFERED_TO_GROUP,
    PERFORMERS,
    READ_TASK,
)
from engine.models.task import TaskAttachment, TaskCandidate, TaskComment, TaskDraft, UserTask
from engine.queries.ordering import Order
from engine.queries.visibility import sees_instance
from engine.queries.wording import holds
from engine.runtime import Transaction

USUAL = "created_at"
ORDERS = {
    USUAL: Order(UserTask.created_at, UserTask.id, datetime),
    "-created_at": Order(UserTask.created_at, UserTask.id, datetime, descending=True),
    "due_at": Order(UserTask.due_at, UserTask.id, datetime, nullable=True),
    "-due_at": Order(UserTask.due_at, UserTask.id, datetime, descending=True, nullable=True),
}


@dataclass(frozen=True)
class TaskView:
    """A task as its reader may see it: its columns, the plan task's title, its element, and what they may do now.

    `on_behalf_of` is the absent person in whose place they would do it.
    """

    row: Mapping[str, Any]
    element: Element
    allowed_actions: tuple[str, ...]
    facts: TaskFacts
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class TaskFilter:
    """What a list of tasks is narrowed to; None leaves a thing open. `assignee` and `candidate` mean the reader.

    `owner`: what the reader has had a colleague work on.
    """

    assignee: bool = False
    candidate: bool = False
    state: str = "open"
    process_key: str | None = None
    instance_id: str | None = None
    agency: str | None = None
    due_before: datetime | None = None
    text: str | None = None
    owner: bool = False


def get(tx: Transaction, task_id: str) -> TaskView:
    """One task. Raises NotFoundError when there is none or the actor may not know of it."""
    row = tx.fetch(READ_TASK, task_id=task_id)
    if row is None or not access.sees_case(tx.actor, row["case_parties"], row["case_started_by"]):
        raise NotFoundError("task", task_id)
    task = tx.session.get(PlanTask, row["case_plan_task_id"]) if row["case_plan_task_id"] else None
    titled = dict(row) | {"plan_task_title": task.title if task is not None else None}
    return _view(tx, titled, row["case_definition_id"], row["case_state"])


def draft_of(tx: Transaction, task_id: str) -> TaskDraft | None:
    """What the actor has saved for the task and not submitted."""
    return tx.session.get(TaskDraft, (task_id, tx.actor.person_id))


def comments_of(tx: Transaction, task_id: str) -> Sequence[TaskComment]:
    """The remarks on a task that the actor may see, in the order of writing."""
    get(tx, task_id)
    query = select(TaskComment).where(TaskComment.task_id == task_id)
    return tx.session.scalars(query.order_by(TaskComment.created_at, TaskComment.id)).all()


def attachments_of(tx: Transaction, task_id: str) -> Sequence[TaskAttachment]:
    """The files given with a task that the actor may see, without their content."""
    get(tx, task_id)
    query = select(TaskAttachment).where(TaskAttachment.task_id == task_id)
    return tx.session.scalars(query.order_by(TaskAttachment.created_at, TaskAttachment.id)).all()


def attachment_content(tx: Transaction, task_id: str, attachment_id: str) -> tuple[str, str, bytes]:
    """The name, media type and content of a file given with a task that the actor may see."""
    get(tx, task_id)
    found = tx.session.get(TaskAttachment, attachment_id)
    if found is None or found.task_id != task_id:
        raise NotFoundError("attachment", attachment_id)
    return found.file_name, found.media_type, found.content


def page(
    tx: Transaction,
    wanted: TaskFilter,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    sort: str = USUAL,
) -> list[TaskView]:
    """Up to `limit` tasks in one of ORDERS (that of creation), after the place of another."""
    if sort == USUAL and wanted == _OFFERED:
        rows = _offered(tx, after, limit)
    elif sort == USUAL and wanted == _MINE:
        rows = _held(tx, after, limit)
    else:
        rows = [dict(row) for row in _page_rows(tx, wanted, after, limit, ORDERS[sort])]
    titles = _titles(tx, {row["instance_id"] for row in rows})
    titled = [row | {"plan_task_title": titles.get(row["instance_id"])} for row in rows]
    return [_view(tx, row, row["definition_id"], row["case_state"]) for row in titled]


def count(tx: Transaction, wanted: TaskFilter) -> int:
    """How many tasks there are in that list."""
    query = (
        select(func.count())
        .select_from(UserTask)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(or_(*_offers(tx, wanted)), *_narrow(tx, wanted), sees_instance(tx.actor))
    )
    return tx.session.scalar(query) or 0


def performers_of(elements: Iterable[str], closed: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Who did each of these elements, from the completed tasks of the case: whoever held one, worked on it."""
    done: dict[str, set[str]] = {name: set() for name in elements}
    for row in closed:
        if row["element_id"] in done:
            done[row["element_id"]] |= _holders(row)
    return {name: tuple(sorted(persons)) for name, persons in done.items() if persons}


def _holders(row: Mapping[str, Any]) -> set[str]:
    told = orjson.loads(row["passed_on"] or b"{}")
    before = {person for change in told.values() for person in change.values()}
    return (before | {row[c] for c in ("closed_by", "closed_for", "owner_id", "assignee_id")}) - {None}


def _titles(tx: Transaction, instances: Collection[str]) -> dict[str, str | None]:
    """What the plan tasks of these cases are called."""
    if not instances:
        return {}
    query = select(PlanTask.instance_id, PlanTask.title).where(PlanTask.instance_id.in_(instances))
    return {instance_id: title for instance_id, title in tx.session.execute(query) if instance_id is not None}


_MINE, _OFFERED = TaskFilter(assignee=True), TaskFilter(candidate=True)
_BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), "")


def _held(tx: Transaction, after: tuple[datetime, str] | None, limit: int) -> list[dict[str, Any]]:
    """What the reader holds, or an absent person in whose place they stand."""
    people = [tx.actor.person_id, *sorted(tx.actor.stands_for)]
    found = [row for person_id in people for row in _held_by(tx, person_id, after, limit)]
    return sorted(found, key=lambda row: (row["created_at"], row["id"]))[:limit]


def _held_by(
    tx: Transaction, person_id: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    """What a person holds and the reader still sees: a role may have ended since they took it."""
    found: list[dict[str, Any]] = []
    place = after or _BEGINNING
    while len(found) < limit:
        rows = tx.fetch_all(HELD_BY, person_id=person_id, after_at=place[0], after_id=place[1], limit=limit)
        found += [row for row in rows if _is_at_hand(tx, row, person_id) and _is_seen(tx, row)]
        if len(rows) < limit:
            break
        place = rows[-1]["created_at"], rows[-1]["id"]
    return found[:limit]


def _is_at_hand(tx: Transaction, row: Mapping[str, Any], person_id: str | None) -> bool:
    """Whether it is the reader's own, or was taken in an office that the reader has from that person."""
    offices = {lent.grant.office for lent in tx.actor.lent if lent.absent_id == person_id}
    return person_id == tx.actor.person_id or not offices.isdisjoint(row["candidate_groups"])


def _is_seen(tx: Transaction, row: Mapping[str, Any]) -> bool:
    # Whoever a task is offered to, and the agency of the case, are parties to it: mostly no look at the case is needed.
    near = [*row["candidate_groups"], f"agency:{row['agency']}"]
    if access.sees_case(tx.actor, near, row["started_by"]):
        return True
    case = tx.fetch(READ_TASK, task_id=row["id"])
    return case is not None and access.sees_case(tx.actor, case["case_parties"], case["case_started_by"])


def _offered(tx: Transaction, after: tuple[datetime, str] | None, limit: int) -> list[dict[str, Any]]:
    """What is offered to the reader: one prepared index range a group, merged."""
    moment, task_id = after or _BEGINNING
    place = {"after_at": moment, "after_id": task_id, "limit": limit}
    found: list[dict[str, Any]] = []
    for group in sorted(tx.actor.groups):
        found += tx.fetch_all(OFFERED_TO_GROUP, group=group, **place)
        found += tx.fetch_all(OFFERED_BESIDES, group=group, **place)
    merged = {row["id"]: row for row in found}
    return sorted(merged.values(), key=lambda row: (row["created_at"], row["id"]))[:limit]


_COLUMNS = (
    *table_of(UserTask).c,
    ProcessInstance.definition_id,
    ProcessInstance.started_by,
    ProcessInstance.state.label("case_state"),
)


def _page_rows(
    tx: Transaction, wanted: TaskFilter, after: tuple[datetime, str] | None, limit: int, order: Order
) -> Sequence[RowMapping]:
    narrowed = [*_narrow(tx, wanted), *([order.after(after)] if after else [])]
    arms = [_arm(tx, [where, *narrowed], limit, order) for where in _offers(tx, wanted)]
    if len(arms) == 1:
        return tx.session.execute(arms[0]).mappings().all()
    ids = union_all(*(arm.with_only_columns(UserTask.id).subquery().select() for arm in arms))
    query = (
        select(*_COLUMNS)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id.in_(ids))
        .order_by(*order.by())
        .limit(limit)
    )
    return tx.session.execute(query).mappings().all()


def _arm(tx: Transaction, conditions: list[ColumnElement[bool]], limit: int, order: Order) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*conditions, sees_instance(tx.actor))
        .order_by(*order.by())
        .limit(limit)
    )


def _offers(tx: Transaction, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    """One condition per index range to walk: the reader's own tasks, and each group that they belong to."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.assignee:
        conditions.append(UserTask.assignee_id == tx.actor.person_id)
        conditions += [_held_in_office(lent) for lent in tx.actor.lent]
    if wanted.candidate:
        free = UserTask.assignee_id.is_(None)
        conditions += [and_(UserTask.candidate_group == g, free) for g in sorted(tx.actor.groups)]
        more = select(TaskCandidate.task_id).where(TaskCandidate.candidate_group.in_(sorted(tx.actor.groups)))
        conditions.append(and_(UserTask.id.in_(more), free))
    if wanted.owner:
        conditions.append(UserTask.owner_id == tx.actor.person_id)
    return conditions or [literal_column("1") == 1]


def _held_in_office(lent: Lent) -> ColumnElement[bool]:
    further = select(TaskCandidate.task_id).where(TaskCandidate.candidate_group == lent.grant.office)
    offered = or_(UserTask.candidate_group == lent.grant.office, UserTask.id.in_(further))
    return and_(UserTask.assignee_id == lent.absent_id, offered)


def _narrow(tx: Transaction, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    exact = {
        UserTask.state: wanted.state,
        UserTask.process_key: wanted.process_key,
        UserTask.instance_id: wanted.instance_id,
        UserTask.agency: wanted.agency,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value is not None]
    if wanted.state == "open":
        conditions.append(literal_column("user_task.state = 'open'"))  # lets the planner use the partial indexes
    if wanted.due_before:
        conditions.append(UserTask.due_at < wanted.due_before)
    if wanted.text:
        conditions.append(_speaks_of(wanted.text, tx.engine.database.name))
    return conditions


def _speaks_of(words: str, database: str) -> ColumnElement[bool]:
    """The words stand in the task's name, its business key, the plan task's title or the holder's name."""
    own = [holds(column, words, database) for column in (UserTask.name, UserTask.name_en, UserTask.business_key)]
    titles = select(PlanTask.id).where(
        PlanTask.id == ProcessInstance.plan_task_id, holds(PlanTask.title, words, database)
    )
    holders = select(Person.id).where(Person.id == UserTask.assignee_id, holds(Person.full_name, words, database))
    return or_(*own, titles.exists(), holders.exists())


def _view(tx: Transaction, row: Mapping[str, Any], definition_id: str, case_state: str) -> TaskView:
    element = definitions.compiled(tx, definition_id).elements.get(row["element_id"]) or _former(row)
    facts = TaskFacts(
        is_open=row["state"] == "open" and case_state == "active",
        assignee_id=row["assignee_id"],
        owner_id=row["owner_id"],
        groups=row["candidate_groups"],
        performers=_performers(tx, row, element.exclude_actors_of),
    )
    actions = access.allowed_actions(tx.actor, facts)
    return TaskView(row, element, actions, facts, access.principal(tx.actor, facts))


def _former(row: Mapping[str, Any]) -> Element:
    """What is known of the element of a closed task that the version the case has gone over to does not have."""
    return Element(row["element_id"], "user_task", row["name"], row["name_en"])


def _performers(tx: Transaction, row: Mapping[str, Any], apart: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    if not apart or row["state"] != "open":
        return {}
    return performers_of(apart, tx.fetch_all(PERFORMERS, instance_id=row["instance_id"]))
