"""Promises of a reorganisation: open cases go to whoever follows, and what was done keeps the agency that did it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import directory, instances, successions, tasks
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.errors import ForbiddenError, InvalidDataError, NotFoundError
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.task import UserTask
from engine.queries import tasks as task_queries
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.test_due_changes import told
from tests.funding import Blocked, Money
from tests.installed import COMMUNE, actor, begin, do
from tests.reporting import FEW, RoundScene

NEXT, OTHER = "c-ba-vi", "c-soc-son"
LAST_DAY, DAY_AFTER = date(2026, 3, 10), datetime(2026, 3, 11, 2, tzinfo=UTC)
OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
PROPOSAL = {"title": "Tuyên truyền", "deliverable": "Báo cáo", "due_date": "2026-04-10"}


def end(engine: Engine, code: str = COMMUNE, successor: str | None = NEXT) -> None:
    """An agency's last day comes, and another one follows it."""
    engine.run(SYSTEM, directory.change_agency, code, {"valid_to": LAST_DAY, "successor_code": successor})


def offered(engine: Engine, user: str, case: Case) -> dict[str, str]:
    """The open tasks of a case that are offered to somebody: element id → task id."""
    found = engine.read(actor(engine, user), task_queries.page, TaskFilter(candidate=True, instance_id=case.id))
    return {task.row["element_id"]: task.row["id"] for task in found}


def holder(engine: Engine, case: Case) -> str | None:
    """Who holds the one open task of a case."""
    task: UserTask = engine.read(SYSTEM, lambda tx: tx.session.scalars(_open(case)).one())
    return task.assignee_id


def stored(engine: Engine, case: Case) -> ProcessInstance:
    return stored_by(engine, case.id)


def stored_by(engine: Engine, case_id: str | None) -> ProcessInstance:
    return engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, case_id))


def test_a_plan_task_goes_to_the_successor_with_its_case_and_its_open_steps(
    installed: Engine, clock: MovableClock
) -> None:
    case = begin(installed, actor(installed, OFFICER))
    end(installed)
    before = successions.hand_over_due(installed)
    clock.moment = DAY_AFTER

    done = [successions.hand_over_due(installed) for _ in range(2)]

    assert (before, done) == (0, [1, 0])
    assert (stored(installed, case).agency, stored(installed, case).variables["agency"]) == (NEXT, NEXT)
    assert offered(installed, OFFICER, case) == {}
    assert set(offered(installed, f"{NEXT}.agency_officer", case)) == {"propose"}
    task = installed.read(SYSTEM, lambda tx: tx.session.get_one(PlanTask, case.plan_task_id))
    assert task.agency == NEXT
    do(installed, actor(installed, f"{NEXT}.agency_officer"), case, "propose", **PROPOSAL)
    assert set(offered(installed, f"{NEXT}.agency_head", case)) == {"head_review"}


@pytest.mark.parametrize("kind", [Money, Blocked])
def test_funding_and_obstacles_go_to_the_successor(
    installed_sqlite: Engine, clock: MovableClock, kind: type[Money | Blocked]
) -> None:
    course = kind(installed_sqlite)
    end(installed_sqlite)
    clock.moment = DAY_AFTER

    successions.hand_over_due(installed_sqlite)

    about = course.proposal if isinstance(course, Money) else course.obstacle
    assert about.agency == NEXT
    assert len(offered(installed_sqlite, f"{NEXT}.agency_officer", course.case)) == 1


def test_the_history_keeps_both_agencies_by_name(installed: Engine, clock: MovableClock) -> None:
    case = begin(installed, actor(installed, OFFICER))
    end(installed)
    clock.moment = DAY_AFTER
    successions.hand_over_due(installed)

    (event,) = told(installed, case.id, "case-transferred")
    assert event["agency"] == {"old": COMMUNE, "new": NEXT}
    assert event["names"][COMMUNE]["name_vi"] == "Xã Thạch Thất"
    assert event["names"][NEXT]["name_vi"] == "Xã Ba Vì"
    assert f"agency:{COMMUNE}" in stored(installed, case).parties


def test_a_step_that_waits_for_a_merged_agency_in_another_ones_case_goes_along(
    installed: Engine, clock: MovableClock
) -> None:
    officer, head = (actor(installed, f"{OTHER}.{role}") for role in ("agency_officer", "agency_head"))
    case = installed.run(officer, _start, OTHER)
    do(installed, officer, case, "propose", **PROPOSAL, coordinators=[COMMUNE, NEXT])
    do(installed, head, case, "head_review", decision="submit")
    end(installed)
    clock.moment = DAY_AFTER

    successions.hand_over_due(installed)

    waiting = installed.read(SYSTEM, lambda tx: tx.session.scalars(_open(case)).all())
    groups = sorted(group for task in waiting for group in task.candidate_groups if group.startswith("agency_head@"))
    assert groups == [f"agency_head@{NEXT}", f"agency_head@{NEXT}"]
    assert stored(installed, case).agency == OTHER
    assert stored(installed, case).variables["coordinators"] == [NEXT]


def test_who_holds_a_task_keeps_it_if_they_went_along(installed: Engine, clock: MovableClock) -> None:
    officer = actor(installed, OFFICER)
    stays, goes = begin(installed, officer), begin(installed, officer)
    for case in (stays, goes):
        installed.run(officer, tasks.claim, offered(installed, OFFICER, case)["propose"])
    end(installed)
    clock.moment = DAY_AFTER
    installed.run(SYSTEM, successions.hand_over, stays.id)
    role = directory.Role("agency_officer", NEXT, date(2026, 3, 11))
    installed.run(SYSTEM, directory.add_membership, officer.person_id or "", role)
    installed.run(SYSTEM, successions.hand_over, goes.id)

    holders = {case.id: holder(installed, case) for case in (stays, goes)}

    assert holders == {stays.id: None, goes.id: officer.person_id}


def test_of_a_split_agency_each_case_goes_where_it_was_said(installed: Engine, clock: MovableClock) -> None:
    officer, admin = actor(installed, OFFICER), actor(installed, "sysadmin")
    named, others = begin(installed, officer), begin(installed, officer)
    installed.run(admin, successions.name_successor, named.id, COMMUNE, OTHER, "Nghị quyết 12/NQ-HĐND")
    end(installed)
    clock.moment = DAY_AFTER

    assert successions.hand_over_due(installed) == 2

    assert (stored(installed, named).agency, stored(installed, others).agency) == (OTHER, NEXT)
    (event,) = told(installed, named.id, "case-transferred")
    assert event["document"] == "Nghị quyết 12/NQ-HĐND"
    (said,) = told(installed, named.id, "successor-named")
    assert said["successor"] == OTHER


def test_without_a_general_successor_only_what_was_named_goes(installed: Engine, clock: MovableClock) -> None:
    officer, admin = actor(installed, OFFICER), actor(installed, "sysadmin")
    named, others = begin(installed, officer), begin(installed, officer)
    installed.run(admin, successions.name_successor, named.id, COMMUNE, OTHER, "Nghị quyết 12/NQ-HĐND")
    end(installed, successor=None)
    clock.moment = DAY_AFTER

    done = [successions.hand_over_due(installed) for _ in range(2)]

    assert done == [1, 0]
    assert (stored(installed, named).agency, stored(installed, others).agency) == (OTHER, COMMUNE)


def test_of_mergers_one_after_the_other_the_last_one_counts(installed: Engine, clock: MovableClock) -> None:
    case = begin(installed, actor(installed, OFFICER))
    end(installed)
    end(installed, NEXT, OTHER)
    clock.moment = DAY_AFTER

    successions.hand_over_due(installed)

    assert stored(installed, case).agency == OTHER


def test_reports_go_by_their_own_message(installed: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed, FEW)
    end(installed)
    clock.moment = DAY_AFTER

    assert successions.hand_over_due(installed) == 0
    assert scene.report(COMMUNE).state == "draft"


def test_what_the_aggregator_has_to_check_goes_to_who_follows_it(installed: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed, FEW)
    scene.submit(COMMUNE)
    end(installed, "svhtt", "skhcn")
    clock.moment = DAY_AFTER

    done = [successions.hand_over_due(installed) for _ in range(2)]

    case_id = scene.report(COMMUNE).instance_id
    check = installed.read(SYSTEM, lambda tx: tx.session.scalars(_open_in(case_id)).one())
    assert (check.element_id, check.candidate_groups) == ("check_report", ["report_aggregator@skhcn"])
    assert scene.report(COMMUNE).agency == COMMUNE
    assert stored_by(installed, scene.round.instance_id).variables["aggregator"] == "skhcn"
    assert done == [2, 0]


@pytest.mark.parametrize(
    ("agency", "successor", "document", "field"),
    [
        ("nowhere", OTHER, "Văn bản", "agency"),
        (COMMUNE, "nowhere", "Văn bản", "successor"),
        (COMMUNE, COMMUNE, "Văn bản", "successor"),
        (COMMUNE, OTHER, " ", "document"),
    ],
)
def test_a_successor_that_cannot_be_meant_is_refused(
    installed_sqlite: Engine, agency: str, successor: str, document: str, field: str
) -> None:
    case = begin(installed_sqlite, actor(installed_sqlite, OFFICER))

    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(SYSTEM, successions.name_successor, case.id, agency, successor, document)

    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("name", ["aggregator", "coordinators"])
@pytest.mark.parametrize("value", [5, "svhtt", [["x"]], {"a": 1}, [COMMUNE, {"a": 1}]])
def test_a_variable_that_names_no_agency_is_left_alone_and_holds_up_nothing(
    installed_sqlite: Engine, clock: MovableClock, name: str, value: Any
) -> None:
    wanted = Start("external_request", agency=COMMUNE, prepared={name: value})
    case = installed_sqlite.run(actor(installed_sqlite, "vpub.city_office"), instances.begin, wanted)
    end(installed_sqlite)
    clock.moment = DAY_AFTER

    assert successions.hand_over_due(installed_sqlite) == 1
    assert (stored(installed_sqlite, case).agency, stored(installed_sqlite, case).variables[name]) == (NEXT, value)


def test_only_administrators_name_successors(installed_sqlite: Engine) -> None:
    case = begin(installed_sqlite, actor(installed_sqlite, OFFICER))
    given: tuple[Any, ...] = (case.id, COMMUNE, OTHER, "Văn bản")

    with pytest.raises(ForbiddenError):
        installed_sqlite.run(actor(installed_sqlite, HEAD), successions.name_successor, *given)
    with pytest.raises(NotFoundError):
        installed_sqlite.run(SYSTEM, successions.name_successor, "none", *given[1:])


def _start(tx: Any, agency: str) -> Case:
    return instances.start(tx, Start("task_lifecycle", agency=agency))


def _open(case: Case) -> Any:
    return _open_in(case.id)


def _open_in(case_id: str | None) -> Any:
    return select(UserTask).where(UserTask.instance_id == case_id, UserTask.state == "open")
