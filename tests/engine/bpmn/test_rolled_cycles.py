"""Promises of a repetition with `roll`: it waits out days off, and keeps its beat after them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import pytest

from engine import deadlines
from engine.bpmn import timers
from engine.bpmn.network import TimerRule
from engine.bpmn.parser import compile_definition
from engine.deadlines import LOCAL
from engine.errors import DefinitionError
from engine.statutory_days import statutory
from tests.conformance.model import boundary, document, end, start, timer, user

PROPERTY = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="roll" value="{}"/></camunda:properties></bpmn:extensionElements>'
)


def local(text: str) -> datetime:
    """An instant in Hanoi."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def occurrences(rule: TimerRule, armed: datetime) -> Iterator[datetime]:
    """When a repetition armed at an instant comes, each occurrence dealt with at once."""
    names = deadlines.functions(armed)
    schedule = timers.first(rule, names, armed)
    while True:
        yield schedule.due.astimezone(LOCAL)
        following = timers.following(rule, schedule, names, schedule.due)
        assert following is not None
        schedule = following


def test_a_month_that_ends_on_a_day_off_is_told_on_the_next_working_morning() -> None:
    found = [*islice(occurrences(TimerRule("cycle", "R/P1M", roll="next"), local("2026-01-17T10:37")), 4)]

    # 17 February is the first day of the lunar year; Tết lasts until Sunday, the 22nd.
    expected = ("2026-02-23T08:00", "2026-03-17T10:37", "2026-04-17T10:37", "2026-05-18T08:00")
    assert found == [local(text) for text in expected]


def test_a_daily_repetition_comes_once_after_days_off() -> None:
    found = [*islice(occurrences(TimerRule("cycle", "R/P1D", roll="next"), local("2026-03-12T10:00")), 3)]

    assert found == [local(text) for text in ("2026-03-13T10:00", "2026-03-16T08:00", "2026-03-16T10:00")]


def test_without_roll_it_comes_when_it_comes() -> None:
    found = next(occurrences(TimerRule("cycle", "R/P1M"), local("2026-01-17T10:37")))

    assert found == local("2026-02-17T10:37")


def test_no_rolled_occurrence_falls_on_a_day_off_in_years() -> None:
    calendar, begun = statutory(), date(2025, 1, 1)

    for shift in range(0, 365, 7):
        armed = local(f"{begun + timedelta(days=shift)}T14:00")
        found = [*islice(occurrences(TimerRule("cycle", "R/P1M", roll="next"), armed), 24)]
        assert all(calendar.is_working_day(moment.date()) for moment in found)


def test_another_word_is_refused_at_deployment() -> None:
    ring = PROPERTY.format("sometimes") + timer("timeCycle", "R/P1M")
    drawn = document(start() + user("u") + boundary("b", "u", ring, interrupting=False) + end() + "s->u u->e b->e")

    with pytest.raises(DefinitionError, match="roll is one of"):
        compile_definition("p.bpmn", drawn, {}, {})
