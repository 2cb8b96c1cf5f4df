"""Messages on their way: people with addresses, wishes, webhooks, and what became of what they were told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.models import OutboxMessage, Person, Webhook
from engine.runtime import Engine, Transaction
from notifications.channels import DeliveryError, Message
from notifications.channels.email import EmailChannel
from notifications.channels.mail_server import mail_server
from notifications.channels.webhook.connection import Gate
from notifications.commands import webhooks
from notifications.commands.preferences import Wishes, set_preferences
from notifications.commands.webhooks import Draft
from notifications.courier import Courier
from tests.installed import COMMUNE, actor

OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
KEY = "k" * 40
DOMAIN = "dondoc.example"
SITE = f"https://{DOMAIN}"
TRIALS = Gate(in_development=True)


class Kept:
    """A channel that takes everything, or fails as it is told to."""

    longest_send = timedelta(seconds=20)

    def __init__(self, fail: Callable[[Message], DeliveryError | None] = lambda message: None) -> None:
        self.taken: list[Message] = []
        self._fail = fail

    def send(self, message: Message) -> None:
        """Take it, or not."""
        error = self._fail(message)
        if error is not None:
            raise error
        self.taken.append(message)


def reachable(engine: Engine, username: str, address: str, **more: Any) -> Actor:
    """A demo person who has an address from now on."""
    who = actor(engine, username)

    def give(tx: Transaction) -> None:
        person = tx.session.get_one(Person, who.person_id)
        person.email = address
        for name, value in more.items():
            setattr(person, name, value)

    engine.run(SYSTEM, give)
    return who


def wishing(engine: Engine, who: Actor, **wishes: Any) -> None:
    """Have a person say how they want to be told."""
    engine.run(who, set_preferences, Wishes(**wishes))


def messages(engine: Engine, **columns: Any) -> list[OutboxMessage]:
    """The messages with these values, oldest first."""

    def query(tx: Transaction) -> list[OutboxMessage]:
        wanted = select(OutboxMessage).filter_by(**columns).order_by(OutboxMessage.created_at, OutboxMessage.id)
        return list(tx.session.scalars(wanted))

    return engine.read(SYSTEM, query)


def states(engine: Engine, **columns: Any) -> list[str]:
    """The states of these messages, in order of the alphabet."""
    return sorted(message.state for message in messages(engine, **columns))


def postman(engine: Engine, channel: Any, name: str = "email") -> Courier:
    """A courier who leaves nothing to chance."""
    return Courier(engine, name, channel, chance=lambda: 0.0)


def mailing(engine: Engine, url: str) -> Courier:
    """A courier of mail to that server."""
    return postman(engine, EmailChannel(mail_server(url), f"no-reply@{DOMAIN}", DOMAIN, SITE))


def webhook(engine: Engine, url: str, **more: Any) -> Webhook:
    """A webhook that listens."""
    return engine.run(SYSTEM, webhooks.add_webhook, Draft("Thử", url, **more), TRIALS)
