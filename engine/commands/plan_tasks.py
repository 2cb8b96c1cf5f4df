"""What is asked of a plan task itself, whichever step its case is at."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from engine.commands import tasks
from engine.commands.case import lock_case
from engine.errors import ConflictError, FieldProblem, InvalidDataError, NotFoundError
from engine.models.plan import PlanTask, PlanTaskExtension
from engine.models.statements import OPEN_TASKS
from engine.runtime import Transaction

EXECUTE = "execute"


def request_extension(tx: Transaction, plan_task_id: str, new_due_date: date, reason: str) -> PlanTaskExtension:
    """Ask for a later due date while the task is being executed: completes its step `execute` with that request.

    Raises ConflictError when it is not being executed, InvalidDataError for a date that is not later, a missing
    reason, or a due date that has passed.
    """
    task = tx.session.get(PlanTask, plan_task_id)
    if task is None or task.instance_id is None:
        raise NotFoundError("plan-task", plan_task_id)
    try:
        case = lock_case(tx, task.instance_id)
    except NotFoundError as error:
        raise NotFoundError("plan-task", plan_task_id) from error
    if not reason.strip():
        raise InvalidDataError([FieldProblem("reason", "required", "Phải nêu lý do.", "A reason is required.")])
    open_tasks = {row["element_id"]: row["id"] for row in tx.fetch_all(OPEN_TASKS, instance_id=case.id)}
    if EXECUTE not in open_tasks:
        raise ConflictError(
            "Nhiệm vụ không ở bước thực hiện nên không thể đề nghị gia hạn.",
            "The task is not being executed, so no extension can be asked for.",
        )
    values = {"decision": "request_extension", "new_due_date": new_due_date.isoformat(), "comment": reason}
    tasks.complete(tx, open_tasks[EXECUTE], values)
    query = select(PlanTaskExtension).where(PlanTaskExtension.plan_task_id == task.id)
    return tx.session.scalars(query.order_by(PlanTaskExtension.requested_at.desc())).first() or _lost(plan_task_id)


def _lost(plan_task_id: str) -> PlanTaskExtension:
    raise ConflictError("Đề nghị không được ghi nhận.", f"The diagram did not record the request for {plan_task_id}.")
