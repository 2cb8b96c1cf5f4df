"""A database of a busy year for the bench: every agency, rounds that collect, and tens of thousands of open tasks.

Rule: what is there many times is copied from cases that the product's own commands made, so that its rows are whole;
it is written past the engine, and never verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.engine import Connection

from bench import inside
from engine import deadlines
from engine.access import SYSTEM, Actor
from engine.commands import instances, rounds, tasks
from engine.commands.instances import Start
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.models import Row
from engine.models.audit import AuditEvent
from engine.models.columns import new_id, table_of
from engine.models.directory import Agency
from engine.models.instance import InstanceParty, ProcessInstance
from engine.models.plan import Obligation, PlanTask
from engine.models.report import Report
from engine.models.task import UserTask
from engine.queries import tasks as queries
from engine.queries.directory import account_of, grants_of_person
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine, Transaction

MANY = 25_000
ROUNDS = 6
COMMUNE = "c-thach-that"
_BATCH = 500
_STATUSES = ("proposed", "assigned", "in_progress", "reported", "closed")


@dataclass(frozen=True)
class Pattern:
    """A case as it was made, row by row, to be copied."""

    case: RowMapping
    task: RowMapping
    plan_task: RowMapping
    events: list[RowMapping]


def prepare(home: Path, url: str, many: int = MANY) -> None:
    """Install the product with plan 179 and demo people, and fill it up to so many open tasks."""
    inside.prepare(home, url)
    engine = Engine(url, synchronous="OFF")
    today = engine.read(SYSTEM, lambda tx: deadlines.local_date(tx.now))
    for number in range(ROUNDS):
        due = {"agency": today + timedelta(days=5 + number)}
        engine.run(SYSTEM, rounds.open_now, RoundRequest(QUARTERLY, due_dates=due))
    case_id = _proposed(engine, today)
    with engine.database.writer.begin() as connection:
        pattern = _pattern(connection, case_id)
        for batch in _batches(pattern, _agencies(connection), _obligations(connection), today, many):
            for table, rows in batch.items():
                connection.execute(insert(table_of(table)), rows)
        _have_reported(connection)
        connection.execute(text("ANALYZE"))
    engine.close()


def person(engine: Engine, username: str) -> Actor:
    """A demo person, with the roles they hold."""

    def find(tx: Transaction) -> Actor:
        account = account_of(tx, username)
        if account is None:
            raise RuntimeError(f"no account {username}")
        return Actor(account.person_id, account.id, grants_of_person(tx, account.person_id), request_id="bench")

    return engine.read(SYSTEM, find)


def _proposed(engine: Engine, today: date) -> str:
    """A case of the commune whose proposal waits for the head: its id."""
    officer = person(engine, f"{COMMUNE}.agency_officer")
    case = engine.run(officer, instances.start, Start("task_lifecycle", agency=COMMUNE))
    task = engine.read(officer, queries.page, TaskFilter(candidate=True, instance_id=case.id))[0]
    values = {
        "title": "Chuyên mục Bình dân học vụ số",
        "deliverable": "12 tin, bài kèm đường dẫn",
        "due_date": (today + timedelta(days=60)).isoformat(),
    }
    engine.run(officer, tasks.complete, task.row["id"], values)
    return case.id


def _pattern(connection: Connection, case_id: str) -> Pattern:
    def rows(table: type[Row], column: str) -> list[RowMapping]:
        found = table_of(table)
        return list(connection.execute(select(found).where(found.c[column] == case_id)).mappings())

    open_task = next(row for row in rows(UserTask, "instance_id") if row["state"] == "open")
    events = rows(AuditEvent, "instance_id")
    return Pattern(rows(ProcessInstance, "id")[0], open_task, rows(PlanTask, "instance_id")[0], events)


def _agencies(connection: Connection) -> list[str]:
    return list(connection.scalars(select(Agency.code).where(Agency.valid_to.is_(None)).order_by(Agency.code)))


def _obligations(connection: Connection) -> list[str]:
    return list(connection.scalars(select(Obligation.id).order_by(Obligation.position)))


def _batches(
    pattern: Pattern, agencies: list[str], obligations: list[str], today: date, many: int
) -> Iterator[dict[type[Row], list[dict[str, Any]]]]:
    """Copies of the case, spread over agencies, obligations and days, some of each table at a time."""
    for first in range(0, many, _BATCH):
        batch: dict[type[Row], list[dict[str, Any]]] = {}
        for number in range(first, min(first + _BATCH, many)):
            agency, obligation = agencies[number % len(agencies)], obligations[number % len(obligations)]
            for table, row in _copy(pattern, number, agency, obligation, today):
                batch.setdefault(table, []).append(row)
        yield batch


def _copy(
    pattern: Pattern, number: int, agency: str, obligation: str, today: date
) -> Iterator[tuple[type[Row], dict[str, Any]]]:
    """One more case like the pattern: its rows, those that others point to first."""
    case_id, task_id, plan_task_id = new_id(), new_id(), new_id()
    back = timedelta(minutes=17 * number)
    due = today + timedelta(days=number % 400 - 100)
    group, of_agency = f"agency_head@{agency}", f"agency:{agency}"
    variables = dict(pattern.case["variables"]) | {"title": f"Nhiệm vụ số {number}"}
    yield (
        ProcessInstance,
        dict(pattern.case)
        | {"id": case_id, "agency": agency, "plan_task_id": plan_task_id, "parties": [group, of_agency]}
        | {"started_at": pattern.case["started_at"] - back, "variables": variables},
    )
    for party in (group, of_agency):
        yield InstanceParty, {"instance_id": case_id, "party": party}
    yield (
        UserTask,
        dict(pattern.task)
        | {"id": task_id, "instance_id": case_id, "agency": agency, "due_at": deadlines.end_of_day(due)}
        | {"candidate_group": group, "candidate_groups": [group], "created_at": pattern.task["created_at"] - back},
    )
    yield (
        PlanTask,
        _plan_task(pattern, number)
        | {
            "id": plan_task_id,
            "instance_id": case_id,
            "agency": agency,
            "obligation_id": obligation,
            "original_due_date": due,
            "due_date": due,
        },
    )
    for event in pattern.events:
        yield (
            AuditEvent,
            {name: value for name, value in event.items() if name != "id"}
            | {"instance_id": case_id, "at": event["at"] - back},
        )


def _plan_task(pattern: Pattern, number: int) -> dict[str, Any]:
    status = _STATUSES[number % len(_STATUSES)]
    accepted = pattern.plan_task["created_at"] if status == "closed" else None
    tags = [f"II.{1 + number % 5}"]
    changed = {"title": f"Nhiệm vụ số {number}", "status": status, "content_tags": tags, "accepted_report_at": accepted}
    return dict(pattern.plan_task) | changed


def _have_reported(connection: Connection) -> None:
    """Two thirds of the agencies have submitted their reports."""
    reports = table_of(Report)
    ids = list(connection.scalars(select(reports.c.id).order_by(reports.c.id)))
    for number, one in enumerate(ids):
        if number % 3:
            given = reports.update().where(reports.c.id == one)
            connection.execute(given.values(state="submitted", late=number % 7 == 0))
