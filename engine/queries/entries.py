"""Searching the history across cases: by person, agency, case, type of event and day.

Rule: of cases that the actor does not see there is nothing here; what belongs to no case is for auditors and system
administrators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, true

from engine import deadlines
from engine.access import Actor
from engine.errors import ForbiddenError
from engine.models.audit import SYSTEM_STREAM, AuditEvent
from engine.models.directory import Person
from engine.models.instance import ProcessInstance
from engine.queries.visibility import sees_instance
from engine.queries.wording import holds
from engine.runtime import Transaction

WATCHERS = frozenset({"auditor", "sysadmin"})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class EntryFilter:
    """Which events: whose (words of a name), at which agency, of which case and type, from one local day to another."""

    person: str | None = None
    agency: str | None = None
    instance_id: str | None = None
    type: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Entry:
    """One event with its case (None: it belongs to no case) and its actor's name (empty: the system)."""

    event: AuditEvent
    case: ProcessInstance | None
    actor_name: str


def page(tx: Transaction, wanted: EntryFilter, before: int | None = None, limit: int = 50) -> Sequence[Entry]:
    """Up to `limit` events, the latest first, before the one with that id. Raises ForbiddenError.

    Whoever does not read all cases reads the history of a case on its own.
    """
    if not tx.actor.reads_all_cases and not tx.actor.roles & WATCHERS:
        raise ForbiddenError("search", "Anh/chị không được tra cứu lịch sử chung.", "The whole history is not for you.")
    query = (
        select(AuditEvent, ProcessInstance, Person.full_name)
        .outerjoin(ProcessInstance, ProcessInstance.id == AuditEvent.instance_id)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(_seen(tx.actor), *_narrow(tx, wanted))
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return [Entry(event, case, name or "") for event, case, name in tx.session.execute(query)]


def _seen(actor: Actor) -> ColumnElement[bool]:
    in_sight = true() if actor.reads_all_cases else sees_instance(actor)
    of_cases = and_(ProcessInstance.id.is_not(None), in_sight)
    return or_(of_cases, AuditEvent.instance_id == SYSTEM_STREAM) if actor.roles & WATCHERS else of_cases


def _narrow(tx: Transaction, wanted: EntryFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.person is not None:
        yield holds(Person.full_name, wanted.person, tx.engine.database.name)
    if wanted.agency is not None:
        yield ProcessInstance.agency == wanted.agency
    if wanted.instance_id is not None:
        yield AuditEvent.instance_id == wanted.instance_id
    if wanted.type is not None:
        yield AuditEvent.type == wanted.type
    if wanted.first_day is not None:
        yield AuditEvent.at > deadlines.end_of_day(wanted.first_day - _ONE_DAY)
    if wanted.last_day is not None:
        yield AuditEvent.at <= deadlines.end_of_day(wanted.last_day)
