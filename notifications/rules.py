"""Whom to tell of what: pure rules over an event.

Rule: nothing here reads or writes rows; a rule names recipients as people (`person:ID`) or groups (`ROLE@AGENCY`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NOTICES_TO_LEADER = 3
LEADERS_OFFICE = "city_office@vpub"
COMMENDATION_OFFICES = ("commendation_aggregator@skhcn", "council_secretary@snv")


@dataclass(frozen=True)
class Notice:
    """One message for one recipient. `stage` tells repeated notices of one event apart."""

    topic: str
    recipient: str
    payload: dict[str, Any]
    stage: str


@dataclass(frozen=True)
class Urging:
    """An urging notice: its number, from 1, and its form, notice or formal_letter."""

    notice: int
    form: str = "notice"


def task_offered(task_id: str, element_id: str, groups: Iterable[str], assignee: str | None) -> list[Notice]:
    """A new task: tell the person it is given to, or else every group it is offered to."""
    recipients = [f"person:{assignee}"] if assignee else sorted(groups)
    payload = {"task": task_id, "element": element_id}
    return [Notice("task-offered", recipient, payload, f"task-offered:{task_id}") for recipient in recipients]


def task_given(task_id: str, element_id: str, person_id: str, version: int) -> list[Notice]:
    """A task put into somebody's hands: tell them."""
    payload = {"task": task_id, "element": element_id}
    return [Notice("task-given", f"person:{person_id}", payload, f"task-given:{task_id}:{version}")]


def mention(task_id: str, comment_id: str, person_id: str) -> list[Notice]:
    """A remark calls somebody in: tell them."""
    payload = {"task": task_id, "comment": comment_id}
    return [Notice("mention", f"person:{person_id}", payload, f"mention:{comment_id}")]


def plan_task_reminder(plan_task_id: str, agency: str, stage: str, due_date: str | None, on: str) -> list[Notice]:
    """A due date comes near: tell the agency's officers and its head. `on` is the day, as some reminders come again."""
    payload = {"plan_task": plan_task_id, "due_date": due_date, "stage": stage}
    return _to_agency("plan-task-reminder", agency, payload, f"reminder:{plan_task_id}:{stage}:{due_date}:{on}")


def plan_task_overdue(plan_task_id: str, agency: str, due_date: str | None, urging: Urging) -> list[Notice]:
    """A due date has passed: tell the agency and the office that urges; from the third notice the leader too."""
    payload = {"plan_task": plan_task_id, "due_date": due_date, "notice": urging.notice, "form": urging.form}
    stage = f"overdue:{plan_task_id}:{due_date}:{urging.notice}"
    notices = _to_agency("plan-task-overdue", agency, payload, stage)
    others = _who_watches("svhtt", urging.notice)
    return [*notices, *(Notice("plan-task-overdue", recipient, payload, stage) for recipient in others)]


def report_due_soon(report_id: str, agency: str, due_date: str, working_days_left: int) -> list[Notice]:
    """A report's due date comes near: tell those who write it and who submits it."""
    payload = {"report": report_id, "due_date": due_date, "working_days_left": working_days_left}
    stage = f"report-due-soon:{report_id}:{due_date}:{working_days_left}"
    return _to_agency("report-due-soon", agency, payload, stage)


def report_overdue(report_id: str, agency: str, due_date: str, urging: Urging, aggregator: str) -> list[Notice]:
    """An urging notice: to the agency and to the office that aggregates; from the third on to the City's leader too."""
    payload = {"report": report_id, "due_date": due_date, "notice": urging.notice, "form": urging.form}
    stage = f"report-overdue:{report_id}:{due_date}:{urging.notice}"
    others = _who_watches(aggregator, urging.notice)
    notices = _to_agency("report-overdue", agency, payload, stage)
    return [*notices, *(Notice("report-overdue", recipient, payload, stage) for recipient in others)]


def report_extended(report_id: str, agency: str, old: str, due_date: str, document: str) -> list[Notice]:
    """More time for a report: tell those who write it and who submits it."""
    payload = {"report": report_id, "due_date": due_date, "old": old, "document": document}
    return _to_agency("report-extended", agency, payload, f"report-extended:{report_id}:{old}:{due_date}")


def dossier_decided(dossier_id: str, agency: str, outcome: str, round_number: int) -> list[Notice]:
    """A dossier was returned, refused or decided, or its award revoked: tell its agency, which reads the reason."""
    payload = {"dossier": dossier_id, "outcome": outcome}
    return _to_agency("dossier-decided", agency, payload, f"dossier:{dossier_id}:{outcome}:{round_number}")


def dossier_overdue(dossier_id: str, element_id: str, offices: Iterable[str], on: str) -> list[Notice]:
    """A dossier waits too long: tell the offices that have it in hand. `on` is the day."""
    stage = f"dossier-overdue:{dossier_id}:{element_id}:{on}"
    return [Notice("dossier-overdue", office, {"dossier": dossier_id}, stage) for office in sorted(offices)]


def leader_alert(plan_task_id: str, returns: int) -> list[Notice]:
    """A result has been returned too often: tell the City's leader."""
    payload = {"plan_task": plan_task_id, "returns": returns}
    return [Notice("leader-alert", "city_leader@ubnd", payload, f"leader-alert:{plan_task_id}:{returns}")]


def escalation(listed: Mapping[str, str], due_date: str, notices: int, stage: str) -> list[Notice]:
    """Something was urged in vain and put on the leadership's list (`listed`: what it is): tell the leader's office."""
    payload = {**listed, "due_date": due_date, "notices": notices}
    return [Notice("escalation-listed", LEADERS_OFFICE, payload, stage)]


def _who_watches(office: str, notice: int) -> list[str]:
    return [f"report_aggregator@{office}"] + (["city_leader@ubnd"] if notice >= NOTICES_TO_LEADER else [])


def request_answered(request_id: str) -> list[Notice]:
    """A request to an outside body has its answer: tell the City's offices, for their information."""
    offices = ("city_office@vpub", "report_aggregator@svhtt")
    payload = {"request": request_id}
    return [Notice("request-answered", office, payload, f"request-answered:{request_id}") for office in offices]


def request_letter(request_id: str, body: str, number: int) -> list[Notice]:
    """A courtesy letter, for a person wished it: tell the body."""
    stage = f"request-letter:{request_id}:{number}"
    return [Notice("request-letter", f"external_partner@{body}", {"request": request_id}, stage)]


def answer_due(supervision_id: str, agency: str, due_date: str, stage: str) -> list[Notice]:
    """The reply that is owed to the Front comes near or is late: tell the agency, when late the City's office too."""
    payload = {"supervision": supervision_id, "due_date": due_date, "stage": stage}
    key = f"answer-due:{supervision_id}:{due_date}:{stage}"
    notices = _to_agency("answer-due", agency, payload, key)
    return notices if stage == "soon" else [*notices, Notice("answer-due", "city_office@vpub", payload, key)]


def obstacle_copied(obstacle_id: str, round_number: int) -> list[Notice]:
    """An urgent obstacle went straight to the City: tell the office that watches over the plan."""
    stage = f"obstacle-copied:{obstacle_id}:{round_number}"
    return [Notice("obstacle-copied", "report_aggregator@svhtt", {"obstacle": obstacle_id}, stage)]


def obstacle_unanswered(obstacle_id: str, since: str) -> list[Notice]:
    """An obstacle has no answer in time: tell the leader's office and the office that watches over the plan."""
    payload, stage = {"obstacle": obstacle_id, "since": since}, f"obstacle-unanswered:{obstacle_id}:{since}"
    offices = (LEADERS_OFFICE, "report_aggregator@svhtt")
    return [Notice("obstacle-unanswered", office, payload, stage) for office in offices]


def event_announced(activity_id: str, agencies: Iterable[str], stage: str, day: str) -> list[Notice]:
    """Agencies are invited to an event, or it changes: tell each. `stage`: invited, postponed, online, cancelled."""
    payload = {"activity": activity_id, "stage": stage}
    key = f"event-announced:{activity_id}:{stage}:{day}"
    return [one for agency in agencies for one in _to_agency("event-announced", agency, payload, key)]


def _to_agency(topic: str, agency: str, payload: dict[str, Any], stage: str) -> list[Notice]:
    return [Notice(topic, f"{role}@{agency}", payload, stage) for role in ("agency_officer", "agency_head")]
