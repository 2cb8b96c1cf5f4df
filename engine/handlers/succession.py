"""Who follows an agency that is no more."""

from __future__ import annotations

from engine import deadlines
from engine.models.directory import Agency
from engine.runtime import Transaction


def successor_in_force(tx: Transaction, code: str) -> str | None:
    """The agency in force that follows one, through as many mergers as there were; None when there is none."""
    today, seen = deadlines.local_date(tx.now), set[str]()
    agency = tx.session.get(Agency, code)
    while agency is not None and agency.successor_code and agency.code not in seen:
        seen.add(agency.code)
        agency = tx.session.get(Agency, agency.successor_code)
        if agency is not None and agency.in_force(today):
            return agency.code
    return None
