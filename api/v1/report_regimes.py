"""Reporting regimes: their versions, and adding one."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, look, perform
from api.pages import cursor_values, page
from api.schemas.fields import listing
from api.schemas.reporting import RegimeIn, RegimeOut, RegimeQuery
from api.v1.noun import Noun
from engine.commands import regimes
from engine.commands.regimes import RegimeText
from engine.queries import regimes as queries
from engine.queries.regimes import RegimeFilter
from engine.runtime import Transaction

blueprint = Noun("report-regimes", "/api/v1/report-regimes", "Chế độ báo cáo")


@blueprint.at("", methods=["GET"])
@blueprint.takes(RegimeQuery, "query")
@blueprint.gives(200, listing(RegimeOut))
def list_regimes() -> Response:
    """The versions of regimes; `at` narrows them to those in force on a day."""
    given = arguments(RegimeQuery())
    wanted = RegimeFilter(given["key"], given["at"])
    after = cursor_values(given["cursor"], str, int)

    def query(tx: Transaction) -> Answer:
        found = list(queries.regimes(tx, wanted, (after[0], after[1]) if after else ("", 0), given["limit"] + 1))
        total = queries.count_regimes(tx, wanted) if given["total"] else None
        return page(found, given["limit"], RegimeOut().dump, lambda r: (r.key, r.version), total)

    return look(query)


@blueprint.at("", methods=["POST"])
@blueprint.takes(RegimeIn)
@blueprint.gives(201, RegimeOut)
def add_regime() -> Response:
    """Add a regime, or a further version of one, which ends the version before it."""
    text = RegimeText(**body(RegimeIn()))
    return perform(lambda tx: Answer(RegimeOut().dump(regimes.add(tx, text)), 201))


@blueprint.at("/<key>/versions/<int:version>", methods=["GET"])
@blueprint.gives(200, RegimeOut)
def get_regime(key: str, version: int) -> Response:
    """One version of a regime."""
    return look(lambda tx: Answer(RegimeOut().dump(queries.regime(tx, key, version))))
