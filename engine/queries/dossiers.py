"""Reading commendation: campaigns, dossiers, their evidence and council, and what is claimed already.

Rule: a dossier is seen by whoever sees its case, and by its agency; a secret ballot by nobody, its count after the
closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select

from engine import commendation_rules as rules
from engine.access import AGENCY_ROLES, Actor
from engine.errors import NotFoundError
from engine.models.commendation import (
    AgencyOpinion,
    Award,
    AwardClaim,
    Campaign,
    Dossier,
    DossierEvidence,
)
from engine.models.instance import ProcessInstance
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.queries.wording import holds
from engine.runtime import Transaction

USUAL = "-created_at"
ORDERS = {
    USUAL: Order(Dossier.created_at, Dossier.id, datetime, descending=True),
    "created_at": Order(Dossier.created_at, Dossier.id, datetime),
    "received_on": Order(Dossier.received_on, Dossier.id, date, nullable=True),
    "-received_on": Order(Dossier.received_on, Dossier.id, date, descending=True, nullable=True),
}
CAMPAIGNS = "-opens_on"
CAMPAIGN_ORDERS = {
    CAMPAIGNS: Order(Campaign.opens_on, Campaign.id, date, descending=True),
    "opens_on": Order(Campaign.opens_on, Campaign.id, date),
}


@dataclass(frozen=True)
class DossierFilter:
    """Which dossiers: of a campaign, an agency, in a state, of a form or type, and whose names hold some words."""

    campaign: str | None = None
    agency: str | None = None
    state: str | None = None
    award_form: str | None = None
    achievement_type: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Rival:
    """Another dossier that claims the same: its achievement (`task`), or the same nominee with the same title."""

    dossier: str
    state: str
    why: str


def dossier(tx: Transaction, dossier_id: str) -> Dossier:
    """One dossier that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_visible(tx.actor).where(Dossier.id == dossier_id)).first()
    if found is None:
        raise NotFoundError("dossier", dossier_id)
    return found


def dossiers(
    tx: Transaction, wanted: DossierFilter, after: tuple[date, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[Dossier]:
    """Up to `limit` dossiers in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_dossiers(tx, wanted), after, limit)).all()


def seen(tx: Transaction, dossier_ids: Iterable[str]) -> set[str]:
    """Those of these dossiers that the actor may know of."""
    wanted = _visible(tx.actor).where(Dossier.id.in_(list(dossier_ids)))
    return {one.id for one in tx.session.scalars(wanted)}


def of_ids(tx: Transaction, dossier_ids: Iterable[str]) -> Sequence[Dossier]:
    """Those of these dossiers that the actor may know of, themselves."""
    wanted = list(dossier_ids)
    return tx.session.scalars(_visible(tx.actor).where(Dossier.id.in_(wanted))).all() if wanted else []


def count_dossiers(tx: Transaction, wanted: DossierFilter) -> int:
    """How many dossiers there are in that list."""
    return count_of(tx, _dossiers(tx, wanted))


def campaign(tx: Transaction, campaign_id: str) -> Campaign:
    """One campaign; everybody may know of it. Raises NotFoundError."""
    found = tx.session.get(Campaign, campaign_id)
    if found is None:
        raise NotFoundError("campaign", campaign_id)
    return found


def campaigns(
    tx: Transaction,
    state: str | None = None,
    after: tuple[date, str] | None = None,
    limit: int = 50,
    sort: str = CAMPAIGNS,
) -> Sequence[Campaign]:
    """Up to `limit` campaigns in one of CAMPAIGN_ORDERS, after the place of another."""
    return tx.session.scalars(CAMPAIGN_ORDERS[sort].cut(_campaigns(state), after, limit)).all()


def count_campaigns(tx: Transaction, state: str | None = None) -> int:
    """How many campaigns there are in that list."""
    return count_of(tx, _campaigns(state))


def evidence(tx: Transaction, dossier_id: str) -> Sequence[DossierEvidence]:
    """What a dossier claims, by plan task."""
    query = select(DossierEvidence).where(DossierEvidence.dossier_id == dossier_id)
    return tx.session.scalars(query.order_by(DossierEvidence.plan_task_id)).all()


def opinions(tx: Transaction, dossier_id: str) -> Sequence[AgencyOpinion]:
    """What related agencies said of a dossier, the first round first."""
    query = select(AgencyOpinion).where(AgencyOpinion.dossier_id == dossier_id)
    return tx.session.scalars(query.order_by(AgencyOpinion.round, AgencyOpinion.agency)).all()


def award_of(tx: Transaction, dossier_id: str) -> Award | None:
    """What was decided on a dossier; None when nothing was."""
    return tx.session.scalars(select(Award).where(Award.dossier_id == dossier_id)).first()


def claims_of(tx: Transaction, found: Dossier) -> list[str]:
    """What an award on this dossier would use up."""
    tasks = [one.plan_task_id for one in evidence(tx, found.id)]
    return rules.claims(found.nominee_key, found.achievement_key, tasks)


def used_up(tx: Transaction, wanted: Iterable[str]) -> dict[str, str]:
    """Of these claims those that an active award has used up already, with its dossier."""
    query = (
        select(AwardClaim.claim, Award.dossier_id)
        .join(Award, Award.id == AwardClaim.award_id)
        .where(AwardClaim.claim.in_(list(wanted)), AwardClaim.state == "active")
    )
    return {claim: dossier_id for claim, dossier_id in tx.session.execute(query)}


def rivals(tx: Transaction, found: Dossier) -> list[Rival]:
    """The other dossiers, under way or decided, that claim the same achievement."""
    tasks = [one.plan_task_id for one in evidence(tx, found.id)]
    same_task = select(DossierEvidence.dossier_id).where(DossierEvidence.plan_task_id.in_(tasks))
    same_name = (Dossier.nominee_key == found.nominee_key) & (Dossier.achievement_key == found.achievement_key)
    query = (
        select(Dossier, same_name.label("by_name"))
        .where(Dossier.id != found.id, Dossier.state.in_((*rules.UNDER_WAY, *rules.AWARDED)))
        .where(or_(Dossier.id.in_(same_task), same_name))
        .order_by(Dossier.created_at, Dossier.id)
    )
    return [Rival(one.id, one.state, "nominee" if by_name else "task") for one, by_name in tx.session.execute(query)]


def held(tx: Transaction, nominee_key: str) -> bool:
    """Whether a dossier of that nominee is on hold."""
    query = select(Dossier.id).where(Dossier.nominee_key == nominee_key, Dossier.state == "on_hold")
    return tx.session.scalars(query.limit(1)).first() is not None


def is_in(tx: Transaction, instance_id: str, *states: str) -> bool:
    """Whether the case is that of a dossier in one of these states."""
    query = select(Dossier.id).where(Dossier.instance_id == instance_id, Dossier.state.in_(states))
    return tx.session.scalars(query).first() is not None


def handed_in(tx: Transaction, campaign_id: str, agency: str) -> int:
    """How many dossiers of an agency count against the quota of a campaign."""
    query = select(Dossier).where(Dossier.campaign_id == campaign_id, Dossier.agency == agency)
    return count_of(tx, query.where(Dossier.state.in_((*rules.UNDER_WAY, *rules.AWARDED))))


def own_agencies(actor: Actor) -> list[str]:
    """The agencies whose dossiers the actor sees as one of theirs."""
    return sorted(g.agency for g in actor.grants if g.agency and g.role in AGENCY_ROLES)


def _dossiers(tx: Transaction, wanted: DossierFilter) -> Select[Dossier]:
    query = _visible(tx.actor)
    for column, value in (
        (Dossier.campaign_id, wanted.campaign),
        (Dossier.agency, wanted.agency),
        (Dossier.state, wanted.state),
        (Dossier.award_form, wanted.award_form),
        (Dossier.achievement_type, wanted.achievement_type),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.text is not None:
        named = (Dossier.nominee_name, Dossier.achievement_title)
        query = query.where(or_(*(holds(column, wanted.text, tx.engine.database.name) for column in named)))
    return query


def _campaigns(state: str | None) -> Select[Campaign]:
    query = select(Campaign)
    return query if state is None else query.where(Campaign.state == state)


def _visible(actor: Actor) -> Select[Dossier]:
    if actor.reads_all_cases:
        return select(Dossier)
    seen = select(ProcessInstance.id).where(sees_instance(actor))
    return select(Dossier).where(or_(Dossier.agency.in_(own_agencies(actor)), Dossier.instance_id.in_(seen)))
