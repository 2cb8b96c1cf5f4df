"""Every construct that docs/bpmn.md says is executed, is: in this order, with these values, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.access import SYSTEM
from engine.commands import definitions
from engine.errors import DefinitionError, ProcessError
from engine.runtime import Engine
from tests.conformance.model import Row
from tests.conformance.refused import REFUSED
from tests.conformance.rows import ROWS
from tests.conformance.run import Run
from tests.conftest import MovableClock
from tests.installed import ROOT

PAGE = (ROOT / "docs" / "bpmn.md").read_text(encoding="utf-8")


@pytest.fixture
def case_of(engine: Engine, clock: MovableClock) -> Iterator[type[Run]]:
    """Cases of a row, over an engine whose clock moves."""
    Run.engine, Run.clock = engine, clock
    yield Run


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_construct_is_executed_as_the_standard_says(case_of: type[Run], row: Row) -> None:
    case = case_of(row)

    for act, *words in row.acts:
        getattr(case, act)(*words)

    assert case.trace == row.trace
    assert case.row.state == row.state
    assert {name: case.row.variables.get(name) for name in row.variables} == row.variables


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_construct_that_is_not_executed_is_refused_by_its_element(sqlite_engine: Engine, name: str) -> None:
    xml, element, rule = REFUSED[name]

    with pytest.raises(DefinitionError) as caught:
        sqlite_engine.run(SYSTEM, definitions.deploy, {f"{name}.bpmn": xml}, publish=True)

    assert (element, rule) in {(finding.element, finding.rule) for finding in caught.value.findings}


def test_every_row_of_the_page_has_a_model_and_every_model_a_row() -> None:
    told = re.findall(r"^\| .*`([a-z0-9-]+)` \|$", PAGE, re.MULTILINE)

    assert sorted(told) == sorted([*(row.name for row in ROWS), *REFUSED])


def test_what_fails_is_told_by_its_element(case_of: type[Run]) -> None:
    row = next(row for row in ROWS if row.name == "exclusive-gateway-without-a-way-out")
    case = case_of(row)

    with pytest.raises(ProcessError) as caught:
        case.do("u", {"x": 0})

    assert caught.value.element_id == "g"
