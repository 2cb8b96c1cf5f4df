"""What waits to be done by the system itself, and since when: for those who keep it running.

Rule: only numbers and instants, each found by an index; no content of any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine import access
from engine.errors import NotFoundError
from engine.models.calendar import CalendarRecount
from engine.models.columns import Row
from engine.models.incident import Incident
from engine.models.operation import OperationItem
from engine.models.outbox import OutboxMessage
from engine.models.timer import Timer
from engine.runtime import Transaction

LATE_AFTER = timedelta(minutes=5)
"""A chore is done within seconds; what waits longer means that no worker runs, or that it cannot keep up."""


@dataclass(frozen=True)
class Backlog:
    """How much of one kind of work waits; `oldest` is since when the longest (None: nothing, or nobody noted it)."""

    kind: str
    count: int
    oldest: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Depth:
    """How many messages of a channel are in one state."""

    channel: str
    state: str
    count: int


def of_system(tx: Transaction) -> tuple[Sequence[Backlog], Sequence[Depth]]:
    """What waits, and the messages that have not arrived. Raises NotFoundError for all but system administrators."""
    if not access.keeps_cases(tx.actor):
        raise NotFoundError("operation", "")
    retries = (Incident.state == "open") & (Incident.next_retry_at <= tx.now)
    pending = OutboxMessage.state.in_(("new", "leased")) & (OutboxMessage.next_at <= tx.now)
    found = (
        _waiting(tx, "timers", Timer, Timer.due_at <= tx.now, Timer.due_at),
        _waiting(tx, "messages", OutboxMessage, pending, OutboxMessage.next_at),
        _waiting(tx, "retries", Incident, retries, Incident.next_retry_at),
        _waiting(tx, "operations", OperationItem, OperationItem.state == "waiting", None),
        _waiting(tx, "recounts", CalendarRecount, CalendarRecount.version > 0, None),
    )
    return found, _depths(tx)


def _waiting(
    tx: Transaction, kind: str, table: type[Row], condition: ColumnElement[bool], since: Any | None
) -> Backlog:
    count = tx.session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    oldest = tx.session.scalar(select(func.min(since)).where(condition)) if since is not None and count else None
    return Backlog(kind, count, oldest, oldest is not None and oldest + LATE_AFTER <= tx.now)


def _depths(tx: Transaction) -> list[Depth]:
    table = OutboxMessage
    query = select(table.channel, table.state, func.count()).where(table.state.in_(("new", "held", "leased", "dead")))
    rows = tx.session.execute(query.group_by(table.channel, table.state).order_by(table.channel, table.state))
    return [Depth(channel, state, count) for channel, state, count in rows]
