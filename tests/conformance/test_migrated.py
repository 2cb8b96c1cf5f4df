"""Every construct goes on as the standard says when its case goes over to another version before each act."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.access import SYSTEM
from engine.commands import definitions, migration
from engine.commands.migration import Migration
from engine.runtime import Engine
from tests.conformance.model import Row
from tests.conformance.rows import ROWS
from tests.conformance.run import Run
from tests.conftest import MovableClock


class Migrated(Run):
    """A case that is taken over to a version of the same drawing under another name."""

    def go_over(self, row: Row) -> None:
        """One version further; a case that has ended or waits for somebody stays."""
        if self.row.state != "active":
            return
        version = self.row.process_version + 1
        xml = row.xml.replace(b'id="p" name="p"', f'id="p" name="p {version}"'.encode())
        self.engine.run(SYSTEM, definitions.deploy, {f"{row.name}.bpmn": xml}, publish=True)
        self.engine.run(SYSTEM, migration.migrate, self.id, Migration(version))


@pytest.fixture
def case_of(sqlite_engine: Engine, clock: MovableClock) -> Iterator[type[Migrated]]:
    """Cases of a row, over an engine whose clock moves."""
    Run.engine, Run.clock = sqlite_engine, clock
    yield Migrated


@pytest.mark.parametrize("row", [row for row in ROWS if row.acts], ids=lambda row: row.name)
def test_a_construct_goes_over_at_every_wait(case_of: type[Migrated], row: Row) -> None:
    case = case_of(row)

    for act, *words in row.acts:
        case.go_over(row)
        getattr(case, act)(*words)

    assert case.row.process_version > 1
    assert case.trace == row.trace
    assert case.row.state == row.state
    assert {name: case.row.variables.get(name) for name in row.variables} == row.variables
