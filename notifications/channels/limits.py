"""A limit in time for a whole exchange over a socket, however slowly the other side drips.

Rule: a socket's own timeout begins anew with every byte; this one does not.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def limited(connection: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Cut the connection when the block takes longer; whatever waits on it then fails with an OSError.

    It is asked for when the time is up, since opening and encrypting put another socket in its place.
    """
    timer = threading.Timer(seconds, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: Callable[[], socket.socket | None]) -> None:
    sock = connection()
    if sock is not None:
        with contextlib.suppress(OSError):  # it is closed already
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS, which would wait for an answer
