"""Promises of a round's days: the default regime through 2026, and that nothing is due before what it rests on."""

from __future__ import annotations

from datetime import date

import pytest

from engine import deadlines, periods, schedules
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
    assert of_quarter(1).due_dates[AGGREGATOR] == {
        "due": "2026-03-23",
        "day": 22,
        "roll": "next",
        "clause": "V.2.b",
    }


def test_an_ad_hoc_round_spaces_the_tiers_that_are_not_given() -> None:
    now = deadlines.morning(date(2026, 3, 10))

    found = schedules.ad_hoc({AGENCY: date(2026, 3, 12), CITY: date(2026, 3, 30)}, now, "V.1.d", statutory())

    assert [found.due(tier) for tier in schedules.TIERS] == [date(2026, 3, 12), date(2026, 3, 16), date(2026, 3, 30)]
    assert found.opens_at == now
