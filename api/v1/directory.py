"""Agencies, people, their accounts and memberships."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.batches import perform_each
from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.pages import cursor_values, page, whole
from api.passwords import hash_password
from api.schemas.directory import (
    AccountIn,
    AccountOut,
    AgencyChange,
    AgencyIn,
    AgencyNameIn,
    AgencyNameOut,
    AgencyOut,
    AgencyQuery,
    CaseSuccessorOut,
    CaseSuccessorsIn,
    CaseSuccessorsOut,
    MembershipIn,
    MembershipOut,
    MembershipQuery,
    PersonChange,
    PersonIn,
    PersonOut,
    PersonQuery,
)
from api.schemas.fields import listing
from api.v1.noun import Noun
from engine.commands import directory, renaming, successions
from engine.commands.directory import Login, Role
from engine.commands.renaming import NewName
from engine.queries import agency_names
from engine.queries import directory as queries
from engine.queries.directory import AgencyFilter, MembershipFilter, PersonFilter
from engine.runtime import Transaction

blueprint = Noun("directory", "/api/v1", "Cơ quan, người dùng, vai trò")


@blueprint.at("/agencies", methods=["GET"])
@blueprint.takes(AgencyQuery, "query")
@blueprint.gives(200, listing(AgencyOut))
def list_agencies() -> Response:
    """Agencies by code; with `at` those in force on that day."""
    given = arguments(AgencyQuery())
    wanted = AgencyFilter(given["at"], given["text"])
    after = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.agencies(tx, wanted, after[0], given["limit"] + 1))
        total = queries.count_agencies(tx, wanted) if given["total"] else None
        return page(found, given["limit"], AgencyOut().dump, lambda a: (a.code,), total)

    return look(query)


@blueprint.at("/agencies", methods=["POST"])
@blueprint.takes(AgencyIn)
@blueprint.gives(201, AgencyOut)
def add_agency() -> Response:
    """A new agency."""
    given = body(AgencyIn())

    def act(tx: Transaction) -> Answer:
        agency = directory.add_agency(tx, given)
        return Answer(AgencyOut().dump(agency), 201, agency.version)

    return perform(act)


@blueprint.at("/agencies/<code>", methods=["GET"])
@blueprint.gives(200, AgencyOut)
def get_agency(code: str) -> Response:
    """One agency."""

    def query(tx: Transaction) -> Answer:
        agency = queries.agency(tx, code)
        return Answer(AgencyOut().dump(agency), version=agency.version)

    return look(query)


@blueprint.at("/agencies/<code>", methods=["PATCH"])
@blueprint.takes(AgencyChange)
@blueprint.gives(200, AgencyOut)
def change_agency(code: str) -> Response:
    """Change an agency's names, dates, parent or successor."""
    given, expected = body(AgencyChange()), expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        agency = directory.change_agency(tx, code, given, expected)
        return Answer(AgencyOut().dump(agency), version=agency.version)

    return perform(act)


@blueprint.at("/agencies/<code>/names", methods=["GET"])
@blueprint.gives(200, listing(AgencyNameOut))
def list_agency_names(code: str) -> Response:
    """What an agency was, is and will be called, the oldest name first; nothing for one that was never renamed."""
    return look(lambda tx: whole(AgencyNameOut(many=True).dump(agency_names.names_of(tx, code))))


@blueprint.at("/agencies/<code>/names", methods=["POST"])
@blueprint.takes(AgencyNameIn)
@blueprint.gives(201, AgencyNameOut)
def rename_agency(code: str) -> Response:
    """Give an agency another name from a day on; the days before keep theirs."""
    given = NewName(**body(AgencyNameIn()))
    return perform(lambda tx: Answer(AgencyNameOut().dump(renaming.rename(tx, code, given)), 201))


@blueprint.at("/agencies/<code>/successors", methods=["POST"])
@blueprint.takes(CaseSuccessorsIn)
@blueprint.gives(200, CaseSuccessorsOut)
def name_successors(code: str) -> Response:
    """Say which agency takes single cases over from one that is split; all others go to its successor."""
    given = body(CaseSuccessorsIn())

    def name_one(tx: Transaction, instance_id: str) -> Any:
        named = successions.name_successor(tx, instance_id, code, given["successor"], given["document"])
        return CaseSuccessorOut().dump(named)

    return perform_each(given["process_instances"], name_one)


@blueprint.at("/people", methods=["GET"])
@blueprint.takes(PersonQuery, "query")
@blueprint.gives(200, listing(PersonOut))
def list_people() -> Response:
    """People: colleagues, or everybody for administrators."""
    given = arguments(PersonQuery())
    wanted = PersonFilter(given["agency"], given["text"])
    after = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.people(tx, wanted, after[0], given["limit"] + 1))
        total = queries.count_people(tx, wanted) if given["total"] else None
        return page(found, given["limit"], PersonOut().dump, lambda p: (p.id,), total)

    return look(query)


@blueprint.at("/people", methods=["POST"])
@blueprint.takes(PersonIn)
@blueprint.gives(201, PersonOut)
def add_person() -> Response:
    """A new person, with an account when a user name is given."""
    given = body(PersonIn())
    username, password = given.pop("username"), given.pop("password")
    login = Login(username, _hashed(password)) if username else None

    def act(tx: Transaction) -> Answer:
        person = directory.add_person(tx, **given, login=login)
        return Answer(PersonOut().dump(person), 201, person.version)

    return perform(act)


@blueprint.at("/people/<person_id>", methods=["GET"])
@blueprint.gives(200, PersonOut)
def get_person(person_id: str) -> Response:
    """One person."""

    def query(tx: Transaction) -> Answer:
        person = queries.person(tx, person_id)
        return Answer(PersonOut().dump(person), version=person.version)

    return look(query)


@blueprint.at("/people/<person_id>", methods=["PATCH"])
@blueprint.takes(PersonChange)
@blueprint.gives(200, PersonOut)
def change_person(person_id: str) -> Response:
    """Change a person's name, e-mail or language, or disable them."""
    given, expected = body(PersonChange()), expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        person = directory.change_person(tx, person_id, given, expected)
        return Answer(PersonOut().dump(person), version=person.version)

    return perform(act)


@blueprint.at("/people/<person_id>/accounts", methods=["POST"])
@blueprint.takes(AccountIn)
@blueprint.gives(201, AccountOut)
def add_account(person_id: str) -> Response:
    """A further account of a person; duties stay apart by the person."""
    given = body(AccountIn())
    login = Login(given["username"], _hashed(given["password"]))

    def act(tx: Transaction) -> Answer:
        account = directory.add_account(tx, person_id, login)
        return Answer(AccountOut().dump(account), 201)

    return perform(act)


@blueprint.at("/memberships", methods=["GET"])
@blueprint.takes(MembershipQuery, "query")
@blueprint.gives(200, listing(MembershipOut))
def list_memberships() -> Response:
    """Roles: of one's own agencies, or all for administrators."""
    given = arguments(MembershipQuery())
    wanted = MembershipFilter(given["person"], given["agency"])
    after = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.memberships(tx, wanted, after[0], given["limit"] + 1))
        total = queries.count_memberships(tx, wanted) if given["total"] else None
        return page(found, given["limit"], MembershipOut().dump, lambda m: (m.id,), total)

    return look(query)


@blueprint.at("/memberships/<membership_id>", methods=["GET"])
@blueprint.gives(200, MembershipOut)
def get_membership(membership_id: str) -> Response:
    """One role, with the ETag that its end needs."""

    def query(tx: Transaction) -> Answer:
        row = queries.membership(tx, membership_id)
        return Answer(MembershipOut().dump(row), version=row.version)

    return look(query)


@blueprint.at("/memberships", methods=["POST"])
@blueprint.takes(MembershipIn)
@blueprint.gives(201, MembershipOut)
def add_membership() -> Response:
    """Give a person a role."""
    given = body(MembershipIn())
    person = given.pop("person")

    def act(tx: Transaction) -> Answer:
        row = directory.add_membership(tx, person, Role(**given))
        return Answer(MembershipOut().dump(row), 201, row.version)

    return perform(act)


@blueprint.at("/memberships/<membership_id>", methods=["DELETE"])
@blueprint.gives(204)
def end_membership(membership_id: str) -> Response:
    """Let a role end."""
    expected = expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        directory.end_membership(tx, membership_id, expected)
        return Answer(None, 204)

    return perform(act)


def _hashed(password: str | None) -> str | None:
    return hash_password(password) if password else None
