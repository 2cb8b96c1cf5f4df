"""How pages ask the engine: as whoever reads them, through the one door, like the interface for programs does.

Rule: a change answers with a redirect to a page that shows it, so that loading anew repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, g, render_template, request, url_for

from api.auth import actor, engine
from engine.commands.incidents import carried_out
from engine.runtime import Transaction

# bpmn-js draws with SVG that it makes itself and styles through the object model, so nothing inline is needed.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
T = TypeVar("T")


def read(query: Callable[[Transaction], T]) -> T:
    """What a query tells the reader."""
    return engine().read(actor(), query)


def change(act: Callable[[Transaction], T]) -> T:
    """Carry out what the reader wants; a step that fails makes its case an incident."""
    return carried_out(engine(), actor(), act)


def is_known() -> bool:
    """Whether the reader is logged in."""
    return g.get("actor") is not None


def wants_part() -> bool:
    """Whether a script of ours asks for a part of the page only."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, **facts: Any) -> str:
    """A page, or a part of one."""
    return render_template(f"pages/{template}", **facts)


def onward(endpoint: str, note: str | None = None, **values: Any) -> Response:
    """Send the reader to a page, with a note of NOTES on top."""
    return goto(url_for(endpoint, **values, **_noted(note)))


def _noted(note: str | None) -> dict[str, Any]:
    return {"note": note} if note else {}


def goto(address: str) -> Response:
    """Send the reader to an address."""
    return Response(status=303, headers={"Location": address})


def text(name: str, longest: int = 200) -> str | None:
    """A query parameter without space around it; None when there is nothing in it."""
    given = request.args.get(name, "").replace("\x00", "").strip()[:longest]
    return given or None
