"""The working calendar as rows: what was decided about a day, since which version and until when.

Rule: a row is never changed but for its end; the calendar of an older version can be read for ever.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row

_OF_ALL = text("agency IS NULL AND until_version IS NULL")
_OF_ONE = text("agency IS NOT NULL AND until_version IS NULL")


class CalendarVersion(Row):
    """One state of the calendar. The newest is in force; `stamp` tells it from any other of that number.

    `settled_at` is when the cases that were under change at that moment were looked through as well (None: not yet).
    """

    __tablename__ = "calendar_version"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stamp: Mapped[Key]
    changed_at: Mapped[datetime]
    changed_by: Mapped[Key | None]
    document: Mapped[str]
    settled_at: Mapped[datetime | None]


class CalendarDay(Row):
    """What stands about a day since one version and until before another (None: still), for all or for one agency."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        Index("ix_calendar_day_of_all", "day", unique=True, sqlite_where=_OF_ALL, postgresql_where=_OF_ALL),
        Index("ix_calendar_day_of_one", "day", "agency", unique=True, sqlite_where=_OF_ONE, postgresql_where=_OF_ONE),
    )

    id: Mapped[Id]
    day: Mapped[date]
    agency: Mapped[Code | None] = mapped_column(ForeignKey("agency.code"))
    kind: Mapped[Code]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    document: Mapped[str]
    since_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.version"))
    until_version: Mapped[int | None] = mapped_column(ForeignKey("calendar_version.version"))


class CalendarRecount(Row):
    """A case whose due dates are still to be counted anew, since that version."""

    __tablename__ = "calendar_recount"

    instance_id: Mapped[Key] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    version: Mapped[int]
