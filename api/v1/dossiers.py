"""Dossiers of commendation: opening, reading, holding, revoking, and voting in the council."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import body, sealed_body
from api.contract import Answer, expected_version, look, perform
from api.pages import page, sorted_cursor, wanted, whole
from api.schemas.commendation import (
    AwardOut,
    BallotIn,
    DossierDetailOut,
    DossierIn,
    DossierOut,
    DossierQuery,
    EvidenceOut,
    HoldIn,
    MeetingOut,
    OpinionIn,
    OpinionOut,
    RevokeIn,
    SeatOut,
    TurnoutOut,
)
from api.schemas.fields import Reason, SearchIn, listing
from api.v1.noun import Noun
from engine.commands import ballots, dossiers
from engine.handlers.dossier_content import stale
from engine.models.commendation import CouncilMeeting, CouncilSeat, Dossier
from engine.queries import council
from engine.queries import dossiers as queries
from engine.queries.dossiers import DossierFilter
from engine.runtime import Transaction

blueprint = Noun("dossiers", "/api/v1/dossiers", "Hồ sơ khen thưởng")


@blueprint.at("", methods=["GET"])
@blueprint.takes(DossierQuery, "query")
@blueprint.gives(200, listing(DossierOut))
def list_dossiers() -> Response:
    """The dossiers that the actor may see."""
    return _list(wanted(DossierQuery(), searched=False))


@blueprint.at("/search", methods=["POST"])
@blueprint.takes(SearchIn)
@blueprint.gives(200, listing(DossierOut))
def search_dossiers() -> Response:
    """The same list, asked for by a body {filter, sort, page}."""
    return _list(wanted(DossierQuery(), searched=True))


@blueprint.at("", methods=["POST"])
@blueprint.takes(DossierIn)
@blueprint.gives(201, DossierDetailOut)
def open_dossier() -> Response:
    """Open a dossier of an agency: its case begins, and waits for the officer."""
    given = body(DossierIn())
    agency = given.pop("agency")
    return perform(lambda tx: _answer(tx, dossiers.open_dossier(tx, agency, given), 201))


@blueprint.at("/<dossier_id>", methods=["GET"])
@blueprint.gives(200, DossierDetailOut)
def get_dossier(dossier_id: str) -> Response:
    """One dossier with its claims, opinions and award."""
    return look(lambda tx: _answer(tx, queries.dossier(tx, dossier_id)))


@blueprint.at("/<dossier_id>/council", methods=["GET"])
@blueprint.gives(200, listing(MeetingOut))
def get_council(dossier_id: str) -> Response:
    """The council's meetings on a dossier, for who sits in it or reads it; counts are told after the closing."""

    def query(tx: Transaction) -> Answer:
        found = queries.dossier(tx, dossier_id)
        meetings = council.meetings(tx, found.id) if council.reads_council(tx.actor) else []
        return whole([_meeting(tx, meeting) for meeting in meetings])

    return look(query)


@blueprint.at("/<dossier_id>/hold", methods=["POST"])
@blueprint.takes(HoldIn)
@blueprint.gives(200, DossierDetailOut)
def hold_dossier(dossier_id: str) -> Response:
    """Stop a dossier until something is concluded about its nominee."""
    given, expected = body(HoldIn()), expected_version()
    return perform(lambda tx: _answer(tx, dossiers.hold(tx, dossier_id, given["ground"], given["reason"], expected)))


@blueprint.at("/<dossier_id>/release", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, DossierDetailOut)
def release_dossier(dossier_id: str) -> Response:
    """Let a dossier on hold go on where it stood."""
    given, expected = body(Reason()), expected_version()
    return perform(lambda tx: _answer(tx, dossiers.release(tx, dossier_id, given["reason"], expected)))


@blueprint.at("/<dossier_id>/revoke", methods=["POST"])
@blueprint.takes(RevokeIn)
@blueprint.gives(200, DossierDetailOut)
def revoke_award(dossier_id: str) -> Response:
    """Begin the revocation of an award; the Chairman decides about it."""
    given, expected = body(RevokeIn()), expected_version()
    return perform(lambda tx: _answer(tx, dossiers.revoke(tx, dossier_id, given["ground"], given["reason"], expected)))


@blueprint.at("/<dossier_id>/ballots", methods=["POST"])
@blueprint.takes(BallotIn)
@blueprint.gives(201, TurnoutOut)
def cast_ballot(dossier_id: str) -> Response:
    """Cast one's secret ballot in the council. Nothing of the choice is kept with one's name."""
    given = sealed_body(BallotIn())
    return perform(lambda tx: Answer({"voted": ballots.cast(tx, dossier_id, given["choice"])}, 201))


@blueprint.at("/<dossier_id>/written-opinions", methods=["POST"])
@blueprint.takes(OpinionIn)
@blueprint.gives(201, SeatOut)
def give_written_opinion(dossier_id: str) -> Response:
    """Give one's opinion in writing, by name: as an absent member, or where the rules want no secret ballot."""
    given = sealed_body(OpinionIn())

    def act(tx: Transaction) -> Answer:
        seat = ballots.opine(tx, dossier_id, given["choice"], given["comment"])
        return Answer({"person": seat.person_id, "attendance": seat.attendance, "has_voted": True}, 201)

    return perform(act)


def _list(given: dict[str, Any]) -> Response:
    limit, sort, total = (given.pop(name) for name in ("limit", "sort", "total"))
    order = queries.ORDERS[sort]
    after = sorted_cursor(given.pop("cursor"), sort, order.kind)
    narrowed = DossierFilter(text=given.pop("q"), **given)

    def position(one: Dossier) -> tuple[Any, ...]:
        return sort, *order.place(getattr(one, order.name), one.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.dossiers(tx, narrowed, after, limit + 1, sort))
        counted = queries.count_dossiers(tx, narrowed) if total else None
        return page(found, limit, DossierOut().dump, position, counted)

    return look(query)


def _answer(tx: Transaction, found: Dossier, status: int = 200) -> Answer:
    tx.flush()
    changed = set(stale(tx, found))
    award = queries.award_of(tx, found.id)
    claims = [
        EvidenceOut(exclude=["stale"]).dump(one) | {"stale": one.plan_task_id in changed}
        for one in queries.evidence(tx, found.id)
    ]
    shown = DossierOut().dump(found) | {
        "unit_minutes": found.unit_minutes,
        "rules": found.rules,
        "evidence": claims,
        "stale_evidence": sorted(changed),
        "opinions": OpinionOut(many=True).dump(queries.opinions(tx, found.id)),
        "award": AwardOut().dump(award) if award is not None else None,
    }
    return Answer(shown, status, found.version)


def _meeting(tx: Transaction, meeting: CouncilMeeting) -> dict[str, Any]:
    voted = council.roll(tx, meeting.id)
    is_over = meeting.state == "closed"
    members = [_seat(seat, seat.person_id in voted, told=is_over) for seat in council.seats(tx, meeting.id)]
    shown: dict[str, Any] = MeetingOut(exclude=["members"]).dump(meeting)
    return shown | {"members": members}


def _seat(seat: CouncilSeat, voted: bool, *, told: bool) -> dict[str, Any]:
    shown: dict[str, Any] = SeatOut(exclude=["has_voted"]).dump(seat)
    hidden = {} if told else {"opinion": None, "opinion_comment": None}
    return shown | {"has_voted": voted or seat.opinion is not None} | hidden
