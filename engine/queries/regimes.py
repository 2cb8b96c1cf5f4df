"""Reading reporting regimes: which versions there are, which is in force, and the days that follow from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import Select, or_, select

from engine import deadlines, periods, schedules
from engine.errors import NotFoundError
from engine.models.directory import Agency, AgencyGroup
from engine.models.report import ReportRegime
from engine.periods import Period
from engine.queries import calendar as calendars
from engine.queries.ordering import count_of
from engine.runtime import Transaction
from engine.schedules import RoundSchedule, Terms

# No aggregation is cut off later than this after the last day of its period.
_LATEST_DAYS = 62


@dataclass(frozen=True)
class RegimeFilter:
    """Which versions: of one regime, and those in force on a local day."""

    key: str | None = None
    at: date | None = None


def regimes(
    tx: Transaction, wanted: RegimeFilter, after: tuple[str, int] = ("", 0), limit: int = 50
) -> Sequence[ReportRegime]:
    """Up to `limit` versions by key and number, after one."""
    key, version = after
    later = or_(ReportRegime.key > key, (ReportRegime.key == key) & (ReportRegime.version > version))
    query = _regimes(wanted).where(later).order_by(ReportRegime.key, ReportRegime.version)
    return tx.session.scalars(query.limit(limit)).all()


def count_regimes(tx: Transaction, wanted: RegimeFilter) -> int:
    """How many versions there are in that list."""
    return count_of(tx, _regimes(wanted))


def regime(tx: Transaction, key: str, version: int) -> ReportRegime:
    """That version of a regime. Raises NotFoundError."""
    query = select(ReportRegime).where(ReportRegime.key == key, ReportRegime.version == version)
    found = tx.session.scalars(query).first()
    if found is None:
        raise NotFoundError("report-regime", f"{key}/{version}")
    return found


def newest(tx: Transaction, key: str) -> ReportRegime | None:
    """The last version of a regime; None when there is none."""
    query = select(ReportRegime).where(ReportRegime.key == key).order_by(ReportRegime.version.desc())
    return tx.session.scalars(query.limit(1)).first()


def in_force(tx: Transaction, key: str, day: date) -> ReportRegime:
    """The version of a regime that is in force on a local day. Raises NotFoundError when none is."""
    found = tx.session.scalars(_regimes(RegimeFilter(key, day))).first()
    if found is None:
        raise NotFoundError("report-regime", key)
    return found


def schedule_of(tx: Transaction, found: ReportRegime, one: Period) -> RoundSchedule:
    """The days of a regime's round for a period."""
    tiers = [(row["tier"], row["day"]) for row in found.tiers]
    terms = Terms(tiers, found.roll, found.opens_before, found.clause)
    return schedules.of_period(one, terms, calendars.current(tx))


def open_periods(tx: Transaction, found: ReportRegime, today: date) -> Iterator[tuple[Period, RoundSchedule]]:
    """The periods of a regime whose reports are asked for today: its round has to be open by now, and is not due."""
    for year in (today.year, today.year + 1):
        for one in periods.periods(found.frequency, year) if found.frequency in periods.ENDS else ():
            if abs((one.last - today).days) > 366:
                continue
            schedule = schedule_of(tx, found, one)
            if deadlines.local_date(schedule.opens_at) <= today <= schedule.due(schedules.AGENCY):
                yield one, schedule


def next_periods(tx: Transaction, found: ReportRegime, today: date, most: int = 2) -> list[Period]:
    """The periods of a regime, in the order of time, whose round could still be opened: aggregation is to come."""
    coming = (
        one
        for year in (today.year - 1, today.year, today.year + 1)
        for one in (periods.periods(found.frequency, year) if found.frequency in periods.ENDS else ())
        if one.last >= today - timedelta(days=_LATEST_DAYS)
        and deadlines.local_date(schedule_of(tx, found, one).closes_at) > today
    )
    return list(islice(coming, most))


def unknown_reporters(tx: Transaction, codes: Iterable[str]) -> list[str]:
    """Those of some codes that are neither an agency's nor a group's."""
    agencies, groups = tx.session.scalars(select(Agency.code)), tx.session.scalars(select(AgencyGroup.code))
    return sorted(set(codes) - set(agencies) - set(groups))


def _regimes(wanted: RegimeFilter) -> Select[ReportRegime]:
    query = select(ReportRegime)
    if wanted.key is not None:
        query = query.where(ReportRegime.key == wanted.key)
    if wanted.at is not None:
        query = query.where(
            ReportRegime.valid_from <= wanted.at,
            or_(ReportRegime.valid_to.is_(None), ReportRegime.valid_to >= wanted.at),
        )
    return query
