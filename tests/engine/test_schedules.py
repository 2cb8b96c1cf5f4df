"""Promises of a round's days: the default regime through 2026, and that nothing is due before what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine import deadlines, periods, schedules
from engine.calendar import DecidedDay
from engine.deadlines import BY_DATE, Derivation, derivation_of
from engine.schedules import AGENCY, AGGREGATOR, CITY, RoundSchedule, Terms
from engine.statutory_days import statutory

TERMS = Terms([(AGENCY, 18), (AGGREGATOR, 22), (CITY, 25)], "next", 10, "V.2.b")


def of_quarter(number: int) -> RoundSchedule:
    """The schedule of a quarter of 2026."""
    return schedules.of_period(periods.period("quarterly", 2026, number), TERMS, statutory())


@pytest.mark.parametrize(
    ("number", "opens", "due", "closes", "late_until"),
    [
        (1, "2026-03-04", ("2026-03-18", "2026-03-23", "2026-03-25"), "2026-03-20", "2026-06-14"),
        (2, "2026-06-04", ("2026-06-18", "2026-06-22", "2026-06-25"), "2026-06-19", "2026-09-14"),
        (3, "2026-09-04", ("2026-09-18", "2026-09-22", "2026-09-25"), "2026-09-21", "2026-12-14"),
        (4, "2026-12-04", ("2026-12-18", "2026-12-22", "2026-12-25"), "2026-12-21", "2027-03-14"),
    ],
)
def test_the_quarters_of_2026(number: int, opens: str, due: tuple[str, ...], closes: str, late_until: str) -> None:
    found = of_quarter(number)

    assert tuple(found.due_dates[tier]["due"] for tier in schedules.TIERS) == due
    assert deadlines.local_date(found.opens_at).isoformat() == opens
    assert (deadlines.local_date(found.closes_at).isoformat(), found.late_until.isoformat()) == (closes, late_until)


def test_each_due_date_says_what_it_comes_from() -> None:
    told = dict(of_quarter(1).due_dates[AGGREGATOR])

    meaning = derivation_of(told.pop("meaning"))

    assert told == {"due": "2026-03-23", "day": 22, "roll": "next", "clause": "V.2.b"}
    assert meaning.instant(statutory()) == deadlines.end_of_day(date(2026, 3, 23))


def test_a_schedule_counted_again_on_its_calendar_is_the_same() -> None:
    given = {AGENCY: date(2026, 3, 12), CITY: date(2026, 3, 28)}
    ad_hoc = schedules.ad_hoc(given, deadlines.morning(date(2026, 3, 10)), "V.1.d", statutory())

    for found in (*(of_quarter(number) for number in (1, 2, 3, 4)), ad_hoc):
        assert schedules.again(found, statutory(), date(2026, 1, 5)) == found


def test_on_another_calendar_what_has_passed_stays_and_nothing_comes_before_today() -> None:
    found = of_quarter(1)  # the agencies on the 18th, Sở VHTT on Monday the 23rd, the City on the 25th
    worked = DecidedDay(date(2026, 3, 22), "swap_workday", "Làm bù", "Worked")
    calendar = replace(statutory(), days={**statutory().days, worked.day: worked}, version=2)

    before, on_the_day = (schedules.again(found, calendar, date(2026, 3, day)) for day in (16, 23))

    assert [before.due(tier).day for tier in schedules.TIERS] == [18, 22, 25]
    assert deadlines.local_date(before.closes_at) == date(2026, 3, 20)
    assert [on_the_day.due(tier).day for tier in schedules.TIERS] == [18, 23, 25]
    assert on_the_day.closes_at == found.closes_at


def test_a_later_due_date_of_the_agencies_keeps_aggregation_open_that_long() -> None:
    found, day = of_quarter(1), date(2026, 3, 21)

    later = schedules.reclosed(found, day, Derivation(BY_DATE, day), statutory())

    assert deadlines.local_date(later.closes_at) == day
    assert schedules.again(later, statutory(), date(2026, 3, 16)) == later


def test_an_ad_hoc_round_spaces_the_tiers_that_are_not_given() -> None:
    now = deadlines.morning(date(2026, 3, 10))

    found = schedules.ad_hoc({AGENCY: date(2026, 3, 12), CITY: date(2026, 3, 30)}, now, "V.1.d", statutory())

    assert [found.due(tier) for tier in schedules.TIERS] == [date(2026, 3, 12), date(2026, 3, 16), date(2026, 3, 30)]
    assert found.opens_at == now
