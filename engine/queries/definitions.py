"""Reading deployed definitions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from engine.errors import NotFoundError
from engine.models.definition import ProcessDefinition
from engine.runtime import Transaction


def page(tx: Transaction, after: tuple[str, int] | None = None, limit: int = 50) -> Sequence[ProcessDefinition]:
    """Up to `limit` versions by key and version, after that key and version."""
    table = ProcessDefinition
    query = select(table).order_by(table.key, table.version).limit(limit)
    if after:
        key, version = after
        query = query.where((table.key > key) | ((table.key == key) & (table.version > version)))
    return tx.session.scalars(query).all()


def count(tx: Transaction) -> int:
    """How many versions there are."""
    return tx.session.scalar(select(func.count()).select_from(ProcessDefinition)) or 0


def versions(tx: Transaction, key: str) -> Sequence[ProcessDefinition]:
    """All versions of a key, newest first. Raises NotFoundError when there is none."""
    table = ProcessDefinition
    found = tx.session.scalars(select(table).where(table.key == key).order_by(table.version.desc())).all()
    if not found:
        raise NotFoundError("process-definition", key)
    return found
