"""Promises of separated duties: whoever held a task has worked on it, though somebody else completed it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.access import SYSTEM, Actor
from engine.commands import directory, tasks
from engine.commands.directory import Login, Role
from engine.errors import SeparationOfDutiesError
from engine.queries import tasks as task_queries
from engine.runtime import Engine
from tests.engine.commands.failures import open_task
from tests.engine.handlers.cast import PROPOSAL, Cast
from tests.installed import COMMUNE, actor

Holding = Callable[[Engine, Cast, Actor, str], None]


def second_of(engine: Engine) -> Actor:
    """Somebody who is an officer of the commune and stands in for its head."""
    roles = [Role("agency_officer", COMMUNE), Role("agency_head", COMMUNE)]
    engine.run(SYSTEM, lambda tx: directory.add_person(tx, "Trần Thị Hòa", login=Login("second"), roles=roles).id)
    return actor(engine, "second")


def delegated(engine: Engine, cast: Cast, second: Actor, task_id: str) -> None:
    """The officer has the second one work on it, and takes it back."""
    engine.run(cast.officer, tasks.claim, task_id)
    engine.run(cast.officer, tasks.delegate, task_id, second.person_id or "")
    engine.run(second, tasks.resolve, task_id)


def claimed(engine: Engine, cast: Cast, second: Actor, task_id: str) -> None:
    """The second one takes it and gives it back."""
    engine.run(second, tasks.claim, task_id)
    engine.run(second, tasks.unclaim, task_id)


def assigned(engine: Engine, cast: Cast, second: Actor, task_id: str) -> None:
    """The head gives it to the second one, then to the officer."""
    engine.run(cast.head, tasks.assign, task_id, second.person_id or "")
    engine.run(cast.head, tasks.assign, task_id, cast.officer.person_id or "")


@pytest.mark.parametrize("holding", [delegated, claimed, assigned])
def test_whoever_held_a_task_does_not_judge_it(installed: Engine, holding: Holding) -> None:
    cast, second = Cast(installed), second_of(installed)
    proposal = open_task(installed, cast.case.id, "propose")
    holding(installed, cast, second, proposal)
    installed.run(cast.officer, tasks.complete, proposal, PROPOSAL)
    review = open_task(installed, cast.case.id, "head_review")

    with pytest.raises(SeparationOfDutiesError):
        installed.run(second, tasks.claim, review)
    with pytest.raises(SeparationOfDutiesError):
        installed.run(second, tasks.complete, review, {"decision": "submit"})

    assert "claim" not in installed.read(second, task_queries.get, review).allowed_actions
