"""Promises of due dates: a local day ends with its day, and a task counts in one bucket or in none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine import deadlines

TODAY, EARLIER, LATER = date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 11)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 9, 16, 59, 59, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 9, 17, 0, tzinfo=UTC), date(2026, 3, 10)),
    ],
)
def test_a_day_begins_at_midnight_in_hanoi(moment: datetime, day: date) -> None:
    assert deadlines.local_date(moment) == day


def test_what_is_due_on_a_day_is_due_at_its_end() -> None:
    assert deadlines.end_of_day(TODAY) == datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC)
    assert deadlines.morning(TODAY) == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "due"),
    [
        (None, None),
        ("", None),
        ("2026-03-10", datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC)),
        (TODAY, datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC)),
        ("2026-03-10T09:00:00+07:00", datetime(2026, 3, 10, 2, tzinfo=UTC)),
        ("2026-03-10T09:00:00", datetime(2026, 3, 10, 2, tzinfo=UTC)),
    ],
)
def test_a_due_date_may_be_written_as_a_day_or_an_instant(value: object, due: datetime | None) -> None:
    assert deadlines.as_due(value) == due


@pytest.mark.parametrize(
    ("roll", "day"), [("next", date(2026, 3, 16)), ("previous", date(2026, 3, 13)), ("none", date(2026, 3, 15))]
)
def test_a_date_is_rolled_off_a_sunday_and_says_so(roll: str, day: date) -> None:
    counted: dict[datetime, deadlines.Derivation] = {}
    functions = deadlines.functions(datetime(2026, 3, 10, 2, tzinfo=UTC), counted=counted)

    due = functions["by_date"]("2026-03-15", roll)

    assert due == deadlines.end_of_day(day)
    assert (counted[due].rule, counted[due].base, counted[due].roll) == ("by_date", date(2026, 3, 15), roll)


@pytest.mark.parametrize("roll", ["forward", None, 1, []])
def test_a_date_is_rolled_as_named_or_refused(roll: object) -> None:
    with pytest.raises(ValueError):
        deadlines.functions(datetime(2026, 3, 10, 2, tzinfo=UTC))["by_date"]("2026-03-15", roll)


@pytest.mark.parametrize("value", [1, 1.5, [], "mai", "2026-13-01"])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        deadlines.as_due(value)


@pytest.mark.parametrize(
    ("due", "accepted", "is_open", "bucket"),
    [
        (EARLIER, None, True, "overdue"),
        (TODAY, None, True, "within_time"),
        (LATER, None, True, "within_time"),
        (None, None, True, "within_time"),
        (TODAY, TODAY, False, "on_time"),
        (TODAY, EARLIER, True, "on_time"),
        (EARLIER, TODAY, False, "late"),
        (None, TODAY, False, "on_time"),
        (EARLIER, None, False, None),
    ],
)
def test_a_task_counts_in_one_bucket_or_in_none(
    due: date | None, accepted: date | None, is_open: bool, bucket: str | None
) -> None:
    assert deadlines.bucket(due, accepted, TODAY, is_open=is_open) == bucket
