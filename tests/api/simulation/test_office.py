"""Promises of office hours and of chance: work happens on working days, and the same seed throws the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.simulation.chance import Die
from api.simulation.office import CLOSES, OPENS, Office
from engine.deadlines import LOCAL
from engine.statutory_days import statutory

OFFICE = Office(statutory())


def local(text: str) -> datetime:
    """An instant in Hanoi."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        ("2026-03-10T09:00", 2, "2026-03-10T11:00"),
        ("2026-03-10T16:00", 2, "2026-03-11T09:00"),
        ("2026-03-13T16:30", 1, "2026-03-16T08:30"),
        ("2026-03-14T10:00", 0, "2026-03-16T08:00"),
        ("2026-03-10T07:00", 1, "2026-03-10T09:00"),
        ("2026-02-13T16:00", 10, "2026-02-23T17:00"),
        ("2026-01-10T10:00", 1, "2026-01-10T11:00"),
    ],
    ids=[
        "same day",
        "over night",
        "over the weekend",
        "on a Saturday",
        "before opening",
        "over Tết",
        "swapped Saturday",
    ],
)
def test_work_is_counted_in_office_hours(at: str, hours: float, then: str) -> None:
    found = OFFICE.later(local(at), hours)

    assert found in (local(then), OFFICE.at(local(then).date() + timedelta(days=1), 0))


@given(some.integers(0, 700 * 24 * 60), some.floats(0, 200))
def test_nobody_works_on_a_day_off_or_before_they_were_asked(minutes: int, hours: float) -> None:
    asked = local("2025-01-01T00:00") + timedelta(minutes=minutes)

    found = OFFICE.later(asked, hours).astimezone(LOCAL)

    assert found >= asked
    assert OFFICE.calendar.is_working_day(found.date())
    assert OPENS <= found.time().replace(microsecond=0) <= CLOSES


def test_a_day_off_is_rolled_to_the_next_working_day() -> None:
    assert OFFICE.at(date(2026, 3, 14), 1) == local("2026-03-16T09:00")


def test_the_same_seed_and_names_throw_the_same_and_others_do_not() -> None:
    def throws(*names: object) -> list[int]:
        die = Die(*names)  # type: ignore[arg-type]
        return [die.whole(1, 1_000) for _ in range(5)]

    assert throws(1, "a", 2) == throws(1, "a", 2)
    assert throws(1, "a", 2) != throws(2, "a", 2)
    assert throws(1, "a", 2) != throws(1, "a", 3)
