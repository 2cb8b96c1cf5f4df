"""What runs in a server process: the application, and beside it the worker.

Rule: a server process never outlives the one that started it, so that a crash frees the port and the database file.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from functools import partial
from multiprocessing.util import Finalize

import structlog
from flask import Flask

from api import logs, metrics
from api.app import create_app
from api.settings import Settings, make_home, read_settings, secret_key
from engine.access import SYSTEM
from engine.commands import (
    credentials,
    deliveries,
    idempotency,
    messages,
    operations,
    recounting,
    renaming,
    reports,
    retries,
    rounds,
    successions,
    timed_starts,
    timers,
)
from engine.errors import StartupError
from engine.runtime import Engine
from engine.worker import Chore, Worker
from notifications.chores import Delivery, mail_chores, webhook_chores

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)
_WATCH_SECONDS = 0.5
_HOUR_SECONDS = 3600.0

log = structlog.get_logger("api")


def application() -> Flask:
    """What a server process runs: the application, and beside it the worker."""
    _end_with_parent()
    logs.configure()
    settings = read_settings()
    engine = open_engine(settings)
    app = create_app(settings, engine)
    worker = make_worker(engine, settings)
    worker.start()
    Finalize(None, worker.stop, exitpriority=0)  # the chore in hand is finished first
    start_couriers(engine, settings)
    log.info("server-started", env=settings.env, database=engine.database.name, simulated=engine.clock.simulated)
    return app


def run_worker(engine: Engine, settings: Settings) -> None:
    """Do the chores alone, without serving, until SIGTERM."""
    logs.configure()
    worker = make_worker(engine, settings)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())  # the chore in hand is finished first
    start_couriers(engine, settings)
    log.info("worker-started", env=settings.env, database=engine.database.name)
    worker.run()
    log.info("worker-stopped")


def open_engine(settings: Settings) -> Engine:
    """The engine that the settings ask for. Raises StartupError when it may not have the database."""
    make_home(settings)
    try:
        return Engine(
            settings.url,
            clock=settings.make_clock(),
            synchronous=settings.synchronous,
            shortest_cycle=timedelta(seconds=settings.shortest_cycle_seconds),
        )
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise StartupError(f"Không mở được cơ sở dữ liệu: {reason}.", f"Cannot open the database: {reason}.") from error


def make_worker(engine: Engine, settings: Settings) -> Worker:
    """The worker with its chores."""
    chores: list[Chore] = [
        partial(rounds.schedule_due, engine),
        partial(reports.transfer_due, engine),
        partial(renaming.rename_due, engine),
        partial(successions.hand_over_due, engine),
        partial(_fire_timers, engine),
        partial(deliveries.deliver_due, engine),
        partial(retries.retry_due, engine),
        partial(operations.work, engine),
        partial(recounting.recount_due, engine),
        _Hourly(partial(engine.run, SYSTEM, idempotency.forget_old)),
        _Hourly(partial(engine.run, SYSTEM, credentials.forget_old)),
        _Hourly(partial(engine.run, SYSTEM, messages.forget_old)),
    ]
    return Worker(chores, settings.poll_milliseconds / 1000)


def start_couriers(engine: Engine, settings: Settings) -> None:
    """Have mail and webhooks carried out, each in a thread of its own, so that a slow receiver delays no timer."""
    wanted = Delivery(
        settings.smtp_url, settings.mail_from, settings.public_url, secret_key(settings), settings.is_development
    )
    for chores in (mail_chores, webhook_chores):
        Worker(chores(engine, wanted, metrics.DeliveryNote()), settings.poll_milliseconds / 1000).start()


def _fire_timers(engine: Engine) -> int:
    fired = timers.fire_due(engine) + timed_starts.fire_due(engine)
    metrics.TIMERS.inc(fired)
    return fired


class _Hourly:
    """A chore that is done once an hour and never counts as work."""

    def __init__(self, act: partial[None]) -> None:
        self._act = act
        self._next = 0.0

    def __call__(self) -> int:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _HOUR_SECONDS
            self._act()
        return 0


def _end_with_parent() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), name="dondoc-parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)
