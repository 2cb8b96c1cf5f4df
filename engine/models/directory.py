"""The directory: agencies in force by date, people, their accounts, roles and tokens."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Agency(Row):
    """A body named by the plan. In force on a day when `valid_from <= day <= valid_to`; None means unbounded."""

    __tablename__ = "agency"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    abbr: Mapped[str | None]
    type: Mapped[Code]
    relation: Mapped[Code]
    parent_code: Mapped[Code | None]
    gso_code: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[Code | None]
    version: Mapped[int]

    def in_force(self, day: date) -> bool:
        """Whether the agency exists on that local day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class AgencyGroup(Row):
    """A named set of agencies, such as all departments (`grp-departments`)."""

    __tablename__ = "agency_group"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]


class AgencyGroupMember(Row):
    """An agency's place in a group."""

    __tablename__ = "agency_group_member"

    group_code: Mapped[Code] = mapped_column(ForeignKey("agency_group.code"), primary_key=True)
    agency_code: Mapped[Code] = mapped_column(ForeignKey("agency.code"), primary_key=True)


class Person(Row):
    """A human being; duties are kept apart per person, however many accounts there are."""

    __tablename__ = "person"

    id: Mapped[Id]
    full_name: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[Code]
    disabled: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class Account(Row):
    """A way for a person to log in. `password_hash` is an argon2id string; None closes the password door."""

    __tablename__ = "account"

    id: Mapped[Id]
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"), index=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    disabled: Mapped[bool]
    created_at: Mapped[datetime]


class Membership(Row):
    """A role of a person at an agency, from one local day to another (None means unbounded).

    A role that is not tied to an agency, such as `auditor`, has `agency_code` None.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_person", "person_id"),
        Index("ix_membership_office", "agency_code", "role"),
    )

    id: Mapped[Id]
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"))
    agency_code: Mapped[Code | None] = mapped_column(ForeignKey("agency.code"))
    role: Mapped[Code]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    document: Mapped[str | None]
    version: Mapped[int]


class ApiToken(Row):
    """A program's key to an account; only the SHA-256 of the secret is kept."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginSession(Row):
    """A browser's session; only the SHA-256 of its random id is kept."""

    __tablename__ = "login_session"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginFailure(Row):
    """How often logging in to a username failed lately; slows guessing without locking anybody out."""

    __tablename__ = "login_failure"

    username: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
