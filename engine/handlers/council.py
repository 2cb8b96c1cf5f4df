"""The council on a dossier: who sits in it, who may not vote, and what its vote comes to.

Rule: a secret ballot never passes through the case; here it is counted, once, after the closing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from engine import commendation_rules as rules
from engine import deadlines
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import ConflictError
from engine.handlers import ballot_box
from engine.handlers.dossier_content import dossier_of, turned
from engine.models.columns import new_id
from engine.models.commendation import CouncilMeeting, CouncilSeat, Dossier
from engine.models.directory import Membership
from engine.queries import council as queries
from engine.runtime import Transaction

COUNCIL = "hd-tdkt"


def convened(tx: Transaction, case: Case) -> dict[str, Any]:
    """Call the council together under the dossier's rules; whoever belongs to the proposing agency may not vote."""
    found = dossier_of(tx, case)
    known = found.rules or case.variables.get("rules") or {}
    people = _members(tx)
    if not people:
        raise ConflictError("Hội đồng chưa có thành viên.", "The council has no members.")
    meeting = _meeting(tx, found, known, len(people))
    tx.session.add(meeting)
    tx.session.flush()
    barred = _of_agency(tx, found) | {found.created_by, found.submitted_by}
    seats = [_seat(meeting, person, "own_agency" if person in barred else None) for person in people]
    tx.session.add_all(seats)
    turned(case, found, "council")
    data = {"dossier": found.id, "meeting": meeting.id, "seats": len(people)}
    case.record(Happening("council-convened", case.element_id, data=data))
    members = [seat.person_id for seat in seats if seat.recusal is None]
    return {"meeting": meeting.id, "members": members, "declarations": [], "comment": None}


def ballots_counted(tx: Transaction, case: Case) -> dict[str, Any]:
    """Close the vote and count it, secret ballots and written opinions together."""
    meeting = _of_case(tx, case)
    if meeting.state != "voting":
        raise ConflictError("Cuộc bỏ phiếu không mở.", "The vote is not open.")
    seats = queries.seats(tx, meeting.id)
    _seat_members(tx, meeting, seats, case.variables.get("declarations") or [])
    choices = ballot_box.opened(tx, meeting.id) + [seat.opinion for seat in seats if seat.opinion]
    count = rules.counted(len(seats), sum(seat.recusal is not None for seat in seats), choices)
    _close(tx, meeting, count)
    meeting.minutes = case.variables.get("council_minutes")
    tally = {"in_favour": count.in_favour, "against": count.against, "blank": count.blank}
    data = {"meeting": meeting.id, "result": meeting.result, "seats": count.seats, "recused": count.recused, **tally}
    case.record(Happening("council-ballots-counted", case.element_id, data=data))
    outcome = {"quorum_met": meeting.quorum_met, "threshold_met": meeting.threshold_met, "result": meeting.result}
    return outcome | {"tally": tally}


def _close(tx: Transaction, meeting: CouncilMeeting, count: rules.Count) -> None:
    meeting.state, meeting.closed_at = "closed", tx.now
    meeting.recused, meeting.taken_part = count.recused, count.taken_part
    meeting.in_favour, meeting.against, meeting.blank = count.in_favour, count.against, count.blank
    meeting.quorum_met = count.reaches_quorum(meeting.quorum_percent)
    meeting.threshold_met = meeting.quorum_met and count.reaches_threshold(meeting.threshold_percent)
    meeting.result = count.result(meeting.quorum_percent, meeting.threshold_percent)
    meeting.version += 1


def _meeting(tx: Transaction, found: Dossier, known: Mapping[str, Any], seats: int) -> CouncilMeeting:
    return CouncilMeeting(
        id=new_id(),
        dossier_id=found.id,
        number=len(queries.meetings(tx, found.id)) + 1,
        ballot="written" if known.get("ballot") == "written" else "secret",
        quorum_percent=int(known.get("quorum_percent") or 100),
        threshold_percent=int(known.get("threshold_percent") or 100),
        state="voting",
        seats=seats,
        convened_at=tx.now,
        version=1,
    )


def _seat(meeting: CouncilMeeting, person_id: str, recusal: str | None) -> CouncilSeat:
    return CouncilSeat(meeting_id=meeting.id, person_id=person_id, recusal=recusal)


def _seat_members(
    tx: Transaction, meeting: CouncilMeeting, seats: Sequence[CouncilSeat], entries: Sequence[Mapping[str, Any]]
) -> None:
    """Note who declared an interest, and that whoever neither voted nor wrote was absent: silence is no consent."""
    interested = {e.get("by"): e.get("comment") for e in entries if e.get("decision") == "declare_conflict"}
    for seat in seats:
        has_answered = seat.opinion is not None or ballot_box.has_voted(tx, meeting.id, seat.person_id)
        if seat.person_id in interested and not has_answered and seat.recusal is None:
            seat.recusal, seat.recusal_reason, seat.declared_at = "declared", interested[seat.person_id], tx.now
        if not has_answered:
            seat.attendance = "absent" if seat.recusal is None else None


def _of_case(tx: Transaction, case: Case) -> CouncilMeeting:
    found = tx.session.get(CouncilMeeting, case.variables.get("meeting") or "")
    if found is None:
        raise ConflictError("Hội đồng chưa được triệu tập.", "The council has not been convened.")
    return found


def _members(tx: Transaction) -> list[str]:
    held = (Membership.role == "council_member") & (Membership.agency_code == COUNCIL)
    return sorted(set(tx.session.scalars(_in_force(tx).where(held))))


def _of_agency(tx: Transaction, found: Dossier) -> set[str | None]:
    return set(tx.session.scalars(_in_force(tx).where(Membership.agency_code == found.agency)))


def _in_force(tx: Transaction) -> Any:
    today = deadlines.local_date(tx.now)
    return select(Membership.person_id).where(
        or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
        or_(Membership.valid_to.is_(None), Membership.valid_to >= today),
    )
