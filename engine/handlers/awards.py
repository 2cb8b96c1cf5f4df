"""The award: what the Chairman signed under a number, and what becomes of it when it is revoked.

Rule: one achievement has at most one active award; the claims of an award are unique in the database as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine import commendation_rules as rules
from engine import deadlines, signals
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import ConflictError, SeparationOfDutiesError
from engine.handlers.content import day_of, invalid
from engine.handlers.dossier_content import dossier_of, turned
from engine.models.columns import new_id
from engine.models.commendation import Award, AwardClaim, Dossier
from engine.models.task import UserTask
from engine.queries import award_rules
from engine.queries import dossiers as queries
from engine.runtime import Transaction

CHAIRMAN, REVOCATION = "chairman_decision", "commendation_revocation"


def decided(tx: Transaction, case: Case, issued_number: str | None = None) -> dict[str, Any]:
    """The decision has its number, issued here or entered: the award stands, and its achievement is used up.

    Raises ConflictError when the achievement has an award by now, InvalidDataError without a number.
    """
    found, known = dossier_of(tx, case), case.variables
    number, day = issued_number or _number(known), _day(tx, known)
    signed_by = _signed_by(tx, case)
    if signed_by is not None and signed_by in (found.created_by, found.submitted_by):
        raise SeparationOfDutiesError("approve", CHAIRMAN)
    wanted = queries.claims_of(tx, found)
    if queries.used_up(tx, wanted):
        raise ConflictError("Thành tích này đã được khen thưởng.", "This achievement has been rewarded already.")
    award = _award(tx, found, found.rules or known.get("rules") or {}, day)
    award.decision_number, award.decided_by = number, signed_by
    tx.session.add(award)
    tx.session.flush()
    tx.session.add_all([AwardClaim(award_id=award.id, claim=claim, state="active") for claim in wanted])
    tx.session.flush()
    turned(case, found, "decided", reason=None)
    data = {"dossier": found.id, "award": award.id, "decision_number": number, "decided_on": day.isoformat()}
    case.record(Happening("award-decided", case.element_id, data=data | {"amount": award.amount}))
    signals.dossier_decided.send(tx, case=case, dossier=found, outcome="decided")
    return {"award": award.id, "decision_number": number, "decided_on": day.isoformat(), "comment": None}


def published(tx: Transaction, case: Case) -> None:
    """The decision is public; the nominee is named as the dossier says. Raises InvalidDataError without a ground."""
    found = dossier_of(tx, case)
    if found.publish and rules.is_person(found.nominee_kind) and found.publish_basis not in rules.PUBLISH_BASES:
        message_vi = "Công khai tên cá nhân, hộ gia đình phải có căn cứ: sự đồng ý hoặc quy định của pháp luật."
        raise invalid("publish_basis", "required", message_vi, "Naming a person needs consent or a legal ground.")
    _active(tx, found).published_at = tx.now
    turned(case, found, "published")
    named = found.publish or not rules.is_person(found.nominee_kind)
    case.record(Happening("award-published", case.element_id, data={"dossier": found.id, "named": named}))


def revoked(tx: Transaction, case: Case, issued_number: str | None = None) -> dict[str, Any]:
    """The decision is annulled (art. 93): its claims are free again, item and money are to be given back.

    Raises SeparationOfDutiesError for whoever asked for it themselves.
    """
    found, known = dossier_of(tx, case), case.variables
    if tx.actor.person_id is not None and tx.actor.person_id == case.started_by:
        raise SeparationOfDutiesError("revoke", REVOCATION)
    award = _active(tx, found)
    ground, reason = known.get("revocation_ground"), known.get("reason") or known.get("comment")
    award.revocation_number, award.revoked_on = issued_number or known.get("doc_number"), _day(tx, known)
    award.state = "revoked"
    award.revocation_ground, award.revocation_reason, award.revoked_by = ground, reason, tx.actor.person_id
    award.version += 1
    for claim in tx.session.scalars(select(AwardClaim).where(AwardClaim.award_id == award.id)):
        claim.state = "revoked"
    turned(case, found, "revoked", reason=reason)
    data = {"dossier": found.id, "award": award.id, "ground": ground, "reason": reason, "recover": award.amount}
    case.record(Happening("award-revoked", case.element_id, data=data))
    signals.dossier_decided.send(tx, case=case, dossier=found, outcome="revoked")
    return {"recover": award.amount}


def _award(tx: Transaction, found: Dossier, known: Mapping[str, Any], day: date) -> Award:
    multiple = known.get("money_multiple") or 0
    salary = award_rules.base_salary(tx, day)
    return Award(
        id=new_id(),
        dossier_id=found.id,
        decided_on=day,
        grantor=known.get("grantor") or "none",
        rule_version=found.rule_version or known.get("rule_version") or "none",
        money_multiple=multiple,
        base_salary=salary,
        amount=rules.amount(multiple, salary),
        state="active",
        version=1,
    )


def _signed_by(tx: Transaction, case: Case) -> str | None:
    """Who took the Chairman's decision: the actor, or, where a clerk has numbered it since, who completed that step."""
    if tx.actor.holds("city_leader"):
        return tx.actor.person_id
    step = (UserTask.instance_id == case.id) & (UserTask.element_id == CHAIRMAN) & (UserTask.state == "completed")
    query = select(UserTask.closed_by).where(step).order_by(UserTask.closed_at.desc())
    return tx.session.scalars(query.limit(1)).first()


def _active(tx: Transaction, found: Dossier) -> Award:
    award = queries.award_of(tx, found.id)
    if award is None or award.state != "active":
        raise ConflictError("Hồ sơ không có quyết định đang có hiệu lực.", "The dossier has no award in force.")
    return award


def _number(known: Mapping[str, Any]) -> str:
    number = str(known.get("doc_number") or "").strip()
    if not number:
        raise invalid("doc_number", "required", "Phải có số, ký hiệu quyết định.", "The decision needs its number.")
    return number


def _day(tx: Transaction, known: Mapping[str, Any]) -> date:
    today = deadlines.local_date(tx.now)
    day = day_of(known.get("decided_on")) or today
    if day > today:
        raise invalid("decided_on", "future", "Ngày quyết định không được ở tương lai.", "It may not be in the future.")
    return day
