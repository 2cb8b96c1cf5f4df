"""Promises of the processes that the lifecycle of a task calls."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM
from engine.commands import instances
from engine.commands.instances import Start
from engine.errors import InvalidDataError
from tests.engine.handlers.cast import Cast
from tests.installed import COMMUNE, offered


@pytest.mark.parametrize("key", ["task_proposal", "task_assignment", "task_execution"])
def test_a_called_process_is_not_started_alone(alone: Cast, key: str) -> None:
    for who in (alone.officer, SYSTEM):
        with pytest.raises(InvalidDataError) as refused:
            alone.engine.run(who, instances.start, Start(key, agency=COMMUNE))
        assert [(p.field, p.rule) for p in refused.value.problems] == [("process_key", "called-only")]

    assert set(offered(alone.engine, alone.officer, alone.case)) == {"propose"}
