"""The days of a reporting round: when it opens, when each tier's report is due, when aggregation is cut off.

Source: the regime, within Nghị định 09/2019/NĐ-CP (engine/periods.py).
Rule: each day is kept with what it comes from, so that it can be counted again, on that calendar or on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine import periods
from engine.calendar import WorkingCalendar
from engine.deadlines import BY_DATE, WITHIN, Derivation, derivation_of, local_date, morning
from engine.periods import Period

# The tiers of a regime, the lowest first: the agencies, who aggregates, the City.
AGENCY, AGGREGATOR, CITY = TIERS = ("agency", "aggregator", "city")
# What of a round is counted besides the tiers' due dates.
CLOSES_AT, LATE_UNTIL = "closes_at", "late_until"
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
    """When a round opens and closes, until when a late report is taken, and the due date of each tier.

    How each was counted is kept: of a tier as its `meaning`, of the others in `derivations`, by their names.
    """

    opens_at: datetime
    closes_at: datetime
    late_until: date
    due_dates: Mapping[str, Mapping[str, Any]]
    derivations: Mapping[str, Mapping[str, Any]]

    def due(self, tier: str) -> date:
        """The due date of one tier."""
        return date.fromisoformat(self.due_dates[tier]["due"])


def of_period(one: Period, terms: Terms, calendar: WorkingCalendar) -> RoundSchedule:
    """The schedule of a period: it opens in the morning, and late reports are taken until the next cut-off."""
    days, due_dates = dict(terms.tiers), {}
    for tier in periods.due_dates(one, terms.tiers, terms.roll, calendar):
        found = Derivation(BY_DATE, tier.base, roll=terms.roll, apart_from=tier.after)
        told = {"day": days[tier.tier], "roll": terms.roll, "clause": terms.clause}
        due_dates[tier.tier] = _told(found, calendar) | told
    opens_on = calendar.add(date.fromisoformat(due_dates[AGENCY]["due"]), -terms.opens_before)
    return _schedule(morning(opens_on), due_dates, Derivation(BY_DATE, _following(one).last), calendar)


def ad_hoc(given: Mapping[str, date], now: datetime, clause: str, calendar: WorkingCalendar) -> RoundSchedule:
    """The schedule of a round that opens now: the agencies' due date is given, the tiers above follow it."""
    due_dates: dict[str, dict[str, Any]] = {}
    below = given[AGENCY]
    for tier in TIERS:
        day = given.get(tier)
        found = Derivation(WITHIN, below, AD_HOC_STEP) if day is None else Derivation(BY_DATE, day)
        due_dates[tier] = _told(found, calendar) | {"given": day is not None, "clause": clause}
        below = date.fromisoformat(due_dates[tier]["due"])
    return _schedule(now, due_dates, Derivation(WITHIN, below, AD_HOC_GRACE), calendar)


def again(stored: RoundSchedule, calendar: WorkingCalendar, today: date) -> RoundSchedule:
    """A schedule on another calendar. What has passed stays, and nothing comes to lie before today.

    A tier whose date was given, or counted on no calendar that is known, stays as well.
    """
    due_dates: dict[str, Mapping[str, Any]] = {}
    moved: dict[date, date] = {}
    for tier, told in stored.due_dates.items():
        due_dates[tier] = _tier_again(told, moved, calendar, today)
        moved[date.fromisoformat(told["due"])] = date.fromisoformat(due_dates[tier]["due"])
    late = stored.derivations.get(LATE_UNTIL)
    if late is None:
        return replace(stored, due_dates=due_dates)
    until = _based(derivation_of(late), moved).again(calendar, today)
    return _kept(stored, _schedule(stored.opens_at, due_dates, until, calendar, today), today)


def reclosed(stored: RoundSchedule, due: date, meaning: Derivation, calendar: WorkingCalendar) -> RoundSchedule:
    """The schedule with another due date for the agencies: aggregation is not cut off before it. The rest stays."""
    told = dict(stored.due_dates[AGENCY]) | {"due": due.isoformat(), "meaning": meaning.as_json()}
    due_dates = {**stored.due_dates, AGENCY: told}
    closing = _closing(due_dates, calendar)
    if closing.instant(calendar) <= stored.closes_at:
        return replace(stored, due_dates=due_dates)
    derivations = {**stored.derivations, CLOSES_AT: closing.as_json()}
    return replace(stored, due_dates=due_dates, closes_at=closing.instant(calendar), derivations=derivations)


def _told(found: Derivation, calendar: WorkingCalendar) -> dict[str, Any]:
    counted = replace(found, calendar_version=calendar.version)
    return {"due": local_date(counted.instant(calendar)).isoformat(), "meaning": counted.as_json()}


def _tier_again(
    told: Mapping[str, Any], moved: Mapping[date, date], calendar: WorkingCalendar, today: date
) -> Mapping[str, Any]:
    if "meaning" not in told or date.fromisoformat(told["due"]) < today:
        return told
    found = _based(derivation_of(told["meaning"]), moved).again(calendar, today)
    return {**told, **_told(found, calendar)}


def _based(found: Derivation, moved: Mapping[date, date]) -> Derivation:
    """The derivation from where the tier below lies now, if it is counted from that."""
    if found.apart_from is not None:
        return replace(found, apart_from=moved.get(found.apart_from, found.apart_from))
    return replace(found, base=moved.get(found.base, found.base)) if found.rule == WITHIN else found


def _schedule(
    opens_at: datetime,
    due_dates: Mapping[str, Mapping[str, Any]],
    late: Derivation,
    calendar: WorkingCalendar,
    today: date | None = None,
) -> RoundSchedule:
    late, closing = replace(late, calendar_version=calendar.version), _closing(due_dates, calendar, today)
    return RoundSchedule(
        opens_at,
        closing.instant(calendar),
        local_date(late.instant(calendar)),
        due_dates,
        {CLOSES_AT: closing.as_json(), LATE_UNTIL: late.as_json()},
    )


def _kept(stored: RoundSchedule, counted: RoundSchedule, today: date) -> RoundSchedule:
    """What was counted, but for what has passed."""
    kept: dict[str, Any] = {}
    derivations = dict(counted.derivations)
    if local_date(stored.closes_at) < today:
        kept[CLOSES_AT], derivations[CLOSES_AT] = stored.closes_at, stored.derivations[CLOSES_AT]
    if stored.late_until < today:
        kept[LATE_UNTIL], derivations[LATE_UNTIL] = stored.late_until, stored.derivations[LATE_UNTIL]
    return replace(counted, derivations=derivations, **kept)


def _closing(
    due_dates: Mapping[str, Mapping[str, Any]], calendar: WorkingCalendar, today: date | None = None
) -> Derivation:
    """The end of the working day before the aggregator's due date; not before the agencies' own, nor before today."""
    due = {tier: date.fromisoformat(told["due"]) for tier, told in due_dates.items()}
    found = Derivation(WITHIN, due[AGGREGATOR], -1, calendar_version=calendar.version)
    earliest = max(due[AGENCY], today or due[AGENCY])
    return replace(found, not_before=earliest) if local_date(found.instant(calendar)) < earliest else found


def _following(one: Period) -> Period:
    """The next period of the same frequency."""
    last = one.number == len(periods.ENDS[one.frequency])
    return periods.period(one.frequency, one.year + last, 1 if last else one.number + 1)
