"""Dossiers of commendation: the list, one with everything that stands behind it, campaigns, and the council's vote.

Rule: of a secret ballot nothing comes back: it is sent in the body of a form, the answer says only that it was cast,
and what is refused is told without the choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request

from api.pages import cursor_at, sorted_cursor
from api.web import refusals
from api.web.door import change, onward, page, read, text
from api.web.showing import notable
from engine import commendation_rules as rules
from engine.commands import ballots
from engine.commands import dossiers as commands
from engine.errors import EngineError, NotFoundError
from engine.models.commendation import CouncilMeeting, Dossier
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.queries import claims, council, directory, documents, dossier_verbs, history, naming, tasks
from engine.queries import dossiers as queries
from engine.queries.directory import AgencyFilter
from engine.queries.documents import DocumentFilter
from engine.queries.dossiers import DossierFilter
from engine.queries.tasks import TaskFilter
from engine.runtime import Transaction

blueprint = Blueprint("dossiers", __name__, url_prefix="/dossiers")

PAGE = 50
_MANY = 1000
_EVENTS = 60


@blueprint.get("")
def listed() -> str:
    """The dossiers that the reader sees, the latest first, narrowed by what they ask for."""
    names = ("campaign", "agency", "state", "award_form", "achievement_type")
    asked = DossierFilter(**{name: text(name) for name in names}, text=text("q"))

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.USUAL, datetime)
        found = list(queries.dossiers(tx, asked, after, PAGE + 1))
        shown = found[:PAGE]
        more = cursor_at((queries.USUAL, shown[-1].created_at, shown[-1].id)) if len(found) > PAGE else None
        return page(
            "dossiers.html",
            dossiers=shown,
            more=more,
            asked=asked,
            behind=claims.behind(tx, shown),
            by_code=naming.agencies(tx, (one.agency for one in shown)),
            agencies=directory.agencies(tx, AgencyFilter(), limit=_MANY) if tx.actor.reads_all_cases else [],
            campaigns=queries.campaigns(tx, limit=_MANY),
            rules=rules,
        )

    return read(query)


@blueprint.get("/campaigns")
def campaigns() -> str:
    """The campaigns, the latest first."""

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.CAMPAIGNS, date)
        found = list(queries.campaigns(tx, after=after, limit=PAGE + 1))
        shown = found[:PAGE]
        more = cursor_at((queries.CAMPAIGNS, shown[-1].opens_on, shown[-1].id)) if len(found) > PAGE else None
        return page("campaigns.html", campaigns=shown, more=more)

    return read(query)


@blueprint.get("/<dossier_id>")
def shown(dossier_id: str) -> str:
    """One dossier, whole."""
    return read(lambda tx: _page(tx, dossier_id))


@blueprint.post("/<dossier_id>/hold")
def hold(dossier_id: str) -> Response | tuple[str, int]:
    """Stop a dossier until something is concluded about its nominee."""
    ground, reason = _sent("ground"), _sent("reason")
    return _turned(dossier_id, "held", lambda tx: commands.hold(tx, dossier_id, ground, reason, _version()))


@blueprint.post("/<dossier_id>/release")
def release(dossier_id: str) -> Response | tuple[str, int]:
    """Let a dossier on hold go on."""
    reason = _sent("reason")
    return _turned(dossier_id, "released", lambda tx: commands.release(tx, dossier_id, reason, _version()))


@blueprint.post("/<dossier_id>/revoke")
def revoke(dossier_id: str) -> Response | tuple[str, int]:
    """Ask for the revocation of what was awarded."""
    ground, reason = _sent("ground"), _sent("reason")
    return _turned(dossier_id, "revoking", lambda tx: commands.revoke(tx, dossier_id, ground, reason, _version()))


@blueprint.get("/<dossier_id>/ballot")
def ballot(dossier_id: str) -> str:
    """The paper of a member of the council: what is claimed, and the two ways to vote."""
    return read(lambda tx: _paper(tx, dossier_id))


@blueprint.post("/<dossier_id>/ballot")
def cast(dossier_id: str) -> Response | tuple[str, int]:
    """Put a secret ballot into the box."""
    return _voted(dossier_id, "voted", lambda tx: ballots.cast(tx, dossier_id, _sent("choice")))


@blueprint.post("/<dossier_id>/written-opinion")
def opine(dossier_id: str) -> Response | tuple[str, int]:
    """Give one's opinion in writing, by name."""
    comment = _sent("comment") or None
    return _voted(dossier_id, "opined", lambda tx: ballots.opine(tx, dossier_id, _sent("choice"), comment))


def _turned(dossier_id: str, note: str, act: Callable[[Transaction], Any]) -> Response | tuple[str, int]:
    return _done(dossier_id, "shown", note, act, _page)


def _voted(dossier_id: str, note: str, act: Callable[[Transaction], Any]) -> Response | tuple[str, int]:
    return _done(dossier_id, "ballot", note, act, _paper)


def _done(
    dossier_id: str,
    view: str,
    note: str,
    act: Callable[[Transaction], Any],
    again: Callable[[Transaction, str, str], str],
) -> Response | tuple[str, int]:
    """Do it and go on to the view; what is refused is told on the page that it was sent from."""
    try:
        change(act)
    except NotFoundError:
        raise
    except EngineError as error:
        message, status = refusals.told(error), refusals.status(error)
        return read(lambda tx: again(tx, dossier_id, message)), status
    return onward(f"pages.dossiers.{view}", note, dossier_id=dossier_id)


def _sent(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()[:10_000]


def _version() -> int | None:
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _page(tx: Transaction, dossier_id: str, problem: str | None = None) -> str:
    found = queries.dossier(tx, dossier_id)
    case = tx.session.get(ProcessInstance, found.instance_id) if found.instance_id else None
    opinions = queries.opinions(tx, found.id)
    meetings = council.meetings(tx, found.id) if council.reads_council(tx.actor) else []
    award, behind = queries.award_of(tx, found.id), claims.behind(tx, [found])[found.id]
    vote = dossier_verbs.vote_of(tx, found) if "council_member" in tx.actor.roles else None
    return page(
        "dossier.html",
        dossier=found,
        case=case,
        behind=behind,
        rivals=_named_rivals(tx, [rival.dossier for rival in behind.rivals]),
        opinions=opinions,
        meetings=meetings,
        seats=_seats(tx, meetings[-1]) if meetings else [],
        award=award,
        campaign=queries.campaign(tx, found.campaign_id) if found.campaign_id else None,
        verbs=dossier_verbs.verbs_on(tx, found),
        vote=vote,
        problem=problem,
        rules=rules,
        agencies=_agencies(tx, [found.agency, *(one.agency for one in opinions)]),
        **_of_case(tx, case),
    )


def _of_case(tx: Transaction, case: ProcessInstance | None) -> dict[str, Any]:
    """What a dossier's case has to tell: who it waits for, its documents, what happened last."""
    if case is None:
        return {"tasks": [], "documents": [], "events": [], "people": {}}
    events = history.of_instance(tx, case.id, max(0, case.audit_seq - _EVENTS), _EVENTS)
    waiting = tasks.page(tx, TaskFilter(instance_id=case.id), limit=PAGE)
    return {
        "tasks": waiting,
        "documents": documents.entries(tx, DocumentFilter(instance_id=case.id)),
        "events": notable(reversed(events)),
        "people": naming.people(tx, (task.row["assignee_id"] for task in waiting)),
    }


def _paper(tx: Transaction, dossier_id: str, problem: str | None = None) -> str:
    found = queries.dossier(tx, dossier_id)
    behind = claims.behind(tx, [found])[found.id]
    return page(
        "ballot.html",
        dossier=found,
        behind=behind,
        rivals=_named_rivals(tx, [rival.dossier for rival in behind.rivals]),
        opinions=queries.opinions(tx, found.id),
        vote=dossier_verbs.vote_of(tx, found),
        agencies=_agencies(tx, [found.agency, *(one.agency for one in queries.opinions(tx, found.id))]),
        problem=problem,
        rules=rules,
    )


def _seats(tx: Transaction, meeting: CouncilMeeting) -> list[dict[str, Any]]:
    """The members in a meeting with whether they have voted; how those who wrote did, after the closing only."""
    voted, found = council.roll(tx, meeting.id), council.seats(tx, meeting.id)
    people = naming.people(tx, (seat.person_id for seat in found))
    is_over = meeting.state == "closed"
    return [
        {
            "name": people.get(seat.person_id, ""),
            "has_voted": seat.person_id in voted or seat.opinion is not None,
            "recusal": seat.recusal,
            "opinion": seat.opinion if is_over else None,
        }
        for seat in found
    ]


def _named_rivals(tx: Transaction, ids: Iterable[str]) -> dict[str, Dossier]:
    """Those of these dossiers that the reader may open, by id."""
    return {one.id: one for one in queries.of_ids(tx, ids)}


def _agencies(tx: Transaction, codes: Iterable[str]) -> dict[str, Agency]:
    return naming.agencies(tx, codes)
