"""When people are at work: office hours of working days.

Rule: pure; the calendar is given, and every instant comes back in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.calendar import ONE_DAY, WorkingCalendar
from engine.deadlines import LOCAL

OPENS, CLOSES = time(8), time(17)
_DAY_HOURS = 9


@dataclass(frozen=True)
class Office:
    """Office hours over a working calendar."""

    calendar: WorkingCalendar

    def at(self, day: date, hours: float) -> datetime:
        """So many hours after the opening of a day; of the next working day where it is none."""
        opening = datetime.combine(self.calendar.roll(day, "next"), OPENS, LOCAL)
        return (opening + timedelta(hours=min(hours, _DAY_HOURS))).astimezone(UTC)

    def later(self, moment: datetime, hours: float) -> datetime:
        """After so many office hours."""
        local = moment.astimezone(LOCAL)
        day, gone = local.date(), self._gone(local)
        left = gone + hours
        while left >= _DAY_HOURS:
            left -= _DAY_HOURS
            day = self.calendar.add(day, 1)
            while self.calendar.halves(day) == 0:
                day += ONE_DAY
        return self.at(day, left)

    def _gone(self, local: datetime) -> float:
        """How many office hours of its day have passed at a moment; all of them on a day off."""
        if not self.calendar.is_working_day(local.date()):
            return _DAY_HOURS
        opening = datetime.combine(local.date(), OPENS, LOCAL)
        return min(max((local - opening) / timedelta(hours=1), 0.0), _DAY_HOURS)
