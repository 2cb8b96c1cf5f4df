"""What a step costs and what a case stores do not grow with its history."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from engine.bpmn import process
from engine.bpmn.process import Step
from engine.bpmn.state import load
from tests.engine.bpmn.drawing import (
    EMPTY,
    LOOP_WITH_JOIN,
    TestHost,
    compiled,
    diagram,
    node,
    opened,
)

TURNS = 1_000
SIMPLE = diagram(
    "simple",
    [
        node("startEvent", "s"),
        node("exclusiveGateway", "mg"),
        node("userTask", "a"),
        node("exclusiveGateway", "g", attributes='default="simple_f4"'),
        node("endEvent", "e"),
    ],
    [("s", "mg"), ("mg", "a"), ("a", "g"), ("g", "mg", "again == true"), ("g", "e")],
)
BESIDE_A_LONG_BRANCH = diagram(
    "beside",
    [
        node("startEvent", "s"),
        node("parallelGateway", "p"),
        node("userTask", "long"),
        node("exclusiveGateway", "mg"),
        node("userTask", "a"),
        node("exclusiveGateway", "g", attributes='default="beside_f7"'),
        node("parallelGateway", "j"),
        node("endEvent", "e"),
    ],
    [
        ("s", "p"),
        ("p", "long"),
        ("p", "mg"),
        ("mg", "a"),
        ("a", "g"),
        ("long", "j"),
        ("g", "mg", "again == true"),
        ("g", "j"),
        ("j", "e"),
    ],
)


def calls_of(act: Callable[[], Step]) -> tuple[Step, int]:
    """What `act` gives, and how many function calls it took: a cost that no other process disturbs."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        step = act()
    finally:
        sys.setprofile(None)
    return step, count


@pytest.mark.parametrize("xml", [SIMPLE, BESIDE_A_LONG_BRANCH], ids=["simple", "beside-a-long-branch"])
def test_a_thousand_turns_cost_what_one_costs(xml: bytes) -> None:
    definition, host = compiled(xml), TestHost()
    step = process.start(definition, {"again": True}, host)
    costs, sizes = [], []

    for _ in range(TURNS):
        task = opened(step)["a"]
        before = step
        step, calls = calls_of(
            lambda before=before, task=task: process.complete(  # type: ignore[misc]
                definition, before.state, before.variables, task, EMPTY, host
            )
        )
        costs.append(calls)
        sizes.append(len(step.state))

    assert costs[-1] <= costs[0] * 1.2
    assert sizes[-1] <= sizes[0] * 1.2
    assert "a" in opened(step)


def test_a_thousand_turns_with_a_join_and_a_boundary_timer_cost_what_one_costs() -> None:
    definition, host = compiled(LOOP_WITH_JOIN), TestHost()
    step = process.start(definition, {"again": True}, host)
    costs, sizes, chance = [], [], random.Random(1)

    for _ in range(TURNS):
        prep = opened(step)["prep"]
        before = step
        step, calls = calls_of(
            lambda before=before, prep=prep: process.complete(  # type: ignore[misc]
                definition, before.state, before.variables, prep, EMPTY, host
            )
        )
        costs.append(calls)
        branches = list(opened(step).values())
        chance.shuffle(branches)
        for task in branches:
            step = process.complete(definition, step.state, step.variables, task, EMPTY, host)
        step = process.complete(definition, step.state, step.variables, opened(step)["chk"], EMPTY, host)
        sizes.append(len(step.state))

    assert costs[-1] <= costs[0] * 1.2
    assert sizes[-1] <= sizes[0] * 1.2
    assert len(load(step.state).timers) == 1


def test_a_join_in_a_loop_waits_for_both_branches_whatever_their_order() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    definition, host, chance = compiled(LOOP_WITH_JOIN), TestHost(), random.Random(seed)

    for _ in range(200):
        step = process.start(definition, EMPTY, host)
        for turn in range(8):
            step = process.complete(definition, step.state, step.variables, opened(step)["prep"], EMPTY, host)
            first, second = chance.sample(list(opened(step).values()), 2)
            step = process.complete(definition, step.state, step.variables, first, EMPTY, host)
            assert opened(step) == {}
            step = process.complete(definition, step.state, step.variables, second, EMPTY, host)
            assert set(opened(step)) == {"chk"}
            again = {"again": turn < 7}
            step = process.complete(definition, step.state, step.variables, opened(step)["chk"], again, host)
        assert step.ended
