"""What the service tasks of budget_proposal and budget_appraisal do: items, opinions on them, and what is allocated.

Rule: nothing is submitted that the balance of the year does not bear; an item of a cancelled task has no money.
Source: requirements 2(d); plan 179/KH-UBND, IV and V.6; State Budget Law 89/2025/QH15.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands import documents, exchange
from engine.commands.case import Case
from engine.commands.correlation import canonical
from engine.errors import ConflictError, NotFoundError
from engine.handlers import budget_documents
from engine.handlers.content import day_of, invalid, require_obligation
from engine.models.budget import BudgetLine, BudgetProposal
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.message_statements import INSERT_THROWN
from engine.models.plan import PlanTask
from engine.queries import budgets as queries
from engine.queries import plans as plan_queries
from engine.runtime import Transaction

__all__ = [
    "allocate_budget",
    "close_budget",
    "open_budget",
    "record_appraisal",
    "record_commune_budget",
    "refuse_budget",
    "release_budget",
    "return_budget",
    "submit_budget",
    "submit_to_city",
    "withdraw_budget",
]

#: Month and day on which the estimate of the next year closes: a house value, to be confirmed with the customer.
ESTIMATE_CLOSES = (12, 10)
RELEASED = "budget-released"
_YEARS_AHEAD = 5
_COMMUNE_LEVEL = ("ward", "commune")


def open_budget(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a proposal for the case."""
    obligation = require_obligation(tx, case.variables.get("obligation"))
    if case.agency is None:
        raise invalid("agency", "required", "Phải chọn đơn vị đề xuất.", "The proposing agency is required.")
    found = BudgetProposal(
        id=new_id(),
        obligation_id=obligation.id if obligation else None,
        agency=case.agency,
        state="draft",
        round=1,
        supplementary=False,
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(found)
    case.record(Happening("budget-opened", case.element_id, data=_data(found)))
    title = case.variables.get("title") or (obligation.title_vi if obligation else None)
    return {"budget_proposal": found.id, "round": 1} | ({"title": title} if title else {})


def submit_budget(tx: Transaction, case: Case) -> dict[str, Any]:
    """The officer hears at once of all that is wrong; else the items are kept as drafted."""
    found, known = _proposal(tx, case), case.variables
    found.title, found.source, found.year = known["title"], known["budget_source"], int(known["budget_year"])
    found.justification, found.round = known.get("justification"), int(known["round"])
    today = deadlines.local_date(tx.now)
    if not today.year <= found.year <= today.year + _YEARS_AHEAD:
        message_vi = "Năm ngân sách đã qua hoặc quá xa."
        raise invalid("budget_year", "range", message_vi, "That budget year is over, or too far ahead.")
    _require_source(tx, found)
    lines = _lines(tx, case, found)
    tx.session.execute(delete(BudgetLine).where(BudgetLine.proposal_id == found.id))
    tx.session.add_all(lines)
    found.requested, found.recommended = sum(line.amount for line in lines), None
    found.supplementary = found.source == "city" and today > date(found.year - 1, *ESTIMATE_CLOSES)
    _turn(found, "submitted")
    data = _data(found, requested=found.requested, year=found.year, source=found.source)
    case.record(Happening("budget-submitted", case.element_id, data=data | {"supplementary": found.supplementary}))
    return {
        "items": [line.item for line in lines],
        "line_opinions": [],
        "supplementary": found.supplementary,
        "year_end": date(found.year, 12, 31).isoformat(),
    }


def return_budget(tx: Transaction, case: Case) -> None:
    """The proposal goes back to the unit."""
    found = _proposal(tx, case)
    _turn(found, "returned")
    reason = case.variables.get("comment")
    case.record(Happening("budget-returned", case.element_id, data=_data(found, reason=reason)))


def withdraw_budget(tx: Transaction, case: Case) -> None:
    """The unit does not propose, or not any more."""
    _close(tx, case, "withdrawn")


def record_commune_budget(tx: Transaction, case: Case) -> None:
    """The commune has decided on its own budget; its decision is on record here, and not judged."""
    found, known = _proposal(tx, case), case.variables
    day = day_of(known["decided_on"])
    if day is None or day > deadlines.local_date(tx.now):
        raise invalid("decided_on", "future", "Ngày quyết định không được ở tương lai.", "It may not be in the future.")
    found.decision_number, found.decided_on, found.allocated = known["decision_number"], day, int(known["amount"])
    _close(tx, case, "commune_decided")


def record_appraisal(tx: Transaction, case: Case) -> None:
    """Keep Finance's opinion on each item; what is submitted must be within the balance of the year."""
    found, known = _proposal(tx, case), case.variables
    said = {str(entry["item"]): entry for entry in known.get("line_opinions") or []}
    lines = queries.lines_of(tx, found.id)
    for line in lines:
        entry = said.get(line.item, {})
        line.opinion, line.reason = entry.get("decision"), entry.get("comment")
        line.recommended = _recommended(line, entry)
    found.recommended = sum(line.recommended or 0 for line in lines)
    is_submitted = known["decision"] == "submit"
    free = _free(tx, found, known)
    if is_submitted and found.recommended > free:
        message_vi = f"Vượt khả năng cân đối: còn {free} đồng sau các đề xuất đã và đang trình."
        raise invalid("budget_balance", "exceeded", message_vi, f"It exceeds the balance: {free} VND are left.")
    _turn(found, "appraised" if is_submitted else "counter_proposed")
    data = _data(found, recommended=found.recommended, balance=known["budget_balance"], state=found.state)
    case.record(Happening("budget-appraised", case.element_id, data=data))


def submit_to_city(tx: Transaction, case: Case) -> None:
    """The director of Finance signs the submission under a number.

    Raises ConflictError when other proposals have used the balance up in the meantime.
    """
    found = _proposal(tx, case)
    if (found.recommended or 0) > _free(tx, found, case.variables):
        raise ConflictError(
            "Khả năng cân đối không còn đủ; cần thẩm định lại.", "The balance does not suffice any more."
        )
    letter = documents.issue(tx, budget_documents.submission(tx, found, queries.lines_of(tx, found.id)), case)
    found.submission_number = letter.symbol
    _turn(found, "submitted_to_city")
    data = _data(found, document=letter.id, symbol=letter.symbol)
    case.record(Happening("budget-submitted-to-city", case.element_id, data=data))


def allocate_budget(tx: Transaction, case: Case) -> dict[str, Any]:
    """The City's leader signs: each item has what Finance recommended, unless its task was cancelled meanwhile."""
    found = _proposal(tx, case)
    lines = queries.lines_of(tx, found.id)
    for line in lines:
        line.allocated = 0 if line.released_at else line.recommended or 0
    found.allocated = sum(line.allocated or 0 for line in lines)
    letter = documents.issue(tx, budget_documents.decision(tx, found, lines), case)
    found.decision_number, found.decided_on = letter.symbol, letter.issued_on
    _turn(found, "allocated")
    told = [{"item": line.item, "plan_task": line.plan_task_id, "allocated": line.allocated} for line in lines]
    data = _data(found, document=letter.id, symbol=letter.symbol, allocated=found.allocated, lines=told)
    case.record(Happening("budget-allocated", case.element_id, data=data))
    return {"released_all": _released_all(tx, case, found, lines)}


def refuse_budget(tx: Transaction, case: Case) -> None:
    """The City's leader does not approve."""
    _close(tx, case, "refused")


def release_budget(tx: Transaction, case: Case) -> dict[str, Any]:
    """A task was cancelled: what was allocated to it is free again."""
    found = _proposal(tx, case)
    lines = queries.lines_of(tx, found.id)
    kept = sum(line.allocated or 0 for line in lines if line.released_at is None)
    freed, found.allocated = (found.allocated or 0) - kept, kept
    found.version += 1
    case.record(Happening("budget-released", case.element_id, data=_data(found, amount=freed, allocated=kept)))
    return {"released_all": _released_all(tx, case, found, lines)}


def close_budget(tx: Transaction, case: Case) -> None:
    """The year is over: what is unspent is on record."""
    found = _proposal(tx, case)
    unspent = int(case.variables["unspent"])
    if unspent > (found.allocated or 0):
        raise invalid("unspent", "exceeded", "Lớn hơn số được phân bổ.", "It is more than was allocated.")
    found.unspent = unspent
    _close(tx, case, "settled")


def abandoned(tx: Transaction, case: Case) -> None:
    """The case was ended by hand."""
    found = tx.session.get(BudgetProposal, case.variables["budget_proposal"])
    if found is not None and found.instance_id == case.id and found.closed_at is None:
        _close(tx, case, "cancelled")


def release(tx: Transaction, case: Case) -> None:
    """The plan task of an ended case was cancelled: free its items, and tell the cases that their money is in."""
    task = tx.session.get(PlanTask, case.plan_task_id)
    if task is None or task.status != "cancelled":
        return
    of_task = (BudgetLine.plan_task_id == task.id) & BudgetLine.released_at.is_(None)
    query = select(BudgetLine, BudgetProposal).join(BudgetProposal, BudgetProposal.id == BudgetLine.proposal_id)
    for line, found in tx.session.execute(query.where(of_task, BudgetProposal.closed_at.is_(None))):
        line.released_at = tx.now
        data = {"proposal": found.id, "plan_task": task.id, "item": line.item, "amount": line.allocated}
        case.record(Happening("budget-released", data=data))
        if found.state == "allocated":
            _tell(tx, case, found.id)


def _tell(tx: Transaction, case: Case, proposal_id: str) -> None:
    correlation = canonical({"correlation": proposal_id})
    row = exchange.posted_row(tx, "message", RELEASED, correlation=correlation, from_instance_id=case.id)
    case.write(INSERT_THROWN, row | {"expires_at": tx.now + exchange.TIME_TO_LIVE})
    exchange.deliver_soon(tx, [row["id"]])


def _require_source(tx: Transaction, found: BudgetProposal) -> None:
    if found.source == "commune" and tx.session.get_one(Agency, found.agency).type not in _COMMUNE_LEVEL:
        message_vi = "Chỉ phường, xã dùng ngân sách cấp xã."
        raise invalid("budget_source", "commune", message_vi, "Only wards and communes have a commune budget.")


def _lines(tx: Transaction, case: Case, found: BudgetProposal) -> list[BudgetLine]:
    given, tasks = case.variables.get("lines") or {}, case.variables.get("line_tasks") or {}
    amounts = {item.strip(): value for item, value in given.items()}
    if not all(item and type(amount) is int and amount > 0 for item, amount in amounts.items()):
        message_vi = "Mỗi khoản mục có tên và số tiền là số nguyên dương (đồng)."
        raise invalid("lines", "amount", message_vi, "Each item has a name and a positive whole amount.")
    if set(tasks) - set(given):
        raise invalid("line_tasks", "unknown", "Có mã khoản mục không được đề xuất.", "It names an unknown item.")
    return [
        BudgetLine(
            id=new_id(),
            proposal_id=found.id,
            position=position,
            item=item,
            plan_task_id=_task(tx, tasks.get(item) or case.variables.get("plan_task")),
            amount=amount,
        )
        for position, (item, amount) in enumerate(amounts.items(), start=1)
    ]


def _task(tx: Transaction, plan_task_id: Any) -> str | None:
    if not plan_task_id:
        return None
    try:
        task = plan_queries.plan_task(tx, str(plan_task_id))
    except NotFoundError as error:
        raise invalid("line_tasks", "unknown", "Không có nhiệm vụ này.", "There is no such plan task.") from error
    if task.status == "cancelled":
        raise invalid("line_tasks", "cancelled", "Nhiệm vụ đã bị hủy.", "That plan task is cancelled.")
    return task.id


def _recommended(line: BudgetLine, entry: Mapping[str, Any]) -> int:
    if line.released_at is not None or entry.get("decision") == "not_now":
        return 0
    return line.amount if entry.get("decision") == "full" else min(line.amount, int(entry.get("recommended") or 0))


def _free(tx: Transaction, found: BudgetProposal, known: Mapping[str, Any]) -> int:
    return int(known["budget_balance"]) - queries.taken_up(tx, found)


def _released_all(tx: Transaction, case: Case, found: BudgetProposal, lines: Iterable[BudgetLine]) -> bool:
    if not all(line.released_at for line in lines):
        return False
    _close(tx, case, "released")
    return True


def _close(tx: Transaction, case: Case, state: str) -> None:
    found = _proposal(tx, case)
    found.closed_at = tx.now
    _turn(found, state)
    facts = {"reason": case.variables.get("comment"), "amount": found.allocated, "decision": found.decision_number}
    told = {name: value for name, value in facts.items() if value is not None}
    case.record(Happening("budget-closed", case.element_id, data=_data(found, state=state, **told)))


def _proposal(tx: Transaction, case: Case) -> BudgetProposal:
    return tx.session.get_one(BudgetProposal, case.variables["budget_proposal"], with_for_update=True)


def _turn(found: BudgetProposal, state: str) -> None:
    found.state, found.version = state, found.version + 1


def _data(found: BudgetProposal, **facts: Any) -> dict[str, Any]:
    return {"proposal": found.id, **facts}
