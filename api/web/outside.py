"""What passes between the City and outside bodies: requests with what came of them, supervisions with the answers.

Rule: nothing that is asked of an outside body is shown as due or overdue; what is owed to one is.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint

from api.pages import cursor_at, sorted_cursor
from api.web.door import page, read, text
from engine.queries import naming
from engine.queries import outside as queries
from engine.queries.outside import RequestFilter, SupervisionFilter
from engine.runtime import Transaction

blueprint = Blueprint("outside", __name__)

PAGE = 50


@blueprint.get("/external-requests")
def requests() -> str:
    """The requests that the reader sees, the latest first."""
    asked = RequestFilter(body=text("body"), state=text("state"))

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.USUAL, datetime)
        found = list(queries.requests(tx, asked, after, PAGE + 1))
        shown = found[:PAGE]
        more = cursor_at((queries.USUAL, shown[-1].created_at, shown[-1].id)) if len(found) > PAGE else None
        bodies = naming.agencies(tx, (one.body for one in shown))
        return page("requests.html", requests=shown, more=more, asked=asked, bodies=bodies)

    return read(query)


@blueprint.get("/external-requests/<request_id>")
def request(request_id: str) -> str:
    """One request, with the answer and what was shared."""

    def query(tx: Transaction) -> str:
        found = queries.request(tx, request_id)
        results = queries.results_of(tx, found.id)
        body = naming.agencies(tx, [found.body]).get(found.body or "")
        return page("request.html", request_row=found, results=results, body=body)

    return read(query)


@blueprint.get("/supervisions")
def supervisions() -> str:
    """The supervisions that the reader sees, the latest first."""
    asked = SupervisionFilter(addressed=text("addressed"), state=text("state"), kind=text("kind"))

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.USUAL, datetime)
        found = list(queries.supervisions(tx, asked, after, PAGE + 1))
        shown = found[:PAGE]
        more = cursor_at((queries.USUAL, shown[-1].created_at, shown[-1].id)) if len(found) > PAGE else None
        agencies = naming.agencies(tx, (code for one in shown for code in (one.front, one.addressed)))
        return page("supervisions.html", supervisions=shown, more=more, asked=asked, agencies=agencies)

    return read(query)


@blueprint.get("/supervisions/<supervision_id>")
def supervision(supervision_id: str) -> str:
    """One supervision, with what was answered to each recommendation."""

    def query(tx: Transaction) -> str:
        found = queries.supervision(tx, supervision_id)
        answers = queries.recommendations_of(tx, found.id)
        agencies = naming.agencies(tx, [found.front, found.addressed])
        return page("supervision.html", supervision=found, answers=answers, agencies=agencies)

    return read(query)
