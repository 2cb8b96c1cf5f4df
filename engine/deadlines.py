"""Due dates in Asia/Ho_Chi_Minh: from rules to instants, how each came about, and the four buckets.

Rule: a due date is a local date and ends with its day (23:59:59); reminders come at 08:00 local. What was counted on a
calendar says on which version of it, so that counting again gives the same instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import ROLLS, WorkingCalendar
from engine.statutory_days import statutory

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
END_OF_DAY = time(23, 59, 59)
MORNING = time(8)
WITHIN, BEFORE, AFTER, BY_DATE, GIVEN = "working_days", "working_days_before", "working_days_after", "by_date", "given"
COUNTING = frozenset({WITHIN, BEFORE, AFTER, BY_DATE})
_MORNINGS = {BEFORE: -1, AFTER: 1}


@dataclass(frozen=True)
class Derivation:
    """How a due instant came about: the rule (one of the five above) and what it was given.

    `base` is the day counted from, which is not counted, or the date itself, which is rolled, and leaves a working day
    between it and `apart_from`. `at` is set where the instant itself was given. No due date that is counted anew falls
    before `not_before`. `text` is the rule as the diagram writes it; `agency` that whose exceptions count.
    """

    rule: str
    base: date
    count: int = 0
    roll: str = "none"
    agency: str | None = None
    calendar_version: int = 0
    not_before: date | None = None
    at: datetime | None = None
    text: str = ""
    apart_from: date | None = None

    def instant(self, calendar: WorkingCalendar) -> datetime:
        """The due instant on a calendar, in UTC."""
        own = calendar.for_agency(self.agency)
        if self.at is not None:
            return self.at
        if self.rule in _MORNINGS:
            return morning(own.roll(own.add(self.base, _MORNINGS[self.rule] * self.count), "next"))
        day = own.add(self.base, self.count) if self.rule == WITHIN else own.roll(self.base, self.roll)
        if self.apart_from is not None:
            day = own.apart(day, self.apart_from)
        return end_of_day(max(day, self.not_before or day))

    def again(self, calendar: WorkingCalendar, today: date) -> Derivation:
        """The same rule on another calendar; what is due at the end of a day will not be due before today."""
        fresh = replace(self, calendar_version=calendar.version, not_before=None)
        passed = self.rule in (WITHIN, BY_DATE) and local_date(fresh.instant(calendar)) < today
        return replace(fresh, not_before=today) if passed else fresh

    def as_json(self) -> dict[str, Any]:
        """The derivation as it is stored."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return known | {name: value.isoformat() for name, value in known.items() if isinstance(value, date)}


def derivation_of(stored: Mapping[str, Any]) -> Derivation:
    """The derivation that `as_json` stored."""
    days = {name: date.fromisoformat(stored[name]) for name in ("base", "not_before", "apart_from") if name in stored}
    moments = {"at": datetime.fromisoformat(stored["at"])} if "at" in stored else {}
    return Derivation(**{**stored, **days, **moments})


def given(due: datetime, text: str = "", calendar_version: int = 0) -> Derivation:
    """The derivation of an instant that was given as it is: a date, if it is the end of one."""
    day = local_date(due)
    is_date = due == end_of_day(day)
    plain = Derivation(BY_DATE if is_date else GIVEN, day, calendar_version=calendar_version, text=text)
    return plain if is_date else replace(plain, at=due)


def local_date(moment: datetime) -> date:
    """The local day of an instant."""
    return moment.astimezone(LOCAL).date()


def end_of_day(day: date) -> datetime:
    """The last second of a local day, in UTC."""
    return datetime.combine(day, END_OF_DAY, LOCAL).astimezone(UTC)


def morning(day: date) -> datetime:
    """Eight o'clock of a local day, in UTC."""
    return datetime.combine(day, MORNING, LOCAL).astimezone(UTC)


def functions(
    now: datetime,
    calendar: Callable[[], WorkingCalendar] = statutory,
    agency: str | None = None,
    counted: dict[datetime, Derivation] | None = None,
) -> Mapping[str, Callable[..., Any]]:
    """The calendar functions that expressions of a diagram may call at an instant, for a case of an agency.

    The calendar is asked for when something is counted, not before. What is counted is noted in `counted`.
    """
    today = local_date(now)

    def derived(rule: str, base: Any, count: int = 0, roll: str = "none") -> datetime:
        if roll not in ROLLS:
            raise ValueError(f"none of {', '.join(ROLLS)}")
        found = calendar()
        derivation = Derivation(rule, as_date(base), count, roll, agency, found.version)
        due = derivation.instant(found)
        if counted is not None:
            counted[due] = derivation
        return due

    return {
        WITHIN: lambda count: derived(WITHIN, today, count),
        BEFORE: lambda due, count: derived(BEFORE, due, count),
        AFTER: lambda due, count: derived(AFTER if count >= 0 else BEFORE, due, abs(count)),
        BY_DATE: lambda day, roll: derived(BY_DATE, day, roll=roll),
        "today": lambda: today.isoformat(),
        "date": as_date,
        "has_passed": lambda moment: moment <= now,
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


def bucket(due: date | None, accepted_on: date | None, today: date, *, is_open: bool) -> str | None:
    """Which of the four counts a task falls in: on_time, late, within_time or overdue.

    None for a task that is neither open nor accepted (cancelled, rejected) and so counts in none of them.
    """
    if accepted_on is not None:
        return "late" if due is not None and accepted_on > due else "on_time"
    if not is_open:
        return None
    return "overdue" if due is not None and today > due else "within_time"
