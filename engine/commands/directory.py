"""Changing the directory: people, their accounts and roles, agencies with dates. Administrators only.

Rule: nothing is deleted; an account is closed, a role ends, an agency goes out of force, each with an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from engine import deadlines
from engine.access import ROLES, UNBOUND_ROLES
from engine.commands import renaming
from engine.commands.journal import record_system
from engine.errors import ConflictError, FieldProblem, InvalidDataError, StaleVersionError
from engine.models.columns import new_id
from engine.models.directory import Account, Agency, Membership, Person
from engine.queries.directory import agency as find_agency
from engine.queries.directory import membership as find_membership
from engine.queries.directory import person as find_person
from engine.queries.directory import require_administrator
from engine.runtime import Transaction

LONGEST_USERNAME = 100


@dataclass(frozen=True)
class Role:
    """A role to give: its code, and the agency it is held at (None for a role of the whole installation)."""

    role: str
    agency: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    document: str | None = None


@dataclass(frozen=True)
class Login:
    """An account to make: its user name, and the argon2id string of its password (None: no password yet)."""

    username: str
    password_hash: str | None = None


def add_person(
    tx: Transaction,
    full_name: str,
    *,
    email: str | None = None,
    language: str = "vi",
    login: Login | None = None,
    roles: Sequence[Role] = (),
) -> Person:
    """A new person, with an account when a login is given, holding these roles."""
    require_administrator(tx.actor)
    if not full_name.strip():
        raise _invalid("full_name", "required", "Phải có họ và tên.", "The full name is required.")
    person = Person(
        id=new_id(),
        full_name=full_name.strip(),
        email=email,
        language=language,
        disabled=False,
        version=1,
        created_at=tx.now,
    )
    tx.session.add(person)
    tx.session.flush()
    record_system(tx, "person-added", {"person": person.id})
    if login is not None:
        add_account(tx, person.id, login)
    for role in roles:
        add_membership(tx, person.id, role)
    return person


def add_account(tx: Transaction, person_id: str, login: Login) -> Account:
    """A further account of a person; duties stay apart by the person."""
    username = login.username
    require_administrator(tx.actor)
    find_person(tx, person_id)
    if not username.strip() or len(username) > LONGEST_USERNAME:
        raise _invalid("username", "length", "Tên đăng nhập phải có 1–100 ký tự.", "It has 1 to 100 characters.")
    if tx.session.scalars(select(Account.id).where(Account.username == username)).first():
        raise ConflictError("Tên đăng nhập đã có người dùng.", "The user name is taken.")
    account = Account(
        id=new_id(),
        person_id=person_id,
        username=username,
        password_hash=login.password_hash,
        disabled=False,
        created_at=tx.now,
    )
    tx.session.add(account)
    tx.session.flush()
    record_system(tx, "account-added", {"person": person_id, "account": account.id})
    return account


def change_person(
    tx: Transaction, person_id: str, changes: Mapping[str, Any], expected_version: int | None = None
) -> Person:
    """Change a person's full_name, email, language or disabled flag."""
    require_administrator(tx.actor)
    person = find_person(tx, person_id)
    _require_version(expected_version, person.version)
    told = {name: {"old": getattr(person, name), "new": value} for name, value in changes.items()}
    for name, value in changes.items():
        setattr(person, name, value)
    person.version += 1
    record_system(tx, "person-changed", {"person": person.id, "changes": told})
    return person


def add_membership(tx: Transaction, person_id: str, role: Role) -> Membership:
    """Give a person a role at an agency, from one local day to another."""
    require_administrator(tx.actor)
    find_person(tx, person_id)
    _require_role(tx, role)
    row = Membership(
        id=new_id(),
        person_id=person_id,
        agency_code=role.agency,
        role=role.role,
        valid_from=role.valid_from,
        valid_to=role.valid_to,
        document=role.document,
        version=1,
    )
    tx.session.add(row)
    tx.session.flush()
    data = {"membership": row.id, "person": person_id, "role": role.role, "agency": role.agency}
    record_system(tx, "membership-added", data)
    return row


def end_membership(tx: Transaction, membership_id: str, expected_version: int | None = None) -> Membership:
    """Let a role end with yesterday, so that it holds no more from now on. Raises ConflictError when it is over."""
    require_administrator(tx.actor)
    row = find_membership(tx, membership_id)
    _require_version(expected_version, row.version)
    old, yesterday = row.valid_to, deadlines.local_date(tx.now) - timedelta(days=1)
    if old is not None and old <= yesterday:
        raise ConflictError("Vai trò này đã chấm dứt.", "The membership has ended already.")
    row.valid_to, row.version = yesterday, row.version + 1
    change = {"old": old.isoformat() if old else None, "new": row.valid_to.isoformat()}
    record_system(tx, "membership-ended", {"membership": row.id, "valid_to": change})
    return row


def add_agency(tx: Transaction, values: Mapping[str, Any]) -> Agency:
    """A new agency; `values` are columns of `agency`."""
    require_administrator(tx.actor)
    if tx.session.get(Agency, values["code"]) is not None:
        raise ConflictError("Mã cơ quan đã được dùng.", "The agency code is taken.")
    _require_agency_links(tx, values["code"], values)
    agency = Agency(**values, version=1)
    _require_order(agency.valid_from, agency.valid_to)
    tx.session.add(agency)
    tx.session.flush()
    record_system(tx, "agency-added", {"agency": agency.code})
    return agency


def change_agency(
    tx: Transaction, code: str, changes: Mapping[str, Any], expected_version: int | None = None
) -> Agency:
    """Change an agency's names, dates, parent or successor."""
    require_administrator(tx.actor)
    agency = find_agency(tx, code)
    _require_version(expected_version, agency.version)
    told = {name: {"old": _plain(getattr(agency, name)), "new": _plain(value)} for name, value in changes.items()}
    _require_agency_links(tx, code, changes)
    for name, value in changes.items():
        setattr(agency, name, value)
    _require_order(agency.valid_from, agency.valid_to)
    renaming.correct(tx, agency)
    agency.version += 1
    record_system(tx, "agency-changed", {"agency": code, "changes": told})
    return agency


def _require_role(tx: Transaction, role: Role) -> None:
    if role.role not in ROLES:
        raise _invalid("role", "unknown", f"Không có vai trò “{role.role}”.", f"There is no role “{role.role}”.")
    if role.role not in UNBOUND_ROLES and role.agency is None:
        raise _invalid("agency", "required", "Vai trò này gắn với một cơ quan.", "This role needs an agency.")
    if role.agency is not None and tx.session.get(Agency, role.agency) is None:
        raise _invalid("agency", "unknown", "Không có cơ quan này.", "There is no such agency.")
    _require_order(role.valid_from, role.valid_to)


def _require_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise _invalid("valid_to", "order", "Ngày kết thúc trước ngày bắt đầu.", "It ends before it begins.")


def _require_agency_links(tx: Transaction, code: str, values: Mapping[str, Any]) -> None:
    """Raise InvalidDataError for a parent or successor that does not exist or is the agency itself."""
    for column, field in (("parent_code", "parent"), ("successor_code", "successor")):
        other = values.get(column)
        if other == code:
            raise _invalid(field, "self", "Cơ quan không thể trỏ tới chính mình.", "It may not be the agency itself.")
        if other is not None and tx.session.get(Agency, other) is None:
            raise _invalid(field, "unknown", "Không có cơ quan này.", "There is no such agency.")


def _require_version(expected: int | None, actual: int) -> None:
    if expected is not None and expected != actual:
        raise StaleVersionError(expected, actual)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
