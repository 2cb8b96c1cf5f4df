"""One person: who they are, what roles they hold, and for administrators giving and ending these.

Rule: a role ends with a day and leaves its row; nobody is deleted.
"""

from __future__ import annotations

from flask import Blueprint, Response

from api.web import refusals
from api.web.door import change, onward, page, read
from api.web.given import day, given, number, required
from engine import access
from engine.commands import directory as commands
from engine.commands.directory import Role
from engine.errors import ConflictError, EngineError, InvalidDataError
from engine.queries import directory, naming
from engine.queries.directory import MembershipFilter
from engine.runtime import Transaction

blueprint = Blueprint("members", __name__, url_prefix="/people")

_MANY = 200
_REFUSED = (InvalidDataError, ConflictError)


@blueprint.get("/new")
def new() -> str:
    """The form for somebody new, for administrators."""
    return read(lambda tx: _new(tx, None))


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Somebody new with a role; their account is made on the server (`dondoc person add --of`)."""
    try:
        name = required("full_name")
        role = Role(required("role"), given("agency") or None, document=given("document") or None)
        person = change(lambda tx: commands.add_person(tx, name, email=given("email") or None, roles=[role]).id)
    except _REFUSED as error:
        message = refusals.told(error)
        return read(lambda tx: _new(tx, message)), 422
    return onward("pages.members.shown", "person-added", person_id=person)


@blueprint.get("/<person_id>")
def shown(person_id: str) -> str:
    """One person whom the reader may know of."""
    return read(lambda tx: _page(tx, person_id, None))


@blueprint.post("/<person_id>/roles")
def give(person_id: str) -> Response | tuple[str, int]:
    """Give a role."""
    try:
        first, last, document = day("valid_from"), day("valid_to"), given("document") or None
        role = Role(required("role"), given("agency") or None, first, last, document)
        change(lambda tx: commands.add_membership(tx, person_id, role).id)
    except _REFUSED as error:
        return _again(person_id, error)
    return onward("pages.members.shown", "role-given", person_id=person_id)


@blueprint.post("/<person_id>/roles/<membership_id>/end")
def end(person_id: str, membership_id: str) -> Response | tuple[str, int]:
    """End a role today."""
    try:
        change(lambda tx: commands.end_membership(tx, membership_id, number("expected")).id)
    except _REFUSED as error:
        return _again(person_id, error)
    return onward("pages.members.shown", "role-ended", person_id=person_id)


@blueprint.post("/<person_id>/lock")
def lock(person_id: str) -> Response | tuple[str, int]:
    """Lock somebody out, or let them in again."""
    wanted = {"disabled": given("disabled") == "yes"}
    try:
        change(lambda tx: commands.change_person(tx, person_id, wanted, number("expected")).id)
    except _REFUSED as error:
        return _again(person_id, error)
    return onward("pages.members.shown", "person-changed", person_id=person_id)


def _new(tx: Transaction, problem: str | None) -> str:
    directory.require_administrator(tx.actor)
    return page("person_new.html", roles=sorted(access.ROLES), problem=problem)


def _again(person_id: str, error: EngineError) -> tuple[str, int]:
    message = refusals.told(error)
    return read(lambda tx: _page(tx, person_id, message)), 422 if isinstance(error, InvalidDataError) else 409


def _page(tx: Transaction, person_id: str, problem: str | None) -> str:
    person = directory.person(tx, person_id)
    held = directory.memberships(tx, MembershipFilter(person=person_id), limit=_MANY)
    return page(
        "person.html",
        person=person,
        held=held,
        agencies=naming.agencies(tx, (one.agency_code for one in held)),
        roles=sorted(access.ROLES),
        may_administer="sysadmin" in tx.actor.roles,
        problem=problem,
    )
