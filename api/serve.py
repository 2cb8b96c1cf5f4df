"""Serving: granian's WSGI server. This process only minds the ones that serve, and holds as little as it can."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces

#: A client that has sent half a request, or reads no answer, holds up the end for so long and no longer.
_PATIENCE_SECONDS = 5

if TYPE_CHECKING:  # reading settings loads the engine, which this process does without
    from api.settings import Settings


def replace_this_process(settings: Settings) -> None:
    """Become the serving process, under the same process id, free of all that was imported so far."""
    asked = (settings.host, settings.port, settings.workers, settings.threads_in_use)
    os.execv(sys.executable, [sys.executable, "-m", "api.serve", *map(str, asked)])


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop."""
    Granian(
        "api.served:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_enabled=False,
        respawn_failed_workers=False,
        workers_kill_timeout=_PATIENCE_SECONDS,
    ).serve()
    _note_stop()


def _note_stop() -> None:
    """Log the orderly end. What that needs is loaded only now: until then this process holds as little as it can."""
    import structlog

    from api import logs

    logs.configure()
    structlog.get_logger("api").info("server-stopped")


if __name__ == "__main__":
    serve(sys.argv[1], *map(int, sys.argv[2:]))
