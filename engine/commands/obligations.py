"""What a round of an obligation begins: a plan task with its life, or a case of the obligation's own process.

Rule: reports go by regimes and commendation by campaigns, so neither is opened here; what is asked of a body outside
the City is a case of the City's office, which asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.commands import instances
from engine.commands.instances import Start
from engine.errors import ConflictError, NotFoundError
from engine.handlers.content import new_plan_task
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.plan import Obligation, ObligationRound, PlanTask
from engine.queries.plans import OPEN_STATUSES
from engine.runtime import Transaction

OFFICE = "vpub"
TASK = "task_lifecycle"
#: The processes of what is asked, and the variable in which they have the body.
_ASKED: Mapping[str, str] = {"external_request": "body", "supervision_response": "front"}
_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "commendation": (
        "Nội dung khen thưởng được thực hiện theo đợt khen thưởng, không mở thành nhiệm vụ.",
        "Commendation goes by campaigns; it is not opened as tasks.",
    ),
    "periodic_report": (
        "Nội dung báo cáo định kỳ được thực hiện theo chế độ báo cáo: mở đợt báo cáo của chế độ.",
        "Periodic reports go by reporting regimes: open a round of the regime.",
    ),
}


def require_openable(obligation: Obligation) -> None:
    """Raise ConflictError for an obligation that is carried out elsewhere, and say where."""
    if obligation.process_key in _ELSEWHERE:
        raise ConflictError(*_ELSEWHERE[obligation.process_key])


def require_new(tx: Transaction, obligation: Obligation, given: Mapping[str, Any]) -> None:
    """Raise ConflictError while a round of the same title and due date has something open: it would double it."""
    for opened in _former(tx, obligation, given):
        if _is_open(tx, obligation, opened, given):
            message_vi = f"Đợt giao số {opened.number} có cùng nội dung và thời hạn, nhiệm vụ của đợt đó chưa kết thúc."
            message_en = f"Tasks of round {opened.number}, of the same title and due date, are still open."
            raise ConflictError(message_vi, message_en)


def open_case(
    tx: Transaction, opened: ObligationRound, obligation: Obligation, agency: Agency, given: Mapping[str, Any]
) -> None:
    """Begin what the obligation wants of one of its leads. Raises ConflictError when its process is not deployed."""
    of = _task if obligation.process_key == TASK else _case
    try:
        instances.begin(tx, of(tx, opened, obligation, agency, given))
    except NotFoundError as error:
        raise ConflictError(
            f"Quy trình “{obligation.process_key}” chưa được triển khai.",
            f"The process “{obligation.process_key}” is not deployed.",
        ) from error


def _task(
    tx: Transaction, opened: ObligationRound, obligation: Obligation, agency: Agency, given: Mapping[str, Any]
) -> Start:
    task = new_plan_task(tx, agency.code, obligation.id)
    task.round_id, task.title = opened.id, given.get("title") or obligation.title_vi
    tx.session.add(task)
    tx.session.flush()
    variables = {**_known(obligation, given), "title": task.title}
    return Start(
        TASK,
        business_key=_key(opened, obligation, agency.code),
        agency=agency.code,
        variables=variables,
        prepared={"plan_task": task.id},
    )


def _case(
    tx: Transaction, opened: ObligationRound, obligation: Obligation, agency: Agency, given: Mapping[str, Any]
) -> Start:
    del tx
    asked = _ASKED.get(obligation.process_key)
    return Start(
        obligation.process_key,
        business_key=_key(opened, obligation, agency.code),
        agency=OFFICE if asked else agency.code,
        prepared=_known(obligation, given) | ({asked: agency.code} if asked else {}),
    )


def _known(obligation: Obligation, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a case has from the obligation and from whoever opens the round."""
    tags = {"content_tags": obligation.content_tags, "channel_tags": obligation.channel_tags}
    return {name: value for name, value in {"obligation": obligation.id, **tags, **given}.items() if value}


def _key(opened: ObligationRound, obligation: Obligation, agency: str) -> str:
    return f"{obligation.code}/{opened.number}/{agency}"


def _former(tx: Transaction, obligation: Obligation, given: Mapping[str, Any]) -> list[ObligationRound]:
    """The rounds before, with the same due date."""
    query = select(ObligationRound).where(ObligationRound.obligation_id == obligation.id)
    found = tx.session.scalars(query.order_by(ObligationRound.number))
    return [row for row in found if (row.due_date.isoformat() if row.due_date else None) == given.get("due_date")]


def _is_open(tx: Transaction, obligation: Obligation, opened: ObligationRound, given: Mapping[str, Any]) -> bool:
    title = given.get("title")
    if obligation.process_key == TASK:
        wanted = (PlanTask.title == (title or obligation.title_vi)) & PlanTask.status.in_(OPEN_STATUSES)
        tasks = select(PlanTask.id).where(PlanTask.round_id == opened.id, wanted)
        return tx.session.scalars(tasks.limit(1)).first() is not None
    keys = [_key(opened, obligation, code) for code in opened.agencies]
    running = (ProcessInstance.process_key == obligation.process_key) & ProcessInstance.ended_at.is_(None)
    query = select(ProcessInstance.variables).where(running, ProcessInstance.business_key.in_(keys))
    return any(title in (None, variables.get("title")) for variables in tx.session.scalars(query))
