"""Slowing down addresses from which many logins fail; user names are slowed down by the engine, in the database.

Rule: behind a proxy on this machine the address is the one that the proxy saw; an address that is nobody's in
particular, such as this machine's own, is never slowed down.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import ip_address
from threading import Lock

from flask import Request

from engine.errors import TooManyAttemptsError

MOST_FAILURES = 50  # a whole office may come from one address
WINDOW = timedelta(minutes=5)
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts failures per address within a sliding window, in this process. Safe to share between threads."""

    def __init__(self, most_failures: int = MOST_FAILURES) -> None:
        self._most = most_failures
        self._guard = Lock()
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def require_patience(self, address: str | None, now: datetime) -> None:
        """Raise TooManyAttemptsError while too many logins have failed from an address lately."""
        with self._guard:
            failures = self._failures.get(address or "")
            if failures is None or len(failures) < self._most:
                return
            left = failures[0] + WINDOW - now
        if left > timedelta(0):
            raise TooManyAttemptsError(left)

    def note_failure(self, address: str | None, now: datetime) -> None:
        """Count a failure."""
        if address is None:
            return
        with self._guard:
            self._failures.setdefault(address, deque(maxlen=self._most)).append(now)
            self._failures.move_to_end(address)
            while len(self._failures) > MOST_ADDRESSES:
                self._failures.popitem(last=False)


def address_of(request: Request) -> str | None:
    """Whose request it is; None when that cannot be told."""
    peer = request.remote_addr or ""
    if not _is_local(peer):
        return peer or None
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:64] or None


def _is_local(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
