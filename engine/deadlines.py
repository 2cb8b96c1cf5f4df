"""Due dates in Asia/Ho_Chi_Minh: from rules to instants, with their explanation, and the four buckets.

Rule: a due date is a local date and ends with its day (23:59:59); reminders come at 08:00 local.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import WorkingCalendar, vietnam

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
END_OF_DAY = time(23, 59, 59)
MORNING = time(8)


def local_date(moment: datetime) -> date:
    """The local day of an instant."""
    return moment.astimezone(LOCAL).date()


def end_of_day(day: date) -> datetime:
    """The last second of a local day, in UTC."""
    return datetime.combine(day, END_OF_DAY, LOCAL).astimezone(UTC)


def morning(day: date) -> datetime:
    """Eight o'clock of a local day, in UTC."""
    return datetime.combine(day, MORNING, LOCAL).astimezone(UTC)


def calendar_around(day: date) -> WorkingCalendar:
    """The working calendar from a year before a day to as far after it as working days may be counted."""
    return vietnam(day.year - 1, day.year + 10)


def functions(now: datetime) -> Mapping[str, Callable[..., Any]]:
    """The calendar functions that expressions of a diagram may call at an instant."""
    return _functions_on(local_date(now))


@lru_cache(maxsize=64)
def _functions_on(today: date) -> Mapping[str, Callable[..., Any]]:
    def working_days(count: int) -> datetime:
        return end_of_day(calendar_around(today).add(today, count))

    def working_days_before(due: Any, count: int) -> datetime:
        day = as_date(due)
        return morning(calendar_around(day).add(day, -count))

    def working_days_after(due: Any, count: int) -> datetime:
        day = as_date(due)
        return morning(calendar_around(day).add(day, count))

    return {
        "working_days": working_days,
        "working_days_before": working_days_before,
        "working_days_after": working_days_after,
        "today": lambda: today.isoformat(),
        "date": as_date,
    }


def as_date(value: Any) -> date:
    """The local date in an ISO text, a date or an instant. Raises ValueError for anything else."""
    if isinstance(value, datetime):
        return local_date(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    raise ValueError("not a date")


def as_due(value: Any) -> datetime | None:
    """The instant at which something is due: a local date ends with its day; None and empty text mean never."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) > len("2026-02-17"):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=LOCAL)).astimezone(UTC)
    return end_of_day(as_date(value))


def explain(rule: str, due: datetime, now: datetime) -> dict[str, Any]:
    """How a due instant came about: the rule as the diagram writes it, and the days that were not counted."""
    start, end = local_date(now), local_date(due)
    calendar = calendar_around(start)
    skipped = [{"date": d.isoformat(), "reason": r} for d, r in calendar.skipped(start, min(end, _horizon(start)))]
    days = calendar.count(start, min(end, _horizon(start)))
    return {
        "rule": rule,
        "counted_from": start.isoformat(),
        "due": end.isoformat(),
        "working_days": days,
        "skipped": skipped,
        "text_vi": f"Hết ngày {end:%d/%m/%Y}, {days} ngày làm việc kể từ {start:%d/%m/%Y} (không tính ngày đầu).",
        "text_en": f"End of {end:%d/%m/%Y}, {days} working days from {start:%d/%m/%Y} (first day not counted).",
    }


def bucket(due: date | None, accepted_on: date | None, today: date, *, is_open: bool) -> str | None:
    """Which of the four counts a task falls in: on_time, late, within_time or overdue.

    None for a task that is neither open nor accepted (cancelled, rejected) and so counts in none of them.
    """
    if accepted_on is not None:
        return "late" if due is not None and accepted_on > due else "on_time"
    if not is_open:
        return None
    return "overdue" if due is not None and today > due else "within_time"


def _horizon(start: date) -> date:
    return start + timedelta(days=366)
