"""Claim → send → settle: how a message leaves, at least once, and by one worker at a time.

Rule: what is claimed is leased under a number (`fence`) that only goes up; whoever settles under an older number is
refused, for somebody else has the message by now. Sending itself happens between the two transactions, in none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, select, text, update

from engine.models.notification import Webhook
from engine.models.outbox import PENDING, OutboxMessage
from engine.runtime import Transaction
from notifications import timing, topics
from notifications.addressing import Addressed, read_addressees
from notifications.channels import DeliveryError, Letter, Message
from notifications.facts import Facts, is_superseded
from notifications.facts import read as read_facts

BATCH = 20
_DUE = text("state IN ('new', 'leased')")

log = structlog.get_logger("notifications")


@dataclass(frozen=True)
class Claim:
    """What a worker took in hand: messages to send, how many others it dealt with, and how late the oldest is."""

    messages: tuple[Message, ...]
    others: int
    lag: timedelta


def claim(tx: Transaction, channel: str, limit: int = BATCH) -> Claim:
    """Lease up to `limit` due messages of a channel; those without a point any more are cancelled, others put off."""
    rows = _due(tx, channel, limit)
    letters = _letters(tx, rows)
    facts = read_facts(tx, [*rows, *(row for bundle in letters.values() for row in bundle)])
    addressed = read_addressees(tx, channel, rows)
    taken = [_claimed(tx, row, letters.get(row.id, [row]), facts, addressed[row.id]) for row in rows]
    lag = tx.now - rows[0].next_at if rows else timedelta()
    messages = tuple(m for m in taken if m is not None)
    return Claim(messages, len(rows) - len(messages), lag)


def settle_sent(tx: Transaction, message: Message) -> bool:
    """Note that a message was taken; False when it was leased to somebody else meanwhile."""
    row = _leased(tx, message)
    if row is not None:
        _close(tx, row, "sent", None)
    return row is not None


def settle_failed(tx: Transaction, message: Message, error: DeliveryError, chance: float) -> str | None:
    """Note that a message was not taken: `failed` (to be tried again) or `dead`; None when it is somebody else's."""
    row = _leased(tx, message)
    if row is None:
        return None
    if error.gone:
        tx.session.get_one(Webhook, row.recipient_id).switch_off("gone")
    again = None if error.permanent else timing.next_try(row.attempts, tx.now, error.retry_after, chance)
    if again is None:
        _close(tx, row, "dead", error.code)
        return "dead"
    _wait(row, again, error.code)
    return "failed"


def give_back(tx: Transaction, message: Message, until: datetime | None) -> bool:
    """Give a message back unsent: it is due again at once, or at `until`; this was no attempt."""
    row = _leased(tx, message)
    if row is not None:
        row.attempts -= 1
        _wait(row, until or tx.now, row.last_error)
    return row is not None


def turn_away(tx: Transaction, channel: str, limit: int = 10 * BATCH) -> int:
    """Cancel what waits for a channel that is not set up, so that it does not all go out once it is."""
    rows = _due(tx, channel, limit)
    for row in rows:
        _close(tx, row, "cancelled", "channel-off")
    return len(rows)


def has_due(tx: Transaction, channel: str) -> bool:
    """Whether there is anything to claim; asked before, because claiming writes and makes others wait."""
    return tx.session.scalars(_due_of(tx, channel).limit(1)).first() is not None


def _due(tx: Transaction, channel: str, limit: int) -> Sequence[OutboxMessage]:
    ordered = _due_of(tx, channel).order_by(OutboxMessage.next_at, OutboxMessage.id).limit(limit)
    return tx.session.scalars(ordered.with_for_update(skip_locked=True)).all()


def _due_of(tx: Transaction, channel: str) -> Select[OutboxMessage]:
    return select(OutboxMessage).where(OutboxMessage.channel == channel, PENDING, _DUE, OutboxMessage.next_at <= tx.now)


def _letters(tx: Transaction, rows: Sequence[OutboxMessage]) -> dict[str, list[OutboxMessage]]:
    """What each digest among the rows consists of."""
    digests = [row.id for row in rows if row.topic == topics.DIGEST]
    found: dict[str, list[OutboxMessage]] = {digest: [] for digest in digests}
    if digests:
        query = select(OutboxMessage).where(OutboxMessage.bundled_in.in_(digests), OutboxMessage.state == "bundled")
        for row in tx.session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id)):
            found[row.bundled_in or ""].append(row)
    return found


def _claimed(
    tx: Transaction, row: OutboxMessage, parts: list[OutboxMessage], facts: dict[str, Facts], addressed: Addressed
) -> Message | None:
    live = [p for p in parts if row.channel == topics.WEBHOOK or not _is_pointless(p, facts[p.id])]
    if addressed.to is None or not live:
        _close(tx, row, "cancelled", "no-address" if live else "superseded")
        return None
    put_off = addressed.put_off(row, tx.now)
    if put_off is not None:
        row.state, row.next_at = put_off
        return None
    _lease(row, tx.now)
    letters = tuple(Letter(p.topic, p.payload, facts[p.id]) for p in live)
    return Message(
        id=row.id,
        topic=row.topic,
        recipient_id=row.recipient_id,
        to=addressed.to,
        instance_id=row.instance_id,
        payload=row.payload,
        letters=letters,
        created_at=row.created_at,
        claimed_at=tx.now,
        lease_until=tx.now + timing.LEASE,
        fence=row.fence,
        attempt=row.attempts,
    )


def _is_pointless(row: OutboxMessage, facts: Facts) -> bool:
    return is_superseded(row.topic, row.payload, facts, row.recipient_id)


def _lease(row: OutboxMessage, now: datetime) -> None:
    row.state, row.fence, row.attempts = "leased", row.fence + 1, row.attempts + 1
    row.lease_until = row.next_at = now + timing.LEASE


def _leased(tx: Transaction, message: Message) -> OutboxMessage | None:
    """The row of a message, locked, if it is still leased under this very number."""
    query = select(OutboxMessage).where(
        OutboxMessage.id == message.id, OutboxMessage.state == "leased", OutboxMessage.fence == message.fence
    )
    row = tx.session.scalars(query.with_for_update()).first()
    if row is None:
        log.warning("lease-lost", message_id=message.id, fence=message.fence)
    return row


def _wait(row: OutboxMessage, until: datetime, error: str | None) -> None:
    row.state, row.next_at, row.lease_until, row.last_error = "new", until, None, error


def _close(tx: Transaction, row: OutboxMessage, state: str, error: str | None) -> None:
    sent_at = tx.now if state == "sent" else None
    row.state, row.sent_at, row.lease_until, row.last_error = state, sent_at, None, error
    if row.topic == topics.DIGEST:
        share = update(OutboxMessage).where(OutboxMessage.bundled_in == row.id, OutboxMessage.state == "bundled")
        tx.session.execute(share.values(state=state, sent_at=sent_at, last_error=error))
