"""The days of a reporting round: when it opens, when each tier's report is due, when aggregation is cut off.

Source: the regime, within Nghị định 09/2019/NĐ-CP (engine/periods.py).
Rule: each due date is kept with what it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import periods
from engine.calendar import WorkingCalendar
from engine.deadlines import end_of_day, morning
from engine.periods import Period

# The tiers of a regime, the lowest first: the agencies, who aggregates, the City.
AGENCY, AGGREGATOR, CITY = TIERS = ("agency", "aggregator", "city")
# For an ad hoc round: working days from one tier to the next where none are given, and for late reports.
AD_HOC_STEP = 2
AD_HOC_GRACE = 30


@dataclass(frozen=True)
class Terms:
    """What a regime says about days: the day of the month by tier, how it rolls, its clause, and how many working days
    before the agencies' due date a round opens.
    """

    tiers: Sequence[tuple[str, int]]
    roll: str
    opens_before: int
    clause: str


@dataclass(frozen=True)
class RoundSchedule:
    """When a round opens and closes, until when a late report is taken, and the due date of each tier."""

    opens_at: datetime
    closes_at: datetime
    late_until: date
    due_dates: Mapping[str, Mapping[str, Any]]

    def due(self, tier: str) -> date:
        """The due date of one tier."""
        return date.fromisoformat(self.due_dates[tier]["due"])


def of_period(one: Period, terms: Terms, calendar: WorkingCalendar) -> RoundSchedule:
    """The schedule of a period: it opens in the morning, and late reports are taken until the next cut-off."""
    found = {due.tier: due.due for due in periods.due_dates(one, terms.tiers, terms.roll, calendar)}
    days = dict(terms.tiers)
    due_dates = {
        tier: {"due": due.isoformat(), "day": days[tier], "roll": terms.roll, "clause": terms.clause}
        for tier, due in found.items()
    }
    opens_on = calendar.add(found[AGENCY], -terms.opens_before)
    return RoundSchedule(morning(opens_on), _closing(found, calendar), _following(one).last, due_dates)


def ad_hoc(given: Mapping[str, date], now: datetime, clause: str, calendar: WorkingCalendar) -> RoundSchedule:
    """The schedule of a round that opens now: the agencies' due date is given, the tiers above follow it."""
    found = {AGENCY: given[AGENCY]}
    found[AGGREGATOR] = given.get(AGGREGATOR) or calendar.add(found[AGENCY], AD_HOC_STEP)
    found[CITY] = given.get(CITY) or calendar.add(found[AGGREGATOR], AD_HOC_STEP)
    due_dates = {t: {"due": due.isoformat(), "given": t in given, "clause": clause} for t, due in found.items()}
    return RoundSchedule(now, _closing(found, calendar), calendar.add(found[CITY], AD_HOC_GRACE), due_dates)


def _closing(due: Mapping[str, date], calendar: WorkingCalendar) -> datetime:
    """The end of the working day before the aggregator's due date, and not before the agencies' own."""
    return end_of_day(max(due[AGENCY], calendar.add(due[AGGREGATOR], -1)))


def _following(one: Period) -> Period:
    """The next period of the same frequency."""
    last = one.number == len(periods.ENDS[one.frequency])
    return periods.period(one.frequency, one.year + last, 1 if last else one.number + 1)
