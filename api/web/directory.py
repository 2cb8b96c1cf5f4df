"""The directory: agencies in force, and the people of one's own agencies with their roles."""

from __future__ import annotations

from flask import Blueprint

from api.web.door import page, read, text
from engine import deadlines
from engine.queries import directory, naming
from engine.queries.directory import AgencyFilter, MembershipFilter, PersonFilter
from engine.runtime import Transaction

blueprint = Blueprint("directory", __name__)

_MANY = 1000
PAGE = 50


@blueprint.get("/agencies")
def agencies() -> str:
    """The agencies that are in force today, or all."""
    words, everything = text("q"), text("all") == "yes"

    def query(tx: Transaction) -> str:
        today = deadlines.local_date(tx.now)
        found = directory.agencies(tx, AgencyFilter(at=None if everything else today, text=words), limit=_MANY)
        parents = naming.agencies(tx, (agency.parent_code for agency in found))
        return page("agencies.html", agencies=found, parents=parents, q=words, everything=everything, today=today)

    return read(query)


@blueprint.get("/people")
def people() -> str:
    """The people that the reader knows of, with their roles today and in time."""
    words, agency, after = text("q"), text("agency"), text("cursor", 2000) or ""

    def query(tx: Transaction) -> str:
        found = list(directory.people(tx, PersonFilter(agency=agency, text=words), after, PAGE + 1))
        shown = found[:PAGE]
        roles = directory.memberships(tx, MembershipFilter(agency=agency), limit=_MANY)
        by_person = {person.id: [m for m in roles if m.person_id == person.id] for person in shown}
        return page(
            "people.html",
            people=shown,
            roles=by_person,
            agencies=naming.agencies(tx, (m.agency_code for m in roles)),
            more=shown[-1].id if len(found) > PAGE else None,
            may_administer="sysadmin" in tx.actor.roles,
            q=words,
            agency=agency,
        )

    return read(query)
