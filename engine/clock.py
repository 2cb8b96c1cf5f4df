"""The engine's clock: the only place where the time of day is read.

Rule: everything else is given the time. A clock that reads a file is for trials, and what is written under it is
marked simulated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from engine.errors import StartupError


class Clock(Protocol):
    """Gives the current instant, aware, in UTC. `simulated` is True when it is not the real one."""

    simulated: bool

    def now(self) -> datetime:
        """The current instant."""


class SystemClock:
    """The machine's clock."""

    simulated = False

    def now(self) -> datetime:
        """The current instant, to the microsecond."""
        return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)


class FileClock:
    """Reads "now" from a file of one ISO 8601 line with an offset, each time it is asked."""

    simulated = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now()

    def now(self) -> datetime:
        """The instant in the file. Raises StartupError when there is none or it has no offset."""
        try:
            moment = datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            raise _unreadable(self._path) from error
        if moment.tzinfo is None:
            raise _unreadable(self._path)
        return moment.astimezone(UTC)


class CallableClock:
    """A clock that tests move by hand."""

    simulated = True

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    def now(self) -> datetime:
        """What the given function says."""
        return self._read()


def _unreadable(path: Path) -> StartupError:
    return StartupError(
        f"Tệp đồng hồ {path} phải có một dòng thời điểm ISO 8601 kèm múi giờ.",
        f"The clock file {path} must hold one ISO 8601 instant with an offset.",
    )
