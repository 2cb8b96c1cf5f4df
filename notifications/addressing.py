"""Where a claimed message goes now, and whether it has to wait: addresses, quiet hours, digests.

Rule: addresses are looked up at every attempt; whoever has none any more is written to no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.models.directory import Person
from engine.models.notification import NotificationPreference, Webhook
from engine.models.outbox import OutboxMessage
from engine.runtime import Transaction
from notifications import timing, topics
from notifications.channels import Endpoint, Mailbox


@dataclass(frozen=True)
class Addressed:
    """Where a message goes (None: nowhere), and what its person prefers (None: nothing in particular)."""

    to: Mailbox | Endpoint | None
    preference: NotificationPreference | None = None

    def put_off(self, row: OutboxMessage, now: datetime) -> tuple[str, datetime] | None:
        """The state and the instant to wait for; None when the message may go out now."""
        wished = self.preference
        if wished is None:
            return None
        if wished.digest and row.topic != topics.DIGEST:
            return "held", timing.digest_after(row.created_at)
        quiet = timing.quiet_until(now, wished.quiet_from, wished.quiet_to)
        return None if quiet is None else ("new", quiet)


def read_addressees(tx: Transaction, channel: str, rows: Sequence[OutboxMessage]) -> dict[str, Addressed]:
    """Where each of these messages goes, by its id."""
    ids = {row.recipient_id for row in rows}
    if not ids:
        return {}
    found = _webhooks(tx, ids) if channel == topics.WEBHOOK else _people(tx, ids)
    return {row.id: found.get(row.recipient_id, Addressed(None)) for row in rows}


def _webhooks(tx: Transaction, ids: set[str]) -> dict[str, Addressed]:
    hooks = tx.session.scalars(select(Webhook).where(Webhook.id.in_(ids), Webhook.active.is_(True)))
    return {hook.id: Addressed(_endpoint(hook, tx.now)) for hook in hooks}


def _endpoint(hook: Webhook, now: datetime) -> Endpoint:
    rotating = hook.previous_until is not None and now < hook.previous_until
    return Endpoint(hook.url, hook.generation, rotating)


def _people(tx: Transaction, ids: set[str]) -> dict[str, Addressed]:
    query = (
        select(Person, NotificationPreference)
        .outerjoin(NotificationPreference, NotificationPreference.person_id == Person.id)
        .where(Person.id.in_(ids), Person.disabled.is_(False), Person.email.is_not(None))
    )
    return {person.id: Addressed(_mailbox(person, wished), wished) for person, wished in tx.session.execute(query)}


def _mailbox(person: Person, wished: NotificationPreference | None) -> Mailbox:
    language = wished.language if wished is not None and wished.language else person.language
    return Mailbox(person.full_name, person.email or "", "en" if language == "en" else "vi")
