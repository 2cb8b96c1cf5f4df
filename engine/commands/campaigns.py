"""Campaigns: announcing one, closing it, and putting its dossiers into one consolidated proposal.

Rule: commendation is aggregated by Sở KHCN alone; whoever aggregates reports has no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine import commendation_rules as rules
from engine.access import Actor
from engine.commands import tasks
from engine.commands.journal import record_system
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.models.columns import new_id
from engine.models.commendation import Campaign, Dossier
from engine.models.plan import Obligation
from engine.models.task import UserTask
from engine.queries import dossiers as queries
from engine.runtime import Transaction

CONSOLIDATE = "consolidate_proposal"
_KEEPERS = frozenset({"commendation_aggregator", "city_leader"})


@dataclass(frozen=True)
class CampaignText:
    """What a campaign says. `quota` is how many dossiers one agency may hand in (None: no limit)."""

    code: str
    title_vi: str
    title_en: str
    opens_on: date
    closes_on: date | None = None
    obligation: str | None = None
    achievement_type: str | None = None
    quota: int | None = None


def announce(tx: Transaction, text: CampaignText) -> Campaign:
    """A new campaign, open from its first day on.

    Raises ForbiddenError unless the actor is Sở KHCN's aggregator or a city leader, ConflictError for a code in use.
    """
    _require(tx.actor, _KEEPERS, "announce-campaign")
    _require_sound(tx, text)
    if tx.session.scalars(select(Campaign.id).where(Campaign.code == text.code)).first():
        raise ConflictError("Mã đợt khen thưởng đã được dùng.", "The code is taken.")
    values = {name: value for name, value in vars(text).items() if name != "obligation"}
    made = Campaign(
        id=new_id(),
        **values,
        obligation_id=text.obligation,
        state="open",
        proposal=[],
        created_at=tx.now,
        created_by=tx.actor.person_id,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(made)
    tx.session.flush()
    record_system(tx, "campaign-announced", {"campaign": made.id, "code": made.code})
    return made


def close(tx: Transaction, campaign_id: str, reason: str, expected_version: int | None = None) -> Campaign:
    """Take no further dossiers; those that were handed in go on. Raises ConflictError when it is closed."""
    found = _kept(tx, campaign_id, expected_version, "close-campaign")
    if found.state != "open":
        raise ConflictError("Đợt khen thưởng đã đóng.", "The campaign is closed.")
    found.state, found.version = "closed", found.version + 1
    record_system(tx, "campaign-closed", {"campaign": found.id, "reason": reason})
    return found


def consolidate(
    tx: Transaction, campaign_id: str, proposal_number: str, expected_version: int | None = None
) -> Campaign:
    """Put every dossier of a campaign that waits for it into one proposal, under its number.

    Completes their step `consolidate_proposal`. Raises ForbiddenError unless the actor is Sở KHCN's aggregator,
    ConflictError when no dossier waits.
    """
    found = _kept(tx, campaign_id, expected_version, "consolidate-proposal", frozenset({"commendation_aggregator"}))
    number = proposal_number.strip()
    if not number:
        message_vi = "Phải có số, ký hiệu tờ trình."
        raise InvalidDataError([FieldProblem("proposal_number", "required", message_vi, "The number is required.")])
    waiting = _waiting(tx, found)
    if not waiting:
        raise ConflictError("Không có hồ sơ chờ tổng hợp.", "No dossier waits to be consolidated.")
    for task_id, _ in waiting:
        tasks.complete(tx, task_id, {"campaign_proposal_number": number})
    listed = [{"dossier": one.id, "agency": one.agency, "proposal_number": number} for _, one in waiting]
    found.proposal = [*found.proposal, *listed]
    found.proposal_number, found.proposed_at, found.proposed_by = number, tx.now, tx.actor.person_id
    found.version += 1
    data = {"campaign": found.id, "proposal_number": number, "dossiers": [one.id for _, one in waiting]}
    record_system(tx, "campaign-proposed", data)
    return found


def _waiting(tx: Transaction, found: Campaign) -> list[tuple[str, Dossier]]:
    """The open tasks of that step, each with its dossier, in the order in which the dossiers came."""
    query = (
        select(UserTask.id, Dossier)
        .join(Dossier, Dossier.instance_id == UserTask.instance_id)
        .where(Dossier.campaign_id == found.id, UserTask.element_id == CONSOLIDATE, UserTask.state == "open")
        .where(Dossier.state != "on_hold")
        .order_by(Dossier.created_at, Dossier.id)
    )
    return [(task_id, one) for task_id, one in tx.session.execute(query)]


def _kept(
    tx: Transaction, campaign_id: str, expected_version: int | None, verb: str, roles: frozenset[str] = _KEEPERS
) -> Campaign:
    queries.campaign(tx, campaign_id)
    _require(tx.actor, roles, verb)
    found = tx.session.get_one(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    if expected_version not in (None, found.version):
        raise StaleVersionError(expected_version or 0, found.version)
    return found


def _require_sound(tx: Transaction, text: CampaignText) -> None:
    if text.closes_on is not None and text.closes_on < text.opens_on:
        raise _invalid("closes_on", "order", "Ngày kết thúc trước ngày bắt đầu.", "It ends before it begins.")
    if text.achievement_type not in (None, *rules.ACHIEVEMENT_TYPES):
        raise _invalid("achievement_type", "unknown", "Không có loại thành tích này.", "There is no such type.")
    if text.obligation is not None and tx.session.get(Obligation, text.obligation) is None:
        raise _invalid("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")
    if text.quota is not None and text.quota < 1:
        raise _invalid("quota", "positive", "Số lượng tối đa phải từ 1.", "It must be at least 1.")


def _require(actor: Actor, roles: frozenset[str], verb: str) -> None:
    if not actor.is_system and not actor.roles & roles:
        raise ForbiddenError(
            verb, "Anh/chị không có quyền đối với đợt khen thưởng.", "You may not do this to campaigns."
        )


def _invalid(name: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(name, rule, message_vi, message_en)])
