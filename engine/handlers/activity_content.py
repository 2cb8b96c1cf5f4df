"""What the handlers of publications and activities share: whose case it is, what it names, its row.

Rule: what cannot be meant is refused to whoever fills in the form, by the name of its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError
from engine.handlers.content import day_of, invalid, require_obligation
from engine.models.activity import Activity
from engine.models.budget import BudgetProposal
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.plan import PlanTag, PlanTask
from engine.runtime import Transaction

_TAGS = {"content_tags": "content", "channel_tags": "channel"}


def agency_of(tx: Transaction, case: Case) -> Agency:
    """The agency whose case it is. Raises InvalidDataError when none is named."""
    if case.agency is None:
        raise invalid("agency", "required", "Phải chọn cơ quan chủ trì.", "The lead agency is required.")
    return tx.session.get_one(Agency, case.agency)


def open_activity(tx: Transaction, case: Case, kind: str) -> Activity:
    """A new activity of that kind for the case."""
    agency = agency_of(tx, case)
    obligation = require_obligation(tx, case.variables.get("obligation"))
    found = Activity(
        id=new_id(),
        kind=kind,
        obligation_id=obligation.id if obligation else None,
        agency=agency.code,
        title=case.variables.get("title") or (obligation.title_vi if obligation else None),
        state="draft",
        round=1,
        details={},
        results={},
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(found)
    return found


def activity_of(tx: Transaction, case: Case) -> Activity:
    """The activity of the case."""
    return tx.session.get_one(Activity, case.variables["activity"])


def turn(found: Any, state: str) -> None:
    """Put a row into a state."""
    found.state, found.version = state, found.version + 1


def submit_activity(tx: Transaction, case: Case, day: str, names: Iterable[str]) -> Activity:
    """Take what the officer drafted: `day` is the field of the activity's last day, `names` those that are details.

    Raises InvalidDataError with every field that cannot be meant.
    """
    found, known = activity_of(tx, case), case.variables
    task_id = known.get("plan_task") or None
    problems = [
        *unknown_tags(tx, known),
        *_past(tx, day, day_of(known[day])),
        *_strange_task(tx, case, task_id),
        *_strange_money(tx, known),
    ]
    if problems:
        raise InvalidDataError(problems)
    found.title, found.ends_on, found.plan_task_id = known["title"], day_of(known[day]), task_id
    found.details = {name: known[name] for name in names if known.get(name) is not None}
    found.round = int(known["round"])
    turn(found, "submitted")
    case.record(Happening("activity-submitted", case.element_id, data=facts(found, round=found.round)))
    return found


def settle(found: Activity, **results: Any) -> None:
    """Add to the results of an activity."""
    found.results = {**found.results, **results}
    found.version += 1


def facts(found: Activity, **more: Any) -> dict[str, Any]:
    """What the history tells of an activity."""
    return {"activity": found.id, "kind": found.kind, **more}


def unknown_tags(tx: Transaction, known: dict[str, Any]) -> Iterator[FieldProblem]:
    """The tags that no plan has."""
    given = {field: known.get(field) or [] for field in _TAGS}
    if not any(given.values()):
        return
    there = {(kind, code) for kind, code in tx.session.execute(select(PlanTag.kind, PlanTag.code))}
    for field, codes in given.items():
        unknown = ", ".join(code for code in codes if (_TAGS[field], code) not in there)
        if unknown:
            message_vi = f"Kế hoạch không có mã: {unknown}."
            yield FieldProblem(field, "unknown", message_vi, f"The plan has no such code: {unknown}.")


def _past(tx: Transaction, field: str, day: date | None) -> Iterator[FieldProblem]:
    if day is not None and day < deadlines.local_date(tx.now):
        yield FieldProblem(field, "past", "Ngày không được ở quá khứ.", "The day may not be in the past.")


def _strange_money(tx: Transaction, known: dict[str, Any]) -> Iterator[FieldProblem]:
    named = known.get("funding_proposal")
    if named and tx.session.get(BudgetProposal, named) is None:
        message_vi = "Không có đề xuất kinh phí này."
        yield FieldProblem("funding_proposal", "unknown", message_vi, "There is no such proposal of funding.")


def _strange_task(tx: Transaction, case: Case, task_id: str | None) -> Iterator[FieldProblem]:
    task = tx.session.get(PlanTask, task_id) if task_id else None
    if task_id and (task is None or task.agency != case.agency):
        message_vi = "Cơ quan không có nhiệm vụ này."
        yield FieldProblem("plan_task", "unknown", message_vi, "The agency has no such plan task.")
