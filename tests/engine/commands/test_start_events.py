"""Promises of start events: the current version alone is begun by them; each occurrence of a timer begins one case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM, Actor, Grant
from engine.commands import calendar, definitions, deliveries, instances, messages, timed_starts
from engine.commands.calendar import Decision
from engine.commands.instances import Start
from engine.commands.messages import Posted
from engine.errors import InvalidDataError, ProcessError
from engine.models import SYSTEM_STREAM, StartSubscription
from engine.queries import calendar as calendars
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.bpmn.drawing import node, timer
from tests.engine.commands.exchanging import deploy, line, message, of_process, told

DESIGNER = Actor("person-1", grants=(Grant("designer", None),))
PUBLISHER = Actor("person-2", grants=(Grant("publisher", None),))


def timed(text: str, kind: str = "timeCycle", extra: str = "") -> bytes:
    """A process that a timer begins; `extra` makes it another version."""
    inside = f"<bpmn:documentation>{extra}</bpmn:documentation>" if extra else ""
    return line("timed", node("userTask", "n0", inside), start=timer(kind, text))


def names(engine: Engine) -> list[str | None]:
    """What the start events wait for."""
    query = select(StartSubscription.name).order_by(StartSubscription.name)
    return engine.read(SYSTEM, lambda tx: list(tx.session.scalars(query)))


def count(engine: Engine) -> int:
    """How many cases a timer has begun."""
    return len(of_process(engine, "timed"))


def test_a_new_version_takes_the_place_of_the_one_before(engine: Engine) -> None:
    deploy(engine, line("p", node("userTask", "n0"), start=message("order")))
    deploy(engine, line("p", node("userTask", "n0"), start=message("reply")))

    assert names(engine) == ["reply"]
    assert engine.run(SYSTEM, messages.publish, Posted("order")).state == "buffered"
    assert engine.run(SYSTEM, messages.publish, Posted("reply")).state == "started"


def test_a_draft_begins_nothing_until_it_is_published(engine: Engine) -> None:
    xml = line("p", node("userTask", "n0"), start=message("order"))
    engine.run(DESIGNER, definitions.deploy, {"p.bpmn": xml}, publish=False)
    assert names(engine) == []

    engine.run(PUBLISHER, definitions.publish, "p", 1)

    assert names(engine) == ["order"]


def test_publishing_an_older_version_changes_nothing(engine: Engine) -> None:
    for name in ("order", "reply"):
        xml = line("p", node("userTask", "n0"), start=message(name))
        engine.run(DESIGNER, definitions.deploy, {"p.bpmn": xml}, publish=False)
    engine.run(PUBLISHER, definitions.publish, "p", 2)

    engine.run(PUBLISHER, definitions.publish, "p", 1)

    assert names(engine) == ["reply"]


def test_a_message_that_waited_begins_the_process_deployed_later(engine: Engine) -> None:
    engine.run(SYSTEM, messages.publish, Posted("order"))
    deploy(engine, line("p", node("userTask", "n0"), start=message("order")))

    assert deliveries.deliver_due(engine) == 1

    assert len(of_process(engine, "p")) == 1


def test_a_cycle_begins_a_case_at_each_occurrence(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("R2/PT1H"))
    begun = []
    for _ in range(4):
        begun.append(timed_starts.fire_due(engine))
        clock.forward(timedelta(hours=1))

    assert (begun, count(engine)) == ([0, 1, 1, 0], 2)


@pytest.mark.parametrize("kind, text", [("timeDuration", "PT1H"), ("timeDate", "2026-03-10T03:00:00Z")])
def test_a_time_begins_one_case(engine: Engine, clock: MovableClock, kind: str, text: str) -> None:
    deploy(engine, timed(text, kind))
    clock.forward(timedelta(hours=1))

    assert [timed_starts.fire_due(engine) for _ in range(2)] == [1, 0]


def test_occurrences_missed_count_as_one(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("R/PT1H"))
    clock.forward(timedelta(hours=9, minutes=30))

    assert [timed_starts.fire_due(engine) for _ in range(2)] == [1, 0]
    clock.forward(timedelta(minutes=30))
    assert timed_starts.fire_due(engine) == 1


@pytest.mark.parametrize("missed, begun", [("all", 9), ("skip", 0)])
def test_the_diagram_says_what_becomes_of_missed_occurrences(
    engine: Engine, clock: MovableClock, missed: str, begun: int
) -> None:
    inside = f'<camunda:properties><camunda:property name="missed" value="{missed}"/></camunda:properties>'
    start = f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>" + timer("timeCycle", "R/PT1H")
    deploy(engine, line("timed", node("userTask", "n0"), start=start))
    clock.forward(timedelta(hours=9, minutes=30))

    assert sum(timed_starts.fire_due(engine) for _ in range(12)) == begun


def test_several_workers_begin_one_case(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("R/PT1H"))
    clock.forward(timedelta(hours=1))
    with ThreadPoolExecutor(4) as pool:
        done = [f.result() for f in [pool.submit(timed_starts.fire_due, engine) for _ in range(4)]]

    assert (sum(done), count(engine)) == (1, 1)


def test_a_new_version_with_the_same_timer_goes_on_from_where_it_was(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("R3/PT1H"))
    clock.forward(timedelta(minutes=90))
    timed_starts.fire_due(engine)

    deploy(engine, timed("R3/PT1H", extra="bản 2"))

    clock.forward(timedelta(minutes=30))
    assert timed_starts.fire_due(engine) == 1
    assert [case.process_version for case in of_process(engine, "timed")] == [1, 2]
    clock.forward(timedelta(hours=5))
    timed_starts.fire_due(engine)
    assert (timed_starts.fire_due(engine), count(engine)) == (0, 3)


def test_a_new_version_without_the_timer_ends_it(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("R/PT1H"))
    deploy(engine, line("timed", node("userTask", "n0")))
    clock.forward(timedelta(hours=2))

    assert timed_starts.fire_due(engine) == 0


def test_a_case_begun_by_time_is_for_who_published_the_version(engine: Engine, clock: MovableClock) -> None:
    engine.run(DESIGNER, definitions.deploy, {"t.bpmn": timed("PT1H", "timeDuration")}, publish=False)
    engine.run(PUBLISHER, definitions.publish, "timed", 1)
    clock.forward(timedelta(hours=1))

    timed_starts.fire_due(engine)

    assert [case.started_by for case in of_process(engine, "timed")] == ["person-2"]


def test_an_occurrence_that_can_begin_no_case_is_told_and_holds_up_nothing(engine: Engine, clock: MovableClock) -> None:
    script = node("scriptTask", "n0", "<bpmn:script>y = 1 / 0</bpmn:script>", 'scriptFormat="feel"')
    deploy(engine, line("timed", script, start=timer("timeCycle", "R/PT1H")))
    clock.forward(timedelta(hours=1))

    assert [timed_starts.fire_due(engine) for _ in range(2)] == [0, 0]
    assert told(engine, SYSTEM_STREAM, "timed-start-failed") == 1
    clock.forward(timedelta(hours=1))
    timed_starts.fire_due(engine)
    assert told(engine, SYSTEM_STREAM, "timed-start-failed") == 2


def test_a_timer_that_says_no_time_is_not_deployed(engine: Engine) -> None:
    with pytest.raises(ProcessError):
        deploy(engine, timed("unknown_variable", "timeDate"))


def test_a_process_that_only_an_event_begins_is_not_begun_by_hand(engine: Engine) -> None:
    deploy(engine, line("p", node("userTask", "n0"), start=message("order")))

    with pytest.raises(InvalidDataError) as refused:
        engine.run(SYSTEM, instances.start, Start("p"))

    assert (refused.value.problems[0].field, refused.value.problems[0].rule) == ("process_key", "event-start")


def test_a_timed_start_that_counts_working_days_follows_the_calendar(engine: Engine, clock: MovableClock) -> None:
    engine.run(SYSTEM, calendar.fill)
    deploy(engine, timed("${working_days(3)}", "timeDate"))
    friday = deadlines.local_date(clock.moment) + timedelta(days=3)

    engine.run(SYSTEM, calendar.change_day, friday, Decision("day_off", "Công văn 15/UBND-NC"))

    (start,) = engine.read(SYSTEM, lambda tx: tx.session.scalars(select(StartSubscription)).all())
    assert start.next_due == deadlines.end_of_day(friday + timedelta(days=3))
    derived = deadlines.derivation_of(start.derivation or {})
    assert derived.instant(engine.read(SYSTEM, calendars.at, derived.calendar_version)) == start.next_due
    assert told(engine, SYSTEM_STREAM, "timed-start-moved") == 1


def test_a_timed_start_that_has_been_due_stays(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("${working_days(3)}", "timeDate"))
    clock.forward(timedelta(days=5))

    engine.run(SYSTEM, calendar.change_day, date(2026, 3, 13), Decision("day_off", "Công văn 15/UBND-NC"))

    assert timed_starts.fire_due(engine) == 1
    assert count(engine) == 1
