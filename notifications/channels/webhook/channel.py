"""Telling an endpoint of an event, and what its answer means.

Rule: `webhook-id` is the outbox row's id at every attempt, the timestamp and the signature are the attempt's own;
only 2xx means taken.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import orjson

from notifications.channels import DeliveryError, Endpoint, Message
from notifications.channels.webhook.connection import CONNECT_SECONDS, EXCHANGE_SECONDS, Gate, Reply
from notifications.channels.webhook.signing import secret_of, signatures

_GONE = 410
_TAKEN = range(200, 300)
_SECONDS = re.compile(r"^\d{1,9}$")


class WebhookChannel:
    """Webhooks signed under an installation's key."""

    longest_send = timedelta(seconds=2 * CONNECT_SECONDS + EXCHANGE_SECONDS)

    def __init__(self, key: str, gate: Gate) -> None:
        self._key = key
        self._gate = gate

    def send(self, message: Message) -> None:
        """Post one event. Raises DeliveryError."""
        assert isinstance(message.to, Endpoint)
        body = orjson.dumps(body_of(message))
        reply = self._gate.post(message.to.url, self._headers(message, message.to, body), body)
        if reply.status not in _TAKEN:
            raise _refusal(reply, message.claimed_at)

    def _headers(self, message: Message, to: Endpoint, body: bytes) -> dict[str, str]:
        timestamp = int(message.claimed_at.timestamp())
        generations = [to.generation, to.generation - 1] if to.rotating else [to.generation]
        secrets = [secret_of(self._key, message.recipient_id, g) for g in generations]
        return {
            "content-type": "application/json",
            "user-agent": "dondoc-webhooks/1",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(secrets, message.id, timestamp, body),
        }


def body_of(message: Message) -> dict[str, object]:
    """What is told of an event: its type, when it was, and ids; content is fetched with a token of one's own."""
    return {
        "type": message.topic,
        "timestamp": message.created_at,
        "data": dict(message.payload) | {"process_instance": message.instance_id},
    }


def _refusal(reply: Reply, now: datetime) -> DeliveryError:
    gone = reply.status == _GONE
    return DeliveryError(f"http {reply.status}", permanent=gone, gone=gone, retry_after=_wait(reply.retry_after, now))


def _wait(text: str | None, now: datetime) -> timedelta | None:
    """How long the receiver asks to be left alone: seconds, or a date of HTTP; None when it does not say."""
    if text is None:
        return None
    if _SECONDS.match(text.strip()):
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max((until if until.tzinfo else until.replace(tzinfo=UTC)) - now, timedelta())
