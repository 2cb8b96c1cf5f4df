"""Promises of pinning: a version runs exactly what it was deployed with, and never two versions of one process."""

from __future__ import annotations

import itertools

import pytest

from engine.access import SYSTEM
from engine.commands import definitions
from engine.errors import DefinitionError
from engine.runtime import Engine
from tests.engine.bpmn.drawing import diagram, node


def calling(key: str, number: int, *called: str) -> bytes:
    """Version `number` of a process that calls others, one after the other; its ids are its own."""
    names = [f"{key}{number}_{other}" for other in called]
    start, end = f"{key}{number}_s", f"{key}{number}_e"
    calls = [
        node("callActivity", name, attributes=f'calledElement="{other}"')
        for name, other in zip(names, called, strict=True)
    ]
    way = [start, *names, end]
    return diagram(key, [node("startEvent", start), *calls, node("endEvent", end)], list(itertools.pairwise(way)))


def deploy(engine: Engine, *xml: bytes) -> None:
    """Deploy one after the other."""
    for number, one in enumerate(xml):
        engine.run(SYSTEM, definitions.deploy, {f"{number}.bpmn": one}, publish=True)


def test_a_circle_over_two_deployments_is_refused(sqlite_engine: Engine) -> None:
    deploy(sqlite_engine, calling("b", 1), calling("a", 1, "b"))

    with pytest.raises(DefinitionError) as refused:
        deploy(sqlite_engine, calling("b", 2, "a"))

    assert [(f.element, f.rule) for f in refused.value.findings] == [("b", "call-cycle")]


def test_two_versions_of_one_process_are_refused_until_what_calls_the_older_is_deployed_anew(
    sqlite_engine: Engine,
) -> None:
    deploy(sqlite_engine, calling("c", 1), calling("a", 1, "c"), calling("c", 2), calling("b", 1, "c"))

    with pytest.raises(DefinitionError) as refused:
        deploy(sqlite_engine, calling("r", 1, "a", "b"))

    assert [(f.element, f.rule) for f in refused.value.findings] == [("c", "two-versions")]
    deploy(sqlite_engine, calling("a", 1, "c"), calling("r", 1, "a", "b"))
