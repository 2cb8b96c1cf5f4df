"""Reading who stands in for whom.

Rule: administrators and auditors see all, heads those of their agency, everybody else those that concern themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from engine import deadlines
from engine.errors import NotFoundError
from engine.models.directory import Membership, Person
from engine.models.substitution import Substitution
from engine.queries.ordering import count_of
from engine.runtime import Transaction


@dataclass(frozen=True)
class SubstitutionFilter:
    """Which substitutions: in force on a local day, of an absent person, by a substitute, at an agency."""

    at: date | None = None
    absent: str | None = None
    substitute: str | None = None
    agency: str | None = None


@dataclass(frozen=True)
class SubstitutionView:
    """A substitution with the office that it lends, and the names of both persons."""

    row: Substitution
    membership: Membership
    absent_name: str
    substitute_name: str


def page(tx: Transaction, wanted: SubstitutionFilter, after: str = "", limit: int = 50) -> list[SubstitutionView]:
    """Up to `limit` substitutions by id after one, that the actor may see."""
    query = _seen(tx, wanted).where(Substitution.id > after).order_by(Substitution.id).limit(limit)
    return _views(tx, tx.session.execute(query).all())


def count(tx: Transaction, wanted: SubstitutionFilter) -> int:
    """How many there are in that list."""
    return count_of(tx, _seen(tx, wanted).with_only_columns(Substitution.id))


def substitution(tx: Transaction, substitution_id: str) -> SubstitutionView:
    """One substitution that the actor may know of. Raises NotFoundError."""
    found = tx.session.execute(_seen(tx, SubstitutionFilter()).where(Substitution.id == substitution_id)).all()
    if not found:
        raise NotFoundError("substitution", substitution_id)
    return _views(tx, found)[0]


def acting_for(tx: Transaction) -> list[SubstitutionView]:
    """In whose place the actor acts today."""
    today = deadlines.local_date(tx.now)
    return page(tx, SubstitutionFilter(at=today, substitute=tx.actor.person_id), limit=200)


def _seen(tx: Transaction, wanted: SubstitutionFilter) -> Select[Substitution, Membership]:
    query = select(Substitution, Membership).join(Membership, Membership.id == Substitution.membership_id)
    exact = {
        Membership.person_id: wanted.absent,
        Substitution.substitute_id: wanted.substitute,
        Membership.agency_code: wanted.agency,
    }
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    if wanted.at is not None:
        query = query.where(Substitution.valid_from <= wanted.at, Substitution.valid_to >= wanted.at)
    actor = tx.actor
    if actor.is_system or actor.roles & {"sysadmin", "auditor"}:
        return query
    headed = [grant.agency for grant in actor.grants if grant.role == "agency_head"]
    return query.where(
        or_(
            Membership.person_id == actor.person_id,
            Substitution.substitute_id == actor.person_id,
            Membership.agency_code.in_(headed),
        )
    )


def _views(tx: Transaction, rows: Sequence[Any]) -> list[SubstitutionView]:
    people = {member.person_id for _, member in rows} | {row.substitute_id for row, _ in rows}
    query = select(Person.id, Person.full_name).where(Person.id.in_(people))
    names = {person_id: name for person_id, name in tx.session.execute(query)}
    return [SubstitutionView(row, member, names[member.person_id], names[row.substitute_id]) for row, member in rows]
