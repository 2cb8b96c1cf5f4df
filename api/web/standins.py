"""Who stands in for whom: lending an office for a time, and ending that early.

Rule: the page offers the offices of an agency; whether one may be lent, and by whom, the engine says.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response

from api.web import refusals
from api.web.door import change, onward, page, read, text
from api.web.given import day, given, number, required
from engine import deadlines
from engine.commands import substitutions
from engine.commands.substitutions import Absence
from engine.errors import ConflictError, EngineError, FieldProblem, InvalidDataError
from engine.models.directory import Membership
from engine.queries import directory, naming
from engine.queries import substitutions as queries
from engine.queries.directory import MembershipFilter
from engine.queries.substitutions import SubstitutionFilter
from engine.runtime import Transaction

blueprint = Blueprint("standins", __name__, url_prefix="/substitutions")

_MANY = 500


@blueprint.get("")
def listed() -> str:
    """The substitutions that the reader may know of, and a form for one more."""
    return read(lambda tx: _page(tx, None))


@blueprint.post("")
def add() -> Response | tuple[str, int]:
    """Lend an office."""
    try:
        absence = _absence()
        change(lambda tx: substitutions.add(tx, absence).id)
    except (InvalidDataError, ConflictError) as error:
        return _again(error)
    return onward("pages.standins.listed", "lent")


@blueprint.post("/<substitution_id>/end")
def end(substitution_id: str) -> Response | tuple[str, int]:
    """Let a substitution hold no more."""
    try:
        change(lambda tx: substitutions.end(tx, substitution_id, number("expected")).id)
    except ConflictError as error:
        return _again(error)
    return onward("pages.standins.listed", "ended")


def _absence() -> Absence:
    first, last = day("valid_from"), day("valid_to")
    if first is None or last is None:
        name = "valid_from" if first is None else "valid_to"
        raise InvalidDataError([FieldProblem(name, "required", "Hãy chọn ngày.", "Choose a day.")])
    return Absence(required("membership"), required("substitute"), first, last, given("document"))


def _again(error: EngineError) -> tuple[str, int]:
    message = refusals.told(error)
    return read(lambda tx: _page(tx, message)), 422 if isinstance(error, InvalidDataError) else 409


def _page(tx: Transaction, problem: str | None) -> str:
    today = deadlines.local_date(tx.now)
    agency = text("agency") or given("agency") or next(iter(sorted(tx.actor.agencies)), None)
    offices = directory.memberships(tx, MembershipFilter(agency=agency), limit=_MANY) if agency else ()
    held = [one for one in offices if one.role not in substitutions.NEVER_LENT and _is_held(one, today)]
    found = queries.page(tx, SubstitutionFilter(), limit=_MANY)
    return page(
        "substitutions.html",
        found=sorted(found, key=lambda one: one.row.valid_to, reverse=True),
        offices=held,
        people=naming.people(tx, (one.person_id for one in offices)),
        agencies=naming.agencies(tx, [agency, *(one.membership.agency_code for one in found)]),
        agency=agency,
        today=today,
        mine=queries.acting_for(tx),
        may_choose="sysadmin" in tx.actor.roles,
        problem=problem,
    )


def _is_held(membership: Membership, today: date) -> bool:
    return membership.valid_to is None or membership.valid_to >= today
