"""A loop over chores: what must happen without anybody asking.

Rule: the worker does not know what its chores do; a chore that fails is logged and tried again at the next turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread

import structlog

Chore = Callable[[], int]

log = structlog.get_logger("engine.worker")


class Worker:
    """Runs chores one after the other in a thread, every `poll_seconds`, at once again while there is work.

    A chore returns how much it did.
    """

    def __init__(self, chores: Sequence[Chore], poll_seconds: float = 1.0) -> None:
        self._chores = chores
        self._poll_seconds = poll_seconds
        self._stopping = Event()
        self._thread = Thread(target=self.run, name="dondoc-worker", daemon=True)

    def start(self) -> None:
        """Begin in a thread of this process."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait for the chore in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def run(self) -> None:
        """The loop itself, for a process that does nothing else."""
        while not self._stopping.is_set():
            if not self.turn():
                self._stopping.wait(self._poll_seconds)

    def turn(self) -> int:
        """Every chore once, none after it was asked to stop; returns how much was done."""
        return sum(self._safely(chore) for chore in self._chores if not self._stopping.is_set())

    def _safely(self, chore: Chore) -> int:
        try:
            return chore()
        except Exception:
            log.exception("chore-failed", chore=_name_of(chore))
            return 0


def _name_of(chore: Chore) -> str:
    """What a chore is called: a function by its name, a partial one by that of its function."""
    return str(getattr(getattr(chore, "func", chore), "__name__", type(chore).__name__))
