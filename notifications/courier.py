"""A chore that carries one channel's messages out, and minds what fails.

Rule: sending happens in no transaction; what a channel throws is settled, never let through, so that one message
holds up nobody else.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from engine.access import SYSTEM
from engine.runtime import Engine
from notifications import outbox
from notifications.channels import Channel, DeliveryError, Message

FAILURES_TO_OPEN = 10
OPEN_FOR = timedelta(minutes=5)

log = structlog.get_logger("notifications")


class Circuit:
    """Which endpoints fail again and again: these are tried once in a while only, so that the others get their turn."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._closed_until: dict[str, datetime] = {}

    def rests_until(self, endpoint: str, now: datetime) -> datetime | None:
        """When the endpoint is to be tried again; None when it may be now."""
        until = self._closed_until.get(endpoint)
        return until if until is not None and now < until else None

    def note_success(self, endpoint: str) -> None:
        """It works."""
        self._failures.pop(endpoint, None)
        self._closed_until.pop(endpoint, None)

    def note_failure(self, endpoint: str, now: datetime) -> None:
        """It failed once more; after FAILURES_TO_OPEN in a row it rests."""
        self._failures[endpoint] = self._failures.get(endpoint, 0) + 1
        if self._failures[endpoint] >= FAILURES_TO_OPEN:
            self._closed_until[endpoint] = now + OPEN_FOR
            log.error("endpoint-rests", endpoint=endpoint)


class Note:
    """Hears what becomes of messages, for metrics. This one does nothing with it."""

    def outcome(self, channel: str, outcome: str) -> None:
        """A message was sent, failed, or is dead."""

    def lag(self, channel: str, lag: timedelta) -> None:
        """How late the oldest message was when it was taken in hand."""


class Courier:
    """Claims, sends and settles the messages of one channel."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        channel: Channel,
        note: Note | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.engine = engine
        self.name = name
        self.channel = channel
        self.note = note or Note()
        self._chance = chance
        self._circuit = Circuit()

    def deliver_due(self) -> int:
        """Carry out what is due, up to one batch; returns how many messages were dealt with."""
        if not self.engine.read(SYSTEM, outbox.has_due, self.name):
            self.note.lag(self.name, timedelta())
            return 0
        claim = self.claim()
        self.note.lag(self.name, claim.lag)
        for message in claim.messages:
            self.deliver(message)
        return len(claim.messages) + claim.others

    def claim(self) -> outbox.Claim:
        """Take a batch in hand."""
        return self.engine.run(SYSTEM, outbox.claim, self.name)

    def deliver(self, message: Message) -> None:
        """One message that was claimed."""
        now = self.engine.clock.now()
        rests = self._circuit.rests_until(message.endpoint, now)
        if rests is not None or message.lease_until - now < self.channel.longest_send:
            self.engine.run(SYSTEM, outbox.give_back, message, rests)
            return
        try:
            self.send(message)
        except DeliveryError as error:
            self.settle_failed(message, error)
        else:
            self.settle_sent(message)

    def send(self, message: Message) -> None:
        """Hand a message to the channel. Raises DeliveryError, and nothing else."""
        try:
            self.channel.send(message)
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("channel-broken", channel=self.name, message_id=message.id)
            raise DeliveryError(f"defect {type(error).__name__}") from error

    def settle_sent(self, message: Message) -> None:
        """Note that a message was taken."""
        self._circuit.note_success(message.endpoint)
        if self.engine.run(SYSTEM, outbox.settle_sent, message):
            self.note.outcome(self.name, "sent")

    def settle_failed(self, message: Message, error: DeliveryError) -> None:
        """Note that a message was not taken."""
        if not error.permanent:
            self._circuit.note_failure(message.endpoint, self.engine.clock.now())
        outcome = self.engine.run(SYSTEM, outbox.settle_failed, message, error, self._chance())
        if outcome is None:
            return
        self.note.outcome(self.name, outcome)
        tell = log.error if outcome == "dead" else log.info
        tell(f"message-{outcome}", message_id=message.id, attempt=message.attempt, reason=error.code)
