"""Counting what this process does, for Prometheus."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from engine import signals
from notifications.courier import Note

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REGISTRY = CollectorRegistry()
REQUESTS = Counter("dondoc_requests", "HTTP requests", ["endpoint", "method", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "dondoc_request_seconds",
    "Time to answer a request",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
COMPLETED = Counter("dondoc_tasks_completed", "User tasks completed", ["process_key"], registry=REGISTRY)
STARTED = Counter("dondoc_processes_started", "Process instances started", ["process_key"], registry=REGISTRY)
TIMERS = Counter("dondoc_timers_fired", "Timers fired", registry=REGISTRY)
MESSAGES = Counter(
    "dondoc_messages", "Mails and webhooks: sent, failed (tried again), dead", ["channel", "outcome"], registry=REGISTRY
)
MESSAGE_LAG = Gauge(
    "dondoc_message_lag_seconds", "How late the oldest message due was taken in hand", ["channel"], registry=REGISTRY
)


class DeliveryNote(Note):
    """Counts what becomes of messages."""

    def outcome(self, channel: str, outcome: str) -> None:
        """A message was sent, failed, or is dead."""
        MESSAGES.labels(channel, outcome).inc()

    def lag(self, channel: str, lag: timedelta) -> None:
        """How late the oldest message was when it was taken in hand."""
        MESSAGE_LAG.labels(channel).set(lag.total_seconds())


def connect() -> None:
    """Count what the engine commits; calling it again changes nothing."""
    signals.task_completed.connect(_on_task_completed)
    signals.process_started.connect(_on_process_started)


def note_request(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request and the time it took."""
    # A client may invent methods; each would be a series of its own for ever.
    counted, timed = _of_request(endpoint, method if method in _METHODS else "other", status)
    counted.inc()
    timed.observe(seconds)


@lru_cache(maxsize=4_096)
def _of_request(endpoint: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(endpoint, method, status), SECONDS.labels(endpoint)


def exposition() -> tuple[bytes, str]:
    """The metrics as text, and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def _on_task_completed(tx: Any, *, case: Any, **_: Any) -> None:
    tx.after_commit(COMPLETED.labels(case.process_key).inc)


def _on_process_started(tx: Any, *, case: Any, **_: Any) -> None:
    tx.after_commit(STARTED.labels(case.process_key).inc)
