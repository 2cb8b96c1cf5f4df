"""Changing the working calendar: filling it, and deciding about single days.

Rule: a change makes a new version and ends what stood before, so that any older version can still be read; every
running case has its open due dates counted anew (engine/commands/recounting.py), and every timed start as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import func, select

from engine import statutory_days
from engine.calendar import WORKED, DecidedDay
from engine.commands import recounting, timed_starts
from engine.commands.journal import record_system
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.models.calendar import CalendarDay, CalendarVersion
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.queries import calendar as calendars
from engine.runtime import Transaction

DECIDERS = frozenset({"sysadmin", "city_office"})
_NAMES = {
    "holiday": ("Ngày nghỉ lễ, tết", "Public holiday"),
    "day_off": ("Ngày nghỉ", "Day off"),
    "swap_off": ("Nghỉ hoán đổi", "Day off, swapped"),
    "swap_workday": ("Làm bù", "Worked in exchange"),
    "half_day": ("Làm việc nửa ngày", "Half a working day"),
    "working_day": ("Ngày làm việc", "Working day"),
}
_SEED = "Bộ luật Lao động 2019 và văn bản nghỉ lễ, tết hằng năm"


@dataclass(frozen=True)
class Decision:
    """What is decided about a day: its kind, by which document, for one agency or (None) for all.

    Without names it is called as its kind is.
    """

    kind: str
    document: str
    agency: str | None = None
    name_vi: str = ""
    name_en: str = ""


def fill(tx: Transaction) -> int:
    """Give the calendar the statutory days it does not speak of yet; how many these were.

    What people have decided is left alone. Cheap when there is nothing to do.
    """
    if _is_filled(tx):
        return 0
    known = set(tx.session.scalars(select(CalendarDay.day).where(CalendarDay.agency.is_(None))))
    wanted = statutory_days.statutory().days.values()
    missing = [decided for decided in wanted if decided.day not in known]
    version = _next_version(tx, _SEED)
    tx.session.add_all([_row(decided, version) for decided in missing])
    _announce(tx, version, {"version": version.version, "days": len(missing), "document": _SEED})
    return len(missing)


def change_day(
    tx: Transaction, day: date, decision: Decision, expected_version: int | None = None
) -> tuple[CalendarDay, bool]:
    """Decide about a day; its row, and whether anything is different now.

    `expected_version` is that of the row that the caller has read: 0 when there was none, None: they did not say.
    Raises ForbiddenError unless the actor is a system administrator or of VP UBND, InvalidDataError for an unknown
    kind or agency or no document, StaleVersionError.
    """
    if not tx.actor.is_system and not tx.actor.roles & DECIDERS:
        raise ForbiddenError(
            "change-calendar", "Anh/chị không có quyền sửa lịch làm việc.", "You may not change the calendar."
        )
    _require_sound(tx, decision)
    old = calendars.standing(tx, day, decision.agency)
    found = old.since_version if old is not None else 0
    if expected_version not in (None, found):
        raise StaleVersionError(expected_version, found)
    decided = _decided(day, decision)
    if old is not None and calendars.decided(old) == _since(decided, old.since_version):
        return old, False
    version = _next_version(tx, decision.document)
    if old is not None:
        old.until_version = version.version
        tx.session.flush()
    row = _row(decided, version)
    tx.session.add(row)
    facts = {"day": day.isoformat(), "agency": decision.agency, "document": decision.document}
    kinds = {"old": old.kind if old is not None else None, "new": decision.kind}
    _announce(tx, version, {"version": version.version, **facts, "kind": kinds})
    return row, True


def _announce(tx: Transaction, version: CalendarVersion, facts: dict[str, object]) -> None:
    """Record the change, and have every case it may concern counted anew: at once as far as that goes soon."""
    tx.session.flush()
    calendars.forget(tx)
    record_system(tx, "calendar-changed", facts)
    timed_starts.recount(tx)
    recounting.ask_for_all(tx, version.version)
    tx.after_commit(partial(recounting.recount_now, tx.engine))


def _is_filled(tx: Transaction) -> bool:
    """Whether the last of the years that are known of is there."""
    return calendars.standing(tx, date(statutory_days.LAST_YEAR, 1, 1)) is not None


def _require_sound(tx: Transaction, decision: Decision) -> None:
    if decision.kind not in WORKED:
        raise _invalid("kind", "unknown", "Loại ngày không hợp lệ.", f"It is none of {', '.join(WORKED)}.")
    if not decision.document.strip():
        raise _invalid("document", "required", "Phải nêu văn bản quyết định.", "The deciding document is required.")
    if decision.agency is not None and tx.session.get(Agency, decision.agency) is None:
        raise _invalid("agency", "unknown", "Không có cơ quan này.", "There is no such agency.")


def _decided(day: date, decision: Decision) -> DecidedDay:
    vi, en = _NAMES[decision.kind]
    name_vi = decision.name_vi or vi
    name_en = decision.name_en or decision.name_vi or en
    return DecidedDay(day, decision.kind, name_vi, name_en, decision.document.strip(), decision.agency)


def _since(decided: DecidedDay, version: int) -> DecidedDay:
    return DecidedDay(**{**vars(decided), "version": version})


def _next_version(tx: Transaction, document: str) -> CalendarVersion:
    """A new version. Of two that are made at once, one is made again: the number is the key."""
    newest = tx.session.scalar(select(func.max(CalendarVersion.version))) or 0
    version = CalendarVersion(
        version=newest + 1,
        stamp=new_id(),
        changed_at=tx.now,
        changed_by=tx.actor.person_id,
        document=document,
        settled_at=None,
    )
    tx.session.add(version)
    tx.session.flush()
    return version


def _row(decided: DecidedDay, version: CalendarVersion) -> CalendarDay:
    return CalendarDay(
        id=new_id(),
        day=decided.day,
        agency=decided.agency,
        kind=decided.kind,
        name_vi=decided.name_vi,
        name_en=decided.name_en,
        document=decided.document,
        since_version=version.version,
        until_version=None,
    )


def _invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
