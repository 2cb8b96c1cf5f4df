"""Reads: one's inbox and preferences, the webhooks one keeps, what failed.

Rule: a row that the actor may not see is not in what is read; counts obey too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from engine.errors import NotFoundError
from engine.models.notification import NotificationMute, NotificationPreference, Webhook
from engine.models.outbox import OutboxMessage
from engine.queries.ordering import Order
from engine.runtime import Transaction
from notifications import topics
from notifications.commands.preferences import Wishes
from notifications.commands.redelivery import require_operator
from notifications.commands.webhooks import keeps

Place = tuple[datetime, str]
_NEWEST = Order(OutboxMessage.created_at, OutboxMessage.id, datetime, descending=True)


def inbox(tx: Transaction, *, unread: bool | None, topic: str | None) -> Select[OutboxMessage]:
    """The actor's messages; `unread` False: those that were read."""
    query = _of(tx.actor.person_id or "", topics.INBOX)
    if unread is not None:
        query = query.where(OutboxMessage.read_at.is_(None) if unread else OutboxMessage.read_at.is_not(None))
    return query if topic is None else query.where(OutboxMessage.topic == topic)


def deliveries(tx: Transaction, webhook_id: str, state: str | None) -> Select[OutboxMessage]:
    """What an endpoint that the actor keeps was, and is to be, told. Raises NotFoundError."""
    webhook(tx, webhook_id)
    query = _of(webhook_id, topics.WEBHOOK)
    return query if state is None else query.where(OutboxMessage.state == state)


def failures(tx: Transaction, channel: str | None) -> Select[OutboxMessage]:
    """Messages that nobody tries to send any more. Raises ForbiddenError."""
    require_operator(tx)
    query = select(OutboxMessage).where(OutboxMessage.state == "dead", OutboxMessage.bundled_in.is_(None))
    return query if channel is None else query.where(OutboxMessage.channel == channel)


def page_of(tx: Transaction, query: Select[OutboxMessage], after: Place | None, limit: int) -> list[OutboxMessage]:
    """Up to `limit` of these messages, newest first, after a place."""
    if after is not None:
        query = query.where(_NEWEST.after(after))
    return list(tx.session.scalars(query.order_by(*_NEWEST.by()).limit(limit)))


def preferences(tx: Transaction) -> tuple[Wishes, int]:
    """The actor's wishes and their version, which is 0 where they never said."""
    person_id = tx.actor.person_id or ""
    row = tx.session.get(NotificationPreference, person_id)
    if row is None:
        return Wishes(), 0
    query = select(NotificationMute).where(NotificationMute.person_id == person_id)
    silenced = frozenset((mute.topic, mute.channel) for mute in tx.session.scalars(query))
    quiet = (row.quiet_from, row.quiet_to) if row.quiet_from is not None and row.quiet_to is not None else None
    return Wishes(row.digest, quiet, row.language, silenced), row.version


def webhooks(tx: Transaction) -> Select[Webhook]:
    """The webhooks that the actor keeps."""
    if keeps(tx.actor, None):
        return select(Webhook)
    return select(Webhook).where(_at_headed(tx))


def page_of_webhooks(tx: Transaction, after: str, limit: int) -> Sequence[Webhook]:
    """Up to `limit` of them by id, after one."""
    return tx.session.scalars(webhooks(tx).where(Webhook.id > after).order_by(Webhook.id).limit(limit)).all()


def webhook(tx: Transaction, webhook_id: str) -> Webhook:
    """One of them. Raises NotFoundError."""
    found = tx.session.scalars(webhooks(tx).where(Webhook.id == webhook_id)).first()
    if found is None:
        raise NotFoundError("webhook", webhook_id)
    return found


def _at_headed(tx: Transaction) -> ColumnElement[bool]:
    headed = [g.agency for g in tx.actor.grants if g.role == "agency_head" and g.agency]
    return Webhook.agency_code.in_(headed)


def _of(recipient_id: str, channel: str) -> Select[OutboxMessage]:
    return select(OutboxMessage).where(OutboxMessage.recipient_id == recipient_id, OutboxMessage.channel == channel)
