"""Promises of the processes that the lifecycle of a task calls."""

from __future__ import annotations

from typing import Any

import pytest

from engine.access import SYSTEM
from engine.commands import instances
from engine.commands.instances import Start
from engine.errors import InvalidDataError
from engine.runtime import Engine
from tests.engine.handlers.cast import Cast
from tests.installed import COMMUNE, actor, offered


@pytest.mark.parametrize(
    ("key", "username"),
    [
        ("commendation_revocation", "snv.council_secretary"),
        ("request_reply", "vpub.city_office"),
        ("supervision_answer", "vpub.city_office"),
    ],
)
def test_what_a_command_begins_is_started_by_nobody(installed_sqlite: Engine, key: str, username: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(actor(installed_sqlite, username), instances.start, Start(key))

    assert [(p.field, p.rule) for p in refused.value.problems] == [("process_key", "called-only")]


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("external_request", "body", "none"),
        ("external_request", "body", ["btgdv"]),
        ("external_request", "obligation", {"a": 1}),
        ("external_request", "answer", "accept"),
        ("supervision_response", "front", "skhcn"),
        ("supervision_response", "front", ["mttq"]),
        ("supervision_response", "reply_days", 1),
    ],
)
def test_a_case_with_an_outside_body_begins_with_nothing_but_its_form(
    installed_sqlite: Engine, key: str, name: str, value: Any
) -> None:
    office = actor(installed_sqlite, "vpub.city_office")

    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(office, instances.start, Start(key, agency="vpub", variables={name: value}))

    assert [problem.field for problem in refused.value.problems] == [name]


@pytest.mark.parametrize("key", ["task_proposal", "task_assignment", "task_execution"])
def test_a_called_process_is_not_started_alone(alone: Cast, key: str) -> None:
    for who in (alone.officer, SYSTEM):
        with pytest.raises(InvalidDataError) as refused:
            alone.engine.run(who, instances.start, Start(key, agency=COMMUNE))
        assert [(p.field, p.rule) for p in refused.value.problems] == [("process_key", "called-only")]

    assert set(offered(alone.engine, alone.officer, alone.case)) == {"propose"}
