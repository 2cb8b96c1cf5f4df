"""What it costs to fire reminders that are all due at once: fired a second, how late each was, what came of it.

Rule: the reminders are those of real reports, opened by real rounds, and the product's own worker fires them; time runs
on from the instant at which they are due, so how late one was stands in its own row.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import notifications
from api.served import make_worker
from api.settings import Settings
from bench import databases, inside
from bench.servers import ROOT
from engine import deadlines
from engine.access import SYSTEM
from engine.clock import CallableClock
from engine.commands import calendar, demo, plans, regimes, rounds, timers
from engine.commands.directory import Role, add_person
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.models import OutboxMessage
from engine.models.timer import TimerFiring
from engine.plan_document import parse_plan
from engine.queries.directory import members_of
from engine.runtime import Engine, Transaction

MANY = 10_000
WORKERS = {"sqlite": (1,), "postgresql": (1, 2)}
BEGUN = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
DUE = date(2026, 8, 26)
STARTING = 5.0
LONGEST_SECONDS = 1800


class RunningClock(CallableClock):
    """A clock that has run on from an instant since a moment of this machine (seconds of `time.time`)."""

    def __init__(self, instant: datetime, since: float) -> None:
        super().__init__(lambda: instant + timedelta(seconds=time.time() - since))


def everything(kinds: Sequence[str], many: int = MANY) -> dict[str, Any]:
    """Every measurement on each kind of database, with as many workers as WORKERS says."""
    return {f"{kind}/{workers}": _scratched(kind, workers, many) for kind in kinds for workers in WORKERS[kind]}


def show(found: dict[str, Any]) -> None:
    """Print it."""
    for key, cell in found.items():
        kind, _, workers = key.partition("/")
        print(
            f"{kind}, {workers} worker(s): {cell['fired']:.0f} reminders in {cell['seconds']:.1f} s, "
            f"{cell['per_second']:.0f}/s, {cell['cpu_ms']:.2f} ms CPU each; "
            f"late p50 {cell['p50_s']:.1f} s, p99 {cell['p99_s']:.1f} s; {cell['messages']:.0f} messages"
        )


def prepare(engine: Engine, many: int, *, mailed: bool = False) -> datetime:
    """So many open reports, each with one person to tell; the instant at which their first reminders are due.

    With `mailed` the people have addresses, so that each reminder makes a mail too.
    """
    document = parse_plan((ROOT / "workflows" / "plan_179.yaml").read_bytes())
    engine.run(SYSTEM, calendar.fill)
    engine.run(SYSTEM, plans.import_plan, document)
    engine.run(SYSTEM, regimes.load_defaults)
    agencies = engine.run(SYSTEM, _add_officers, mailed)
    for first in range(0, many, len(agencies)):
        asked = agencies[: min(len(agencies), many - first)]
        engine.run(SYSTEM, rounds.open_now, RoundRequest(QUARTERLY, due_dates={"agency": DUE}, reporters=asked))
    _settle(engine)
    due = engine.read(SYSTEM, timers.next_due)
    assert due is not None
    return due


def fire(engine: Engine) -> None:
    """Have the product's worker do its chores until no timer is due."""
    worker = make_worker(engine, Settings(env="development"))
    while engine.read(SYSTEM, timers.due, 1):
        worker.turn()


def measured(url: str, workers: int, many: int) -> dict[str, float]:
    """So many reminders in an empty database, fired by so many workers: how fast, how late, what came of it.

    Raises RuntimeError unless each fired once and wrote its one message.
    """
    due = prepared(url, many)
    used = fire_at(url, due, time.time()) if workers == 1 else _fire_together(url, due, workers)
    return _told(url, due, many) | {"cpu_ms": used / many * 1e3}


def _scratched(kind: str, workers: int, many: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, databases.scratch(kind, Path(folder)) as url:
        return measured(url, workers, many)


def _settle(engine: Engine) -> None:
    """Have the worker do what there is to do before anything is due."""
    worker = make_worker(engine, Settings(env="development"))
    while worker.turn():
        pass


def prepared(url: str, many: int, *, mailed: bool = False) -> datetime:
    """Install everything into an empty database and prepare the reminders; the instant at which they are due."""
    inside.opened(url).close()
    engine = Engine(url, clock=CallableClock(lambda: BEGUN), synchronous="NORMAL")
    due = prepare(engine, many, mailed=mailed)
    engine.close()
    return due


def fire_at(url: str, due: datetime, since: float) -> float:
    """Fire everything in this process; the CPU seconds that took."""
    notifications.connect()
    engine = Engine(url, clock=RunningClock(due, since))
    began = time.process_time()
    fire(engine)
    used = time.process_time() - began
    engine.close()
    return used


def _fire_together(url: str, due: datetime, workers: int) -> float:
    """Fire everything in several worker processes at the same database; the CPU seconds that took all of them."""
    since = time.time() + STARTING  # when all of them are there
    words = [sys.executable, "-m", "bench.reminders", "--fire", url, "--due", due.isoformat(), "--since", str(since)]
    running = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
    told = [process.communicate(timeout=LONGEST_SECONDS)[0] for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError("a worker failed")
    return sum(map(float, told))


def _told(url: str, due: datetime, many: int) -> dict[str, float]:
    engine = Engine(url)
    late = engine.read(SYSTEM, _lateness, due)
    messages = engine.read(SYSTEM, _messages, due)
    engine.close()
    if len(late) != many or messages != many:
        raise RuntimeError(f"{len(late)} reminders fired and {messages} messages written, not {many}")
    return {
        "fired": len(late),
        "messages": messages,
        "seconds": late[-1],
        "per_second": len(late) / late[-1],
        "p50_s": late[len(late) // 2],
        "p99_s": late[int(len(late) * 0.99)],
    }


def _lateness(tx: Transaction, due: datetime) -> list[float]:
    query = select(TimerFiring.fired_at, TimerFiring.due_at).where(TimerFiring.due_at == due)
    return sorted((fired - wanted).total_seconds() for fired, wanted in tx.session.execute(query))


def _messages(tx: Transaction, since: datetime) -> int:
    """How many messages were written from an instant on."""
    return tx.session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.created_at >= since)) or 0


def _add_officers(tx: Transaction, mailed: bool) -> list[str]:
    """One officer, and nobody else, at each agency that reports; the codes of the agencies."""
    agencies = members_of(tx, ["grp-departments", "grp-communes"], deadlines.local_date(tx.now))
    for number, agency in enumerate(agencies):
        email = f"{agency.code}@example.vn" if mailed else None
        add_person(tx, demo.full_name(number), email=email, roles=[Role("agency_officer", agency.code)])
    return [agency.code for agency in agencies]


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--db", default="sqlite,postgresql")
    for name in ("--fire", "--due", "--since"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fire:
        since = float(options.since)
        time.sleep(max(0.0, since - time.time()))
        print(fire_at(options.fire, datetime.fromisoformat(options.due), since))
        return
    show(everything(databases.answering(options.db), options.many))


if __name__ == "__main__":
    _main()
