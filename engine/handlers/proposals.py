"""What a proposal must be before anybody is asked to decide it.

Rule: whatever cannot be meant is refused to the officer who proposes, all at once and by the name of its field, be it
written now or kept from before; later steps find it in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine import deadlines
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError
from engine.handlers.content import change, day_of, take_content
from engine.models.plan import Obligation, PlanTag, PlanTask
from engine.runtime import Transaction

__all__ = ["submit_proposal"]

_TAGS = {"content_tags": "content", "channel_tags": "channel"}


def submit_proposal(tx: Transaction, case: Case) -> dict[str, Any]:
    """The officer has proposed: the content is in the plan task from now on, for those who decide.

    Raises InvalidDataError with every field that cannot be meant.
    """
    problems = [*_dates(tx, case), *_plan_references(tx, case)]
    if problems:
        raise InvalidDataError(problems)
    task = tx.session.get_one(PlanTask, case.plan_task_id)
    taken = take_content(tx, case, task)
    change(case, task, status="proposed")
    return taken


def _dates(tx: Transaction, case: Case) -> Iterator[FieldProblem]:
    start, due = day_of(case.variables.get("start_date")), day_of(case.variables.get("due_date"))
    if due is None:
        return
    if due < deadlines.local_date(tx.now):
        message_vi = "Thời hạn không được ở quá khứ."
        yield FieldProblem("due_date", "past", message_vi, "The due date may not be in the past.")
    if start is not None and start > due:
        message_vi = "Ngày bắt đầu không được sau thời hạn hoàn thành."
        yield FieldProblem("start_date", "order", message_vi, "The start date may not be after the due date.")


def _plan_references(tx: Transaction, case: Case) -> Iterator[FieldProblem]:
    named = case.variables.get("obligation")
    obligation = tx.session.get(Obligation, named) if named else None
    if named and obligation is None:
        yield FieldProblem("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")
    given = {field: case.variables.get(field) or [] for field in _TAGS}
    if not any(given.values()):
        return
    known = _tags(tx, obligation)
    for field, codes in given.items():
        unknown = [code for code in codes if (_TAGS[field], code) not in known]
        if unknown:
            listed = ", ".join(unknown)
            message_vi = f"Kế hoạch không có mã: {listed}."
            yield FieldProblem(field, "unknown", message_vi, f"The plan has no such code: {listed}.")


def _tags(tx: Transaction, obligation: Obligation | None) -> set[tuple[str, str]]:
    """The tags, as (kind, code), of the plan that the obligation is of; of every plan where it is of none."""
    query = select(PlanTag.kind, PlanTag.code)
    if obligation is not None:
        query = query.where(PlanTag.plan_id == obligation.plan_id)
    return {(kind, code) for kind, code in tx.session.execute(query)}
