"""What stands behind dossiers, many at once: the plan tasks that they claim, and what else claims the same.

Rule: the questions are as many for two hundred dossiers as for one; whoever sees a dossier may read its claims, and
opens the case of a claimed task only where they see that case too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine import commendation_rules as rules
from engine.handlers.dossier_content import digest, snapshot
from engine.models.commendation import AgencyOpinion, Dossier, DossierEvidence
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.queries.dossiers import Rival
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

_REVOCATION = "/revocation"


@dataclass(frozen=True)
class Claim:
    """A claimed plan task as it was linked and as it is. `changes` are the facts that differ: name, then, now.

    `opens` says whether the reader may open the case of the task.
    """

    evidence: DossierEvidence
    task: PlanTask
    changes: tuple[tuple[str, Any, Any], ...]
    is_stale: bool
    opens: bool


@dataclass(frozen=True)
class Behind:
    """What stands behind one dossier. `objections` counts the agencies that disagree in the present round."""

    claims: Sequence[Claim]
    rivals: Sequence[Rival]
    objections: int

    @property
    def is_stale(self) -> bool:
        """Whether a claimed task says something else by now."""
        return any(claim.is_stale for claim in self.claims)


def dossiers_of(tx: Transaction, cases: Mapping[str, str | None]) -> dict[str, Dossier]:
    """The dossiers of these cases, by case; `cases` are business keys by id. A revocation is of its award's dossier."""
    wanted = {case: key.removesuffix(_REVOCATION) for case, key in cases.items() if key}
    query = select(Dossier).where(Dossier.id.in_(set(wanted.values())))
    found = {one.id: one for one in tx.session.scalars(query)} if wanted else {}
    return {case: found[key] for case, key in wanted.items() if key in found}


def behind(tx: Transaction, dossiers: Iterable[Dossier]) -> dict[str, Behind]:
    """What stands behind each of these dossiers, by dossier."""
    wanted = {one.id: one for one in dossiers}
    if not wanted:
        return {}
    claims, objections = _claims(tx, wanted), _objections(tx, wanted)
    rivals = _rivals(tx, wanted, claims)
    return {one: Behind(claims.get(one, ()), rivals.get(one, ()), objections.get(one, 0)) for one in wanted}


def _claims(tx: Transaction, wanted: Mapping[str, Dossier]) -> dict[str, list[Claim]]:
    query = (
        select(DossierEvidence, PlanTask)
        .join(PlanTask, PlanTask.id == DossierEvidence.plan_task_id)
        .where(DossierEvidence.dossier_id.in_(wanted))
        .order_by(DossierEvidence.dossier_id, DossierEvidence.plan_task_id)
    )
    rows = tx.session.execute(query).all()
    seen = _seen(tx, {task.instance_id for _, task in rows if task.instance_id})
    found: dict[str, list[Claim]] = {}
    for evidence, task in rows:
        found.setdefault(evidence.dossier_id, []).append(_claim(evidence, task, opens=task.instance_id in seen))
    return found


def _claim(evidence: DossierEvidence, task: PlanTask, *, opens: bool) -> Claim:
    now = snapshot(task)
    changes = tuple((name, then, now.get(name)) for name, then in evidence.snapshot.items() if then != now.get(name))
    return Claim(evidence, task, changes, evidence.sha256 != digest(now), opens)


def _seen(tx: Transaction, cases: set[str]) -> set[str]:
    if not cases:
        return set()
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(cases), sees_instance(tx.actor))
    return set(tx.session.scalars(query))


def _objections(tx: Transaction, wanted: Mapping[str, Dossier]) -> dict[str, int]:
    query = (
        select(AgencyOpinion.dossier_id, func.count())
        .join(Dossier, Dossier.id == AgencyOpinion.dossier_id)
        .where(AgencyOpinion.dossier_id.in_(wanted), AgencyOpinion.opinion == "disagree")
        .where(AgencyOpinion.round == Dossier.round)
        .group_by(AgencyOpinion.dossier_id)
    )
    return {dossier: number for dossier, number in tx.session.execute(query)}


def _rivals(
    tx: Transaction, wanted: Mapping[str, Dossier], claims: Mapping[str, Sequence[Claim]]
) -> dict[str, list[Rival]]:
    """As `dossiers.rivals` tells them of one dossier."""
    alive = Dossier.state.in_((*rules.UNDER_WAY, *rules.AWARDED))
    named = select(Dossier).where(alive, Dossier.nominee_key.in_({one.nominee_key for one in wanted.values()}))
    by_name = list(tx.session.scalars(named.order_by(Dossier.created_at, Dossier.id)))
    tasks = {claim.evidence.plan_task_id for found in claims.values() for claim in found}
    query = select(DossierEvidence.plan_task_id, Dossier).join(Dossier, Dossier.id == DossierEvidence.dossier_id)
    query = query.where(alive, DossierEvidence.plan_task_id.in_(tasks)).order_by(Dossier.created_at, Dossier.id)
    by_task = tx.session.execute(query).all() if tasks else []
    return {key: _of_one(one, claims.get(key, ()), by_name, by_task) for key, one in wanted.items()}


def _of_one(one: Dossier, claims: Sequence[Claim], by_name: Sequence[Dossier], by_task: Sequence[Any]) -> list[Rival]:
    mine = {claim.evidence.plan_task_id for claim in claims}
    same = (one.nominee_key, one.achievement_key)
    found = {o.id: Rival(o.id, o.state, "task") for task, o in by_task if task in mine}
    found |= {o.id: Rival(o.id, o.state, "nominee") for o in by_name if (o.nominee_key, o.achievement_key) == same}
    return [rival for rival in found.values() if rival.dossier != one.id]
