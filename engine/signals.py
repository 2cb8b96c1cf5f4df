"""What the engine announces, inside the transaction that does it.

Every signal is sent with the `Transaction` as its sender. Receivers are module-level functions that only write
rows through it: no I/O, no order among them. What a receiver raises undoes the whole transaction.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

process_started = _signals.signal("process-started", doc="An instance began. kwargs: case (engine.commands.case.Case).")
process_ended = _signals.signal(
    "process-ended",
    doc="An instance reached its end or was cancelled. kwargs: case; its `state` is completed or cancelled.",
)
incident_raised = _signals.signal(
    "incident-raised",
    doc="A step failed and its case waits for its cause to go. kwargs: case, incident_id, element_id.",
)
task_created = _signals.signal(
    "task-created",
    doc="A user task waits for somebody. kwargs: case, task (engine.bpmn.process.OpenedTask).",
)
task_assigned = _signals.signal(
    "task-assigned", doc="A task was given to a person. kwargs: case, task_id, person_id, element_id."
)
task_completed = _signals.signal(
    "task-completed", doc="A person finished a task. kwargs: case, task_id, element_id, person_id."
)
person_mentioned = _signals.signal(
    "person-mentioned",
    doc="A remark on a task calls somebody in. kwargs: case, task_id, comment_id, person_id.",
)
task_withdrawn = _signals.signal(
    "task-withdrawn", doc="An open task was taken back by the diagram or a cancellation. kwargs: case, task_id."
)
due_changed = _signals.signal(
    "due-changed",
    doc="What is open in a case is due at another time: the calendar has changed, or a report got more time. "
    "kwargs: case, moved (a sequence of engine.commands.due_changes.Moved: row, old, new).",
)
task_reminded = _signals.signal(
    "task-reminded",
    doc="A reminder of the diagram fired. kwargs: case, plan_task (engine.models.PlanTask), element_id.",
)
plan_task_overdue = _signals.signal(
    "plan-task-overdue",
    doc="A plan task passed its due date unfinished: an urging notice is due. kwargs: case, plan_task, notice (its "
    "number, from 1), form (as the ladder names it, notice or formal_letter).",
)
leader_alerted = _signals.signal(
    "leader-alerted", doc="A result was returned for rework too often. kwargs: case, plan_task."
)
report_due_soon = _signals.signal(
    "report-due-soon",
    doc="A report's due date comes near. kwargs: case, report (engine.models.Report), working_days_left (int).",
)
report_overdue = _signals.signal(
    "report-overdue",
    doc="A report's due date passed: an urging notice is due. kwargs: case, report, notice (its number, from 1), form.",
)
escalation_listed = _signals.signal(
    "escalation-listed",
    doc="What was urged in vain was put on the leadership's list. kwargs: case, escalation (engine.models.Escalation).",
)
dossier_decided = _signals.signal(
    "dossier-decided",
    doc="Something was decided about a commendation dossier. kwargs: case, dossier (engine.models.Dossier), outcome "
    "(returned, refused, decided or revoked); its `reason` says why.",
)
dossier_overdue = _signals.signal(
    "dossier-overdue",
    doc="The check or appraisal of a dossier takes too long. kwargs: case, dossier, element_id (of the reminder).",
)
report_extended = _signals.signal(
    "report-extended",
    doc="An agency was given more time for its report. kwargs: case, report, old (the due date before), document.",
)
case_transferred = _signals.signal(
    "case-transferred",
    doc="An open case was handed over from agencies that are no more. kwargs: case, moves (old code → new code).",
)
request_answered = _signals.signal(
    "request-answered",
    doc="An outside body answered a request, or a person closed it. kwargs: case, request (engine.models.outside).",
)
request_followed_up = _signals.signal(
    "request-followed-up", doc="A person had a courtesy letter sent about a request. kwargs: case, request."
)
answer_due = _signals.signal(
    "answer-due",
    doc="The reply to a supervision is due soon or late. kwargs: case, supervision, is_late (bool).",
)
obstacle_copied = _signals.signal(
    "obstacle-copied",
    doc="An urgent obstacle went straight to the City. kwargs: case, obstacle (engine.models.Obstacle).",
)
obstacle_unanswered = _signals.signal(
    "obstacle-unanswered",
    doc="An obstacle got no answer in time and stands on the leader's list. kwargs: case, obstacle.",
)
plan_imported = _signals.signal("plan-imported", doc="A plan was imported or changed. kwargs: plan_id, created (bool).")
event_announced = _signals.signal(
    "event-announced",
    doc="Agencies are invited to an event, or told of a change. kwargs: case, activity, agencies (codes), stage.",
)
