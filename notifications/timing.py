"""When a message goes out: retries, quiet hours, the digest of the morning. Pure.

Rule: local times are those of Hanoi; every instant that comes out is aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from engine.deadlines import LOCAL

LEASE = timedelta(seconds=60)
DIGEST_AT = time(7, 30)
#: How long after its n-th attempt failed a message is tried again; after the last one it is dead.
BACK_OFF = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_WISH = timedelta(hours=24)
_MOST_JITTER = 0.2


def next_try(attempts: int, now: datetime, wish: timedelta | None, chance: float) -> datetime | None:
    """When to try again after that many attempts; None when that was the last one.

    `wish` is how long the receiver asks to be left alone; `chance`, from 0 to 1, spreads retries over a fifth more.
    """
    if attempts > len(BACK_OFF):
        return None
    delay = BACK_OFF[attempts - 1] * (1 + _MOST_JITTER * chance)
    return now + max(delay, min(wish or timedelta(), LONGEST_WISH))


def digest_after(moment: datetime) -> datetime:
    """The first half past seven after an instant."""
    local = moment.astimezone(LOCAL)
    today = datetime.combine(local.date(), DIGEST_AT, LOCAL)
    return (today if today > local else today + timedelta(days=1)).astimezone(UTC)


def quiet_until(moment: datetime, start: time | None, end: time | None) -> datetime | None:
    """When the quiet hours that an instant falls into are over; None when it falls into none."""
    if start is None or end is None or start == end:
        return None
    local = moment.astimezone(LOCAL)
    at, day = local.timetz().replace(tzinfo=None), local.date()
    if start < end:
        return _instant(day, end) if start <= at < end else None
    if at >= start:
        return _instant(day + timedelta(days=1), end)
    return _instant(day, end) if at < end else None


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LOCAL).astimezone(UTC)
