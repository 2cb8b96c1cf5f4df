"""Signal → rules → outbox rows, in the transaction that sends the signal.

Rule: a receiver writes rows and nothing else; channels read the rows later and do the sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from engine import deadlines, signals
from engine.bpmn.process import OpenedTask
from engine.commands.case import Case
from engine.models import Dossier, Escalation, PlanTask, Report
from engine.models.activity import Activity
from engine.models.notice_statements import TELL_OFFICE, TELL_PERSON, TELL_ROLE
from engine.models.obstacle import Obstacle
from engine.models.outside import ExternalRequest, Supervision
from engine.models.prepared import Prepared
from engine.runtime import Transaction
from notifications import rules
from notifications.rules import Notice, Urging

_PERSON = "person:"


def connect() -> None:
    """Have this package hear the engine; calling it again changes nothing."""
    signals.task_created.connect(on_task_created)
    signals.task_assigned.connect(on_task_assigned)
    signals.person_mentioned.connect(on_person_mentioned)
    signals.task_reminded.connect(on_task_reminded)
    signals.plan_task_overdue.connect(on_plan_task_overdue)
    signals.leader_alerted.connect(on_leader_alerted)
    signals.dossier_decided.connect(on_dossier_decided)
    signals.dossier_overdue.connect(on_dossier_overdue)
    signals.request_answered.connect(on_request_answered)
    signals.request_followed_up.connect(on_request_followed_up)
    signals.answer_due.connect(on_answer_due)
    signals.obstacle_copied.connect(on_obstacle_copied)
    signals.obstacle_unanswered.connect(on_obstacle_unanswered)
    signals.event_announced.connect(on_event_announced)
    signals.report_due_soon.connect(on_report_due_soon)
    signals.report_overdue.connect(on_report_overdue)
    signals.report_extended.connect(on_report_extended)
    signals.escalation_listed.connect(on_escalation_listed)


def on_task_created(tx: Transaction, *, case: Case, task: OpenedTask) -> None:
    """Tell those a new task is offered to."""
    _post(tx, case, rules.task_offered(task.id, task.element.id, task.groups, task.assignee))


def on_task_assigned(tx: Transaction, *, case: Case, task_id: str, person_id: str, element_id: str) -> None:
    """Tell the person a task was given to."""
    _post(tx, case, rules.task_given(task_id, element_id, person_id, case.version))


def on_person_mentioned(tx: Transaction, *, case: Case, task_id: str, comment_id: str, person_id: str) -> None:
    """Tell a person that a remark calls them in."""
    _post(tx, case, rules.mention(task_id, comment_id, person_id))


def on_task_reminded(tx: Transaction, *, case: Case, plan_task: PlanTask, element_id: str) -> None:
    """Remind the agency of a due date."""
    today = deadlines.local_date(tx.now).isoformat()
    _post(tx, case, rules.plan_task_reminder(plan_task.id, plan_task.agency, element_id, _day(plan_task), today))


def on_plan_task_overdue(
    tx: Transaction, *, case: Case, plan_task: PlanTask, notice: int = 1, form: str = "notice"
) -> None:
    """Tell the agency and the urging office that a due date has passed."""
    urging = Urging(notice, form)
    _post(tx, case, rules.plan_task_overdue(plan_task.id, plan_task.agency, _day(plan_task), urging))


def on_leader_alerted(tx: Transaction, *, case: Case, plan_task: PlanTask) -> None:
    """Tell the leader of a result that keeps coming back."""
    _post(tx, case, rules.leader_alert(plan_task.id, plan_task.return_count))


def on_report_due_soon(tx: Transaction, *, case: Case, report: Report, working_days_left: int) -> None:
    """Remind the agency of a report."""
    due = report.due_date.isoformat()
    _post(tx, case, rules.report_due_soon(report.id, report.agency, due, working_days_left))


def on_report_overdue(tx: Transaction, *, case: Case, report: Report, notice: int, form: str = "notice") -> None:
    """Urge the agency, in sight of the office that aggregates, and at last of the City's leader."""
    due, aggregator = report.due_date.isoformat(), case.variables.get("aggregator") or "svhtt"
    _post(tx, case, rules.report_overdue(report.id, report.agency, due, Urging(notice, form), aggregator))


def on_escalation_listed(tx: Transaction, *, case: Case, escalation: Escalation) -> None:
    """Tell the leader's office of what was put on the leadership's list."""
    ids = {"report": escalation.report_id, "plan_task": escalation.plan_task_id}
    listed = {kind: found for kind, found in ids.items() if found is not None}
    stage = f"escalation:{escalation.id}:{escalation.listed_at.isoformat()}"
    _post(tx, case, rules.escalation(listed, escalation.due_date.isoformat(), escalation.notices, stage))


def on_report_extended(tx: Transaction, *, case: Case, report: Report, old: date, document: str) -> None:
    """Tell the agency that it has more time."""
    due = report.due_date.isoformat()
    _post(tx, case, rules.report_extended(report.id, report.agency, old.isoformat(), due, document))


def on_dossier_decided(tx: Transaction, *, case: Case, dossier: Dossier, outcome: str) -> None:
    """Tell the agency what became of its dossier."""
    _post(tx, case, rules.dossier_decided(dossier.id, dossier.agency, outcome, dossier.round))


def on_dossier_overdue(tx: Transaction, *, case: Case, dossier: Dossier, element_id: str) -> None:
    """Tell Sở KHCN and the standing body that a dossier waits too long."""
    today = deadlines.local_date(tx.now).isoformat()
    _post(tx, case, rules.dossier_overdue(dossier.id, element_id, rules.COMMENDATION_OFFICES, today))


def on_request_answered(tx: Transaction, *, case: Case, request: ExternalRequest) -> None:
    """Tell the City's offices that a request has its answer."""
    _post(tx, case, rules.request_answered(request.id))


def on_request_followed_up(tx: Transaction, *, case: Case, request: ExternalRequest) -> None:
    """Tell the body of a courtesy letter."""
    _post(tx, case, rules.request_letter(request.id, request.body or "", request.follow_ups))


def on_answer_due(tx: Transaction, *, case: Case, supervision: Supervision, is_late: bool) -> None:
    """Remind the agency that owes the Front a reply."""
    due = supervision.reply_due.isoformat() if supervision.reply_due else ""
    _post(tx, case, rules.answer_due(supervision.id, case.agency or "", due, "late" if is_late else "soon"))


def on_obstacle_copied(tx: Transaction, *, case: Case, obstacle: Obstacle) -> None:
    """Tell the office that watches over the plan of an urgent obstacle."""
    _post(tx, case, rules.obstacle_copied(obstacle.id, obstacle.round))


def on_obstacle_unanswered(tx: Transaction, *, case: Case, obstacle: Obstacle) -> None:
    """Tell the leader's office of an obstacle without an answer."""
    since = obstacle.reported_on.isoformat() if obstacle.reported_on else ""
    _post(tx, case, rules.obstacle_unanswered(obstacle.id, since))


def on_event_announced(tx: Transaction, *, case: Case, activity: Activity, agencies: list[str], stage: str) -> None:
    """Tell whoever is invited to an event of it, or of what changed."""
    day = activity.ends_on.isoformat() if activity.ends_on else ""
    _post(tx, case, rules.event_announced(activity.id, agencies, stage, day))


def _post(tx: Transaction, case: Case, notices: Iterable[Notice]) -> None:
    for notice in notices:
        statement, whom = _addressed(tx, notice.recipient, case.agency)
        case.write(statement, _facts(tx, notice, case.id) | whom)


def _addressed(tx: Transaction, recipient: str, agency: str | None) -> tuple[Prepared, dict[str, Any]]:
    """The statement that reaches whom a rule names. A person is told on behalf of the case's `agency`."""
    if recipient.startswith(_PERSON):
        return TELL_PERSON, {"person_id": recipient.removeprefix(_PERSON), "agency": agency}
    role, _, office = recipient.partition("@")
    told = {"role": role, "agency": office or agency, "today": deadlines.local_date(tx.now)}
    return (TELL_OFFICE if office else TELL_ROLE), told


def _facts(tx: Transaction, notice: Notice, instance_id: str) -> dict[str, Any]:
    return {
        "stage": notice.stage,
        "topic": notice.topic,
        "recipient": notice.recipient,
        "instance_id": instance_id,
        "payload": notice.payload,
        "now": tx.now,
    }


def _day(plan_task: PlanTask) -> str | None:
    return plan_task.due_date.isoformat() if plan_task.due_date else None
