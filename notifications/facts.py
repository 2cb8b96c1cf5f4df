"""What a message is about, read when it is sent or shown.

Rule: messages keep ids; names, titles and due dates are looked up for whoever was told, and stand in no outbox row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import select

from engine import deadlines
from engine.models.columns import Row
from engine.models.commendation import Dossier
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.report import Report, ReportRound
from engine.models.task import UserTask
from engine.runtime import Transaction

R = TypeVar("R", bound=Row)
_CALLED_OFF = frozenset({"cancelled", "done"})
_OWED_NO_MORE = frozenset({"accepted", "missing"})


class Told(Protocol):
    """What is known of a message: its id, the case, and ids."""

    id: Any
    instance_id: Any
    payload: Any


@dataclass(frozen=True)
class Facts:
    """What a message is about. Pairs are Vietnamese and English; `path` leads to it on the site.

    `key` names the thing for calendars. `settled`: there is nothing left to do about it; `reported`: it was handed
    in and waits for others. `holder` is who has the task in hand.
    """

    path: str
    key: str
    name: tuple[str, str] | None = None
    agency: tuple[str, str] | None = None
    business_key: str | None = None
    due_at: datetime | None = None
    due_date: date | None = None
    settled: bool = False
    reported: bool = False
    holder: str | None = None
    reason: str = ""


def read(tx: Transaction, messages: Iterable[Told]) -> dict[str, Facts]:
    """What each of these messages is about, by the message's id."""
    told = list(messages)
    reports = _rows(tx, Report, (m.payload.get("report") for m in told))
    found = _Found(
        tasks=_rows(tx, UserTask, (m.payload.get("task") for m in told)),
        plan_tasks=_rows(tx, PlanTask, (m.payload.get("plan_task") for m in told)),
        reports=reports,
        rounds=_rows(tx, ReportRound, (report.round_id for report in reports.values())),
        dossiers=_rows(tx, Dossier, (m.payload.get("dossier") for m in told)),
        cases=_rows(tx, ProcessInstance, (m.instance_id for m in told)),
    )
    found.agencies.update({row.code: (row.name_vi, row.name_en) for row in _agencies(tx, found.codes())})
    return {m.id: _facts(m, found) for m in told}


def is_superseded(topic: str, payload: Mapping[str, Any], facts: Facts, person_id: str) -> bool:
    """Whether there is no point any more in writing to somebody: it is done, or in other hands, or due another day."""
    if topic == "task-offered":
        return facts.settled or facts.holder not in (None, person_id)
    if topic == "task-given":
        return facts.settled or facts.holder != person_id
    if topic in ("plan-task-reminder", "report-due-soon", "report-overdue", "escalation-listed"):
        return facts.settled or facts.reported or _is_moved(payload, facts)
    return topic == "plan-task-overdue" and (facts.settled or _is_moved(payload, facts))


def _is_moved(payload: Mapping[str, Any], facts: Facts) -> bool:
    return payload.get("due_date") != (facts.due_date.isoformat() if facts.due_date else None)


@dataclass(frozen=True)
class _Found:
    """The rows that messages speak of, by id; of agencies the names, by code."""

    tasks: Mapping[str, UserTask]
    plan_tasks: Mapping[str, PlanTask]
    reports: Mapping[str, Report]
    rounds: Mapping[str, ReportRound]
    dossiers: Mapping[str, Dossier]
    cases: Mapping[str, ProcessInstance]
    agencies: dict[str, tuple[str, str]] = field(default_factory=dict)

    def codes(self) -> set[str]:
        """The agencies that the rows name."""
        rows = (self.tasks, self.plan_tasks, self.reports, self.dossiers, self.cases)
        return {row.agency for found in rows for row in found.values() if row.agency}


def _facts(message: Told, found: _Found) -> Facts:
    task = found.tasks.get(message.payload.get("task", ""))
    if task is not None:
        return _of_task(task, found.agencies.get(task.agency or ""))
    plan_task = found.plan_tasks.get(message.payload.get("plan_task", ""))
    case = found.cases.get(message.instance_id or "")
    if plan_task is not None:
        return _of_plan_task(plan_task, case, found.agencies.get(plan_task.agency))
    report = found.reports.get(message.payload.get("report", ""))
    if report is not None:
        return _of_report(report, found.rounds[report.round_id], found.agencies.get(report.agency))
    dossier = found.dossiers.get(message.payload.get("dossier", ""))
    if dossier is not None:
        return _of_dossier(dossier, found.agencies.get(dossier.agency))
    if case is None:
        return Facts("/", message.id)
    return _of_case(case, found.agencies.get(case.agency or ""))


def _of_case(case: ProcessInstance, agency: tuple[str, str] | None) -> Facts:
    """A case that is told of by its subject, and by the day of the reply that is owed or of the event."""
    known = case.variables
    subject, due = known.get("subject") or known.get("title"), known.get("reply_due") or known.get("held_on")
    return Facts(
        path=_path(case.id),
        key=case.id,
        name=(subject, subject) if subject else None,
        agency=agency,
        business_key=case.business_key,
        due_at=deadlines.end_of_day(date.fromisoformat(due)) if due else None,
        due_date=date.fromisoformat(due) if due else None,
        settled=case.ended_at is not None,
    )


def _of_task(task: UserTask, agency: tuple[str, str] | None) -> Facts:
    return Facts(
        path=f"/tasks/{task.id}",
        key=f"task-{task.id}",
        name=(task.name, task.name_en or task.name),
        agency=agency,
        business_key=task.business_key,
        due_at=task.due_at,
        settled=task.state != "open",
        holder=task.assignee_id,
    )


def _of_plan_task(task: PlanTask, case: ProcessInstance | None, agency: tuple[str, str] | None) -> Facts:
    return Facts(
        path=_path(task.instance_id) if task.instance_id else "/",
        key=f"plan-task-{task.id}",
        name=(task.title, task.title) if task.title else None,
        agency=agency,
        business_key=case.business_key if case is not None else None,
        due_at=deadlines.end_of_day(task.due_date) if task.due_date else None,
        due_date=task.due_date,
        settled=task.closed_at is not None or task.status in _CALLED_OFF,
        reported=task.status == "reported",
    )


def _of_report(report: Report, found: ReportRound, agency: tuple[str, str] | None) -> Facts:
    return Facts(
        path=_path(report.instance_id) if report.instance_id else "/",
        key=f"report-{report.id}",
        name=(found.title_vi, found.title_en),
        agency=agency,
        due_at=deadlines.end_of_day(report.due_date),
        due_date=report.due_date,
        settled=report.state in _OWED_NO_MORE,
        reported=report.state == "submitted",
    )


def _of_dossier(dossier: Dossier, agency: tuple[str, str] | None) -> Facts:
    return Facts(
        path=_path(dossier.instance_id) if dossier.instance_id else "/",
        key=f"dossier-{dossier.id}",
        name=(dossier.nominee_name, dossier.nominee_name) if dossier.nominee_name else None,
        agency=agency,
        reason=dossier.reason or "",
    )


def _path(instance_id: str) -> str:
    return f"/process-instances/{instance_id}"


def _rows(tx: Transaction, kind: type[R], ids: Iterable[str | None]) -> dict[str, R]:
    wanted = {found for found in ids if found}
    if not wanted:
        return {}
    column = kind.__table__.c.id
    return {row.id: row for row in tx.session.scalars(select(kind).where(column.in_(wanted)))}  # type: ignore[attr-defined]


def _agencies(tx: Transaction, codes: set[str]) -> Sequence[Agency]:
    return tx.session.scalars(select(Agency).where(Agency.code.in_(codes))).all() if codes else ()
