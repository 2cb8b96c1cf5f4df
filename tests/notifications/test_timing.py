"""When messages go out: retries spread out, digests at half past seven, quiet hours that may span midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from engine.deadlines import LOCAL
from notifications.timing import BACK_OFF, digest_after, next_try, quiet_until

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """A local time of 10 March 2026, or of the day given."""
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"{day or '2026-03-10'}T{clock}").replace(tzinfo=LOCAL)


def test_ten_attempts_take_three_days_and_then_it_is_over() -> None:
    delays = [next_try(attempt, NOW, None, 0.0) for attempt in range(1, 10)]

    assert [moment - NOW for moment in delays if moment] == list(BACK_OFF)
    assert next_try(10, NOW, None, 0.0) is None


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.999])
def test_retries_are_spread_over_a_fifth_and_never_come_early(chance: float) -> None:
    for attempt, delay in enumerate(BACK_OFF, start=1):
        moment = next_try(attempt, NOW, None, chance)
        assert moment is not None
        assert delay <= moment - NOW <= delay * 1.2


def test_a_wish_to_be_left_alone_puts_it_off_but_not_for_ever() -> None:
    assert next_try(1, NOW, timedelta(hours=1), 0.0) == NOW + timedelta(hours=1)
    assert next_try(3, NOW, timedelta(seconds=1), 0.0) == NOW + BACK_OFF[2]
    assert next_try(1, NOW, timedelta(days=400), 0.0) == NOW + timedelta(hours=24)
    assert next_try(10, NOW, timedelta(hours=1), 0.0) is None


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("07:29:59", "2026-03-10 07:30"),
        ("07:30:00", "2026-03-11 07:30"),
        ("00:00:00", "2026-03-10 07:30"),
        ("23:59:59", "2026-03-11 07:30"),
        ("2026-12-31 08:00:00", "2027-01-01 07:30"),
    ],
)
def test_the_digest_is_that_of_the_next_morning(moment: str, morning: str) -> None:
    assert digest_after(at(moment)) == at(morning)


@pytest.mark.parametrize(
    ("moment", "start", "end", "over"),
    [
        ("21:59", "22:00", "06:30", None),
        ("22:00", "22:00", "06:30", "2026-03-11 06:30"),
        ("23:59", "22:00", "06:30", "2026-03-11 06:30"),
        ("00:00", "22:00", "06:30", "06:30"),
        ("06:29", "22:00", "06:30", "06:30"),
        ("06:30", "22:00", "06:30", None),
        ("12:00", "11:30", "13:30", "13:30"),
        ("13:30", "11:30", "13:30", None),
        ("11:29", "11:30", "13:30", None),
    ],
)
def test_quiet_hours_end_when_they_say(moment: str, start: str, end: str, over: str | None) -> None:
    found = quiet_until(at(moment), time.fromisoformat(start), time.fromisoformat(end))

    assert found == (at(over) if over else None)


def test_without_both_ends_there_is_no_quiet() -> None:
    assert quiet_until(NOW, None, time(6)) is None
    assert quiet_until(NOW, time(6), time(6)) is None
