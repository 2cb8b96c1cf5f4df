"""How pages show what is no text: days, moments, how long there is left, sizes, amounts, people.

Rule: a moment is shown in the time of Vietnam, a date with its day first, in either language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext

from api.auth import engine
from api.web.catalogues import said
from engine import deadlines, periods

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_SIZES = ((1024 * 1024, "MB"), (1024, "kB"))


def day(value: date | datetime | str | None) -> str:
    """24/11/2026; nothing for None."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = deadlines.local_date(value)
    return f"{value:%d/%m/%Y}" if value else ""


def moment(value: datetime | None) -> str:
    """08:00 24/11/2026; nothing for None."""
    return f"{value.astimezone(deadlines.LOCAL):%H:%M %d/%m/%Y}" if value else ""


def days_left(due: datetime | date) -> int:
    """Calendar days from today to the day something is due; below zero once it is past."""
    last = deadlines.local_date(due) if isinstance(due, datetime) else due
    return (last - deadlines.local_date(engine().clock.now())).days


def time_left(due: datetime | date) -> str:
    """How long there is left, or how long something is overdue, in calendar days."""
    left = days_left(due)
    if left < 0:
        return str(ngettext("quá hạn %(num)d ngày", "quá hạn %(num)d ngày", -left))
    if left <= 1:
        return str(gettext("hạn hôm nay") if left == 0 else gettext("hạn ngày mai"))
    return str(ngettext("còn %(num)d ngày", "còn %(num)d ngày", left))


def urgency(due: datetime | date) -> str:
    """A class for the style sheet: overdue, near (three days), or calm."""
    left = days_left(due)
    return "overdue" if left < 0 else "near" if left <= 3 else "calm"


def size(count: int) -> str:
    """The size of a file."""
    for unit, name in _SIZES:
        if count >= unit:
            return f"{count / unit:.1f} {name}".replace(".", said(",", "."))
    return f"{count} B"


def duration(seconds: float | None) -> str:
    """How long something takes or waits: in days, under one in hours, under one in minutes; a dash for None."""
    if seconds is None:
        return "–"
    if seconds >= _DAY:
        return str(gettext("%(days)s ngày", days=number(round(seconds / _DAY, 1))))
    if seconds >= _HOUR:
        return str(gettext("%(hours)s giờ", hours=number(round(seconds / _HOUR, 1))))
    return str(gettext("%(minutes)s phút", minutes=number(round(seconds / _MINUTE))))


def number(value: float | int | None) -> str:
    """1.234.567 in Vietnamese, 1,234,567 in English; a dash for what is not there."""
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return shown if said("", "en") else shown.translate(str.maketrans(",.", ".,"))


def period(code: str) -> str:
    """What people call a period: quý I/2026; what is no period of a frequency is called by its code."""
    year, _, rest = code.partition("-")
    frequency, _, number_ = rest.rpartition("-")
    if frequency == "ad_hoc":
        return str(gettext("đột xuất số %(number)s năm %(year)s", number=int(number_), year=year))
    try:
        return periods.period(frequency, int(year), int(number_)).name(english=bool(said("", "en")))
    except ValueError:
        return code


def figure(value: Any, kind: str) -> str:
    """What stands in a field of a report, by the type of the field: a number, a day, a text."""
    if value is None or value == "":
        return "–"
    if kind == "date":
        return day(value)
    if kind in ("long", "money", "decimal"):
        return _decimal(Decimal(str(value)))
    return str(value)


def _decimal(value: Decimal) -> str:
    """As many decimal places as were given, but no more than two."""
    shown = f"{round(value, 2):,f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown if said("", "en") else shown.translate(str.maketrans(",.", ".,"))


def percent(share: float | None) -> str:
    """86,4 %; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.1f} %".replace(".", said(",", "."))


def named(thing: Any) -> str:
    """The name of what is called in both languages: a row, or a mapping."""
    if thing is None:
        return ""
    take = thing.get if isinstance(thing, Mapping) else lambda name, default="": getattr(thing, name, default)
    pairs = (("name_vi", "name_en"), ("title_vi", "title_en"), ("label_vi", "label_en"), ("name", "name_en"))
    found = (said(str(take(vi, "")), str(take(en, "") or take(vi, ""))) for vi, en in pairs if take(vi, None))
    return next(found, "")


def notable(events: Iterable[Any]) -> list[Any]:
    """The events that people care about: not the gateways and service steps between two pieces of work."""
    return [e for e in events if e.task_id or not e.type.startswith("element-")]
