"""One mail a morning: bundling what is held for a person into a message of its own.

Rule: the bundle is a row like any other, made once a person and day, so that a crash between bundling and sending
costs nothing; what it holds shares its fate.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, TextClause, select

from engine import deadlines
from engine.access import SYSTEM
from engine.models.columns import new_id
from engine.models.notification import NotificationPreference
from engine.models.outbox import PENDING, OutboxMessage
from engine.runtime import Engine, Transaction
from notifications import timing, topics

_PEOPLE = 50
_MOST_LETTERS = 200


def bundle_due(engine: Engine) -> int:
    """Bundle what is due this morning; returns how many messages went into bundles."""
    return sum(engine.run(SYSTEM, bundle, person_id) for person_id in engine.read(SYSTEM, people_due))


def people_due(tx: Transaction) -> Sequence[str]:
    """Some of the people for whom something is held that is due."""
    query = select(OutboxMessage.recipient_id).where(*_held(tx))
    return tx.session.scalars(query.distinct().limit(_PEOPLE)).all()


def bundle(tx: Transaction, person_id: str) -> int:
    """Put what is held and due for a person into one message; what comes too late for today's waits for the next."""
    wished = select(NotificationPreference).where(NotificationPreference.person_id == person_id)
    if tx.session.scalars(wished.with_for_update(skip_locked=True)).first() is None:
        return 0  # another worker is at it
    query = select(OutboxMessage).where(*_held(tx), OutboxMessage.recipient_id == person_id)
    ordered = query.order_by(OutboxMessage.created_at, OutboxMessage.id).limit(_MOST_LETTERS)
    rows = tx.session.scalars(ordered.with_for_update()).all()
    if not rows:
        return 0
    key = f"{topics.DIGEST}:{person_id}:{deadlines.local_date(tx.now)}"
    if tx.session.scalars(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)).first() is not None:
        _wait_for_next(tx, rows)
        return 0
    _into(tx, key, rows)
    return len(rows)


def _into(tx: Transaction, key: str, rows: Sequence[OutboxMessage]) -> None:
    digest = _digest(tx, key, rows[0])
    tx.session.add(digest)
    for row in rows:
        row.state, row.bundled_in = "bundled", digest.id


def _digest(tx: Transaction, key: str, first: OutboxMessage) -> OutboxMessage:
    return OutboxMessage(
        id=new_id(),
        dedupe_key=key,
        topic=topics.DIGEST,
        channel=topics.EMAIL,
        recipient=f"person:{first.recipient_id}",
        recipient_id=first.recipient_id,
        payload={},
        state="new",
        attempts=0,
        fence=0,
        next_at=tx.now,
        created_at=tx.now,
    )


def _wait_for_next(tx: Transaction, rows: Sequence[OutboxMessage]) -> None:
    for row in rows:
        row.next_at = timing.digest_after(tx.now)


def _held(tx: Transaction) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        OutboxMessage.channel == topics.EMAIL,
        PENDING,
        OutboxMessage.state == "held",
        OutboxMessage.next_at <= tx.now,
    )
