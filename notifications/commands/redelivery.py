"""Sending again what did not arrive, or is wanted once more.

Rule: what is sent again keeps its id, so that a receiver that has it already can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from engine.commands.journal import record_system
from engine.errors import ConflictError, ForbiddenError, NotFoundError
from engine.models.outbox import OutboxMessage
from engine.runtime import Transaction
from notifications import topics
from notifications.commands.webhooks import kept

MOST_AT_ONCE = 1_000
_AT_REST = frozenset({"sent", "dead", "cancelled"})


@dataclass(frozen=True)
class Failures:
    """Which dead messages: these, or those made in a time, of a channel. Nothing at all means every one."""

    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    channel: str | None = None


def redeliver(tx: Transaction, webhook_id: str, message_id: str) -> OutboxMessage:
    """Tell an endpoint of an event once more. Raises NotFoundError; ConflictError while it is on its way."""
    kept(tx, webhook_id)
    row = tx.session.get(OutboxMessage, message_id, with_for_update=True)
    if row is None or row.channel != topics.WEBHOOK or row.recipient_id != webhook_id:
        raise NotFoundError("notification", message_id)
    if row.state not in _AT_REST:
        raise ConflictError("Thông báo đang được gửi.", "It is being delivered.")
    _begin_anew(tx, row)
    record_system(tx, "notifications-replayed", {"messages": 1, "webhook": webhook_id})
    return row


def replay(tx: Transaction, wanted: Failures) -> int:
    """Have dead messages tried again from the beginning, up to MOST_AT_ONCE, oldest first; how many there were."""
    require_operator(tx)
    rows = tx.session.scalars(_dead(wanted).limit(MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        _begin_anew(tx, row)
    _take_along(tx, rows)
    if rows:
        record_system(tx, "notifications-replayed", {"messages": len(rows)})
    return len(rows)


def require_operator(tx: Transaction) -> None:
    """Raise ForbiddenError unless the actor keeps the installation running."""
    if not tx.actor.is_system and "sysadmin" not in tx.actor.roles:
        raise ForbiddenError(
            "replay", "Chỉ quản trị viên hệ thống được thực hiện việc này.", "Only a system administrator may do this."
        )


def _dead(wanted: Failures) -> Select[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.state == "dead", OutboxMessage.bundled_in.is_(None))
    if wanted.ids:
        query = query.where(OutboxMessage.id.in_(wanted.ids))
    if wanted.since is not None:
        query = query.where(OutboxMessage.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(OutboxMessage.created_at < wanted.until)
    if wanted.channel is not None:
        query = query.where(OutboxMessage.channel == wanted.channel)
    return query.order_by(OutboxMessage.created_at, OutboxMessage.id)


def _begin_anew(tx: Transaction, row: OutboxMessage) -> None:
    row.state, row.attempts, row.next_at, row.sent_at = "new", 0, tx.now, None


def _take_along(tx: Transaction, rows: Sequence[OutboxMessage]) -> None:
    """What a digest among them holds goes with it."""
    digests = [row.id for row in rows if row.topic == topics.DIGEST]
    if digests:
        inside = select(OutboxMessage).where(OutboxMessage.bundled_in.in_(digests), OutboxMessage.state == "dead")
        for row in tx.session.scalars(inside):
            row.state = "bundled"
