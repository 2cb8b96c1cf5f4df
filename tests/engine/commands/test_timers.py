"""Promises of timers: each occurrence is dealt with once, by whichever worker, at the time that the engine says."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import definitions, instances, timers
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.handlers.registry import HANDLERS
from engine.models.instance import ProcessInstance
from engine.models.timer import Timer, TimerFiring
from engine.runtime import Engine, Transaction
from tests.conformance.model import boundary, document, end, start, timer, user
from tests.conftest import MovableClock
from tests.engine.commands.failures import AT_TIMER, OFFICER, Trial

DAILY = document(
    start()
    + user("u")
    + boundary("b", "u", timer("timeCycle", "R/P1D"), interrupting=False)
    + end()
    + end("e2")
    + "s->u u->e b->e2"
)
# Whichever of the two fires first disarms the other.
EITHER = document(
    start()
    + user("u")
    + boundary("b", "u", timer("timeDuration", "P1D"))
    + boundary("c", "u", timer("timeDuration", "P1D"))
    + end()
    + end("e2")
    + end("e3")
    + "s->u u->e b->e2 c->e3"
)
WORKERS = 4


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Trial:
    """The handler of the diagrams that fail."""
    made = Trial()
    monkeypatch.setitem(HANDLERS, "trial", made)
    return made


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


def all_firings(tx: Transaction) -> Sequence[TimerFiring]:
    """The rows of all occurrences that were dealt with."""
    return tx.session.scalars(select(TimerFiring)).all()


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


def test_timers_of_a_group_that_fails_fire_alone(engine: Engine, clock: MovableClock, failing: Trial) -> None:
    sound = [begin(engine).id for _ in range(3)]
    engine.run(SYSTEM, definitions.deploy, {"at_timer.bpmn": AT_TIMER}, publish=True)
    broken = engine.run(OFFICER, instances.start, Start("at_timer")).id
    failing.error = RuntimeError("thử")
    clock.forward(timedelta(days=1))

    fired = timers.fire_due(engine)

    assert fired == len(sound)
    assert {row.instance_id for row in engine.read(SYSTEM, all_firings)} == set(sound)
    assert engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, broken).state) == "incident"


def test_timers_of_one_case_never_share_a_transaction(engine: Engine, clock: MovableClock) -> None:
    engine.run(SYSTEM, definitions.deploy, {"either.bpmn": EITHER}, publish=True)
    engine.run(SYSTEM, instances.start, Start("p"))
    clock.forward(timedelta(days=1))

    fired = timers.fire_due(engine)

    assert (fired, len(firings(engine))) == (1, 1)


def test_a_timer_waits_while_its_case_is_suspended_and_fires_after(engine: Engine, clock: MovableClock) -> None:
    case = begin(engine)
    engine.run(SYSTEM, instances.suspend, case.id, "kiểm tra")
    clock.forward(timedelta(days=2))

    assert timers.fire_due(engine) == 0
    engine.run(SYSTEM, instances.resume, case.id, "xong")

    assert timers.fire_due(engine) == 1
    assert engine.read(SYSTEM, lambda tx: tx.session.scalars(select(Timer.occurrence)).all()) == [3]
