"""Promises of the rules: pure, each recipient once, and a repeated event is told apart by its stage."""

from __future__ import annotations

from notifications import rules
from notifications.rules import Urging


def test_a_task_given_to_somebody_is_told_to_them_alone() -> None:
    notices = rules.task_offered("t", "propose", ["agency_officer@a"], "p")

    assert [n.recipient for n in notices] == ["person:p"]


def test_an_offered_task_is_told_to_every_group_once_in_a_fixed_order() -> None:
    notices = rules.task_offered("t", "propose", {"b@y", "a@x"}, None)

    assert [n.recipient for n in notices] == ["a@x", "b@y"]
    assert {n.stage for n in notices} == {"task-offered:t"}


def test_a_task_given_twice_is_told_twice() -> None:
    first, second = (rules.task_given("t", "propose", "p", version)[0] for version in (1, 2))

    assert first.recipient == second.recipient == "person:p"
    assert first.stage != second.stage


def test_a_reminder_reaches_officers_and_head_once_for_each_stage_date_and_day() -> None:
    notices = rules.plan_task_reminder("pt", "a", "due_in_7", "2026-04-10", "2026-04-01")

    assert [n.recipient for n in notices] == ["agency_officer@a", "agency_head@a"]
    others = rules.plan_task_reminder("pt", "a", "due_in_3", "2026-04-10", "2026-04-01")
    moved = rules.plan_task_reminder("pt", "a", "due_in_7", "2026-05-10", "2026-04-01")
    again = rules.plan_task_reminder("pt", "a", "due_in_7", "2026-04-10", "2026-05-01")
    assert len({notices[0].stage, others[0].stage, moved[0].stage, again[0].stage}) == 4


def test_what_is_overdue_is_told_to_the_office_that_urges_as_well() -> None:
    notices = rules.plan_task_overdue("pt", "a", "2026-04-10", Urging(1))

    assert [n.recipient for n in notices] == ["agency_officer@a", "agency_head@a", "report_aggregator@svhtt"]
    assert {n.topic for n in notices} == {"plan-task-overdue"}


def test_a_leader_is_told_once_for_each_further_return() -> None:
    second, third = (rules.leader_alert("pt", returns)[0] for returns in (2, 3))

    assert second.recipient == "city_leader@ubnd"
    assert second.stage != third.stage


def test_a_late_report_reaches_the_leader_with_the_third_notice() -> None:
    second, third = (rules.report_overdue("r", "a", "2026-03-18", Urging(notice), "svhtt") for notice in (2, 3))

    usual = ["agency_officer@a", "agency_head@a", "report_aggregator@svhtt"]
    assert [n.recipient for n in second] == usual
    assert [n.recipient for n in third] == [*usual, "city_leader@ubnd"]
    assert {n.stage for n in second}.isdisjoint(n.stage for n in third)


def test_a_plan_task_urged_in_vain_reaches_the_leader_too() -> None:
    third = rules.plan_task_overdue("pt", "a", "2026-04-10", Urging(3, "formal_letter"))

    assert [n.recipient for n in third][-1] == "city_leader@ubnd"
    assert {n.payload["form"] for n in third} == {"formal_letter"}


def test_the_leaders_office_is_told_of_what_is_listed() -> None:
    (notice,) = rules.escalation({"report": "r"}, "2026-03-18", 3, "escalation:e")

    assert (notice.recipient, notice.topic) == ("city_office@vpub", "escalation-listed")
    assert notice.payload == {"report": "r", "due_date": "2026-03-18", "notices": 3}


def test_a_report_is_reminded_of_once_for_each_date_and_distance() -> None:
    first, nearer = (rules.report_due_soon("r", "a", "2026-03-18", left) for left in (3, 1))

    assert [n.recipient for n in first] == ["agency_officer@a", "agency_head@a"]
    assert len({n.stage for n in (*first, *nearer)}) == 2
