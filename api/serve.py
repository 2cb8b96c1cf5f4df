"""Serving: granian's WSGI server. This process only minds the ones that serve, and holds as little as it can."""

from __future__ import annotations

import os
import sys

from granian import Granian
from granian.constants import Interfaces

from api.settings import Settings, read_settings


def replace_this_process() -> None:
    """Become the serving process, under the same process id, free of all that was imported so far."""
    os.execv(sys.executable, [sys.executable, "-m", "api.serve"])


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    Granian(
        "api.served:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads_in_use,
        log_enabled=False,
        respawn_failed_workers=False,
    ).serve()


if __name__ == "__main__":
    serve(read_settings())
