"""Handing over what was thrown or posted: at once after the commit that posted it, or by the worker.

Rule: each message is handed over in a transaction of its own that locks it and its receiver; what fails holds up
nothing else, and what is not handed over stays where it is.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from engine.access import SYSTEM
from engine.commands import incidents, messages
from engine.errors import BusyError, EngineError
from engine.runtime import Engine

MOST_AT_ONCE = 25

log = structlog.get_logger("engine.messages")
_thread = threading.local()


def deliver_now(engine: Engine, message_ids: Sequence[str], subscription_ids: Sequence[str]) -> None:
    """Hand over these messages, and those that waited for these subscriptions, after a commit.

    What a delivery throws in turn joins the same queue, so that cases that answer each other do not nest; after
    MOST_AT_ONCE the rest is left to the worker, so that whoever waits for an answer gets it.
    """
    found = engine.read(SYSTEM, messages.fitting, list(subscription_ids)) if subscription_ids else []
    with _queue(*message_ids, *found) as queue:
        for _ in range(MOST_AT_ONCE):
            if not queue:
                return
            deliver_one(engine, queue.popleft(), waits_for_others=True)


def deliver_due(engine: Engine, limit: int = 100) -> int:
    """Hand over what waits and may be tried now; returns how many were handed over."""
    waiting = engine.read(SYSTEM, messages.due, limit)
    return sum(deliver_one(engine, message_id, waits_for_others=False) for message_id in waiting)


def deliver_one(engine: Engine, message_id: str, *, waits_for_others: bool) -> bool:
    """Hand over one message if somebody takes it.

    A receiver whose step fails becomes an incident, and the message waits for it; one that can begin no case fails.
    """
    try:
        return incidents.carried_out(
            engine, SYSTEM, lambda tx: messages.deliver(tx, message_id, waits_for_others=waits_for_others)
        )
    except BusyError:
        log.info("message-postponed", message_id=message_id)
    except EngineError as error:
        log.error("message-failed", message_id=message_id, code=error.code)
        if getattr(error, "attempt", None) is None:
            engine.run(SYSTEM, messages.note_failure, message_id, error)
    return False


@contextmanager
def _queue(*message_ids: str) -> Iterator[deque[str]]:
    """The queue of this thread with these at its end; an empty one for whoever is inside another's delivery."""
    outer: deque[str] | None = getattr(_thread, "queue", None)
    if outer is not None:
        outer.extend(message_ids)
        yield deque()
        return
    _thread.queue = deque(message_ids)
    try:
        yield _thread.queue
    finally:
        _thread.queue = None
