"""Promises of a plan task's life on both databases: dates kept, reminders sent, every way out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.bpmn.relocation import Displacement
from engine.commands import instances, modification, plan_tasks, plans, tasks, timers
from engine.commands.case import Case
from engine.errors import ConflictError, InvalidDataError, TaskClosedError
from engine.models import AuditEvent, OutboxMessage, PlanTask
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.handlers.cast import PROPOSAL, Cast
from tests.installed import PLAN, actor, offered


def topics(engine: Engine) -> list[str]:
    """The topics of the outbox that are not offers of tasks."""
    found = engine.read(SYSTEM, lambda tx: tx.session.scalars(select(OutboxMessage.topic)).all())
    return sorted(topic for topic in found if topic != "task-offered")


def test_an_agencys_own_task_is_approved_by_its_head_and_done_in_time(cast: Cast) -> None:
    cast.approve()
    cast.report()
    cast.do(cast.monitor, "review_result", decision="accept")
    cast.do(cast.head, "nominate", decision="skip")

    task = cast.plan_task()
    assert (task.status, task.route, cast.bucket()) == ("done", "agency", "on_time")
    assert cast.engine.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def test_reminders_come_at_eight_and_urging_notices_after_the_due_date(cast: Cast, clock: MovableClock) -> None:
    cast.approve()
    fired: list[tuple[str, list[str]]] = []

    for _ in range(40):
        clock.forward(timedelta(days=1))
        before = len(topics(cast.engine))
        timers.fire_due(cast.engine)
        new = topics(cast.engine)
        if len(new) != before:
            fired.append((clock.moment.date().isoformat(), sorted(set(new))))

    days = [day for day, _ in fired]
    monthly_status = "2026-04-10"
    assert days == ["2026-04-01", "2026-04-07", "2026-04-09", monthly_status, "2026-04-13", "2026-04-15", "2026-04-17"]
    assert cast.bucket() == "overdue"


def test_a_report_after_the_due_date_is_late(alone: Cast, clock: MovableClock) -> None:
    alone.approve()
    clock.forward(timedelta(days=40))
    alone.report()
    alone.do(alone.monitor, "review_result", decision="accept")
    alone.do(alone.head, "nominate", decision="recommend")

    assert (alone.plan_task().late, alone.bucket()) == (True, "late")


def test_an_extension_keeps_the_original_date_and_sets_the_reminders_anew(cast: Cast) -> None:
    cast.approve()
    task_id = cast.plan_task().id

    cast.engine.run(cast.officer, plan_tasks.request_extension, task_id, date(2026, 5, 15), "Chờ lịch phát sóng.")
    cast.do(cast.head, "decide_request", decision="approve")

    task = cast.plan_task()
    assert (task.original_due_date, task.due_date, task.extension_count) == (date(2026, 4, 10), date(2026, 5, 15), 1)
    assert set(offered(cast.engine, cast.officer, cast.case)) == {"execute"}


def test_a_refused_extension_changes_no_date(alone: Cast) -> None:
    alone.approve()
    task_id = alone.plan_task().id

    alone.engine.run(alone.officer, plan_tasks.request_extension, task_id, date(2026, 5, 15), "Chờ.")
    alone.do(alone.head, "decide_request", decision="reject", comment="Không đủ lý do.")

    assert (alone.plan_task().due_date, alone.plan_task().extension_count) == (date(2026, 4, 10), 0)


def test_an_extension_is_asked_before_the_due_date_and_for_a_later_day(alone: Cast, clock: MovableClock) -> None:
    alone.approve()
    task_id = alone.plan_task().id

    with pytest.raises(InvalidDataError):
        alone.engine.run(alone.officer, plan_tasks.request_extension, task_id, date(2026, 4, 1), "Sớm hơn.")
    clock.forward(timedelta(days=40))
    with pytest.raises(InvalidDataError):
        alone.engine.run(alone.officer, plan_tasks.request_extension, task_id, date(2026, 5, 15), "Trễ.")

    assert set(offered(alone.engine, alone.officer, alone.case)) == {"execute"}


def test_an_extension_of_a_task_not_in_execution_is_a_conflict(alone: Cast) -> None:
    task_id = alone.plan_task().id

    with pytest.raises(ConflictError):
        alone.engine.run(alone.officer, plan_tasks.request_extension, task_id, date(2026, 5, 15), "Chờ.")


def test_an_obstacle_flags_the_task_until_it_is_gone(alone: Cast) -> None:
    alone.approve()

    alone.do(alone.officer, "execute", decision="report_obstacle", comment="Thiếu kinh phí.")
    flagged = alone.plan_task().obstacle
    alone.do(alone.officer, "execute", decision="obstacle_resolved")

    assert (flagged, alone.plan_task().obstacle) == (True, False)


def test_a_cancellation_asked_for_and_granted_ends_the_case(alone: Cast) -> None:
    alone.approve()

    alone.do(alone.officer, "execute", decision="request_cancellation", comment="Không còn phù hợp.")
    alone.do(alone.head, "decide_request", decision="approve")

    assert (alone.plan_task().status, alone.bucket()) == ("cancelled", None)


def test_a_transferred_task_goes_to_the_other_agency_which_must_accept(alone: Cast) -> None:
    alone.approve()

    alone.do(alone.officer, "execute", decision="request_transfer", new_agency="w-ba-dinh", comment="Thuộc phường.")
    alone.do(alone.head, "decide_request", decision="approve")

    other = actor(alone.engine, "w-ba-dinh.agency_officer")
    assert alone.plan_task().agency == "w-ba-dinh"
    assert set(offered(alone.engine, other, alone.case)) == {"accept_assignment"}


def test_silence_is_taken_as_acceptance_after_a_reminder(alone: Cast, clock: MovableClock) -> None:
    alone.do(alone.officer, "propose", **PROPOSAL)
    alone.do(alone.head, "head_review", decision="submit")

    for _ in range(6):
        clock.forward(timedelta(days=1))
        timers.fire_due(alone.engine)

    assert alone.plan_task().status == "in_progress"


def test_silent_coordinators_are_recorded_as_having_no_opinion(alone: Cast, clock: MovableClock) -> None:
    alone.do(alone.officer, "propose", **PROPOSAL, coordinators=["svhtt", "skhcn"])
    alone.do(alone.head, "head_review", decision="submit")
    alone.do(actor(alone.engine, "svhtt.agency_head"), "coordinator_opinion", decision="agree")

    for _ in range(6):
        clock.forward(timedelta(days=1))
        timers.fire_due(alone.engine)

    def opinions(case: Case) -> list[tuple[str, str]]:
        found = alone.engine.read(SYSTEM, lambda tx: _variables(tx, case.id))
        return sorted((entry["coordinator"], entry["decision"]) for entry in found["opinions"])

    assert opinions(alone.case) == [("skhcn", "no_opinion"), ("svhtt", "agree")]


def test_after_two_returns_the_leader_is_told(alone: Cast) -> None:
    alone.approve()
    for _ in range(2):
        alone.report()
        alone.do(
            alone.monitor, "review_result", decision="return_for_rework", comment="Thiếu.", new_due_date="2026-04-20"
        )

    assert "leader-alert" in topics(alone.engine)


def test_a_proposal_without_a_deliverable_is_not_taken(alone: Cast) -> None:
    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.officer, "propose", title="Phối hợp", due_date="2026-04-10")

    assert [p.field for p in refused.value.problems] == ["deliverable"]


def test_an_unknown_coordinator_is_named_and_nothing_is_changed(alone: Cast) -> None:
    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.officer, "propose", **PROPOSAL, coordinators=["svhtt", "so-khong-co"])

    assert [p.field for p in refused.value.problems] == ["coordinators"]


def test_a_task_is_completed_once(cast: Cast) -> None:
    task_id = offered(cast.engine, cast.officer, cast.case)["propose"]
    cast.engine.run(cast.officer, tasks.complete, task_id, PROPOSAL)

    with pytest.raises(TaskClosedError):
        cast.engine.run(cast.officer, tasks.complete, task_id, PROPOSAL)


def test_a_suspended_case_takes_no_work_until_it_is_resumed(alone: Cast) -> None:
    alone.engine.run(alone.head, instances.suspend, alone.case.id, "Chờ ý kiến cấp trên.")
    with pytest.raises(ConflictError):
        alone.do(alone.officer, "propose", **PROPOSAL)

    alone.engine.run(alone.head, instances.resume, alone.case.id, "Tiếp tục.")
    alone.do(alone.officer, "propose", **PROPOSAL)

    assert set(offered(alone.engine, alone.head, alone.case)) == {"head_review"}


def test_a_cancelled_case_leaves_nothing_open(cast: Cast) -> None:
    cast.approve()

    ended = cast.engine.run(cast.head, instances.cancel, cast.case.id, "Thu hồi chủ trương.")

    assert (ended.state, offered(cast.engine, cast.officer, cast.case)) == ("cancelled", {})
    assert timers.fire_due(cast.engine) == 0


def test_a_cancelled_case_takes_its_plan_task_with_it(cast: Cast, clock: MovableClock) -> None:
    cast.approve()
    clock.forward(timedelta(days=60))

    cast.engine.run(cast.head, instances.cancel, cast.case.id, "Thu hồi chủ trương.")

    task = cast.plan_task()
    assert (task.status, task.closed_at, cast.bucket()) == ("cancelled", clock.moment, None)
    assert kinds(cast)[-3:] == ["plan-task-changed", "plan-task-closed", "process-cancelled"]


def test_a_case_ended_by_hand_leaves_no_plan_task_open(alone: Cast) -> None:
    keeper = actor(alone.engine, "sysadmin")

    alone.engine.run(
        keeper, modification.modify, alone.case.id, Displacement(moves=(("proposal", "not_approved"),)), "Nhập nhầm."
    )

    assert (alone.plan_task().status, alone.bucket()) == ("cancelled", None)


def test_a_case_begun_anew_opens_its_plan_task_again(alone: Cast) -> None:
    opened = alone.engine.run(alone.monitor, plans.open_round, f"{PLAN}.V.1.a")
    task = alone.engine.read(SYSTEM, lambda tx: tx.session.scalars(of_round(opened.id)).all()[0])
    ended = task.instance_id or ""
    alone.engine.run(SYSTEM, instances.cancel, ended, "Mở nhầm.")

    alone.engine.run(SYSTEM, instances.restart, ended, "Mở lại.")

    found = alone.engine.read(SYSTEM, lambda tx: tx.session.get_one(PlanTask, task.id))
    assert (found.status, found.closed_at) == ("draft", None)


def test_a_new_due_date_of_a_returned_result_is_not_in_the_past(alone: Cast) -> None:
    alone.approve()
    alone.report()

    with pytest.raises(InvalidDataError) as refused:
        alone.do(
            alone.monitor, "review_result", decision="return_for_rework", comment="Thiếu.", new_due_date="2026-02-02"
        )

    assert [(p.field, p.rule) for p in refused.value.problems] == [("new_due_date", "past")]


def test_a_returned_result_is_in_rework_until_work_goes_on(alone: Cast) -> None:
    alone.approve()
    alone.report()
    alone.do(alone.monitor, "review_result", decision="return_for_rework", comment="Thiếu.", new_due_date="2026-04-20")
    returned = alone.plan_task().status

    alone.do(alone.officer, "execute", decision="update_progress", progress=80)

    assert (returned, alone.plan_task().status) == ("rework", "in_progress")


def test_progress_is_written_when_it_is_updated(alone: Cast) -> None:
    alone.approve()

    alone.do(alone.officer, "execute", decision="update_progress", progress=40)

    assert (alone.plan_task().progress, alone.plan_task().status) == (40, "in_progress")


def kinds(cast: Cast) -> list[str]:
    """The types of the events of the case, in order."""
    query = select(AuditEvent.type).where(AuditEvent.instance_id == cast.case.id).order_by(AuditEvent.seq)
    return list(cast.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all()))


def of_round(round_id: str) -> Select[PlanTask]:
    """The plan tasks of a round."""
    return select(PlanTask).where(PlanTask.round_id == round_id).order_by(PlanTask.id)


def _variables(tx: Any, instance_id: str) -> Any:
    from engine.models import ProcessInstance

    return tx.session.get_one(ProcessInstance, instance_id).variables
