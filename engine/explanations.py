"""Why something is due when it is: the days that were counted, those that were not, and the words for it.

Rule: an explanation holds its derivation (`meaning`), from which the same instant can be counted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.calendar import DecidedDay, WorkingCalendar
from engine.deadlines import AFTER, BEFORE, BY_DATE, GIVEN, LOCAL, WITHIN, Derivation, local_date

_HORIZON = timedelta(days=366)
_MOST_NAMED = 12


@dataclass(frozen=True)
class _Words:
    """One language. The sentences take the parts of `_Facts.parts`."""

    by_rule: Mapping[str, str]
    rolled: Mapping[str, str]
    apart: str
    skipped: str
    weekends: str
    half: str
    more: str
    clause: str
    unknown: str
    raised: str


_VIETNAMESE = _Words(
    {
        WITHIN: "Hết ngày {end}: {days} ngày làm việc kể từ {start} (không tính ngày đầu).",
        BEFORE: "08:00 ngày {end}: {count} ngày làm việc trước ngày {base}.",
        AFTER: "08:00 ngày {end}: {count} ngày làm việc sau ngày {base}.",
        BY_DATE: "Hết ngày {end}, theo thời hạn đã ấn định; {days} ngày làm việc kể từ {start} (không tính ngày đầu).",
        GIVEN: "{moment}, theo thời điểm đã ấn định.",
    },
    {
        "next": "Ngày {base} không phải ngày làm việc nên chuyển sang ngày làm việc tiếp theo.",
        "previous": "Ngày {base} không phải ngày làm việc nên chuyển về ngày làm việc liền trước.",
    },
    "Chuyển sang ngày sau để cách ngày {apart_from} ít nhất một ngày làm việc.",
    "Không tính: {}.",
    "{} ngày nghỉ cuối tuần",
    "nửa ngày {}",
    "{} ngày khác",
    "Căn cứ: {}.",
    "Lịch nghỉ năm {} chưa có, mới chỉ trừ ngày nghỉ cuối tuần.",
    "Lịch thay đổi không làm thời hạn lùi về trước ngày {}.",
)
_ENGLISH = _Words(
    {
        WITHIN: "End of {end}: {days} working days from {start} (first day not counted).",
        BEFORE: "08:00 of {end}: {count} working days before {base}.",
        AFTER: "08:00 of {end}: {count} working days after {base}.",
        BY_DATE: "End of {end}, as set; {days} working days from {start} (first day not counted).",
        GIVEN: "{moment}, as set.",
    },
    {
        "next": "{base} is no working day, so it is due on the next one.",
        "previous": "{base} is no working day, so it is due on the one before.",
    },
    "Moved on, so that a working day lies between it and {apart_from}.",
    "Not counted: {}.",
    "{} weekend days",
    "half of {}",
    "{} other days",
    "Source: {}.",
    "The days off of {} are not known yet; only weekends were left out.",
    "No change of the calendar makes it due before {}.",
)


@dataclass(frozen=True)
class _Facts:
    """What was counted: from `start` (not counted) to `end`, so many days, leaving these out."""

    derivation: Derivation
    start: date
    end: date
    days: float
    skipped: Sequence[DecidedDay]
    clause: str | None
    is_known: bool
    rolled: date

    def parts(self) -> dict[str, Any]:
        """The parts of a sentence."""
        given, at = self.derivation, self.derivation.at
        moment = f"{at.astimezone(LOCAL):%H:%M %d/%m/%Y}" if at is not None else ""
        days = {"start": _shown(self.start), "end": _shown(self.end), "base": _shown(given.base)}
        apart = _shown(given.apart_from) if given.apart_from is not None else ""
        return days | {"days": f"{self.days:g}", "count": given.count, "moment": moment, "apart_from": apart}


def explain(
    derivation: Derivation, calendar: WorkingCalendar, opened: date | None = None, clause: str | None = None
) -> dict[str, Any]:
    """How a due instant came about on the calendar of its derivation, as it is stored and shown.

    `opened` is the day from which the days to a given date are counted for information; `clause` the source of the
    rule. No more than a year is looked through.
    """
    facts = _facts(derivation, calendar, opened, clause)
    return {
        "rule": derivation.text,
        "clause": clause,
        "meaning": derivation.as_json(),
        "calendar_version": derivation.calendar_version,
        "counted_from": facts.start.isoformat(),
        "due": facts.end.isoformat(),
        "working_days": int(facts.days) if facts.days == int(facts.days) else facts.days,
        "skipped": [_told(day) for day in facts.skipped],
        "provisional": not facts.is_known,
        "text_vi": " ".join(_sentences(facts, _VIETNAMESE, vietnamese=True)),
        "text_en": " ".join(_sentences(facts, _ENGLISH, vietnamese=False)),
    }


def _facts(derivation: Derivation, calendar: WorkingCalendar, opened: date | None, clause: str | None) -> _Facts:
    own, end = calendar.for_agency(derivation.agency), local_date(derivation.instant(calendar))
    start = (opened or derivation.base) if derivation.rule in (BY_DATE, GIVEN) else derivation.base
    seen = max(min(end, start + _HORIZON), start - _HORIZON)
    first, last = sorted((start, seen))
    skipped, rolled = list(own.skipped(first, last)), own.roll(derivation.base, derivation.roll)
    return _Facts(derivation, start, end, own.count(start, seen), skipped, clause, own.is_known(end), rolled)


def _told(day: DecidedDay) -> dict[str, Any]:
    told = {"date": day.day.isoformat(), "kind": day.kind, "reason": day.name_vi, "reason_en": day.name_en}
    return told | {"document": day.document or None}


def _sentences(facts: _Facts, words: _Words, *, vietnamese: bool) -> Iterator[str]:
    derivation = facts.derivation
    yield words.by_rule[derivation.rule].format(**facts.parts())
    if derivation.rule == BY_DATE and derivation.base != facts.rolled:
        yield words.rolled[derivation.roll].format(**facts.parts())
    if derivation.apart_from is not None and facts.rolled < facts.end and derivation.not_before != facts.end:
        yield words.apart.format(**facts.parts())
    if facts.skipped:
        yield words.skipped.format(", ".join(_named(facts.skipped, words, vietnamese=vietnamese)))
    if derivation.not_before is not None:
        yield words.raised.format(_shown(derivation.not_before))
    if facts.clause:
        yield words.clause.format(facts.clause)
    if not facts.is_known:
        yield words.unknown.format(facts.end.year)


def _named(skipped: Sequence[DecidedDay], words: _Words, *, vietnamese: bool) -> Iterator[str]:
    """What was left out: weekends as a number, the first few others by name."""
    weekends = sum(day.kind == "weekend" for day in skipped)
    named = [day for day in skipped if day.kind != "weekend"]
    if weekends:
        yield words.weekends.format(weekends)
    for day in named[:_MOST_NAMED]:
        name = day.name_vi if vietnamese else day.name_en
        yield words.half.format(_shown(day.day)) if day.kind == "half_day" else f"{name} ({_shown(day.day)})"
    if len(named) > _MOST_NAMED:
        yield words.more.format(len(named) - _MOST_NAMED)


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"
