"""An engine with the shipped diagrams, plan 179 and demo people, and ways to act as somebody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.installation import shipped_diagrams
from engine.access import SYSTEM, Actor
from engine.commands import calendar, definitions, demo, instances, plans, tasks
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.commands.tasks import Completion
from engine.plan_document import parse_plan
from engine.queries import tasks as task_queries
from engine.queries.directory import account_of, grants_of_person
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine, Transaction

ROOT = Path(__file__).parents[1]
PLAN = "179-KH-UBND-2025"
COMMUNE = "c-thach-that"
Install = Callable[[Engine], None]


def install(engine: Engine, password_hash: str = "none") -> None:
    """Put everything of the demo into an empty database."""
    engine.run(SYSTEM, calendar.fill)
    engine.run(SYSTEM, definitions.deploy, shipped_diagrams(), publish=True)
    engine.run(SYSTEM, plans.import_plan, plan_document())
    engine.run(SYSTEM, demo.load_demo, password_hash)


def plan_document() -> dict[str, Any]:
    """Plan 179 as a document."""
    return parse_plan((ROOT / "workflows" / "plan_179.yaml").read_bytes())


def workloads(engine: Engine) -> None:
    """Deploy the two diagrams of the bench."""
    files = {p.name: p.read_bytes() for p in sorted((ROOT / "bench" / "workloads").glob("*.bpmn"))}
    engine.run(SYSTEM, definitions.deploy, files, publish=True)


def actor(engine: Engine, username: str) -> Actor:
    """A demo person, with the roles they hold."""

    def find(tx: Transaction) -> Actor:
        account = account_of(tx, username)
        assert account is not None, username
        return Actor(account.person_id, account.id, grants_of_person(tx, account.person_id), request_id="test")

    return engine.read(SYSTEM, find)


def begin(engine: Engine, who: Actor, **variables: Any) -> Case:
    """Start a task lifecycle at the commune."""
    return engine.run(who, instances.start, Start("task_lifecycle", agency=COMMUNE, variables=variables))


def offered(engine: Engine, who: Actor, case: Case) -> dict[str, str]:
    """The open tasks of a case that are offered to somebody: element id → task id."""
    found = engine.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case.id))
    return {task.row["element_id"]: task.row["id"] for task in found}


def do(engine: Engine, who: Actor, case: Case, element: str, **values: Any) -> Completion:
    """Complete the task of that element."""
    return engine.run(who, tasks.complete, offered(engine, who, case)[element], values)
