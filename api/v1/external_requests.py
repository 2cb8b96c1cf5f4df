"""Requests to bodies outside the City's administration: they are asked, and answer if they wish."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, look, perform
from api.pages import sorted_list
from api.schemas.fields import listing
from api.schemas.outside import (
    ExternalRequestDetailOut,
    ExternalRequestOut,
    ExternalRequestQuery,
    FollowUpIn,
    RequestCloseIn,
    SharedResultOut,
)
from api.v1.noun import Noun
from engine.commands import external_requests
from engine.models.outside import ExternalRequest
from engine.queries import outside as queries
from engine.queries.outside import RequestFilter
from engine.runtime import Transaction

blueprint = Noun("external-requests", "/api/v1/external-requests", "Đề nghị cơ quan ngoài hệ thống")


@blueprint.at("", methods=["GET"])
@blueprint.takes(ExternalRequestQuery, "query")
@blueprint.gives(200, listing(ExternalRequestOut))
def list_requests() -> Response:
    """The requests that the actor may see, the newest first."""
    given = arguments(ExternalRequestQuery())
    wanted = RequestFilter(given["body"], given["state"], given["obligation"])
    return sorted_list(
        given, wanted, queries.REQUEST_ORDERS, (queries.requests, queries.count_requests), ExternalRequestOut().dump
    )


@blueprint.at("/<request_id>", methods=["GET"])
@blueprint.gives(200, ExternalRequestDetailOut)
def get_request(request_id: str) -> Response:
    """One request, with what the body shared."""
    return look(lambda tx: _answer(tx, queries.request(tx, request_id)))


@blueprint.at("/<request_id>/follow-up", methods=["POST"])
@blueprint.takes(FollowUpIn)
@blueprint.gives(200, ExternalRequestDetailOut)
def follow_up(request_id: str) -> Response:
    """Send a courtesy letter about a request that waits for an answer."""
    given = body(FollowUpIn())
    return perform(lambda tx: _answer(tx, external_requests.follow_up(tx, request_id, given["message"])))


@blueprint.at("/<request_id>/close", methods=["POST"])
@blueprint.takes(RequestCloseIn)
@blueprint.gives(200, ExternalRequestDetailOut)
def close(request_id: str) -> Response:
    """Close a request without an answer."""
    given = body(RequestCloseIn())
    return perform(lambda tx: _answer(tx, external_requests.close(tx, request_id, given["reason"])))


def _answer(tx: Transaction, found: ExternalRequest) -> Answer:
    shown = ExternalRequestOut().dump(found)
    shown["results"] = SharedResultOut(many=True).dump(queries.results_of(tx, found.id))
    return Answer(shown, version=found.version)
