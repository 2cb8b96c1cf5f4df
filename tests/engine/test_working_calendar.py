"""Promises of counting in working days, held against a table of every day on random calendars."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import ONE_DAY, SATURDAY, WORKED, DecidedDay, WorkingCalendar

FIRST = date(2024, 1, 1)
DAYS = 1_200
EDGE = 300
CASES = 900
EXAMPLES = 30  # times CASES, in six tests: more than a hundred thousand
LONGEST = 60
_decisions = st.dictionaries(st.integers(0, DAYS - 1), st.sampled_from(sorted(WORKED)), max_size=150)
_whole_days = st.dictionaries(st.integers(0, DAYS - 1), st.sampled_from(["holiday", "swap_workday"]))


class Oracle:
    """A calendar of DAYS days as a table: how many half days had been worked by the end of each."""

    def __init__(self, kinds: dict[int, str]) -> None:
        days = {FIRST + timedelta(n): DecidedDay(FIRST + timedelta(n), kind, "", "") for n, kind in kinds.items()}
        self.calendar = WorkingCalendar(days)
        self.halves = [WORKED[kinds[n]] if n in kinds else 2 * ((FIRST.weekday() + n) % 7 < 5) for n in range(DAYS)]
        self.worked = list(accumulate(self.halves))

    def add(self, start: int, count: int) -> int:
        """The first day by whose end the count is reached, or the last day from whose beginning on it is."""
        if count >= 0:
            return max(start, bisect_left(self.worked, self.worked[start] + 2 * count))
        before = self.worked[start] - self.halves[start]
        return max(n for n in range(start) if before - (self.worked[n] - self.halves[n]) >= -2 * count)


def cases(seed: int) -> Iterator[tuple[int, int]]:
    """Days and counts, far enough from the ends of the table."""
    random = Random(seed)
    for _ in range(CASES):
        yield random.randrange(EDGE, DAYS - EDGE), random.randint(-LONGEST, LONGEST)


def day_of(number: int) -> date:
    return FIRST + timedelta(number)


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_decisions, seed=st.integers(0, 2**32))
def test_counting_agrees_with_the_table(kinds: dict[int, str], seed: int) -> None:
    oracle = Oracle(kinds)

    found = [oracle.calendar.add(day_of(start), count) for start, count in cases(seed)]

    assert found == [day_of(oracle.add(start, count)) for start, count in cases(seed)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_decisions, seed=st.integers(0, 2**32))
def test_a_later_start_or_a_higher_count_is_never_due_earlier(kinds: dict[int, str], seed: int) -> None:
    calendar = Oracle(kinds).calendar

    for start, count in cases(seed):
        due = calendar.add(day_of(start), count)
        assert calendar.add(day_of(start + 1), count) >= due
        assert calendar.add(day_of(start), count + 1) >= due


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_decisions, seed=st.integers(0, 2**32))
def test_the_days_counted_to_a_due_date_are_those_asked_for(kinds: dict[int, str], seed: int) -> None:
    calendar = Oracle(kinds).calendar

    for start, count in cases(seed):
        begin, wanted = day_of(start), abs(count)
        due = calendar.add(begin, wanted)
        assert wanted <= calendar.count(begin, due) < wanted + 1
        assert wanted == 0 or calendar.count(begin, due - ONE_DAY) < wanted


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_whole_days, seed=st.integers(0, 2**32))
def test_without_half_days_counting_back_undoes_counting_on(kinds: dict[int, str], seed: int) -> None:
    calendar = Oracle(kinds).calendar

    for start, count in cases(seed):
        begin = calendar.roll(day_of(start), "next")
        assert calendar.add(calendar.add(begin, abs(count)), -abs(count)) == begin


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_decisions, seed=st.integers(0, 2**32))
def test_rolling_gives_the_nearest_working_day_and_stays_there(kinds: dict[int, str], seed: int) -> None:
    oracle = Oracle(kinds)

    for start, _ in cases(seed):
        following = next(n for n in range(start, DAYS) if oracle.halves[n])
        earlier = next(n for n in range(start, -1, -1) if oracle.halves[n])
        for direction, expected in (("next", following), ("previous", earlier), ("none", start)):
            rolled = oracle.calendar.roll(day_of(start), direction)
            assert rolled == day_of(expected)
            assert oracle.calendar.roll(rolled, direction) == rolled


@settings(max_examples=EXAMPLES, deadline=None)
@given(kinds=_decisions, seed=st.integers(0, 2**32))
def test_what_is_counted_and_what_is_skipped_make_up_all_days(kinds: dict[int, str], seed: int) -> None:
    oracle = Oracle(kinds)

    for start, length in cases(seed):
        end = start + abs(length)
        skipped = list(oracle.calendar.skipped(day_of(start), day_of(end)))
        lost = sum(2 - oracle.calendar.halves(day.day) for day in skipped)
        assert oracle.calendar.count(day_of(start), day_of(end)) * 2 + lost == 2 * (end - start)
        assert oracle.calendar.count(day_of(end), day_of(start)) == -oracle.calendar.count(day_of(start), day_of(end))


def test_half_a_day_counts_as_half() -> None:
    tuesday, friday = date(2026, 3, 10), date(2026, 3, 13)
    halves = {day: DecidedDay(day, "half_day", "", "") for day in (date(2026, 3, 11), date(2026, 3, 12))}

    calendar = WorkingCalendar(halves)

    assert calendar.add(tuesday, 1) == date(2026, 3, 12)
    assert calendar.count(tuesday, date(2026, 3, 11)) == 0.5
    assert calendar.add(friday, -1) == date(2026, 3, 11)
    assert calendar.is_working_day(date(2026, 3, 11))


def test_an_agency_s_exception_is_nobody_else_s() -> None:
    saturday = date(2026, 3, 14)
    own = {saturday: DecidedDay(saturday, "working_day", "Trực một cửa", "Counter open", agency="c-thach-that")}

    calendar = WorkingCalendar(exceptions={"c-thach-that": own})

    assert calendar.for_agency("c-thach-that").add(date(2026, 3, 13), 1) == saturday
    assert calendar.for_agency("c-ba-vi").add(date(2026, 3, 13), 1) == date(2026, 3, 16)
    assert calendar.add(date(2026, 3, 13), 1) == date(2026, 3, 16)


def test_a_count_without_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="2000"):
        WorkingCalendar().add(FIRST, 10**6)


def test_a_year_without_decided_days_is_told_as_not_known() -> None:
    calendar = WorkingCalendar({FIRST: DecidedDay(FIRST, "holiday", "", "")})

    assert calendar.is_known(date(2024, 12, 31))
    assert not calendar.is_known(date(2031, 1, 1))
    assert date(2031, 1, 1).weekday() < SATURDAY
    assert calendar.is_working_day(date(2031, 1, 1))
