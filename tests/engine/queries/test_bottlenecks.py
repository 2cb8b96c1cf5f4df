"""Promises about where a process is held up: the middle of the queue, the middle of what was done, and who calls it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.access import SYSTEM
from engine.commands import definitions
from engine.queries import bottlenecks
from engine.queries.bottlenecks import Load
from engine.runtime import Engine
from tests.api.web import PROPOSAL
from tests.conftest import MovableClock
from tests.installed import actor, begin, do

DAY = timedelta(days=1).total_seconds()
STEPS = ("propose", "head_review")


@pytest.fixture
def waiting(installed: Engine, clock: MovableClock) -> Engine:
    """Three proposals that are being written, since five, two and no days, and one that the head has had for a day."""
    officer = actor(installed, "c-thach-that.agency_officer")
    submitted = begin(installed, officer)
    clock.forward(timedelta(hours=6))
    begin(installed, officer)
    clock.forward(timedelta(days=3))
    begin(installed, officer)
    clock.forward(timedelta(days=1))
    do(installed, officer, submitted, "propose", **PROPOSAL)
    clock.forward(timedelta(days=1))
    begin(installed, officer)
    return installed


def test_a_step_has_its_queue_and_its_median(waiting: Engine) -> None:
    found = {load.element_id: load for load in waiting.read(SYSTEM, bottlenecks.loads, "task_lifecycle", STEPS)}

    assert found["propose"] == Load("propose", 3, 2 * DAY, 1, 4.25 * DAY)
    assert found["head_review"] == Load("head_review", 1, DAY, 0, None)


def test_a_called_process_has_the_tasks_of_its_callers(waiting: Engine) -> None:
    own = waiting.read(SYSTEM, bottlenecks.loads, "task_proposal", STEPS)

    assert own == waiting.read(SYSTEM, bottlenecks.loads, "task_lifecycle", STEPS)
    assert waiting.read(SYSTEM, bottlenecks.loads, "report_round", STEPS) == []


def test_the_bottleneck_is_where_most_time_is_lost(waiting: Engine) -> None:
    worst = bottlenecks.held_up(waiting.read(SYSTEM, bottlenecks.loads, "task_lifecycle", STEPS))

    assert worst is not None and worst.element_id == "propose"
    assert bottlenecks.held_up([]) is None
    assert bottlenecks.held_up([Load("propose", 0, None, 3, DAY)]) is None


def test_the_node_that_calls_stands_for_what_waits_inside(waiting: Engine) -> None:
    compiled = waiting.read(
        SYSTEM, lambda tx: definitions.compiled(tx, definitions.version_of(tx, "task_lifecycle", 1).id)
    )
    calls = bottlenecks.called_by(compiled)
    loads = waiting.read(SYSTEM, bottlenecks.loads, "task_lifecycle", STEPS)

    (found,) = bottlenecks.together(loads, calls)

    assert "propose" in calls[found.element_id]
    assert (found.waiting, found.waiting_seconds) == (4, 2 * DAY)


def test_whoever_sees_no_case_sees_no_queue(waiting: Engine) -> None:
    stranger = actor(waiting, "w-ba-dinh.agency_officer")

    assert waiting.read(stranger, bottlenecks.loads, "task_lifecycle", STEPS) == []
