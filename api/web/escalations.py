"""What was urged in vain: the list for the City's leadership, and for each agency its own."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint

from api.pages import cursor_at, sorted_cursor
from api.web.door import page, read, text
from engine.queries import directory
from engine.queries import escalations as queries
from engine.queries.directory import AgencyFilter
from engine.queries.escalations import EscalationFilter
from engine.runtime import Transaction

blueprint = Blueprint("escalations", __name__, url_prefix="/escalations")

PAGE = 50
_MANY = 1000


@blueprint.get("")
def listed() -> str:
    """The list, the latest first: what is open unless the reader asks for more."""
    state = text("state") or "open"
    asked = EscalationFilter(
        state=state if state in queries.STATES else None,
        agency=text("agency"),
        kind=text("kind") if text("kind") in queries.KINDS else None,
    )

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.USUAL, datetime)
        found = queries.escalations(tx, asked, after, PAGE + 1)
        shown = found[:PAGE]
        more = cursor_at((queries.USUAL, shown[-1].row.listed_at, shown[-1].row.id)) if len(found) > PAGE else None
        return page(
            "escalations.html",
            listed=shown,
            more=more,
            asked=asked,
            states=queries.STATES,
            kinds=queries.KINDS,
            agencies=directory.agencies(tx, AgencyFilter(), limit=_MANY) if tx.actor.reads_all_cases else [],
        )

    return read(query)
