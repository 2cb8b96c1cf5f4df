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


def get(tx: Transaction, operation_id: str) -> Progress:
    """One operation. Raises NotFoundError when there is none, and for all but system administrators."""
    found = tx.session.get(Operation, operation_id) if access.keeps_cases(tx.actor) else None
    if found is None:
        raise NotFoundError("operation", operation_id)
    rows = tx.session.execute(
        select(OperationItem.state, func.count(), func.max(OperationItem.finished_at))
        .where(OperationItem.operation_id == operation_id)
        .group_by(OperationItem.state)
    ).all()
    counts = {state: count for state, count, _ in rows}
    ends = [end for _, _, end in rows if end is not None]
    finished_at = None if counts.get("waiting") else max(ends, default=found.created_at)
    return Progress(found, counts, finished_at)


def items(
    tx: Transaction, operation_id: str, state: str | None = None, after: str = "", limit: int = 50
) -> Sequence[OperationItem]:
    """Up to `limit` items by instance id after one. Raises NotFoundError as `get` does."""
    get(tx, operation_id)
    query = select(OperationItem).where(OperationItem.operation_id == operation_id, OperationItem.instance_id > after)
    if state is not None:
        query = query.where(OperationItem.state == state)
    return tx.session.scalars(query.order_by(OperationItem.instance_id).limit(limit)).all()
