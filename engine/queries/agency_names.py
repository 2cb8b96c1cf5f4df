"""What agencies were called on a day: an agency that is renamed keeps the name of each time.

Rule: the name on a day is the last one that came into force by then; where none is kept, the agency's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine.models.directory import Agency
from engine.models.succession import AgencyName
from engine.queries.directory import agency as find_agency
from engine.runtime import Transaction


@dataclass(frozen=True)
class Named:
    """What an agency is called, in Vietnamese and English."""

    name_vi: str
    name_en: str


def names_of(tx: Transaction, code: str) -> Sequence[AgencyName]:
    """All that an agency was, is and will be called, the oldest first; nothing for one that was never renamed."""
    find_agency(tx, code)
    query = select(AgencyName).where(AgencyName.agency == code).order_by(AgencyName.valid_from)
    return tx.session.scalars(query).all()


class Names:
    """What some agencies were called, on any day."""

    def __init__(self, tx: Transaction, codes: Collection[str]) -> None:
        wanted = sorted(codes)
        query = select(AgencyName).where(AgencyName.agency.in_(wanted)).order_by(AgencyName.valid_from)
        self._kept: dict[str, list[AgencyName]] = {}
        for row in tx.session.scalars(query) if wanted else ():
            self._kept.setdefault(row.agency, []).append(row)
        known = tx.session.scalars(select(Agency).where(Agency.code.in_(wanted))) if wanted else ()
        self._own: Mapping[str, Named] = {row.code: Named(row.name_vi, row.name_en) for row in known}

    def on(self, code: str, day: date) -> Named | None:
        """What it was called on a local day; None when there is no such agency."""
        kept = [row for row in self._kept.get(code, ()) if row.valid_from <= day]
        return Named(kept[-1].name_vi, kept[-1].name_en) if kept else self._own.get(code)


def in_force(tx: Transaction, today: date) -> list[AgencyName]:
    """The name in force today of every agency that was ever renamed."""
    found: dict[str, AgencyName] = {}
    query = select(AgencyName).where(AgencyName.valid_from <= today).order_by(AgencyName.valid_from)
    for row in tx.session.scalars(query):
        found[row.agency] = row
    return list(found.values())
