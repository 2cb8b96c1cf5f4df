"""Reading incidents: pages of them, and those of one case.

Rule: system administrators see all, so that cases are kept running; others those of the cases that they manage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from engine import access
from engine.access import CASE_MANAGERS, Actor
from engine.errors import NotFoundError
from engine.models.incident import Incident
from engine.models.instance import ProcessInstance
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction


@dataclass(frozen=True)
class IncidentFilter:
    """What a list of incidents is narrowed to; None leaves a thing open."""

    state: str | None = None
    process_instance: str | None = None
    process_key: str | None = None


def page(
    tx: Transaction, wanted: IncidentFilter, after: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[tuple[Incident, ProcessInstance]]:
    """Up to `limit` incidents with their cases, newest first, after the one with that instant and id."""
    query = (
        select(Incident, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(_manages(tx.actor), *_narrow(wanted))
        .order_by(Incident.created_at.desc(), Incident.id.desc())
        .limit(limit)
    )
    if after:
        moment, incident_id = after
        same = and_(Incident.created_at == moment, Incident.id < incident_id)
        query = query.where(or_(Incident.created_at < moment, same))
    return [(incident, instance) for incident, instance in tx.session.execute(query)]


def count(tx: Transaction, wanted: IncidentFilter) -> int:
    """How many incidents there are in all."""
    query = select(func.count()).select_from(Incident)
    query = query.join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
    return tx.session.scalars(query.where(_manages(tx.actor), *_narrow(wanted))).one()


def get(tx: Transaction, incident_id: str) -> tuple[Incident, ProcessInstance]:
    """One incident with its case. Raises NotFoundError when there is none or the actor may not know of it."""
    query = select(Incident, ProcessInstance).join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
    found = tx.session.execute(query.where(Incident.id == incident_id, _manages(tx.actor))).first()
    if found is None:
        raise NotFoundError("incident", incident_id)
    return found[0], found[1]


def open_of(tx: Transaction, instance_id: str) -> Sequence[Incident]:
    """The open incidents of a case that the actor has been found to see, in the order in which they came."""
    query = select(Incident).where(Incident.instance_id == instance_id, Incident.state == "open")
    return tx.session.scalars(query.order_by(Incident.created_at, Incident.id)).all()


def _manages(actor: Actor) -> ColumnElement[bool]:
    """True for the cases whose incidents the actor may know (as `access.manages_case` says, of those they see)."""
    if access.keeps_cases(actor):
        return true()
    if actor.roles & CASE_MANAGERS:
        return sees_instance(actor)
    headed = sorted(g.agency for g in actor.grants if g.role == "agency_head" and g.agency)
    own = ProcessInstance.agency.is_(None) & (ProcessInstance.started_by == actor.person_id)
    return sees_instance(actor) & or_(ProcessInstance.agency.in_(headed), own)


def _narrow(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    exact = {
        Incident.state: wanted.state,
        Incident.instance_id: wanted.process_instance,
        ProcessInstance.process_key: wanted.process_key,
    }
    return [column == value for column, value in exact.items() if value is not None]
