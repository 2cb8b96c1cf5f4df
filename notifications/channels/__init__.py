"""The ways out: what is sent, and how a channel says that it could not.

Rule: a channel sends one message and knows no database; whatever goes wrong is a `DeliveryError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from notifications.facts import Facts


@dataclass(frozen=True)
class Mailbox:
    """A person to write to, in their language."""

    name: str
    address: str
    language: str


@dataclass(frozen=True)
class Endpoint:
    """Another system to tell. `generation` numbers its secret; `rotating`: the one before is valid too."""

    url: str
    generation: int
    rotating: bool


@dataclass(frozen=True)
class Letter:
    """One thing to tell: a topic, the ids that came with it, and what it is about."""

    topic: str
    payload: Mapping[str, Any]
    facts: Facts


@dataclass(frozen=True)
class Message:
    """One message, leased for one attempt. `id` is the same at every attempt; `letters` are many in a digest only."""

    id: str
    topic: str
    recipient_id: str
    to: Mailbox | Endpoint
    instance_id: str | None
    payload: Mapping[str, Any]
    letters: tuple[Letter, ...]
    created_at: datetime
    claimed_at: datetime
    lease_until: datetime
    fence: int
    attempt: int

    @property
    def endpoint(self) -> str:
        """What fails together: one webhook, or the mail server."""
        return self.recipient_id if isinstance(self.to, Endpoint) else "mail-server"


class DeliveryError(Exception):
    """A message could not be handed over.

    `permanent`: it will not be taken later either. `code` is stable and holds no personal data. `retry_after` is how
    long the receiver asks to be left alone. `gone`: the receiver wants nothing any more.
    """

    def __init__(
        self, code: str, *, permanent: bool = False, retry_after: timedelta | None = None, gone: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone


class Channel(Protocol):
    """A way out."""

    #: The longest that sending one message may take; a lease with less left is not begun upon.
    longest_send: timedelta

    def send(self, message: Message) -> None:
        """Hand the message over. Raises DeliveryError."""
