"""Due dates counted the slow way: day by day, from the rows of the calendar, for tests to compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.models.calendar import CalendarDay
from engine.runtime import Transaction

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_HALVES = {"swap_workday": 2, "working_day": 2, "half_day": 1}
_DAY = timedelta(days=1)


@dataclass
class Naive:
    """The calendar in force and today; what is due by it, and which dates of a case lie elsewhere by now."""

    days: Mapping[tuple[date, str | None], str]
    today: date
    moved: dict[str, tuple[date, date]] = field(default_factory=dict)

    def halves(self, day: date, agency: str | None) -> int:
        """How many half days are worked."""
        kind = self.days.get((day, agency)) or self.days.get((day, None))
        if kind is not None:
            return _HALVES.get(kind, 0)
        return 0 if day.isoweekday() > 5 else 2

    def counted(self, day: date, count: int, agency: str | None) -> date:
        """So many working days after (negative: before) a day."""
        left = abs(count) * 2
        while left > 0:
            day += _DAY if count >= 0 else -_DAY
            left -= self.halves(day, agency)
        return day

    def rolled(self, day: date, roll: str, agency: str | None) -> date:
        """A day that is worked, if it is to be one."""
        while roll != "none" and not self.halves(day, agency):
            day += _DAY if roll == "next" else -_DAY
        return day

    def instant(self, meaning: Mapping[str, Any]) -> datetime:
        """When something is due by the rule that is stored of it, from where its base lies now."""
        agency, rule, base = meaning.get("agency"), meaning["rule"], date.fromisoformat(meaning["base"])
        for name, (old, new) in self.moved.items():
            if name in meaning["text"] and base == old:
                base = new
                break
        if rule == "given":
            return datetime.fromisoformat(meaning["at"])
        if rule in ("working_days_before", "working_days_after"):
            count = meaning["count"] * (-1 if rule == "working_days_before" else 1)
            return datetime.combine(self.counted(base, count, agency), datetime.min.time(), HANOI).replace(hour=8)
        return end_of(max(self.day(meaning, base, agency), self.today))

    def day(self, meaning: Mapping[str, Any], base: date, agency: str | None) -> date:
        """The day at whose end something is due, whether that has passed or not."""
        if meaning["rule"] == "working_days":
            return self.counted(base, meaning["count"], agency)
        day = self.rolled(base, meaning["roll"], agency)
        if "apart_from" in meaning:
            before = date.fromisoformat(meaning["apart_from"])
            while sum(self.halves(one, agency) for one in _between(before, day)) < 2:
                day = self.rolled(day + _DAY, "next", agency)
        return day


def naive(tx: Transaction, today: date) -> Naive:
    """The calendar in force."""
    rows = tx.session.scalars(select(CalendarDay).where(CalendarDay.until_version.is_(None)))
    return Naive({(row.day, row.agency): row.kind for row in rows}, today)


def end_of(day: date) -> datetime:
    """The last second of a day in Hanoi."""
    return datetime.combine(day, datetime.min.time(), HANOI).replace(hour=23, minute=59, second=59)


def _between(first: date, last: date) -> Iterable[date]:
    """The days after one and before another."""
    return (first + _DAY * number for number in range(1, (last - first).days))
