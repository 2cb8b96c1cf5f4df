"""Reading one's inbox."""

from __future__ import annotations

from engine.errors import NotFoundError
from engine.models.outbox import OutboxMessage
from engine.runtime import Transaction
from notifications import topics


def mark_read(tx: Transaction, message_id: str) -> OutboxMessage:
    """Note that the actor has seen a message of their own; the first time is kept. Raises NotFoundError."""
    row = tx.session.get(OutboxMessage, message_id)
    if row is None or row.channel != topics.INBOX or row.recipient_id != tx.actor.person_id:
        raise NotFoundError("notification", message_id)
    row.read_at = row.read_at or tx.now
    return row
