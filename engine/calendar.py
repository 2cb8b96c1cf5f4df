"""The working calendar: which days are worked, and counting in working days.

Rule: the first day is not counted (Civil Code 2015, art. 147); a swapped Saturday is worked, the day it pays for is
not. Seeded from the `holidays` library, corrected by what was decided by official letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5
ONE_DAY = timedelta(days=1)
LONGEST_COUNT = 2_000
WEEKEND = "Ngày nghỉ cuối tuần"
# The library lacks this swap, made by letter 12729/VPCP-KGVX of 25 December 2025.
_OFF_BY_LETTER = {date(2026, 1, 2): "Nghỉ hoán đổi, công văn 12729/VPCP-KGVX"}
_WORKED_BY_LETTER = {date(2026, 1, 10): "Làm bù, công văn 12729/VPCP-KGVX"}


@dataclass(frozen=True)
class WorkingCalendar:
    """Days off and days worked against the week, each with its reason. The week is Monday to Friday."""

    days_off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)

    def reason_off(self, day: date) -> str | None:
        """Why a day is not worked; None when it is."""
        if day in self.worked:
            return None
        return self.days_off.get(day) or (WEEKEND if day.weekday() >= SATURDAY else None)

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""
        return self.reason_off(day) is None

    def add(self, day: date, count: int) -> date:
        """The day `count` working days after (negative: before) a day, which is not counted itself."""
        if abs(count) > LONGEST_COUNT:
            raise ValueError(f"more than {LONGEST_COUNT} working days")
        step = ONE_DAY if count >= 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def roll(self, day: date, direction: str) -> date:
        """The day itself when worked or `direction` is none; else the next or previous working day."""
        if direction == "none":
            return day
        step = ONE_DAY if direction == "next" else -ONE_DAY
        while not self.is_working_day(day):
            day += step
        return day

    def skipped(self, start: date, end: date) -> Iterator[tuple[date, str]]:
        """The days not worked after `start` and up to `end`, each with the reason."""
        day = start + ONE_DAY
        while day <= end:
            reason = self.reason_off(day)
            if reason:
                yield day, reason
            day += ONE_DAY

    def count(self, start: date, end: date) -> int:
        """How many working days lie after `start` and up to `end`; negative when `end` is earlier."""
        if end < start:
            return -self.count(end, start)
        return sum(self.is_working_day(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))


@lru_cache(maxsize=8)
def vietnam(first_year: int, last_year: int) -> WorkingCalendar:
    """The calendar of Vietnamese state bodies for those years, both included."""
    from holidays.countries.vietnam import VN  # slow to import: only who counts days pays for it

    public = VN(  # type: ignore[no-untyped-call]
        years=range(first_year, last_year + 1), language="vi"
    )
    off: dict[date, str] = {day: str(name) for day, name in public.items()}
    worked = {
        day: "Ngày làm bù"
        for year in range(first_year, last_year + 1)
        for day in _weekends(year)
        if public.is_working_day(day)
    }
    off = {day: name for day, name in (off | _OFF_BY_LETTER).items() if day not in worked}
    return WorkingCalendar(off, worked | _WORKED_BY_LETTER)


def _weekends(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() >= SATURDAY:
            yield day
        day += ONE_DAY
