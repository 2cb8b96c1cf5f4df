"""The names that a page of many rows shows: of people and of agencies, all of a page by one question each.

Rule: whoever sees a row may know what the people and agencies in it are called, and nothing more of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from engine.models.directory import Agency, Person
from engine.runtime import Transaction


def people(tx: Transaction, ids: Iterable[str | None]) -> dict[str, str]:
    """What these people are called, by id."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    query = select(Person.id, Person.full_name).where(Person.id.in_(wanted))
    return {person_id: name for person_id, name in tx.session.execute(query)}


def agencies(tx: Transaction, codes: Iterable[str | None]) -> dict[str, Agency]:
    """These agencies, by code."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    return {agency.code: agency for agency in tx.session.scalars(select(Agency).where(Agency.code.in_(wanted)))}
