"""Reporting periods: which days a report covers, and when each tier must have it.

Source: Nghị định 09/2019/NĐ-CP, art. 12 (data windows: from the 15th to the 14th), art. 8(5) (at least one working day
between the cut-off and a due date, and between tiers), art. 13 (to the Government by the 25th).
Rule: everything here is a local date and follows from the frequency, the year and the calendar alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.calendar import WorkingCalendar

FIRST_DAY, LAST_DAY = 15, 14
# The months in which the periods of a year end, by frequency.
ENDS = {
    "monthly": tuple(range(1, 13)),
    "quarterly": (3, 6, 9, 12),
    "six_monthly": (6, 12),
    "nine_monthly": (9,),
    "yearly": (12,),
}
_MONTHS = {"monthly": 1, "quarterly": 3, "six_monthly": 6, "nine_monthly": 9, "yearly": 12}
_NAMES_VI = {
    "monthly": "tháng {number}/{year}",
    "quarterly": "quý {roman}/{year}",
    "six_monthly": "6 tháng {half} năm {year}",
    "nine_monthly": "9 tháng năm {year}",
    "yearly": "năm {year}",
}
_NAMES_EN = {
    "monthly": "month {number} of {year}",
    "quarterly": "quarter {number} of {year}",
    "six_monthly": "half-year {number} of {year}",
    "nine_monthly": "nine months of {year}",
    "yearly": "year {year}",
}
_ROMAN = ("I", "II", "III", "IV")
_HALVES = ("đầu", "cuối")


@dataclass(frozen=True)
class Period:
    """One period of a frequency: its number in the year (from 1) and the first and last day whose data count."""

    frequency: str
    year: int
    number: int
    first: date
    last: date

    @property
    def code(self) -> str:
        """An identifier such as `2026-quarterly-1`, in the order of time within a frequency."""
        return f"{self.year}-{self.frequency}-{self.number:02d}"

    def name(self, *, english: bool = False) -> str:
        """What people call it: `quý I/2026`, `quarter 1 of 2026`."""
        names = _NAMES_EN if english else _NAMES_VI
        roman, half = _ROMAN[(self.number - 1) % 4], _HALVES[(self.number - 1) % 2]
        return names[self.frequency].format(number=self.number, year=self.year, roman=roman, half=half)


@dataclass(frozen=True)
class TierDue:
    """When one tier's report is due: the tier's code and the local date, which lasts to its end.

    It is the day `base` of the regime, rolled, and a working day apart from `after`: the cut-off, or the tier below.
    """

    tier: str
    due: date
    base: date
    after: date


def period(frequency: str, year: int, number: int) -> Period:
    """One period. Raises ValueError for an unknown frequency or number."""
    if frequency not in ENDS or not 1 <= number <= len(ENDS[frequency]):
        raise ValueError(f"no period {number} of frequency {frequency}")
    end = ENDS[frequency][number - 1]
    begin = end - _MONTHS[frequency]
    first = date(year, begin, FIRST_DAY) if begin else date(year - 1, 12, FIRST_DAY)
    return Period(frequency, year, number, first, date(year, end, LAST_DAY))


def periods(frequency: str, year: int) -> tuple[Period, ...]:
    """All periods of a year, in order. Raises ValueError for an unknown frequency."""
    return tuple(period(frequency, year, number) for number in range(1, len(ENDS.get(frequency, ())) + 1)) or _none(
        frequency
    )


def period_on(frequency: str, day: date) -> Period:
    """The period whose data window holds a day. A nine-month period holds no day from 15 September to 14 December."""
    for year in (day.year, day.year + 1):
        for one in periods(frequency, year):
            if one.first <= day <= one.last:
                return one
    raise ValueError(f"{day} lies in no period of frequency {frequency}")


def due_dates(
    one: Period, tiers: Sequence[tuple[str, int]], roll: str, calendar: WorkingCalendar
) -> tuple[TierDue, ...]:
    """The due date of each tier, lowest first: the day of the period's last month, rolled, a working day apart.

    `tiers` are (code, day of the month). Raises ValueError when the days do not rise.
    """
    if any(later <= earlier for (_, earlier), (_, later) in itertools.pairwise(tiers)):
        raise ValueError("each tier's day must be later than that of the tier below")
    return tuple(_spaced(one, tiers, roll, calendar))


def _spaced(one: Period, tiers: Sequence[tuple[str, int]], roll: str, calendar: WorkingCalendar) -> Iterator[TierDue]:
    before = one.last
    for tier, day in tiers:
        base = one.last.replace(day=day)
        due = calendar.apart(calendar.roll(base, roll), before)
        yield TierDue(tier, due, base, before)
        before = due


def _none(frequency: str) -> tuple[Period, ...]:
    raise ValueError(f"no frequency {frequency}")
