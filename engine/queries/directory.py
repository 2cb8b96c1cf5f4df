"""Reading the directory, and turning a credential into an actor.

Rule: roles are read anew for every request, as in force on the local day; a revocation acts on the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from engine import deadlines
from engine.access import Actor, Grant, Lent
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, NotFoundError
from engine.models.directory import Account, Agency, AgencyGroupMember, Membership, Person
from engine.models.statements import FIND_SESSION, FIND_TOKEN
from engine.queries.ordering import count_of
from engine.queries.wording import holds
from engine.runtime import Transaction

IDLE_LENGTH = timedelta(hours=2)


@dataclass(frozen=True)
class Identity:
    """Who a credential stands for: the actor, and how to address the person.

    `seen_at` is when a browser session was last noted as used; None for a token.
    """

    actor: Actor
    full_name: str
    language: str
    seen_at: datetime | None = None


def secret_hash(secret: str) -> str:
    """What is stored of a token's or session's secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identity_of_token(tx: Transaction, secret: str, request_id: str | None) -> Identity | None:
    """Who a bearer token stands for; None when it is unknown, revoked or expired, or the account is closed."""
    rows = tx.fetch_all(FIND_TOKEN, secret_hash=secret_hash(secret))
    if not rows or (rows[0]["expires_at"] is not None and rows[0]["expires_at"] <= tx.now):
        return None
    identity = _identity(tx, rows, request_id)
    narrowed = replace(identity.actor, scopes=tuple(rows[0]["scopes"]), ends_at=rows[0]["expires_at"])
    return replace(identity, actor=narrowed)


def identity_of_session(tx: Transaction, secret: str, request_id: str | None) -> Identity | None:
    """Who a browser session stands for; None when it is unknown, over or long unused, or the account is closed."""
    rows = tx.fetch_all(FIND_SESSION, secret_hash=secret_hash(secret))
    if not rows or rows[0]["expires_at"] <= tx.now or rows[0]["seen_at"] + IDLE_LENGTH <= tx.now:
        return None
    return replace(_identity(tx, rows, request_id), seen_at=rows[0]["seen_at"])


def grants_of_person(tx: Transaction, person_id: str) -> tuple[Grant, ...]:
    """The roles a person holds today. Raises NotFoundError for nobody, or somebody disabled."""
    person = tx.session.get(Person, person_id)
    if person is None or person.disabled:
        raise NotFoundError("person", person_id)
    rows = tx.session.scalars(select(Membership).where(Membership.person_id == person_id))
    today = deadlines.local_date(tx.now)
    return tuple(Grant(m.role, m.agency_code) for m in rows if _runs(m.valid_from, m.valid_to, today))


def account_of(tx: Transaction, username: str) -> Account | None:
    """The open account with that user name, of an active person."""
    query = select(Account).join(Person, Person.id == Account.person_id)
    return tx.session.scalars(
        query.where(Account.username == username, Account.disabled.is_(False), Person.disabled.is_(False))
    ).first()


@dataclass(frozen=True)
class AgencyFilter:
    """Which agencies: those in force on a local day, and those whose name or abbreviation holds some words."""

    at: date | None = None
    text: str | None = None


@dataclass(frozen=True)
class PersonFilter:
    """Which people: those with a role at an agency, and those whose name holds some words."""

    agency: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class MembershipFilter:
    """Which memberships: of a person, at an agency."""

    person: str | None = None
    agency: str | None = None


def agencies(tx: Transaction, wanted: AgencyFilter, after: str = "", limit: int = 50) -> Sequence[Agency]:
    """Up to `limit` agencies by code after one."""
    query = _agencies(tx, wanted).where(Agency.code > after).order_by(Agency.code)
    return tx.session.scalars(query.limit(limit)).all()


def count_agencies(tx: Transaction, wanted: AgencyFilter) -> int:
    """How many agencies there are in that list."""
    return count_of(tx, _agencies(tx, wanted))


def agency(tx: Transaction, code: str) -> Agency:
    """One agency. Raises NotFoundError."""
    found = tx.session.get(Agency, code)
    if found is None:
        raise NotFoundError("agency", code)
    return found


def require_agencies(tx: Transaction, named: Mapping[str, Sequence[str]]) -> None:
    """Raise InvalidDataError with each field that names an agency which does not exist."""
    codes = {code for listed in named.values() for code in listed}
    if not codes:
        return
    known = set(tx.session.scalars(select(Agency.code).where(Agency.code.in_(codes))))
    problems = [_no_such(field, [c for c in listed if c not in known]) for field, listed in named.items()]
    if any(problems):
        raise InvalidDataError([p for p in problems if p])


def members_of(tx: Transaction, codes: Iterable[str], day: date) -> list[Agency]:
    """The agencies in force on a local day that these agency and group codes mean, groups of groups included."""
    groups = {row.group_code for row in tx.session.scalars(select(AgencyGroupMember))}
    wanted = set(codes)
    inside = select(AgencyGroupMember.agency_code).where(AgencyGroupMember.group_code.in_(wanted & groups))
    query = select(Agency).where(or_(Agency.code.in_(wanted - groups), Agency.code.in_(inside))).order_by(Agency.code)
    return [a for a in tx.session.scalars(query) if a.in_force(day)]


def people(tx: Transaction, wanted: PersonFilter, after: str = "", limit: int = 50) -> Sequence[Person]:
    """Up to `limit` people by id after one: all for administrators, colleagues for everybody else."""
    query = _people(tx, wanted).where(Person.id > after).order_by(Person.id)
    return tx.session.scalars(query.limit(limit)).all()


def count_people(tx: Transaction, wanted: PersonFilter) -> int:
    """How many people there are in that list."""
    return count_of(tx, _people(tx, wanted))


def person(tx: Transaction, person_id: str) -> Person:
    """One person the actor may know of. Raises NotFoundError."""
    found = tx.session.get(Person, person_id)
    known = _administers(tx.actor) or person_id == tx.actor.person_id
    if found is None or not (known or _is_colleague(tx, person_id)):
        raise NotFoundError("person", person_id)
    return found


def memberships(tx: Transaction, wanted: MembershipFilter, after: str = "", limit: int = 50) -> Sequence[Membership]:
    """Up to `limit` memberships by id after one: all for administrators, of one's agencies for everybody else."""
    query = _memberships(tx, wanted).where(Membership.id > after).order_by(Membership.id)
    return tx.session.scalars(query.limit(limit)).all()


def count_memberships(tx: Transaction, wanted: MembershipFilter) -> int:
    """How many memberships there are in that list."""
    return count_of(tx, _memberships(tx, wanted))


def membership(tx: Transaction, membership_id: str) -> Membership:
    """One membership the actor may know of. Raises NotFoundError."""
    query = _memberships(tx, MembershipFilter()).where(Membership.id == membership_id)
    found = tx.session.scalars(query).first()
    if found is None:
        raise NotFoundError("membership", membership_id)
    return found


def require_administrator(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor administers the directory."""
    if not actor.is_system and "sysadmin" not in actor.roles:
        raise ForbiddenError("administer", "Chỉ quản trị viên hệ thống được làm việc này.", "Administrators only.")


def _agencies(tx: Transaction, wanted: AgencyFilter) -> Select[Agency]:
    query = select(Agency)
    if wanted.at is not None:
        query = query.where(
            or_(Agency.valid_from.is_(None), Agency.valid_from <= wanted.at),
            or_(Agency.valid_to.is_(None), Agency.valid_to >= wanted.at),
        )
    if wanted.text is not None:
        names = (Agency.name_vi, Agency.name_en, Agency.abbr)
        query = query.where(or_(*(holds(name, wanted.text, tx.engine.database.name) for name in names)))
    return query


def _people(tx: Transaction, wanted: PersonFilter) -> Select[Person]:
    query = select(Person)
    if not _administers(tx.actor):
        colleagues = select(Membership.person_id).where(Membership.agency_code.in_(sorted(tx.actor.agencies)))
        query = query.where(or_(Person.id == tx.actor.person_id, Person.id.in_(colleagues)))
    if wanted.agency is not None:
        query = query.where(Person.id.in_(select(Membership.person_id).where(Membership.agency_code == wanted.agency)))
    if wanted.text is not None:
        query = query.where(holds(Person.full_name, wanted.text, tx.engine.database.name))
    return query


def _memberships(tx: Transaction, wanted: MembershipFilter) -> Select[Membership]:
    query = select(Membership)
    if not _administers(tx.actor):
        own = Membership.agency_code.in_(sorted(tx.actor.agencies))
        query = query.where(or_(Membership.person_id == tx.actor.person_id, own))
    if wanted.person is not None:
        query = query.where(Membership.person_id == wanted.person)
    if wanted.agency is not None:
        query = query.where(Membership.agency_code == wanted.agency)
    return query


def _no_such(field: str, codes: Sequence[str]) -> FieldProblem | None:
    listed = ", ".join(codes)
    problem = FieldProblem(field, "unknown", f"Không có cơ quan: {listed}.", f"No such agency: {listed}.")
    return problem if codes else None


def _administers(actor: Actor) -> bool:
    return actor.is_system or bool(actor.roles & {"sysadmin", "auditor"})


def _is_colleague(tx: Transaction, person_id: str) -> bool:
    query = select(Membership.id).where(
        Membership.person_id == person_id, Membership.agency_code.in_(sorted(tx.actor.agencies))
    )
    return tx.session.scalars(query.limit(1)).first() is not None


def _identity(tx: Transaction, rows: Sequence[Mapping[str, Any]], request_id: str | None) -> Identity:
    today = deadlines.local_date(tx.now)
    held = [r for r in rows if r["role"] is not None and _runs(r["valid_from"], r["valid_to"], today)]
    own = [Grant(r["role"], r["agency_code"]) for r in held if r["absent_id"] is None]
    lent = [
        Lent(grant, r["absent_id"], is_own_too=grant in own)
        for r in held
        if r["absent_id"] is not None and _runs(r["lent_from"], r["lent_to"], today)
        for grant in (Grant(r["role"], r["agency_code"]),)
    ]
    borrowed = [one.grant for one in lent if not one.is_own_too]
    first = rows[0]
    actor = Actor(first["person_id"], first["account_id"], (*own, *borrowed), tuple(lent), request_id=request_id)
    return Identity(actor, first["full_name"], first["language"])


def _runs(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)
