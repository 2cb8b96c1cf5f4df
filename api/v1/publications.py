"""What agencies publish about the plan, with the proof of each channel."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import sorted_list
from api.schemas.activities import PublicationChannelOut, PublicationDetailOut, PublicationOut, PublicationQuery
from api.schemas.fields import listing
from api.v1.noun import Noun
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
    return sorted_list(
        given, wanted, queries.ORDERS, (queries.publications, queries.count_publications), PublicationOut().dump
    )


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
