"""The bound of the bench on reminders that are all due at once: each fires once, tells its one person, and is cheap."""

from __future__ import annotations

import pytest

from bench import gate, mails, reminders

MANY = 200
MAILED = 60


def test_reminders_due_at_once_fire_once_each_within_their_bound(database_url: str) -> None:
    found = reminders.measured(database_url, 1, MANY)

    assert (found["fired"], found["messages"]) == (MANY, MANY)
    assert found["p50_s"] <= found["p99_s"] <= found["seconds"]
    assert gate.reminder(found) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_fire_them_once_each(database_url: str) -> None:
    found = reminders.measured(database_url, 2, MANY)

    assert (found["fired"], found["messages"]) == (MANY, MANY)


def test_the_gate_names_a_reminder_that_is_too_dear() -> None:
    assert gate.faults({"inside": {}, "reminders": {"sqlite/1": {"cpu_ms": 9.0}}}) == [
        "sqlite/1 takes 9.0 ms CPU a reminder, at most 6.0"
    ]


def test_mails_are_all_taken_by_a_real_server(database_url: str) -> None:
    found = mails.measured(database_url, MAILED)

    assert found["sent"] == MAILED
