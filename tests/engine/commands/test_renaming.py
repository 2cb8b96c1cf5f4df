"""Promises of renaming: a name counts from its day on, and the past keeps its own."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.access import SYSTEM
from engine.commands import directory, renaming
from engine.commands.renaming import NewName
from engine.errors import ConflictError, ForbiddenError, InvalidDataError
from engine.queries import agency_names, history
from engine.queries import directory as queries
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor, begin, do

TODAY, DAY = date(2026, 3, 10), date(2026, 3, 12)
PHUONG = NewName(DAY, "Phường Thạch Thất", "Thach That Ward", "Nghị quyết 15/NQ-UBTVQH")


def called(engine: Engine, day: date) -> str | None:
    """What the commune was called on a day."""
    name = engine.read(SYSTEM, lambda tx: agency_names.Names(tx, {COMMUNE}).on(COMMUNE, day))
    return name.name_vi if name is not None else None


def current(engine: Engine) -> str:
    return engine.read(SYSTEM, queries.agency, COMMUNE).name_vi


def test_a_name_takes_effect_on_its_day_and_once(installed: Engine, clock: MovableClock) -> None:
    installed.run(actor(installed, "sysadmin"), renaming.rename, COMMUNE, PHUONG)
    before = renaming.rename_due(installed), current(installed)
    clock.moment = datetime(2026, 3, 12, 2, tzinfo=UTC)

    done = [renaming.rename_due(installed) for _ in range(2)]

    assert (before, done) == ((0, "Xã Thạch Thất"), [1, 0])
    assert current(installed) == "Phường Thạch Thất"
    assert [called(installed, day) for day in (TODAY, DAY)] == ["Xã Thạch Thất", "Phường Thạch Thất"]


def test_a_name_of_today_takes_effect_at_once(installed: Engine) -> None:
    installed.run(SYSTEM, renaming.rename, COMMUNE, NewName(TODAY, "Phường A", "A Ward", "Nghị quyết 1"))

    assert current(installed) == "Phường A"


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2025, 7, 1)])
def test_a_name_begins_after_its_agency(installed_sqlite: Engine, day: date) -> None:
    installed_sqlite.run(SYSTEM, directory.change_agency, COMMUNE, {"valid_from": date(2025, 7, 1)})

    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(SYSTEM, renaming.rename, COMMUNE, NewName(day, "Phường A", "A Ward", "Nghị quyết 1"))

    assert [problem.field for problem in refused.value.problems] == ["valid_from"]


def test_a_case_shows_the_name_of_the_time_of_each_event(installed: Engine, clock: MovableClock) -> None:
    officer = actor(installed, f"{COMMUNE}.agency_officer")
    case = begin(installed, officer)
    installed.run(SYSTEM, renaming.rename, COMMUNE, PHUONG)
    clock.moment = datetime(2026, 3, 12, 2, tzinfo=UTC)
    renaming.rename_due(installed)
    do(installed, officer, case, "propose", title="Việc", deliverable="Kết quả", due_date="2026-04-10")

    events = installed.read(officer, history.of_instance, case.id)

    names = [event.agencies[COMMUNE].name_vi for event in events if COMMUNE in event.agencies]
    assert (names[0], names[-1]) == ("Xã Thạch Thất", "Phường Thạch Thất")
    assert names == sorted(names, reverse=True)


def test_correcting_the_row_corrects_the_name_in_force(installed: Engine) -> None:
    installed.run(SYSTEM, renaming.rename, COMMUNE, NewName(TODAY, "Phường Thach Thất", "Ward", "Nghị quyết 1"))
    installed.run(SYSTEM, directory.change_agency, COMMUNE, {"name_vi": "Phường Thạch Thất"})

    assert renaming.rename_due(installed) == 0
    assert (current(installed), called(installed, TODAY)) == ("Phường Thạch Thất",) * 2
    assert called(installed, date(2026, 3, 9)) == "Xã Thạch Thất"


def test_a_name_that_cannot_be_meant_leaves_no_trace(installed_sqlite: Engine) -> None:
    installed_sqlite.run(SYSTEM, renaming.rename, COMMUNE, PHUONG)

    with pytest.raises(ConflictError):
        installed_sqlite.run(SYSTEM, renaming.rename, COMMUNE, PHUONG)
    with pytest.raises(InvalidDataError):
        installed_sqlite.run(SYSTEM, renaming.rename, COMMUNE, NewName(TODAY, " ", "Ward", "Nghị quyết 1"))
    with pytest.raises(ForbiddenError):
        head = actor(installed_sqlite, f"{COMMUNE}.agency_head")
        installed_sqlite.run(head, renaming.rename, COMMUNE, NewName(TODAY, "Phường A", "A Ward", "Nghị quyết 1"))

    assert len(installed_sqlite.read(SYSTEM, agency_names.names_of, COMMUNE)) == 2
