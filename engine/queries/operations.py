"""Reading operations: how far one is, and what became of each of its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine import access
from engine.errors import NotFoundError
from engine.models.operation import Operation, OperationItem
from engine.runtime import Transaction

Count = tuple[str, int, datetime | None]


@dataclass(frozen=True)
class Progress:
    """An operation with how many of its items are in each state. `finished_at` is None while one waits."""

    operation: Operation
    counts: dict[str, int]
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether no item waits."""
        return not self.counts.get("waiting")

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """How many of them do not wait any more."""
        return self.total - self.counts.get("waiting", 0)


def get(tx: Transaction, operation_id: str) -> Progress:
    """One operation. Raises NotFoundError when there is none, and for all but system administrators."""
    found = tx.session.get(Operation, operation_id) if access.keeps_cases(tx.actor) else None
    if found is None:
        raise NotFoundError("operation", operation_id)
    return _progress(found, _counts(tx, [operation_id]).get(operation_id, []))


def latest(tx: Transaction, limit: int = 50) -> list[Progress]:
    """The newest operations. Raises NotFoundError for all but system administrators."""
    if not access.keeps_cases(tx.actor):
        raise NotFoundError("operation", "")
    query = select(Operation).order_by(Operation.created_at.desc(), Operation.id.desc()).limit(limit)
    found = tx.session.scalars(query).all()
    counts = _counts(tx, [one.id for one in found])
    return [_progress(one, counts.get(one.id, [])) for one in found]


def items(
    tx: Transaction, operation_id: str, state: str | None = None, after: str = "", limit: int = 50
) -> Sequence[OperationItem]:
    """Up to `limit` items by instance id after one. Raises NotFoundError as `get` does."""
    get(tx, operation_id)
    query = select(OperationItem).where(OperationItem.operation_id == operation_id, OperationItem.instance_id > after)
    if state is not None:
        query = query.where(OperationItem.state == state)
    return tx.session.scalars(query.order_by(OperationItem.instance_id).limit(limit)).all()


def _counts(tx: Transaction, ids: Sequence[str]) -> dict[str, list[Count]]:
    """How many items of each operation are in each state, and when the last of them was settled."""
    rows = tx.session.execute(
        select(OperationItem.operation_id, OperationItem.state, func.count(), func.max(OperationItem.finished_at))
        .where(OperationItem.operation_id.in_(ids))
        .group_by(OperationItem.operation_id, OperationItem.state)
    )
    found: dict[str, list[Count]] = {}
    for operation_id, state, count, end in rows:
        found.setdefault(operation_id, []).append((state, count, end))
    return found


def _progress(operation: Operation, rows: Sequence[Count]) -> Progress:
    counts = {state: count for state, count, _ in rows}
    ends = [end for _, _, end in rows if end is not None]
    finished_at = None if counts.get("waiting") else max(ends, default=operation.created_at)
    return Progress(operation, counts, finished_at)
