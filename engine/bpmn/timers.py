"""When a timer is due: ISO 8601 literals and expressions, in the calendar of Asia/Ho_Chi_Minh.

Rule: the instant is computed from the step's own time, never from a clock; months are clamped at their ends
(31 January + P1M = 28 February); what has no offset is local time; what comes out is UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.bpmn.expressions import Expression, ExpressionError, Names, compile_expression
from engine.bpmn.network import Node, TimerRule
from engine.bpmn.xml_safety import refused
from engine.deadlines import BY_DATE, LOCAL, local_date, morning

_DURATION = re.compile(
    r"^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:[.,]\d{1,6})?)S)?)?$"
)
_CYCLE = re.compile(r"^R(\d{0,6})/(?:([^/]+)/)?(P[^/]+)$")
_YEARS = range(1900, 2200)
MISSED = frozenset({"once", "all", "skip"})
ROLLS = frozenset({"none", "next"})


@dataclass(frozen=True)
class Duration:
    """An ISO 8601 duration: whole months, and an exact rest."""

    months: int
    rest: timedelta

    def times(self, count: int) -> Duration:
        """This duration so many times over."""
        return Duration(self.months * count, self.rest * count)

    def after(self, moment: datetime) -> datetime:
        """The instant this long after another, counted in local calendar months."""
        local = moment.astimezone(LOCAL)
        index = local.year * 12 + local.month - 1 + self.months
        year, month = divmod(index, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        return (local.replace(year=year, month=month + 1, day=day) + self.rest).astimezone(UTC)


@dataclass(frozen=True)
class Schedule:
    """When a timer fires next, and how often more after that (None: without end; 0: not again).

    A repetition is counted from its first occurrence, `anchor`, of which this is number `turn` (from 0): month ends
    are clamped each time anew, so that R/P1M from 31 January gives 28 February and then 31 March.
    """

    due: datetime
    remaining: int | None
    anchor: datetime
    turn: int = 0


def parse_duration(text: str) -> Duration | None:
    """The duration in an ISO 8601 literal; None when it is not one."""
    found = _DURATION.match(text)
    if found is None:
        return None
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    seconds = float((found.group(7) or "0").replace(",", "."))
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(years * 12 + months, rest)


def first(rule: TimerRule, names: Names, now: datetime) -> Schedule:
    """The first firing of a timer armed now. Raises ExpressionError for a value that is no time."""
    value = _value(rule, names)
    if rule.kind == "cycle":
        found = _first_of_cycle(rule, value, now)
        return replace(found, due=_rolled(rule, found.due, names))
    if rule.kind == "duration":
        return _once(_duration(rule, value).after(now))
    return _once(_instant(rule, value))


def following(rule: TimerRule, fired: Schedule, names: Names, now: datetime) -> Schedule | None:
    """The firing after one whose time has come; None when there is none.

    Occurrences that passed while nothing ran are made up for one by one when the rule says `all`; else they count as
    one, and the next is in the future of now.
    """
    if rule.kind != "cycle" or fired.remaining == 0:
        return None
    _, _, duration = _cycle(rule, _value(rule, names))
    turn, remaining = fired.turn, fired.remaining
    while True:
        turn, remaining = turn + 1, None if remaining is None else remaining - 1
        due = _rolled(rule, duration.times(turn).after(fired.anchor), names)
        if due > now or remaining == 0 or rule.missed == "all":
            return Schedule(due, remaining, fired.anchor, turn)


def is_missed(rule: TimerRule, fired: Schedule, names: Names, now: datetime) -> bool:
    """Whether an occurrence is to be skipped: the rule says so, and the one after it is due as well."""
    if rule.kind != "cycle" or rule.missed != "skip" or fired.remaining == 0:
        return False
    _, _, duration = _cycle(rule, _value(rule, names))
    return _rolled(rule, duration.times(fired.turn + 1).after(fired.anchor), names) <= now


def require_timer(rule: TimerRule, element: str, file: str) -> None:
    """Refuse a timer at deployment whose text is neither a literal in range nor an expression."""
    if rule.missed not in MISSED:
        message_vi = f"Cách xử lý kỳ bị lỡ “{rule.missed}” không hợp lệ: chọn once, all hoặc skip."
        raise refused(file, "timer-missed", message_vi, f"“{rule.missed}” is none of once, all, skip.", element)
    if rule.roll not in ROLLS:
        message_vi = f"Cách dời hẹn giờ “{rule.roll}” không hợp lệ: chọn none hoặc next."
        raise refused(file, "timer-roll", message_vi, f"“{rule.roll}” is none of none, next.", element)
    try:
        value = _literal(rule.text)
        if value is None:
            compile_expression(rule.text)
        elif rule.kind == "cycle":
            _cycle(rule, value)
        elif rule.kind == "duration":
            _duration(rule, value)
        else:
            _instant(rule, value)
    except (ExpressionError, OverflowError, ValueError) as error:
        reason, reason_vi = getattr(error, "reason", str(error)), getattr(error, "reason_vi", str(error))
        message_vi = f"Biểu thức thời gian “{rule.text[:60]}” không hợp lệ: {reason_vi}."
        raise refused(file, "timer", message_vi, f"Invalid timer “{rule.text[:60]}”: {reason}.", element) from error


def require_cycles(nodes: Iterable[Node], shortest: timedelta, file: str) -> None:
    """Refuse a repetition that is written shorter than an installation allows."""
    for node in nodes:
        for rule in (event.timer for event in node.events if event.timer is not None):
            literal = _literal(rule.text)
            if rule.kind == "cycle" and literal is not None and _is_shorter(_cycle(rule, literal)[2], shortest):
                message_vi = f"Chu kỳ lặp “{rule.text}” ngắn hơn mức tối thiểu {shortest}."
                message_en = f"“{rule.text}” repeats faster than {shortest}."
                raise refused(file, "timer-cycle", message_vi, message_en, node.id)


def require_cycle(rule: TimerRule, names: Names, shortest: timedelta) -> None:
    """Raise ExpressionError when a repetition that was computed is shorter than an installation allows."""
    if rule.kind == "cycle" and _is_shorter(_cycle(rule, _value(rule, names))[2], shortest):
        raise ExpressionError(
            rule.text, f"it repeats faster than {shortest}", f"lặp nhanh hơn mức tối thiểu {shortest}"
        )


def _is_shorter(duration: Duration, shortest: timedelta) -> bool:
    return duration.months == 0 and duration.rest < shortest


def _value(rule: TimerRule, names: Names) -> Any:
    literal = _literal(rule.text)
    return literal if literal is not None else _expression(rule).evaluate(names)


def _expression(rule: TimerRule) -> Expression:
    return compile_expression(rule.text)


def _literal(text: str) -> str | None:
    is_time = re.match(r"^(P|R\d*/|\d{4}-\d{2}-\d{2})", text)
    return text if is_time else None


def _first_of_cycle(rule: TimerRule, value: Any, now: datetime) -> Schedule:
    count, start, duration = _cycle(rule, value)
    remaining = None if count is None else count - 1
    if start is not None:
        return Schedule(start, remaining, start)
    return Schedule(duration.after(now), remaining, now, 1)


def _rolled(rule: TimerRule, due: datetime, names: Names) -> datetime:
    """When an occurrence comes: as it is, or, where the rule says so, not before the morning of a working day."""
    if rule.roll == "none":
        return due
    day = local_date(due)
    worked = local_date(names[BY_DATE](day, rule.roll))
    return due if worked == day else morning(worked)


def _once(due: datetime) -> Schedule:
    return Schedule(due, 0, due)


def _cycle(rule: TimerRule, value: Any) -> tuple[int | None, datetime | None, Duration]:
    found = _CYCLE.match(str(value))
    if found is None:
        raise ExpressionError(rule.text, "not a repetition such as R3/P1D", "không phải chu kỳ lặp như R3/P1D")
    count, start, text = found.groups()
    duration = _duration(rule, text)
    if duration.months == 0 and duration.rest < timedelta(seconds=1):
        raise ExpressionError(rule.text, "the repetition has no length", "chu kỳ lặp không có độ dài")
    if count == "0":
        raise ExpressionError(rule.text, "it repeats zero times", "số lần lặp bằng không")
    return int(count) if count else None, _instant(rule, start) if start else None, duration


def _duration(rule: TimerRule, value: Any) -> Duration:
    if isinstance(value, timedelta):
        return Duration(0, value)
    duration = parse_duration(str(value))
    if duration is None:
        raise ExpressionError(
            rule.text, "not an ISO 8601 duration such as P3D", "không phải khoảng thời gian ISO 8601 như P3D"
        )
    if duration.months > 12 * 100 or duration.rest > timedelta(days=36_525):
        raise ExpressionError(rule.text, "longer than a hundred years", "dài hơn một trăm năm")
    return duration


def _instant(rule: TimerRule, value: Any) -> datetime:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ExpressionError(
                rule.text, "not an ISO 8601 date or time", "không phải ngày hoặc giờ ISO 8601"
            ) from error
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    if not isinstance(moment, datetime):
        raise ExpressionError(rule.text, "not a date or time", "không phải ngày hoặc giờ")
    if moment.year not in _YEARS:
        raise ExpressionError(rule.text, "the year is out of range", "năm ngoài phạm vi cho phép")
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
