"""The working calendar: which days are worked, and counting in working days.

Rule: the first day is not counted (Civil Code 2015, art. 147); half a day counts as half; a day that somebody decided
stands as decided, any other as the week has it. Whoever counts is given the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)
LONGEST_COUNT = 2_000
_LONGEST_WAIT = timedelta(days=31)
WHOLE = 2
# What is worked on a day of each kind, in half days.
WORKED: Mapping[str, int] = {
    "holiday": 0,
    "day_off": 0,
    "swap_off": 0,
    "swap_workday": WHOLE,
    "half_day": 1,
    "working_day": WHOLE,
}
ROLLS = ("next", "previous", "none")


@dataclass(frozen=True)
class DecidedDay:
    """A day about which something was decided: its kind (one of WORKED), what it is called, and by which document.

    `agency` is the one agency for which it stands (None: all); `version` that of the calendar since which it stands.
    """

    day: date
    kind: str
    name_vi: str
    name_en: str
    document: str = ""
    agency: str | None = None
    version: int = 0


@dataclass(frozen=True)
class WorkingCalendar:
    """Decided days over a week of Monday to Friday. `exceptions` are those of single agencies, by code.

    Years without a decided day are not known yet: there only the week is counted (`is_known`).
    """

    days: Mapping[date, DecidedDay] = field(default_factory=dict)
    version: int = 0
    exceptions: Mapping[str, Mapping[date, DecidedDay]] = field(default_factory=dict)

    def for_agency(self, agency: str | None) -> WorkingCalendar:
        """The calendar as it stands for one agency (None: for all that have no exceptions)."""
        own = self.exceptions.get(agency) if agency is not None else None
        return replace(self, days={**self.days, **own}) if own else self

    def halves(self, day: date) -> int:
        """How many half days are worked on a day: 0, 1 or 2."""
        decided = self.days.get(day)
        if decided is not None:
            return WORKED[decided.kind]
        return WHOLE if day.weekday() < SATURDAY else 0

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked, be it half of it."""
        return self.halves(day) > 0

    def is_known(self, day: date) -> bool:
        """Whether the days off of its year have been decided."""
        return any(decided.year == day.year for decided in self.days)

    def why(self, day: date) -> DecidedDay | None:
        """Why a day is not worked, or only half of it; None for a whole working day."""
        if self.halves(day) == WHOLE:
            return None
        return self.days.get(day) or DecidedDay(day, "weekend", "Ngày nghỉ cuối tuần", "Weekend")

    def add(self, day: date, count: int) -> date:
        """The day `count` working days after (negative: before) a day, which is not counted itself."""
        if abs(count) > LONGEST_COUNT:
            raise ValueError(f"more than {LONGEST_COUNT} working days")
        step = ONE_DAY if count >= 0 else -ONE_DAY
        left = abs(count) * WHOLE
        while left > 0:
            day += step
            left -= self.halves(day)
        return day

    def roll(self, day: date, direction: str) -> date:
        """The day itself when worked or `direction` is none; else the next or previous working day."""
        if direction == "none":
            return day
        step = ONE_DAY if direction == "next" else -ONE_DAY
        while not self.halves(day):
            day += step
        return day

    def apart(self, day: date, before: date) -> date:
        """The day itself, or the first working day after it that leaves a working day between it and `before`.

        Gives up a month after `before`.
        """
        while self.count(before, day - ONE_DAY) < 1 and day <= before + _LONGEST_WAIT:
            day = self.roll(day + ONE_DAY, "next")
        return day

    def skipped(self, start: date, end: date) -> Iterator[DecidedDay]:
        """The days after `start` and up to `end` that are not wholly worked, each with the reason."""
        for number in range(1, (end - start).days + 1):
            reason = self.why(start + ONE_DAY * number)
            if reason is not None:
                yield reason

    def count(self, start: date, end: date) -> float:
        """How many working days lie after `start` and up to `end`; negative when `end` is earlier."""
        if end < start:
            return -self.count(end, start)
        halves = sum(self.halves(start + ONE_DAY * number) for number in range(1, (end - start).days + 1))
        return halves / WHOLE
