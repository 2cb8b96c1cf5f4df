"""Standing in for somebody for a time."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.pages import cursor_values, page
from api.schemas.fields import listing
from api.schemas.substitutions import SubstitutionIn, SubstitutionOut, SubstitutionQuery
from api.v1.noun import Noun
from engine.commands import substitutions
from engine.commands.substitutions import Absence
from engine.queries import substitutions as queries
from engine.queries.substitutions import SubstitutionFilter
from engine.runtime import Transaction

blueprint = Noun("substitutions", "/api/v1/substitutions", "Thay thế người vắng mặt")


@blueprint.at("", methods=["GET"])
@blueprint.takes(SubstitutionQuery, "query")
@blueprint.gives(200, listing(SubstitutionOut))
def list_substitutions() -> Response:
    """Who stands in for whom: what concerns oneself, one's agency as its head, or all for administrators."""
    given = arguments(SubstitutionQuery())
    wanted = SubstitutionFilter(given["at"], given["absent"], given["substitute"], given["agency"])
    after = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = queries.page(tx, wanted, after[0], given["limit"] + 1)
        total = queries.count(tx, wanted) if given["total"] else None
        return page(found, given["limit"], SubstitutionOut().dump, lambda s: (s.row.id,), total)

    return look(query)


@blueprint.at("", methods=["POST"])
@blueprint.takes(SubstitutionIn)
@blueprint.gives(201, SubstitutionOut)
def add_substitution() -> Response:
    """Lend an office for a time, on the strength of a document."""
    absence = Absence(**body(SubstitutionIn()))
    return perform(lambda tx: _shown(tx, substitutions.add(tx, absence).id, 201))


@blueprint.at("/<substitution_id>", methods=["GET"])
@blueprint.gives(200, SubstitutionOut)
def get_substitution(substitution_id: str) -> Response:
    """One substitution, with the ETag that its end needs."""
    return look(lambda tx: _shown(tx, substitution_id))


@blueprint.at("/<substitution_id>", methods=["DELETE"])
@blueprint.gives(204)
def end_substitution(substitution_id: str) -> Response:
    """Let a substitution end; what was done under it stands."""
    expected = expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        substitutions.end(tx, substitution_id, expected)
        return Answer(None, 204)

    return perform(act)


def _shown(tx: Transaction, substitution_id: str, status: int = 200) -> Answer:
    found = queries.substitution(tx, substitution_id)
    return Answer(SubstitutionOut().dump(found), status, found.row.version)
