"""What goes into a step of a case and what comes out of it.

Rule: a step is a value; whoever asked for it writes it down, or drops it and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.bpmn.definition import Element
from engine.errors import ProcessError


class Host(Protocol):
    """What a step may ask of whoever runs it. `person` is who acts, None for the system; no repetition is shorter
    than `shortest_cycle`."""

    now: datetime
    person: str | None
    shortest_cycle: timedelta

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that expressions may call."""

    def call(self, handler: str, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Run the named handler; what it returns is merged into the variables."""


class TokenNotWaitingError(Exception):
    """The token, timer or subscription named does not wait (any more)."""


class BusinessError(Exception):
    """A handler's way to raise a BPMN error with that code, for the diagram to catch."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def failure(element_id: str, error: Exception) -> ProcessError:
    """What an error in the values of an element is to its step, in both languages."""
    told = getattr(error, "reason_vi", "")
    text = getattr(error, "text", "")
    return ProcessError(element_id, str(error), reason_vi=f"“{text[:60]}”: {told}" if told else None)


@dataclass(frozen=True)
class OpenedTask:
    """A user task that now waits. `groups` and `assignee` are evaluated; `locals` are its own variables."""

    id: str
    element: Element
    groups: tuple[str, ...]
    assignee: str | None
    due: datetime | None
    locals: dict[str, Any]


@dataclass(frozen=True)
class ArmedTimer:
    """A timer that now waits for its instant (UTC)."""

    id: str
    element_id: str
    due: datetime
    repeats: bool
    occurrence: int = 0


@dataclass(frozen=True)
class Subscription:
    """A message or signal (`kind`) of that name that the case now waits for.

    `correlation` holds the values that a message must carry, by property; empty when any will do.
    """

    id: str
    kind: str
    name: str
    element_id: str
    correlation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Thrown:
    """A message that nobody in the case waited for, or a signal, for others to catch. `variables` travel with it."""

    kind: str
    name: str
    element_id: str
    correlation: Mapping[str, Any]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """Something that happened to an element: element-activated, element-completed, element-cancelled, or
    error-uncaught.
    """

    kind: str
    element_id: str
    token_id: str


@dataclass
class Step:
    """All that a step did, in order. `closed` are tasks withdrawn by it, `tokens` the places where the case waits.

    `subscribed` and `unsubscribed` are what it waits for from outside; `thrown` is what goes out to others.
    """

    state: bytes = b""
    variables: dict[str, Any] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    opened: list[OpenedTask] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    armed: list[ArmedTimer] = field(default_factory=list)
    disarmed: list[str] = field(default_factory=list)
    subscribed: list[Subscription] = field(default_factory=list)
    unsubscribed: list[str] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False
