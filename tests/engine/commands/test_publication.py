"""Promises of publication: two persons look at everything that a version runs."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM, Actor, Grant
from engine.commands import definitions
from engine.errors import ConflictError
from engine.runtime import Engine
from tests.engine.bpmn.drawing import diagram, node

DESIGNER = Actor("person-1", grants=(Grant("designer", None),))
PUBLISHER = Actor("person-2", grants=(Grant("publisher", None),))


def process(key: str, calls: str | None = None) -> bytes:
    """A process of one step: a person's, or the call of another process. Its ids are its own."""
    start, step, end = f"{key}_s", f"{key}_n", f"{key}_e"
    called = node("callActivity", step, attributes=f'calledElement="{calls}"')
    nodes = [node("startEvent", start), called if calls else node("userTask", step), node("endEvent", end)]
    return diagram(key, nodes, [(start, step), (step, end)])


def test_a_version_is_not_published_before_what_it_calls(engine: Engine) -> None:
    files = {
        "leaf.bpmn": process("leaf"),
        "child.bpmn": process("child", "leaf"),
        "parent.bpmn": process("parent", "child"),
    }
    engine.run(DESIGNER, definitions.deploy, files, publish=False)

    with pytest.raises(ConflictError, match="child/1, leaf/1"):
        engine.run(PUBLISHER, definitions.publish, "parent", 1)

    for key in ("leaf", "child", "parent"):
        engine.run(PUBLISHER, definitions.publish, key, 1)
    assert engine.read(SYSTEM, definitions.current, "parent").state == "published"
