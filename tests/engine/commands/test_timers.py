"""Promises of timers: each occurrence is dealt with once, by whichever worker, at the time that the engine says."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import definitions, instances, timers
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.models.timer import Timer, TimerFiring
from engine.runtime import Engine, Transaction
from tests.conformance.model import boundary, document, end, start, timer, user
from tests.conftest import MovableClock

DAILY = document(
    start()
    + user("u")
    + boundary("b", "u", timer("timeCycle", "R/P1D"), interrupting=False)
    + end()
    + end("e2")
    + "s->u u->e b->e2"
)
WORKERS = 4


def begin(engine: Engine) -> Case:
    """Start a case with a daily timer."""
    engine.run(SYSTEM, definitions.deploy, {"daily.bpmn": DAILY}, publish=True)
    return engine.run(SYSTEM, instances.start, Start("p"))


def firings(engine: Engine) -> list[tuple[int, timedelta]]:
    """The occurrences that were dealt with, each with how late that was."""

    def read(tx: Transaction) -> list[tuple[int, timedelta]]:
        rows = tx.session.scalars(select(TimerFiring).order_by(TimerFiring.occurrence))
        return [(row.occurrence, row.fired_at - row.due_at) for row in rows]

    return engine.read(SYSTEM, read)


def test_each_occurrence_of_a_cycle_has_its_number_and_its_row(engine: Engine, clock: MovableClock) -> None:
    begin(engine)

    for _ in range(3):
        clock.forward(timedelta(days=1, seconds=2))
        assert timers.fire_due(engine) == 1

    assert [number for number, _ in firings(engine)] == [1, 2, 3]
    assert [late.total_seconds() for _, late in firings(engine)] == [2, 4, 6]


def test_several_workers_fire_an_occurrence_once(engine: Engine, clock: MovableClock) -> None:
    cases = [begin(engine).id for _ in range(6)]
    clock.forward(timedelta(days=1))
    fired: list[int] = []

    threads = [threading.Thread(target=lambda: fired.append(timers.fire_due(engine))) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fired.append(timers.fire_due(engine))

    assert sum(fired) == len(firings(engine)) == len(cases)


def test_a_timer_waits_while_its_case_is_suspended_and_fires_after(engine: Engine, clock: MovableClock) -> None:
    case = begin(engine)
    engine.run(SYSTEM, instances.suspend, case.id, "kiểm tra")
    clock.forward(timedelta(days=2))

    assert timers.fire_due(engine) == 0
    engine.run(SYSTEM, instances.resume, case.id, "xong")

    assert timers.fire_due(engine) == 1
    assert engine.read(SYSTEM, lambda tx: tx.session.scalars(select(Timer.occurrence)).all()) == [3]
