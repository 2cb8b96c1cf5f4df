"""Promises of obstacles: every end, whom an answer reaches, what an instruction does to tasks, ten days of silence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import instances, timers
from engine.errors import InvalidDataError
from engine.models import Escalation, OutboxMessage, PlanTask, ProcessInstance
from engine.queries import plans as plan_queries
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.handlers.cast import Cast
from tests.funding import BACK, REPORT, Blocked

INSTRUCT: dict[str, Any] = {"decision": "instruct", "instruction": "Sở VHTT bố trí thiết bị dự phòng."}


def blocked(cast: Cast, **changes: Any) -> Blocked:
    """An obstacle of the approved plan task, reported."""
    found = Blocked(cast.engine)
    found.report(plan_task=cast.plan_task().id, **changes)
    return found


def listed(engine: Engine) -> list[tuple[str, str | None]]:
    """The leader's list: kind and outcome."""
    query = select(Escalation.kind, Escalation.outcome)
    return [(kind, outcome) for kind, outcome in engine.read(SYSTEM, lambda tx: tx.session.execute(query).all())]


def test_the_monitor_answers_and_the_unit_confirms(installed: Engine) -> None:
    found = Blocked(installed)
    found.report()

    found.do(found.monitor, "triage_obstacle", decision="answer", answer_text="Dùng loa di động của Sở.")
    found.do(found.officer, "confirm_obstacle", decision="resolve")

    assert (found.obstacle.state, found.obstacle.answered_by, found.ended) == ("resolved", "svhtt", "completed")
    assert installed.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def test_a_report_may_be_withdrawn_returned_and_asked_about(installed_sqlite: Engine) -> None:
    withdrawn, asked = Blocked(installed_sqlite), Blocked(installed_sqlite)

    withdrawn.do(withdrawn.officer, "describe_obstacle", **(REPORT | {"decision": "withdraw", "comment": "Đã xong."}))
    asked.do(asked.officer, "describe_obstacle", **REPORT)
    asked.do(asked.head, "sign_obstacle", **BACK)
    asked.report()
    asked.do(asked.monitor, "triage_obstacle", decision="submit")
    asked.do(asked.leader, "instruct_obstacle", decision="ask_more", comment="Nêu rõ số lượng.")

    assert (withdrawn.obstacle.state, withdrawn.ended) == ("withdrawn", "completed")
    assert (asked.obstacle.state, asked.offered(asked.officer)) == ("returned", {"describe_obstacle"})


def test_the_competent_agency_has_its_say_and_its_silence_is_no_consent(installed: Engine, clock: MovableClock) -> None:
    found = Blocked(installed)
    found.report()
    forward = {"decision": "forward", "competent": "skhcn"}

    found.do(found.monitor, "triage_obstacle", **forward)
    found.do(found.person("skhcn.agency_officer"), "give_opinion", opinion="Có thể cho mượn.")
    found.do(found.monitor, "triage_obstacle", **forward)
    clock.forward(timedelta(days=8))
    timers.fire_due(installed)

    said = installed.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, found.case.id).variables["opinion"])
    assert (said, found.offered(found.monitor)) == ("không có ý kiến", {"triage_obstacle"})


def test_an_urgent_obstacle_goes_straight_to_the_leader_with_a_copy(installed_sqlite: Engine) -> None:
    found = Blocked(installed_sqlite)

    found.report(urgency="urgent")

    told = select(OutboxMessage.recipient).where(OutboxMessage.topic == "obstacle-copied")
    assert found.offered(found.leader) == {"instruct_obstacle"}
    assert installed_sqlite.read(SYSTEM, lambda tx: set(tx.session.scalars(told))) == {"report_aggregator@svhtt"}


def test_the_blocked_task_is_flagged_until_the_obstacle_is_resolved_and_its_clock_goes_on(cast: Cast) -> None:
    cast.approve()
    found = blocked(cast)
    flagged = cast.plan_task()

    found.do(found.monitor, "triage_obstacle", decision="answer", answer_text="Đã bố trí.")
    found.do(found.officer, "confirm_obstacle", decision="resolve")

    assert (flagged.obstacle, flagged.on_hold, cast.plan_task().obstacle) == (True, False, False)
    assert cast.plan_task().due_date == date(2026, 4, 10)


def test_an_instruction_stops_the_clock_and_gives_the_days_back(cast: Cast, clock: MovableClock) -> None:
    cast.approve()
    found = blocked(cast)
    found.do(found.monitor, "triage_obstacle", decision="submit")

    found.do(found.leader, "instruct_obstacle", stop_clock=True, **INSTRUCT)
    held = cast.plan_task()
    clock.forward(timedelta(days=50))
    timers.fire_due(cast.engine)
    meanwhile = cast.bucket()
    found.do(found.officer, "confirm_obstacle", decision="resolve")

    task = cast.plan_task()
    assert (held.on_hold, held.obstacle, meanwhile) == (True, True, "within_time")
    assert (task.on_hold, task.obstacle, cast.bucket()) == (False, False, "within_time")
    assert task.due_date is not None and task.due_date > date(2026, 5, 20)
    assert task.urging_count == 0
    cast.report()


def test_an_instruction_opens_tasks_and_changes_the_due_date(cast: Cast) -> None:
    cast.approve()
    found = blocked(cast)
    found.do(found.monitor, "triage_obstacle", decision="submit")

    more = {"addressees": ["svhtt"], "deliverable": "Thiết bị bàn giao", "answer_by": "2026-03-20"}
    found.do(found.leader, "instruct_obstacle", new_due_date="2026-05-15", **INSTRUCT, **more)

    (opened,) = found.obstacle.instructed
    query = select(PlanTask).where(PlanTask.instance_id == opened)
    task = cast.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())
    assert (task.agency, task.deliverable, task.due_date) == ("svhtt", "Thiết bị bàn giao", date(2026, 3, 20))
    blocked_task = cast.plan_task()
    assert (blocked_task.due_date, blocked_task.original_due_date) == (date(2026, 5, 15), date(2026, 4, 10))
    assert blocked_task.extension_count == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"addressees": ["mttq"]}, "addressees"),
        ({"addressees": ["svhtt"], "answer_by": "2026-03-01"}, "answer_by"),
        ({"new_due_date": "2026-03-01"}, "new_due_date"),
    ],
)
def test_an_instruction_that_cannot_be_meant_is_refused(
    installed_sqlite: Engine, given: dict[str, Any], field: str
) -> None:
    found = Blocked(installed_sqlite)
    found.report(urgency="urgent")

    with pytest.raises(InvalidDataError) as error:
        found.do(found.leader, "instruct_obstacle", **INSTRUCT, **given)

    assert [p.field for p in error.value.problems] == [field]


def test_the_answer_reaches_every_unit_with_the_same_obstacle(installed: Engine) -> None:
    first, second, third = (Blocked(installed, agency) for agency in ("c-thach-that", "c-ba-vi", "w-ba-dinh"))
    for one in (first, second, third):
        one.report()
    second.do(second.monitor, "triage_obstacle", decision="merge", merged_into=first.obstacle.id)
    third.do(third.monitor, "triage_obstacle", decision="merge", merged_into=second.obstacle.id)

    first.do(first.monitor, "triage_obstacle", decision="submit")
    first.do(first.leader, "instruct_obstacle", **INSTRUCT)

    assert {one.obstacle.answer for one in (first, second, third)} == {INSTRUCT["instruction"]}
    assert [one.offered(one.officer) for one in (first, second, third)] == [{"confirm_obstacle"}] * 3
    third.do(third.officer, "confirm_obstacle", decision="reopen", comment="Chưa nhận được.")
    assert (third.obstacle.state, third.offered(third.monitor)) == ("reopened", {"triage_obstacle"})


def test_only_what_waits_for_an_answer_is_merged_with(installed_sqlite: Engine) -> None:
    done, found = Blocked(installed_sqlite), Blocked(installed_sqlite)
    for one in (done, found):
        one.report()
    done.do(done.monitor, "triage_obstacle", decision="answer", answer_text="Đã bố trí.")

    for wrong in (done.obstacle.id, found.obstacle.id, "x"):
        with pytest.raises(InvalidDataError) as error:
            found.do(found.monitor, "triage_obstacle", decision="merge", merged_into=wrong)
        assert [p.field for p in error.value.problems] == ["merged_into"]


def test_a_common_answer_that_does_not_come_leaves_the_obstacle_to_itself(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    first, second = Blocked(installed_sqlite), Blocked(installed_sqlite, "c-ba-vi")
    for one in (first, second):
        one.report()
    second.do(second.monitor, "triage_obstacle", decision="merge", merged_into=first.obstacle.id)

    clock.forward(timedelta(days=20))
    timers.fire_due(installed_sqlite)
    second.do(second.monitor, "triage_obstacle", decision="answer", answer_text="Đã bố trí.")

    assert (second.obstacle.merged_into, second.obstacle.state, first.obstacle.state) == (None, "answered", "reported")


def test_ten_working_days_without_an_answer_put_it_on_the_leaders_list(installed: Engine, clock: MovableClock) -> None:
    found = Blocked(installed)
    found.report()

    clock.forward(timedelta(days=13))
    timers.fire_due(installed)
    early = listed(installed)
    clock.forward(timedelta(days=2))
    timers.fire_due(installed)
    late = listed(installed)
    found.do(found.monitor, "triage_obstacle", decision="answer", answer_text="Đã bố trí.")

    told = select(OutboxMessage.recipient).where(OutboxMessage.topic == "obstacle-unanswered")
    assert (early, late, listed(installed)) == ([], [("obstacle", None)], [("obstacle", "answered")])
    assert installed.read(SYSTEM, lambda tx: set(tx.session.scalars(told))) == {
        "city_office@vpub",
        "report_aggregator@svhtt",
    }


def test_a_flag_set_while_executing_begins_the_report(alone: Cast) -> None:
    alone.approve()

    for _ in range(2):
        alone.do(alone.officer, "execute", decision="report_obstacle", comment="Thiếu kinh phí.")

    query = select(ProcessInstance).where(ProcessInstance.process_key == "obstacle_report")
    (begun,) = alone.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all())
    assert (begun.variables["plan_task"], begun.variables["obstacle_text"]) == (alone.plan_task().id, "Thiếu kinh phí.")


def test_a_plan_task_that_is_not_the_units_own_is_refused(alone: Cast) -> None:
    alone.approve()
    other = Blocked(alone.engine, "skhcn")

    for wrong in (alone.plan_task().id, "x"):
        with pytest.raises(InvalidDataError) as error:
            other.do(other.officer, "describe_obstacle", **REPORT, plan_task=wrong)
        assert [p.field for p in error.value.problems] == ["plan_task"]


def test_a_case_ended_by_hand_takes_the_flag_off_and_lets_the_clock_go_on(alone: Cast) -> None:
    alone.approve()
    found = blocked(alone, urgency="urgent")
    found.do(found.leader, "instruct_obstacle", stop_clock=True, **INSTRUCT)

    alone.engine.run(found.head, instances.cancel, found.case.id, "Báo nhầm.")

    task = alone.plan_task()
    assert (found.obstacle.state, task.obstacle, task.on_hold) == ("cancelled", False, False)
    assert alone.engine.read(SYSTEM, lambda tx: plan_queries.bucket_of(tx, task)) == "within_time"
