"""The chores of delivery, as the worker runs them: one courier for each channel that is set up.

Rule: a channel that is not set up turns its messages away, so that they do not all go out on the day it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from engine.access import SYSTEM
from engine.runtime import Engine
from notifications import digests, outbox, topics
from notifications.channels.email import EmailChannel
from notifications.channels.mail_server import mail_server
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webhook.connection import Gate
from notifications.courier import Courier, Note

_NOWHERE = "dondoc.invalid"


@dataclass(frozen=True)
class Delivery:
    """What delivery needs to know: where mail goes ("": nowhere) and from whom, the site, and the key of webhooks."""

    smtp_url: str
    sender: str
    public_url: str
    key: str
    in_development: bool


def mail_chores(engine: Engine, wanted: Delivery, note: Note) -> Sequence[Callable[[], int]]:
    """What brings mail out. Raises StartupError when the address of the mail server is none."""
    if not wanted.smtp_url:
        return [partial(_turn_away, engine)]
    domain = urlsplit(wanted.public_url).hostname or _NOWHERE
    sender = wanted.sender or f"no-reply@{domain}"
    channel = EmailChannel(mail_server(wanted.smtp_url), sender, domain, wanted.public_url)
    return [partial(digests.bundle_due, engine), Courier(engine, topics.EMAIL, channel, note).deliver_due]


def webhook_chores(engine: Engine, wanted: Delivery, note: Note) -> Sequence[Callable[[], int]]:
    """What brings webhooks out."""
    channel = WebhookChannel(wanted.key, Gate(in_development=wanted.in_development))
    return [Courier(engine, topics.WEBHOOK, channel, note).deliver_due]


def _turn_away(engine: Engine) -> int:
    if not engine.read(SYSTEM, outbox.has_due, topics.EMAIL):
        return 0
    return engine.run(SYSTEM, outbox.turn_away, topics.EMAIL)
