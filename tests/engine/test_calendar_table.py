"""Every public holiday and known swap of 2024 to 2026, by hand and with its source, is in the calendar, and no other.

Sources: the Labour Code 2019, art. 111 and 112 (the days around Tết and 2 September as announced each year), and the
letters of the Government Office on swaps. Weekend days inside a Tết holiday are days off anyway; they are listed too.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from engine.calendar import ONE_DAY
from engine.statutory_days import statutory

LAW = "Bộ luật Lao động 2019, Điều 112"
OBSERVED = "Bộ luật Lao động 2019, Điều 111 khoản 3"
LETTER_2024 = "2450/VPCP-KGVX"  # of 12 April 2024: 29 April for Saturday 4 May
LETTER_2025 = "8726/VPCP-KGVX"  # of 26 November 2024: Tết, and 2 May for Saturday 26 April
LETTER_NEW_YEAR = "12729/VPCP-KGVX"  # of 25 December 2025: 2 January for Saturday 10 January
LETTER_2026 = "9859/VPCP-KGVX"  # of 2025: Tết, and 31 August for Saturday 22 August
CULTURE = "80-NQ/TW"  # Vietnam Culture Day, 24 November from 2026; default on, an administrator may turn it off


class Listed(NamedTuple):
    """A day, its kind, and what stands in its document."""

    day: date
    kind: str
    source: str


def _holidays(year: int, source: str, *days: tuple[int, int]) -> list[Listed]:
    return [Listed(date(year, month, day), "holiday", source) for month, day in days]


TABLE = [
    # 2024: New Year · Tết Giáp Thìn (10 February), eve and four days · Hùng Kings · 30 April, 1 May · 2 September
    *_holidays(2024, LAW, (1, 1)),
    *_holidays(2024, LAW, (2, 8), (2, 9), (2, 10), (2, 11), (2, 12), (2, 13), (2, 14)),
    *_holidays(2024, LAW, (4, 18), (4, 30), (5, 1), (9, 2), (9, 3)),
    Listed(date(2024, 4, 29), "swap_off", LETTER_2024),
    Listed(date(2024, 5, 4), "swap_workday", LETTER_2024),
    # 2025: Tết Ất Tỵ (29 January); off 25 January to 2 February
    *_holidays(2025, LAW, (1, 1)),
    *_holidays(2025, LETTER_2025, (1, 27), (1, 28), (1, 29), (1, 30), (1, 31), (2, 1)),
    *_holidays(2025, LAW, (4, 7), (4, 30), (5, 1), (9, 1), (9, 2)),
    Listed(date(2025, 5, 2), "swap_off", LETTER_2025),
    Listed(date(2025, 4, 26), "swap_workday", LETTER_2025),
    # 2026: Tết Bính Ngọ (17 February); off 14 to 22 February. Hùng Kings fall on a Sunday: Monday is off instead
    *_holidays(2026, LAW, (1, 1)),
    *_holidays(2026, LETTER_2026, (2, 16), (2, 17), (2, 18), (2, 19), (2, 20)),
    *_holidays(2026, LAW, (4, 26), (4, 30), (5, 1), (9, 1), (9, 2)),
    *_holidays(2026, OBSERVED, (4, 27)),
    *_holidays(2026, CULTURE, (11, 24)),
    Listed(date(2026, 1, 2), "swap_off", LETTER_NEW_YEAR),
    Listed(date(2026, 1, 10), "swap_workday", LETTER_NEW_YEAR),
    Listed(date(2026, 8, 31), "swap_off", LETTER_2026),
    Listed(date(2026, 8, 22), "swap_workday", LETTER_2026),
]
# The announced stretches off, both ends included, weekends among them.
STRETCHES = [
    (date(2024, 2, 8), date(2024, 2, 14)),
    (date(2024, 4, 27), date(2024, 5, 1)),
    (date(2024, 8, 31), date(2024, 9, 3)),
    (date(2025, 1, 25), date(2025, 2, 2)),
    (date(2025, 4, 30), date(2025, 5, 4)),
    (date(2025, 8, 30), date(2025, 9, 2)),
    (date(2026, 1, 1), date(2026, 1, 4)),
    (date(2026, 2, 14), date(2026, 2, 22)),
    (date(2026, 4, 25), date(2026, 4, 27)),
    (date(2026, 4, 30), date(2026, 5, 3)),
    (date(2026, 8, 29), date(2026, 9, 2)),
]


@pytest.mark.parametrize("listed", TABLE, ids=lambda listed: listed.day.isoformat())
def test_a_listed_day_is_decided_as_its_source_says(listed: Listed) -> None:
    decided = statutory().days[listed.day]

    assert (decided.kind, listed.source in decided.document) == (listed.kind, True)
    assert decided.name_vi
    assert decided.name_en


def test_no_other_day_of_these_years_is_decided() -> None:
    found = {day for day in statutory().days if 2024 <= day.year <= 2026}

    assert found == {listed.day for listed in TABLE}


@pytest.mark.parametrize(("first", "last"), STRETCHES, ids=lambda day: day.isoformat())
def test_an_announced_stretch_is_off_from_end_to_end(first: date, last: date) -> None:
    calendar, days = statutory(), (last - first).days + 1

    worked = [day for n in range(days) if calendar.is_working_day(day := first + ONE_DAY * n)]

    assert worked == []
    assert calendar.is_working_day(last + ONE_DAY)


@pytest.mark.parametrize("swapped", [listed for listed in TABLE if listed.kind == "swap_workday"])
def test_a_swapped_saturday_is_worked(swapped: Listed) -> None:
    assert swapped.day.weekday() == 5
    assert statutory().is_working_day(swapped.day)


@pytest.mark.parametrize(
    ("year", "tet", "hung_kings"),
    [
        (2024, date(2024, 2, 10), date(2024, 4, 18)),
        (2025, date(2025, 1, 29), date(2025, 4, 7)),
        (2026, date(2026, 2, 17), date(2026, 4, 26)),
        (2027, date(2027, 2, 6), date(2027, 4, 16)),
    ],
)
def test_the_lunar_days_of_a_year(year: int, tet: date, hung_kings: date) -> None:
    names = {day: decided.name_vi for day, decided in statutory().days.items() if day.year == year}

    assert names[tet] == "Tết Nguyên Đán"
    assert names[hung_kings] == "Ngày Giỗ Tổ Hùng Vương"
