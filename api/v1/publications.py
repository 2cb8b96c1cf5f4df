"""What agencies publish about the plan, with the proof of each channel."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import page, sorted_cursor
from api.schemas.activities import PublicationChannelOut, PublicationDetailOut, PublicationOut, PublicationQuery
from api.schemas.fields import listing
from api.v1.noun import Noun
from engine.models.publication import Publication
from engine.queries import publications as queries
from engine.queries.publications import PublicationFilter
from engine.runtime import Transaction

blueprint = Noun("publications", "/api/v1/publications", "Nội dung tuyên truyền")
_FULL = PublicationDetailOut(exclude=["channels"])


@blueprint.at("", methods=["GET"])
@blueprint.takes(PublicationQuery, "query")
@blueprint.gives(200, listing(PublicationOut))
def list_publications() -> Response:
    """The publications that the actor may see, the newest first."""
    given = arguments(PublicationQuery())
    wanted = PublicationFilter(given["agency"], given["state"], given["obligation"])
    order = queries.ORDERS[given["sort"]]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)

    def position(one: Publication) -> tuple[Any, ...]:
        return given["sort"], *order.place(one.created_at, one.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.publications(tx, wanted, after, given["limit"] + 1, given["sort"]))
        total = queries.count_publications(tx, wanted) if given["total"] else None
        return page(found, given["limit"], PublicationOut().dump, position, total)

    return look(query)


@blueprint.at("/<publication_id>", methods=["GET"])
@blueprint.gives(200, PublicationDetailOut)
def get_publication(publication_id: str) -> Response:
    """One publication, with its content, and link, time, copy and reach of each channel."""

    def query(tx: Transaction) -> Answer:
        found = queries.publication(tx, publication_id)
        shown = _FULL.dump(found)
        shown["channels"] = PublicationChannelOut(many=True).dump(queries.channels_of(tx, found.id))
        return Answer(shown, version=found.version)

    return look(query)
