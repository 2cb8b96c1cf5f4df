"""The history across cases, for those who inspect: searched by person, agency, case, type and period, and verified."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request

from api.auth import actor, engine
from api.web.door import page, read, text
from api.web.showing import named
from api.web.words import EVENTS, word
from engine.audit.verify import Verification
from engine.queries import directory, entries, proof
from engine.queries.directory import AgencyFilter
from engine.queries.entries import EntryFilter
from engine.runtime import Transaction

blueprint = Blueprint("history", __name__)

PAGE = 50
_MANY = 1000
_LARGEST = 2**53


@blueprint.get("/history")
def search() -> str:
    """The latest events that fit, of all cases that the reader sees."""
    return read(lambda tx: _page(tx, None))


@blueprint.post("/history/verification")
def verify() -> str:
    """Recompute every hash of the history, or of one case, and tell the first event that does not fit."""
    case = (request.form.get("case") or "").replace("\x00", "").strip()[:200]
    if case:
        found = engine().read_frozen(actor(), proof.of_case, case)
    else:
        found = engine().read_frozen(actor(), proof.of_everything)
    return read(lambda tx: _page(tx, found))


def _page(tx: Transaction, verification: Verification | None) -> str:
    wanted = EntryFilter(
        text("person"), text("agency"), text("case"), text("type"), _day(text("from")), _day(text("to"))
    )
    found = entries.page(tx, wanted, _before(), PAGE + 1)
    shown = found[:PAGE]
    agencies = sorted(directory.agencies(tx, AgencyFilter(), limit=_MANY), key=named)
    types = sorted(EVENTS, key=lambda code: word(code, "event"))
    more = str(shown[-1].event.id) if len(found) > PAGE else None
    facts: dict[str, Any] = {"asked": wanted, "agencies": agencies, "types": types, "more": more}
    return page(
        "history.html",
        entries=shown,
        by_code={agency.code: agency for agency in agencies},
        verification=verification,
        may_verify_all=bool(tx.actor.roles & entries.WATCHERS),
        **facts,
    )


def _before() -> int | None:
    given = text("cursor") or ""
    return min(int(given), _LARGEST) if given.isascii() and given.isdigit() else None


def _day(given: str | None) -> date | None:
    """A day; what is none narrows nothing, as if the field were empty."""
    try:
        return date.fromisoformat(given) if given and len(given) == len("2026-11-24") else None
    except ValueError:
        return None
