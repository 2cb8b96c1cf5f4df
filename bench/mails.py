"""What it costs to bring mails out: reminders with an address behind each, over a mail server on this machine.

Rule: the mails are those of real reminders, the product's own courier carries them, and a process of its own takes
them; a mail counts when that has taken it.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import databases, reminders
from bench.reminders import RunningClock
from engine.access import SYSTEM
from engine.models import OutboxMessage
from engine.runtime import Engine, Transaction
from notifications import topics
from notifications.channels.email import EmailChannel
from notifications.channels.mail_server import mail_server
from notifications.courier import Courier

MANY = 10_000
HERE, SITE = "127.0.0.1", "example.vn"
STARTING = 20.0
_TAKES = ("-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink")


def everything(kinds: Sequence[str], many: int = MANY) -> dict[str, Any]:
    """The measurement on each kind of database."""
    return {kind: _scratched(kind, many) for kind in kinds}


def show(found: dict[str, Any]) -> None:
    """Print it."""
    for kind, cell in found.items():
        print(
            f"{kind}: {cell['sent']:.0f} mails in {cell['seconds']:.1f} s, {cell['per_second']:.0f}/s, "
            f"{cell['cpu_ms']:.2f} ms CPU each"
        )


def measured(url: str, many: int) -> dict[str, float]:
    """So many mails that wait in an empty database, brought out. Raises RuntimeError unless each was taken.

    Half of them offer a report to somebody, half remind of it.
    """
    due = reminders.prepared(url, many // 2, mailed=True)
    reminders.fire_at(url, due, time.time())
    with _mail_server() as port:
        engine = Engine(url, clock=RunningClock(due + timedelta(hours=1), time.time()))
        channel = EmailChannel(mail_server(f"smtp://{HERE}:{port}"), f"no-reply@{SITE}", SITE, f"https://{SITE}")
        courier = Courier(engine, topics.EMAIL, channel)
        began, cpu = time.perf_counter(), time.process_time()
        while courier.deliver_due():
            pass
        seconds, used = time.perf_counter() - began, time.process_time() - cpu
        sent = engine.read(SYSTEM, _sent)
        channel.close()
        engine.close()
    if sent != many:
        raise RuntimeError(f"{sent} mails were taken, not {many}")
    return {"sent": sent, "seconds": seconds, "per_second": sent / seconds, "cpu_ms": used / sent * 1e3}


def _scratched(kind: str, many: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, databases.scratch(kind, Path(folder)) as url:
        return measured(url, many)


@contextmanager
def _mail_server() -> Iterator[int]:
    """The port of a mail server that takes everything and keeps nothing, in a process of its own."""
    with socket.create_server((HERE, 0)) as probe:
        port = int(probe.getsockname()[1])
    running = subprocess.Popen([sys.executable, *_TAKES, "-l", f"{HERE}:{port}"], stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def _await(port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            socket.create_connection((HERE, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the mail server does not start")


def _sent(tx: Transaction) -> int:
    taken = (OutboxMessage.channel == "email", OutboxMessage.state == "sent")
    return tx.session.scalar(select(func.count(OutboxMessage.id)).where(*taken)) or 0


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--db", default="sqlite,postgresql")
    options = parser.parse_args()
    show(everything(databases.answering(options.db), options.many))


if __name__ == "__main__":
    _main()
