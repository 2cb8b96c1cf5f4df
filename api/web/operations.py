"""Work on many cases that goes on behind the pages: how far it is, and what became of each case.

Rule: what was ordered is done by the worker however long that takes; a page only looks.
"""

from __future__ import annotations

from flask import Blueprint

from api.web.door import page, read, text, wants_part
from engine.queries import naming
from engine.queries import operations as queries
from engine.runtime import Transaction

blueprint = Blueprint("operations", __name__, url_prefix="/operations")

PAGE = 50
STATES = ("waiting", "done", "refused", "failed", "skipped")


@blueprint.get("")
def listed() -> str:
    """The latest operations with their progress."""

    def query(tx: Transaction) -> str:
        found = queries.latest(tx, PAGE)
        people = naming.people(tx, (one.operation.created_by for one in found))
        return page("operations.html", found=found, people=people)

    return read(query)


@blueprint.get("/<operation_id>")
def shown(operation_id: str) -> str:
    """One operation: its progress, and its cases, those in one state if asked for."""
    state = text("state")

    def query(tx: Transaction) -> str:
        progress = queries.get(tx, operation_id)
        if wants_part():
            return page("operation_progress.html", progress=progress)
        wanted = state if state in STATES else None
        items = list(queries.items(tx, operation_id, wanted, text("cursor") or "", PAGE + 1))
        more = items[PAGE - 1].instance_id if len(items) > PAGE else None
        return page(
            "operation.html",
            progress=progress,
            operation=progress.operation,
            items=items[:PAGE],
            more=more,
            state=wanted,
            states=STATES,
            people=naming.people(tx, [progress.operation.created_by]),
        )

    return read(query)
