"""Workers that die at every point of their way, many times over: nothing is lost, made up, or doubled in the outbox.

Each worker is a child of this process, which leaves with `os._exit` where it is told to. The receiver is a file that
every child appends to, so that what left the process is known even when nobody lived to note it.
"""

from __future__ import annotations

import gc
import os
import random
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import signals
from engine.access import SYSTEM
from engine.clock import CallableClock
from engine.commands import timers
from engine.models import AuditEvent, OutboxMessage, UserTask
from engine.runtime import Engine, Transaction
from notifications import digests
from notifications.channels import DeliveryError, Message
from notifications.courier import Courier
from notifications.outbox import Claim
from tests.conftest import MovableClock
from tests.installed import actor, begin, do
from tests.notifications.outgoing import HEAD, OFFICER, reachable, wishing

KILLS = {"sqlite": 200, "postgresql": 60}
POINTS = (
    "before-claim",
    "after-claim",
    "before-send",
    "after-send",
    "before-settle",
    "after-settle",
    "in-timer",
    "after-timer",
    "after-bundle",
)
FINISHED, KILLED = 0, 137
APPROVED = {"title": "Phối hợp báo chí", "deliverable": "12 tin, bài", "due_date": "2026-04-10"}


class Mortal:
    """Dies when it comes past one of the points for the n-th time."""

    def __init__(self, point: str, passes: int) -> None:
        self._point = point
        self._left = passes

    def passes(self, point: str) -> None:
        """Come past a point."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os._exit(KILLED)


class Logbook:
    """A channel to a file; a part of what it takes fails, for the worker goes on then and not away."""

    longest_send = timedelta(seconds=20)

    def __init__(self, path: Path, chance: random.Random, failing: float = 0.2) -> None:
        self._path = path
        self._chance = chance
        self._failing = failing

    def send(self, message: Message) -> None:
        """Append the id, on the disk."""
        if self._chance.random() < self._failing:
            raise DeliveryError("mail-server 451")
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{message.id}\n")
            file.flush()
            os.fsync(file.fileno())


class MortalCourier(Courier):
    """A courier with a point before and after each of its steps."""

    mortal: Mortal

    def claim(self) -> Claim:
        self.mortal.passes("before-claim")
        claimed = super().claim()
        self.mortal.passes("after-claim")
        return claimed

    def send(self, message: Message) -> None:
        self.mortal.passes("before-send")
        super().send(message)
        self.mortal.passes("after-send")

    def settle_sent(self, message: Message) -> None:
        self.mortal.passes("before-settle")
        super().settle_sent(message)
        self.mortal.passes("after-settle")

    def settle_failed(self, message: Message, error: DeliveryError) -> None:
        self.mortal.passes("before-settle")
        super().settle_failed(message, error)
        self.mortal.passes("after-settle")


def opened(url: str, moment: datetime, known: dict[str, Any]) -> Engine:
    """An engine that knows the compiled diagrams already: compiling them anew would be most of each life."""
    engine = Engine(url, clock=CallableClock(lambda: moment))
    engine.shared.update(known)
    return engine


def work(engine: Engine, logbook: Logbook, mortal: Mortal, *, firing: bool = True) -> None:
    """What a worker does in its life, if it gets that far: timers, digests, mail."""
    signals.task_reminded.connect(lambda tx, **_: dying(tx, mortal), weak=False)
    courier = MortalCourier(engine, "email", logbook)
    courier.mortal = mortal
    if firing:
        timers.fire_due(engine)
    digests.bundle_due(engine)
    mortal.passes("after-bundle")
    while courier.deliver_due():
        pass
    engine.close()


def dying(tx: Transaction, mortal: Mortal) -> None:
    """Pass a point inside the transaction of a timer, and one right after its commit."""
    mortal.passes("in-timer")
    tx.after_commit(lambda: mortal.passes("after-timer"))


def in_a_child(act: Callable[[], None]) -> int:
    """How a process ended that did this."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer interpreters warn of forks beside threads
        child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(FINISHED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def under_way(engine: Engine) -> None:
    """Cases in execution, whose agency will be reminded, with people who have addresses."""
    officer = reachable(engine, OFFICER, "can-bo@thachthat.example")
    head = reachable(engine, HEAD, "thu-truong@thachthat.example")
    reachable(engine, "svhtt.report_aggregator", "tong-hop@svhtt.example")
    wishing(engine, actor(engine, "svhtt.report_aggregator"), digest=True)
    for _ in range(4):
        case = begin(engine, officer)
        do(engine, officer, case, "propose", **APPROVED)
        do(engine, head, case, "head_review", decision="submit")
        do(engine, officer, case, "accept_assignment", decision="accept")


def test_deaths_lose_and_double_nothing(installed: Engine, clock: MovableClock, tmp_path: Path) -> None:
    url, seed, kills = url_of(installed), random.randrange(10**6), KILLS[installed.database.name]
    print(f"seed {seed}")
    chance = random.Random(seed)
    gc.freeze()  # or every child copies what the collector touches
    under_way(installed)
    known = dict(installed.shared)
    installed.close()
    logbook = Logbook(tmp_path / "received", chance)
    ends: Counter[int] = Counter()

    def live(channel: Logbook, mortal: Mortal, *, firing: bool = True) -> None:
        now = clock.moment
        ends[in_a_child(lambda: work(opened(url, now, known), channel, mortal, firing=firing))] += 1

    while ends[KILLED] < kills:
        live(logbook, Mortal(chance.choice(POINTS), chance.choice((1, 1, 1, 2))))
        clock.forward(timedelta(seconds=chance.choice((5, 61, 301, 3_601, 21_600))))
        assert set(ends) <= {FINISHED, KILLED}
        if chance.random() < 0.6:
            again = opened(url, clock.moment, known)
            begin(again, actor(again, OFFICER))
            again.close()
    healthy, immortal = Logbook(tmp_path / "received", chance, failing=0.0), Mortal("none", 1)
    for turn in range(40):  # timers go on for a month; then everything comes to rest
        live(healthy, immortal, firing=turn < 36)
        clock.forward(timedelta(hours=25))
    gc.unfreeze()
    print(dict(ends))
    assert (ends[KILLED], set(ends)) == (kills, {FINISHED, KILLED})
    check_outbox(url, tmp_path / "received", kills)


def check_outbox(url: str, received: Path, kills: int) -> None:
    """One row an event, recipient and channel; all at rest; sent means received; nothing was made up."""
    engine = Engine(url)
    rows, opened_tasks, reminders = engine.read(SYSTEM, all_of)
    engine.close()
    once = [row for row in rows if row.topic not in ("digest", "plan-task-reminder")]
    keys = Counter((row.topic, _subject(row), row.recipient_id, row.channel) for row in once)
    mails = {row.id: row.state for row in rows if row.channel == "email"}
    copies = Counter(received.read_text(encoding="ascii").split())
    bundled = {row.id for row in rows if row.bundled_in}
    assert max(keys.values()) == 1
    for channel in ("inbox", "email"):
        told = [row for row in rows if row.channel == channel]
        assert {row.payload["task"] for row in told if row.topic == "task-offered"} == opened_tasks
        assert Counter(row.payload["stage"] for row in told if row.topic == "plan-task-reminder") == {
            stage: 2 * count
            for stage, count in reminders.items()  # the officer and the head
        }
    assert set(mails.values()) <= {"sent", "cancelled", "dead"}
    assert set(copies) <= set(mails)
    assert {message for message, state in mails.items() if state == "sent"} - bundled <= set(copies)
    assert sum(copies.values()) - len(copies) <= kills


def all_of(tx: Transaction) -> tuple[list[OutboxMessage], set[str], Counter[str]]:
    """All messages, the tasks that were ever offered, and how often each reminder of a diagram fired."""
    fired = select(AuditEvent.element_id).where(AuditEvent.type == "plan-task-reminded")
    return (
        list(tx.session.scalars(select(OutboxMessage))),
        set(tx.session.scalars(select(UserTask.id))),
        Counter(element or "" for element in tx.session.scalars(fired)),
    )


def _subject(row: OutboxMessage) -> tuple[object, ...]:
    return tuple(sorted((name, str(value)) for name, value in row.payload.items()))


def url_of(engine: Engine) -> str:
    """Where an engine's database is."""
    return engine.database.writer.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
