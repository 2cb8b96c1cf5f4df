"""Promises of the clock: aware, in UTC, and never another one than it says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import FileClock, SystemClock
from engine.errors import StartupError


def test_the_machines_clock_is_in_utc_and_real() -> None:
    clock = SystemClock()

    assert (clock.now().tzinfo, clock.simulated) == (UTC, False)


def test_a_file_clock_says_what_stands_in_the_file_each_time(tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text("2026-03-10T09:00:00+07:00\n", encoding="utf-8")
    clock = FileClock(path)

    moments = [clock.now()]
    path.write_text("2026-03-11T00:00:00Z", encoding="utf-8")
    moments.append(clock.now())

    assert moments == [datetime(2026, 3, 10, 2, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)]
    assert clock.simulated


@pytest.mark.parametrize("text", ["", "hôm nay", "2026-03-10", "2026-03-10T09:00:00"])
def test_a_file_without_an_instant_and_its_offset_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "now"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(StartupError):
        FileClock(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError):
        FileClock(tmp_path / "now")
