"""Voting in the council: a secret ballot, or an opinion in writing.

Rule: what a member chooses never enters the case, its tasks or its history; a ballot goes into the box and nowhere
else. See docs/decisions/0016-commendation.md.
"""

from __future__ import annotations

from typing import Any

from engine import commendation_rules as rules
from engine.audit.chain import Happening
from engine.commands import tasks
from engine.commands.case import Case, hold_case
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError
from engine.handlers import ballot_box
from engine.models.commendation import CouncilMeeting, CouncilSeat, Dossier
from engine.models.statements import OPEN_TASKS
from engine.models.task import UserTask
from engine.queries import council
from engine.queries import dossiers as queries
from engine.runtime import Transaction

BALLOT = "ballot"


def cast(tx: Transaction, dossier_id: str, choice: str) -> int:
    """Put the actor's secret ballot into the box; how many have voted by now.

    Raises NotFoundError out of sight, ForbiddenError for whoever is no member or may not vote on this nominee,
    ConflictError when the vote is not open or the actor has voted, InvalidDataError for a choice that is none.
    """
    found, case, meeting = _open_meeting(tx, dossier_id)
    seat = _entitled(tx, found, meeting)
    if meeting.ballot != "secret":
        raise ConflictError("Hồ sơ này lấy ý kiến bằng văn bản.", "Opinions are given in writing here.")
    _require_choice(choice)
    seat.attendance = "present"
    ballot_box.put(tx, meeting.id, seat.person_id, choice)
    case.record(Happening("ballot-cast", data={"dossier": found.id, "meeting": meeting.id}))
    _finish(tx, case, "voted")
    return ballot_box.turnout(tx, meeting.id)


def opine(tx: Transaction, dossier_id: str, choice: str, comment: str | None = None) -> CouncilSeat:
    """Note the actor's opinion in writing, which bears their name: of a member who is absent, or where none is secret.

    Raises as `cast` does.
    """
    found, case, meeting = _open_meeting(tx, dossier_id)
    seat = _entitled(tx, found, meeting)
    _require_choice(choice)
    seat.attendance, seat.opinion, seat.opinion_comment = "written_opinion", choice, comment
    case.record(Happening("council-opinion-given", data={"dossier": found.id, "meeting": meeting.id}))
    _finish(tx, case, "written_opinion")
    return seat


def _open_meeting(tx: Transaction, dossier_id: str) -> tuple[Dossier, Case, CouncilMeeting]:
    found = queries.dossier(tx, dossier_id)
    if not council.sits(tx, found.id, tx.actor.person_id):
        raise ForbiddenError(
            "vote", "Anh/chị không phải là thành viên Hội đồng xét hồ sơ này.", "You do not sit in this council."
        )
    case = hold_case(tx, found.instance_id or "")
    case.require_active()
    meeting = council.latest(tx, found.id)
    if meeting is None or meeting.state != "voting":
        raise ConflictError("Cuộc bỏ phiếu không mở.", "The vote is not open.")
    return found, case, meeting


def _entitled(tx: Transaction, found: Dossier, meeting: CouncilMeeting) -> CouncilSeat:
    """The actor's seat. Nobody votes for another, on a nominee of their own agency, against an interest, or twice."""
    seat = tx.session.get(CouncilSeat, (meeting.id, tx.actor.person_id), with_for_update=True)
    if seat is None or tx.actor.on_behalf_of is not None:
        raise ForbiddenError("vote", "Chỉ thành viên Hội đồng tự mình bỏ phiếu.", "Members vote themselves.")
    if seat.recusal is not None or found.agency in tx.actor.agencies:
        raise ForbiddenError(
            "vote",
            "Anh/chị không được biểu quyết về hồ sơ này vì có lợi ích liên quan.",
            "You may not vote on this dossier: you have an interest in it.",
        )
    if seat.opinion is not None or ballot_box.has_voted(tx, meeting.id, seat.person_id):
        raise ConflictError("Anh/chị đã biểu quyết.", "You have voted already.")
    return seat


def _finish(tx: Transaction, case: Case, decision: str) -> None:
    """Complete the actor's own voting task, which says that they voted and not how."""
    task_id = _own_task(tx, case)
    if task_id is None:
        raise ConflictError("Anh/chị đã trả lời phiếu này.", "Your ballot task has been completed.")
    values: dict[str, Any] = {"decision": decision}
    tasks.complete(tx, task_id, values)


def _own_task(tx: Transaction, case: Case) -> str | None:
    open_tasks = [row["id"] for row in tx.fetch_all(OPEN_TASKS, instance_id=case.id) if row["element_id"] == BALLOT]
    person = f"person:{tx.actor.person_id}"
    for task_id in open_tasks:
        task = tx.session.get(UserTask, task_id)
        if task is not None and (task.assignee_id == tx.actor.person_id or person in task.candidate_groups):
            return str(task_id)
    return None


def _require_choice(choice: str) -> None:
    if choice not in rules.CHOICES:
        message_vi, message_en = "Lựa chọn không hợp lệ.", f"It is none of {', '.join(rules.CHOICES)}."
        raise InvalidDataError([FieldProblem("choice", "unknown", message_vi, message_en)])
