"""Standing in for somebody: lending an office for a time, and ending that early.

Rule: in writing, bounded in time, at the same agency, not passed on, never for the past (Nghị định 30/2020/NĐ-CP,
Điều 13). Duties stay apart: the substitute may not approve what the absent person proposed, nor the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from engine import deadlines
from engine.access import UNBOUND_ROLES, Actor
from engine.commands.journal import record_system
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.models.columns import new_id
from engine.models.directory import Membership, Person
from engine.models.substitution import Substitution
from engine.queries import substitutions as queries
from engine.queries.directory import membership as find_membership
from engine.runtime import Transaction

#: Offices that are a person's own: nobody votes for another, speaks for an outside body or keeps the system for one.
NEVER_LENT = UNBOUND_ROLES | {"council_member", "external_partner"}
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Absence:
    """Whose office is lent to whom: the membership, the substitute, both local days included, and the document."""

    membership: str
    substitute: str
    valid_from: date
    valid_to: date
    document: str


def add(tx: Transaction, absence: Absence) -> Substitution:
    """Lend an office. By whoever holds it themselves, the head of the agency, or an administrator.

    Raises NotFoundError outside the actor's sight, ForbiddenError, InvalidDataError naming the field, ConflictError
    when the office is lent to somebody else on one of these days.
    """
    member = find_membership(tx, absence.membership)
    _require_lender(tx.actor, member)
    _require_sound(tx, member, absence)
    _require_free(tx, absence)
    row = Substitution(
        id=new_id(),
        membership_id=member.id,
        substitute_id=absence.substitute,
        valid_from=absence.valid_from,
        valid_to=absence.valid_to,
        document=absence.document.strip(),
        created_at=tx.now,
        created_by=tx.actor.person_id,
        ended_by=None,
        version=1,
    )
    tx.session.add(row)
    tx.session.flush()
    record_system(tx, "substitution-added", _told(row, member) | {"document": row.document})
    return row


def end(tx: Transaction, substitution_id: str, expected_version: int | None = None) -> Substitution:
    """Let a substitution end with yesterday, so that it holds no more from now on; one to come never begins."""
    found = queries.substitution(tx, substitution_id)
    row = found.row
    _require_lender(tx.actor, found.membership)
    if expected_version is not None and expected_version != row.version:
        raise StaleVersionError(expected_version, row.version)
    yesterday = deadlines.local_date(tx.now) - timedelta(days=1)
    if row.valid_to <= yesterday:
        raise ConflictError("Việc thay thế này đã chấm dứt.", "The substitution has ended already.")
    change = {"old": row.valid_to.isoformat(), "new": yesterday.isoformat()}
    row.valid_to, row.ended_by, row.version = yesterday, tx.actor.person_id, row.version + 1
    record_system(tx, "substitution-ended", _told(row, found.membership) | {"valid_to": change})
    return row


def _told(row: Substitution, member: Membership) -> dict[str, str | None]:
    return {
        "substitution": row.id,
        "absent": member.person_id,
        "substitute": row.substitute_id,
        "role": member.role,
        "agency": member.agency_code,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat(),
    }


def _require_lender(actor: Actor, member: Membership) -> None:
    """An office that is only lent to the actor is not theirs to lend on."""
    lent = {one.grant.agency for one in actor.lent if one.grant.role == "agency_head" and not one.is_own_too}
    heads = {g.agency for g in actor.grants if g.role == "agency_head"} - lent
    if actor.is_system or "sysadmin" in actor.roles or member.person_id == actor.person_id:
        return
    if member.agency_code is None or member.agency_code not in heads:
        raise ForbiddenError(
            "substitute",
            "Chỉ người giữ vai trò, thủ trưởng cơ quan hoặc quản trị viên được giao thay thế.",
            "Only the holder, the head of the agency or an administrator may lend this office.",
        )


def _require_sound(tx: Transaction, member: Membership, absence: Absence) -> None:
    problems = [*_of_office(tx, member, absence), *_of_days(tx, member, absence)]
    if not absence.document.strip():
        problems.append(_problem("document", "required", "Phải có văn bản làm căn cứ.", "Name the document."))
    if problems:
        raise InvalidDataError(problems)


def _of_office(tx: Transaction, member: Membership, absence: Absence) -> list[FieldProblem]:
    if member.role in NEVER_LENT:
        return [_problem("membership", "personal", "Vai trò này không được giao thay thế.", "It cannot be lent.")]
    if absence.substitute == member.person_id:
        return [_problem("substitute", "self", "Không ai thay thế chính mình.", "Nobody stands in for themselves.")]
    person = tx.session.get(Person, absence.substitute)
    if person is None or person.disabled or not _serves(tx, absence.substitute, member.agency_code, absence):
        return [
            _problem(
                "substitute",
                "colleague",
                "Người thay thế phải là người của cùng cơ quan trong thời gian đó.",
                "The substitute must serve at the same agency all that time.",
            )
        ]
    return []


def _serves(tx: Transaction, person_id: str, agency: str | None, absence: Absence) -> bool:
    query = select(Membership).where(Membership.person_id == person_id, Membership.agency_code == agency)
    return any(_covers(held, absence) for held in tx.session.scalars(query))


def _covers(held: Membership, absence: Absence) -> bool:
    begins = held.valid_from is None or held.valid_from <= absence.valid_from
    return begins and (held.valid_to is None or absence.valid_to <= held.valid_to)


def _of_days(tx: Transaction, member: Membership, absence: Absence) -> list[FieldProblem]:
    today = deadlines.local_date(tx.now)
    if absence.valid_from < today:
        return [_problem("valid_from", "past", "Không giao thay thế cho ngày đã qua.", "It may not begin in the past.")]
    if absence.valid_to < absence.valid_from:
        return [_problem("valid_to", "order", "Ngày kết thúc trước ngày bắt đầu.", "It ends before it begins.")]
    if absence.valid_to - absence.valid_from > LONGEST:
        return [_problem("valid_to", "bounded", "Thời gian thay thế tối đa một năm.", "At most one year.")]
    if not _covers(member, absence):
        message_vi = "Vai trò không có hiệu lực trong suốt thời gian đó."
        return [_problem("valid_to", "membership", message_vi, "The role is not held all that time.")]
    return []


def _require_free(tx: Transaction, absence: Absence) -> None:
    tx.session.scalars(select(Membership).where(Membership.id == absence.membership).with_for_update()).first()
    query = select(Substitution.id).where(
        Substitution.membership_id == absence.membership,
        Substitution.valid_from <= absence.valid_to,
        Substitution.valid_to >= absence.valid_from,
    )
    if tx.session.scalars(query).first() is not None:
        raise ConflictError(
            "Vai trò này đã có người thay thế trong thời gian đó.", "The office is lent already on one of these days."
        )


def _problem(field: str, rule: str, message_vi: str, message_en: str) -> FieldProblem:
    return FieldProblem(field, rule, message_vi, message_en)
