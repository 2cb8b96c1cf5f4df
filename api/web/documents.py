"""Documents: the register of an agency's year, one document with its files, and declaring it void.

Rule: the register is the agency's own and of those who read all cases; a file is always a download.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from api import pdf
from api.auth import actor, engine
from api.downloads import download
from api.errors import RequestError
from api.pages import cursor_at, sorted_cursor
from api.web import refusals
from api.web.catalogues import said
from api.web.door import change, onward, page, read, text
from engine import deadlines
from engine.commands import documents as commands
from engine.documents import setting
from engine.documents.types import TYPES
from engine.errors import EngineError, ForbiddenError, NotFoundError
from engine.models.directory import Agency
from engine.queries import directory, naming
from engine.queries import documents as queries
from engine.queries.directory import AgencyFilter
from engine.queries.documents import DocumentFilter, Register
from engine.queries.rounds import own_agencies
from engine.runtime import Transaction

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

PAGE = 50
_MANY = 1000


@blueprint.get("")
def listed() -> str:
    """The documents that the reader sees, the latest first; of one agency's year, whether its numbers are whole."""
    asked = DocumentFilter(
        agency=text("agency"),
        year=_year(),
        type=text("type") if text("type") in TYPES else None,
        state=text("state") if text("state") in queries.STATES else None,
        text=text("q"),
    )

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), queries.USUAL, datetime)
        found = queries.entries(tx, asked, after, PAGE + 1)
        shown = found[:PAGE]
        last = shown[-1].document if len(found) > PAGE else None
        return page(
            "documents.html",
            entries=shown,
            more=cursor_at((queries.USUAL, last.issued_at, last.id)) if last else None,
            asked=asked,
            types=TYPES,
            by_code=naming.agencies(tx, (one.document.agency for one in shown)),
            agencies=_agencies(tx),
            register=_register(tx, asked),
            this_year=deadlines.local_date(tx.now).year,
        )

    return read(query)


@blueprint.get("/<document_id>")
def shown(document_id: str) -> str:
    """One document: what it says, its files, what became of it."""
    return read(lambda tx: _page(tx, document_id))


@blueprint.get("/<document_id>/file")
def file(document_id: str) -> Response | tuple[str, int]:
    """The document as a file: .docx, or PDF where the server can make one."""
    symbol, content = engine().read(actor(), _content, document_id)
    name, made = symbol.replace("/", "-"), setting.render(content)
    if text("as") != "pdf":
        return download(made, setting.MEDIA_TYPE, f"{name}.docx")
    try:
        return download(pdf.converted(made), pdf.MEDIA_TYPE, f"{name}.pdf")
    except RequestError as error:
        message = said(*error.details)
        return read(lambda tx: _page(tx, document_id, message)), error.status


@blueprint.post("/<document_id>/void")
def void(document_id: str) -> Response | tuple[str, int]:
    """Declare a document void, with a reason."""
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:2000]
    try:
        change(lambda tx: commands.void(tx, document_id, reason))
    except NotFoundError:
        raise
    except EngineError as error:
        message, status = refusals.told(error), refusals.status(error)
        return read(lambda tx: _page(tx, document_id, message)), status
    return onward("pages.documents.shown", "voided", document_id=document_id)


def _year() -> int | None:
    given = text("year", 4) or ""
    return int(given) if given.isascii() and given.isdigit() and int(given) > 0 else None


def _agencies(tx: Transaction) -> list[Agency]:
    """Whose documents the reader may ask for: everybody's, or those of their own agencies."""
    if tx.actor.reads_all_cases:
        return list(directory.agencies(tx, AgencyFilter(), limit=_MANY))
    return list(naming.agencies(tx, own_agencies(tx.actor)).values())


def _register(tx: Transaction, asked: DocumentFilter) -> Register | None:
    """The register of the agency and year that are asked for; None where the reader may not have it."""
    if asked.agency is None or asked.year is None:
        return None
    try:
        return queries.register(tx, asked.agency, asked.year)
    except ForbiddenError:
        return None


def _page(tx: Transaction, document_id: str, problem: str | None = None) -> str:
    entry = queries.entry(tx, document_id)
    found = entry.document
    return page(
        "document.html",
        entry=entry,
        document=found,
        type=TYPES[found.type],
        content=queries.content_of(found),
        duplicates=queries.duplicates(tx, found),
        agency=naming.agencies(tx, [found.agency]).get(found.agency),
        people=naming.people(tx, [found.issued_by, entry.void.voided_by if entry.void else None]),
        may_void=entry.void is None and commands.may_void(tx.actor, found),
        has_pdf=pdf.program() is not None,
        problem=problem,
    )


def _content(tx: Transaction, document_id: str) -> tuple[str, dict[str, Any]]:
    found = queries.document(tx, document_id)
    return found.symbol, queries.content_of(found)
