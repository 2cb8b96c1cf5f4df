"""The bounds of bench/gate.py, held in process on each database: statements, commits, growth; never requests a second.

Rule: a measurement that a noisy machine spoils is taken again, at most ATTEMPTS times in all; the bound stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bench import gate, inside
from engine.runtime import Engine

ATTEMPTS = 4
TURNS = 1_000
SIZES = (100, 100_000)


@pytest.fixture
def measured(database_url: str) -> Iterator[Engine]:
    """An engine with the workloads deployed, on each database."""
    engine = inside.opened(database_url, synchronous="NORMAL")  # no bound here is about the disk
    yield engine
    engine.close()


def faults_of(check: Callable[[], list[str]]) -> list[str]:
    """What a check finds when it is given some chances."""
    for _ in range(ATTEMPTS - 1):
        if not check():
            return []
    return check()


@pytest.mark.parametrize("flow", ["linear3", "lifecycle5"])
def test_a_completion_keeps_to_its_statements_round_trips_and_one_commit(measured: Engine, flow: str) -> None:
    inside.counts(measured, flow)  # the first pass compiles the diagram and the statements

    counted = inside.counts(measured, flow)

    assert gate.completion(measured.database.name, counted) == []


def test_a_thousand_turns_make_neither_the_state_nor_a_step_larger(measured: Engine) -> None:
    old = inside.Loop(measured)
    old.turn()
    first = old.state_bytes()

    for _ in range(TURNS):
        old.turn()

    assert gate.state(first, old.state_bytes()) == []
    assert faults_of(lambda: gate.step(inside.growth(measured, old))) == []


def test_a_page_of_tasks_takes_no_longer_among_many_tasks(measured: Engine) -> None:
    pages = inside.Pages(measured)

    def check() -> list[str]:
        return gate.task_list(times | {SIZES[1]: pages.first_page_ms()})

    times = {size: pages.at(size) for size in SIZES}

    assert faults_of(check) == []


def test_the_gate_names_every_bound_that_is_broken() -> None:
    completion = {"statements": 9.0, "round_trips": 3.0, "commits": 2.0}
    loop = {"1": {"state_bytes": 100.0}, "1000": {"state_bytes": 130.0}}
    inner = {"completion": {"linear3": completion}, "loop": loop, "growth": 1.5, "list": {100: 1.0, 100_000: 4.0}}

    found = gate.faults({"inside": {"sqlite": inner, "postgresql": inner}})

    assert len(found) == 2 * 5
    assert "sqlite linear3 runs 10 statements a completion" in found
    assert "postgresql linear3 makes 4 round trips a completion" in found
