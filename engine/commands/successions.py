"""Handing open cases over from agencies that are no more to those that follow them, and naming who follows in a case.

Rule: each case is a transaction of its own; what was done keeps the agency that did it, and no step is changed. Whoever
owes a report is followed by a message, for which its diagram waits (engine/commands/reports.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from engine import access, deadlines, signals
from engine.access import SYSTEM
from engine.audit.chain import Happening
from engine.commands.case import Case, hold_case
from engine.errors import EngineError, FieldProblem, InvalidDataError, NotFoundError
from engine.handlers import escalations
from engine.handlers.content import change
from engine.handlers.succession import successor_in_force
from engine.models.activity import Activity
from engine.models.budget import BudgetProposal
from engine.models.commendation import Dossier
from engine.models.directory import Agency, Membership
from engine.models.instance import ProcessInstance
from engine.models.obstacle import Obstacle
from engine.models.plan import PlanTask
from engine.models.publication import Publication
from engine.models.succession import CaseSuccessor
from engine.models.task import TaskCandidate, UserTask
from engine.queries.agency_names import Names
from engine.queries.directory import require_administrator
from engine.runtime import Engine, Transaction

# Whose reporting agency is followed by its own diagram, which begins the report there.
_BY_MESSAGE = "periodic_report"
# The variables that name agencies, one or several.
_ONE, _SEVERAL = ("agency", "aggregator"), ("coordinators", "addressees", "invitees", "jury")
# What a case is about, besides a plan task.
_Content = Dossier | BudgetProposal | Obstacle | Publication | Activity
_CONTENT: tuple[type[_Content], ...] = (Dossier, BudgetProposal, Obstacle, Publication, Activity)

log = structlog.get_logger("engine.successions")


def name_successor(tx: Transaction, instance_id: str, agency: str, successor: str, document: str) -> CaseSuccessor:
    """Say which agency takes a case over when the agency that has it now is split; again: says otherwise.

    Raises ForbiddenError unless the actor is a system administrator, NotFoundError for no such running case,
    InvalidDataError for an agency that is none, or the same one, or no document.
    """
    require_administrator(tx.actor)
    case = hold_case(tx, instance_id)
    if case.ended_at is not None:
        raise NotFoundError("process-instance", instance_id)
    _require_sound(tx, agency, successor, document)
    row = tx.session.get(CaseSuccessor, (case.id, agency))
    if row is None:
        row = CaseSuccessor(instance_id=case.id, agency=agency)
        tx.session.add(row)
    row.successor, row.document = successor, document.strip()
    row.named_at, row.named_by = tx.now, tx.actor.person_id
    case.record(Happening("successor-named", data={"agency": agency, "successor": successor, "document": document}))
    return row


def hand_over(tx: Transaction, instance_id: str) -> bool:
    """Hand a case over to whoever follows the agencies in it that are no more; False when there is nothing to do."""
    case = hold_case(tx, instance_id)
    if case.ended_at is not None:
        return False
    tasks = tx.session.scalars(_open_tasks(case.id)).all()
    moves = _moves(tx, case, tasks)
    if not moves:
        return False
    for old, new in moves.items():
        case.record(Happening("case-transferred", data=_told(tx, case, old, new)))
    _move_case(tx, case, moves)
    for task in tasks:
        _move_task(tx, case, task, moves)
    signals.case_transferred.send(tx, case=case, moves=moves)
    return True


def waiting(tx: Transaction, limit: int) -> list[str]:
    """Up to `limit` running cases in which an agency that is no more and has a successor still has something to do."""
    gone = _gone(tx)
    if not gone:
        return []
    followed = [code for code in gone if successor_in_force(tx, code) is not None]
    chosen = ProcessInstance.id.in_(select(CaseSuccessor.instance_id).where(CaseSuccessor.agency.in_(gone)))
    concerned = _concerned(followed) | (chosen & _concerned(gone))
    running = select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None), concerned)
    return list(tx.session.scalars(running.order_by(ProcessInstance.id).limit(limit)))


def hand_over_due(engine: Engine, limit: int = 100) -> int:
    """Hand over what agencies left behind, each case in a transaction of its own; returns how many were handed over."""
    return sum(_hand_over_one(engine, case_id) for case_id in engine.read(SYSTEM, waiting, limit))


def _hand_over_one(engine: Engine, instance_id: str) -> bool:
    try:
        return engine.run(SYSTEM, hand_over, instance_id)
    except EngineError as error:
        log.error("case-not-handed-over", instance_id=instance_id, code=error.code)
        return False


def _gone(tx: Transaction) -> list[str]:
    """The agencies that are no more and that others follow, in general or in some cases."""
    split = Agency.code.in_(select(CaseSuccessor.agency))
    over = (Agency.valid_to < deadlines.local_date(tx.now)) & (Agency.successor_code.is_not(None) | split)
    return list(tx.session.scalars(select(Agency.code).where(over).order_by(Agency.code)))


def _concerned(codes: Sequence[str]) -> ColumnElement[bool]:
    """The cases that are of one of these agencies, or in which a task waits for one; of reports, for one of the City's
    offices.
    """
    is_report = ProcessInstance.process_key == _BY_MESSAGE
    anything = ProcessInstance.agency.in_(codes) | _waits_for(codes, access.ROLES)
    return or_(~is_report & anything, is_report & _waits_for(codes, access.ROLES - access.AGENCY_ROLES))


def _waits_for(codes: Sequence[str], roles: frozenset[str]) -> ColumnElement[bool]:
    """The cases in which a task is offered to one of these roles at one of these agencies."""
    groups = [f"{role}@{code}" for role in sorted(roles) for code in codes]
    offered = select(UserTask.instance_id).where(UserTask.state == "open")
    further = offered.join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
    return or_(
        ProcessInstance.id.in_(offered.where(UserTask.candidate_group.in_(groups))),
        ProcessInstance.id.in_(further.where(TaskCandidate.candidate_group.in_(groups))),
    )


def _open_tasks(instance_id: str) -> Any:
    return select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open").order_by(UserTask.id)


def _moves(tx: Transaction, case: Case, tasks: Sequence[UserTask]) -> dict[str, str]:
    """Who follows whom in this case: of the agencies that it is of, that it names, or that its open tasks wait for."""
    concerned: set[str | None] = {case.agency}.union(*_named(case.variables).values())
    concerned |= {group.partition("@")[2] for task in tasks for group in task.candidate_groups}
    if case.process_key == _BY_MESSAGE:
        concerned.discard(case.agency)
    followed = {code: _follower(tx, case, code) for code in _gone(tx) if code in concerned}
    return {old: new for old, new in followed.items() if new is not None}


def _named(known: Mapping[str, Any]) -> dict[str, list[str]]:
    """The agencies that each variable names; one that was given anything else names none."""
    one = {name: [known[name]] for name in _ONE if isinstance(known.get(name), str)}
    lists = {name: known[name] for name in _SEVERAL if isinstance(known.get(name), list)}
    return one | {name: codes for name, codes in lists.items() if all(isinstance(code, str) for code in codes)}


def _follower(tx: Transaction, case: Case, code: str) -> str | None:
    """Who follows an agency in this case: whoever was named for it, or follows that one; else who does in general."""
    named = tx.session.get(CaseSuccessor, (case.id, code))
    if named is None:
        return successor_in_force(tx, code)
    chosen = tx.session.get_one(Agency, named.successor)
    return chosen.code if chosen.in_force(deadlines.local_date(tx.now)) else successor_in_force(tx, chosen.code)


def _move_case(tx: Transaction, case: Case, moves: Mapping[str, str]) -> None:
    """The case itself, the variables that later steps read, and the plan task or other row that it is about."""
    named = _named(case.variables)
    moved = {name: list(dict.fromkeys(moves.get(code, code) for code in codes)) for name, codes in named.items()}
    changed = {name: codes for name, codes in moved.items() if codes != named[name]}
    case.variables |= {name: codes if name in _SEVERAL else codes[0] for name, codes in changed.items()}
    old, new = case.agency, moves.get(case.agency or "")
    if new is None:
        return
    case.agency = new
    case.admit([f"agency:{new}"])
    task = tx.session.get(PlanTask, case.plan_task_id) if case.plan_task_id else None
    if task is not None and task.agency == old:
        change(case, task, agency=new)
        escalations.settle(tx, case, "transferred")
    for table in _CONTENT:
        of_old = (table.instance_id == case.id) & (table.agency == old)
        tx.session.execute(update(table).where(of_old).values(agency=new))


def _move_task(tx: Transaction, case: Case, task: UserTask, moves: Mapping[str, str]) -> None:
    """Offer an open task to the same roles at the successor; whoever holds it keeps it if they went there, too."""
    groups = list(dict.fromkeys(_moved(group, moves) for group in task.candidate_groups))
    agency = moves.get(task.agency or "", task.agency)
    if groups == task.candidate_groups and agency == task.agency:
        return
    if groups != task.candidate_groups and not _went_along(tx, task, groups):
        task.assignee_id = task.owner_id = None
    for row in tx.session.scalars(select(TaskCandidate).where(TaskCandidate.task_id == task.id)).all():
        tx.session.delete(row)
    tx.session.flush()
    task.agency, task.candidate_groups, task.candidate_group = agency, groups, groups[0] if groups else None
    task.version += 1
    further = groups[1:]
    tx.session.add_all([TaskCandidate(task_id=task.id, candidate_group=g, created_at=task.created_at) for g in further])
    case.admit(groups)


def _went_along(tx: Transaction, task: UserTask, groups: Sequence[str]) -> bool:
    """Whether the holder of a task has one of these roles today."""
    if task.assignee_id is None:
        return True
    today = deadlines.local_date(tx.now)
    held = tx.session.scalars(select(Membership).where(Membership.person_id == task.assignee_id))
    runs = [m for m in held if (m.valid_from or today) <= today <= (m.valid_to or today)]
    return any(f"{one.role}@{one.agency_code}" in groups for one in runs)


def _moved(group: str, moves: Mapping[str, str]) -> str:
    role, at, code = group.partition("@")
    return f"{role}{at}{moves.get(code, code)}"


def _told(tx: Transaction, case: Case, old: str, new: str) -> dict[str, Any]:
    """The two agencies, with the names that they have in the history: that of its last day, that of today."""
    names, today = Names(tx, {old, new}), deadlines.local_date(tx.now)
    ended = tx.session.get_one(Agency, old).valid_to or today
    called = {code: names.on(code, day) for code, day in ((old, ended), (new, today))}
    told = {code: vars(name) for code, name in called.items() if name is not None}
    row = tx.session.get(CaseSuccessor, (case.id, old))
    by = {"document": row.document} if row is not None else {}
    return {"agency": {"old": old, "new": new}, "names": told} | by


def _require_sound(tx: Transaction, agency: str, successor: str, document: str) -> None:
    problems = [
        FieldProblem(field, "unknown", "Không có cơ quan này.", "There is no such agency.")
        for field, code in (("agency", agency), ("successor", successor))
        if tx.session.get(Agency, code) is None
    ]
    if agency == successor:
        message_vi = "Cơ quan kế thừa phải là cơ quan khác."
        problems.append(FieldProblem("successor", "self", message_vi, "It must be another agency."))
    if not document.strip():
        problems.append(FieldProblem("document", "required", "Phải nêu văn bản.", "A document is required."))
    if problems:
        raise InvalidDataError(problems)
