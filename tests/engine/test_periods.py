"""The periods of Nghị định 09/2019/NĐ-CP, art. 12, written out by hand for five years, against the rule."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import periods
from engine.statutory_days import vietnam

YEARS = range(2024, 2029)
# The data windows of one year Y as the decree has them: the first day (P: of the year before), the last day.
MONTHLY = """
P12-15 01-14 | 01-15 02-14 | 02-15 03-14 | 03-15 04-14 | 04-15 05-14 | 05-15 06-14
06-15 07-14 | 07-15 08-14 | 08-15 09-14 | 09-15 10-14 | 10-15 11-14 | 11-15 12-14
"""
QUARTERLY = "P12-15 03-14 | 03-15 06-14 | 06-15 09-14 | 09-15 12-14"
SIX_MONTHLY = "P12-15 06-14 | 06-15 12-14"
NINE_MONTHLY = "P12-15 09-14"
YEARLY = "P12-15 12-14"
WINDOWS = {
    "monthly": MONTHLY,
    "quarterly": QUARTERLY,
    "six_monthly": SIX_MONTHLY,
    "nine_monthly": NINE_MONTHLY,
    "yearly": YEARLY,
}
# The house's default regime: agencies by the 18th, Sở VHTT by the 22nd, the City by the 25th; moved off days that are
# not worked to the next that is. Counted on the wall calendars of those years.
TIERS = (("agency", 18), ("svhtt", 22), ("ubnd", 25))
QUARTERS = {
    (2025, 1): ("2025-03-18", "2025-03-24", "2025-03-26"),  # the 22nd is a Saturday; a working day after the 24th
    (2025, 2): ("2025-06-18", "2025-06-23", "2025-06-25"),  # the 22nd is a Sunday
    (2025, 3): ("2025-09-18", "2025-09-22", "2025-09-25"),
    (2025, 4): ("2025-12-18", "2025-12-22", "2025-12-25"),
    (2026, 1): ("2026-03-18", "2026-03-23", "2026-03-25"),  # the 22nd is a Sunday
    (2026, 2): ("2026-06-18", "2026-06-22", "2026-06-25"),
    (2026, 3): ("2026-09-18", "2026-09-22", "2026-09-25"),
    (2026, 4): ("2026-12-18", "2026-12-22", "2026-12-25"),
}


def windows(frequency: str, year: int) -> list[tuple[date, date]]:
    """The windows written above, in a year."""
    written = [part.split() for row in WINDOWS[frequency].strip().splitlines() for part in row.split("|")]
    return [(_day(first, year), _day(last, year)) for first, last in written]


def _day(text: str, year: int) -> date:
    is_before = text.startswith("P")
    return date.fromisoformat(f"{year - is_before}-{text.removeprefix('P')}")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("frequency", sorted(WINDOWS))
def test_the_windows_are_those_of_the_decree(frequency: str, year: int) -> None:
    found = periods.periods(frequency, year)

    assert [(one.first, one.last) for one in found] == windows(frequency, year)
    assert [one.number for one in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize(("year", "number"), sorted(QUARTERS))
def test_the_tiers_of_a_quarter_are_due_on_these_days(year: int, number: int) -> None:
    one = periods.period("quarterly", year, number)

    found = periods.due_dates(one, TIERS, "next", vietnam(year - 1, year + 1))

    assert tuple(tier.due.isoformat() for tier in found) == QUARTERS[year, number]


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.sampled_from(sorted(set(WINDOWS) - {"nine_monthly"})))
def test_every_day_lies_in_one_period_and_its_neighbours_join(day: date, frequency: str) -> None:
    one = periods.period_on(frequency, day)

    assert one.first <= day <= one.last
    assert periods.period_on(frequency, one.last + timedelta(days=1)).first == one.last + timedelta(days=1)


@given(st.sampled_from(sorted(WINDOWS)), st.integers(2024, 2028), st.sampled_from(["next", "previous", "none"]))
def test_a_working_day_lies_between_the_tiers(frequency: str, year: int, roll: str) -> None:
    calendar = vietnam(2023, 2030)

    for one in periods.periods(frequency, year):
        days = [one.last, *(tier.due for tier in periods.due_dates(one, TIERS, roll, calendar))]
        for earlier, later in itertools.pairwise(days):
            assert calendar.count(earlier, later - timedelta(days=1)) >= 1


@pytest.mark.parametrize(("frequency", "number"), [("weekly", 1), ("quarterly", 0), ("quarterly", 5)])
def test_what_the_decree_does_not_know_is_refused(frequency: str, number: int) -> None:
    with pytest.raises(ValueError, match="no period"):
        periods.period(frequency, 2026, number)


def test_people_call_a_period_by_its_name() -> None:
    assert periods.period("quarterly", 2026, 3).name() == "quý III/2026"
    assert periods.period("six_monthly", 2026, 1).name() == "6 tháng đầu năm 2026"
    assert periods.period("quarterly", 2026, 3).name(english=True) == "quarter 3 of 2026"
