"""What was urged in vain and stands on the list for the City's leadership."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.pages import page, sorted_cursor
from api.schemas.escalations import EscalationOut, EscalationQuery
from api.schemas.fields import listing
from api.v1.noun import Noun
from engine.queries import escalations as queries
from engine.queries.escalations import EscalationFilter, Listed
from engine.runtime import Transaction

blueprint = Noun("escalations", "/api/v1/escalations", "Danh sách báo cáo lãnh đạo")

_ROW = EscalationOut(exclude=["state", "title_vi", "title_en", "agency_name_vi", "agency_name_en"])


@blueprint.at("", methods=["GET"])
@blueprint.takes(EscalationQuery, "query")
@blueprint.gives(200, listing(EscalationOut))
def list_escalations() -> Response:
    """What was urged in vain, the latest first; an agency sees what is its own."""
    given = arguments(EscalationQuery())
    order = queries.ORDERS[given["sort"]]
    after = sorted_cursor(given["cursor"], given["sort"], order.kind)
    wanted = EscalationFilter(given["state"], given["agency"], given["kind"])

    def position(one: Listed) -> tuple[Any, ...]:
        return given["sort"], *order.place(one.row.listed_at, one.row.id)

    def query(tx: Transaction) -> Answer:
        found = list(queries.escalations(tx, wanted, after, given["limit"] + 1, given["sort"]))
        total = queries.count_escalations(tx, wanted) if given["total"] else None
        return page(found, given["limit"], _shown, position, total)

    return look(query)


def _shown(one: Listed) -> dict[str, Any]:
    shown: dict[str, Any] = _ROW.dump(one.row)
    return shown | {
        "state": "open" if one.row.settled_at is None else "settled",
        "title_vi": one.title_vi,
        "title_en": one.title_en,
        "agency_name_vi": one.agency.name_vi,
        "agency_name_en": one.agency.name_en,
    }
