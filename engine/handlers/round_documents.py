"""The consolidated report of a round as a document: numbered when it is issued, replaced when it is issued again.

Rule: the register gives the number, unless the clerk says which one the agency's own register gave; a report that
comes back from the City's office and is issued again makes the one before void.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine import deadlines
from engine.commands import documents
from engine.commands.case import Case
from engine.documents.draft import OutsideNumber
from engine.handlers.content import day_of
from engine.models.document import Document
from engine.models.report import ReportRound
from engine.queries import document_drafts
from engine.queries import rounds as queries
from engine.runtime import Transaction


def issue(tx: Transaction, case: Case, found: ReportRound) -> dict[str, Any]:
    """Issue the round's latest consolidated report; what the case says of it from now on."""
    known = case.variables
    wanted = document_drafts.consolidated_report(tx, found, queries.consolidated(tx, found.id)[-1])
    given = (known.get("doc_number") or "").strip()
    if given:
        issued_on = day_of(known.get("issued_on")) or deadlines.local_date(tx.now)
        wanted = replace(wanted, outside=OutsideNumber(given, issued_on))
    made = documents.issue(tx, wanted, case)
    before = tx.session.get(Document, known["document"]) if known.get("document") else None
    if before is not None:
        documents.withdraw(tx, before, f"Được thay thế bằng văn bản số {made.symbol}.", case)
    return {"document": made.id, "doc_number": made.symbol, "issued_on": made.issued_on.isoformat()}
