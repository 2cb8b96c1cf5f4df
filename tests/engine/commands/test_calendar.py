"""Promises of the calendar as rows: it is filled once, keeps what stood before, and moves what is open with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Select, select, update

from engine import deadlines, statutory_days
from engine.access import SYSTEM, Actor, Grant
from engine.commands import calendar, definitions, instances, recounting, tasks
from engine.commands.calendar import Decision
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.deadlines import derivation_of
from engine.errors import InvalidDataError, StaleVersionError
from engine.models.audit import AuditEvent
from engine.models.calendar import CalendarRecount, CalendarVersion
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.queries import calendar as calendars
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.engine.bpmn.drawing import boundary, diagram, node
from tests.installed import COMMUNE, actor, begin, do

OFFICER, HEAD, AGGREGATOR = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head", "svhtt.report_aggregator"
LETTER = "Công văn 15/UBND-NC"
FRIDAY, SATURDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 16)
DAY_OFF = Decision("day_off", LETTER)
CLAUSE = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="clause" value="V.1.d"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
REMINDED = diagram(
    "reminded",
    [
        node("startEvent", "s"),
        node("userTask", "work", CLAUSE, 'camunda:dueDate="${working_days(3)}"'),
        boundary("early", "work", "${working_days_before(due, 2)}", kind="timeDate"),
        boundary("silence", "work", "${working_days(4)}", kind="timeDate"),
        boundary("later", "work", "P30D"),
        node("userTask", "by_date", attributes='camunda:dueDate="${due}"'),
        *(node("endEvent", name) for name in ("e", "e1", "e2", "e3")),
    ],
    [("s", "work"), ("work", "by_date"), ("by_date", "e"), ("early", "e1"), ("silence", "e2"), ("later", "e3")],
)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """An engine with the statutory days and the diagram above."""
    engine.run(SYSTEM, calendar.fill)
    engine.run(SYSTEM, definitions.deploy, {"reminded.bpmn": REMINDED}, publish=True)
    return engine


def decide(engine: Engine, day: date, decision: Decision = DAY_OFF, expected: int | None = None) -> Any:
    return engine.run(SYSTEM, calendar.change_day, day, decision, expected)


def started(engine: Engine, due: str = "2026-03-20") -> Case:
    return engine.run(SYSTEM, instances.start, Start("reminded", variables={"due": due}))


def due_of(engine: Engine, case: Case) -> dict[str, datetime]:
    """What is due in a case, by element: tasks and timers."""

    def read(tx: Transaction) -> dict[str, datetime]:
        waiting = select(UserTask.element_id, UserTask.due_at).where(UserTask.state == "open")
        found = [*tx.session.execute(waiting.where(UserTask.instance_id == case.id))]
        found += tx.session.execute(select(Timer.element_id, Timer.due_at).where(Timer.instance_id == case.id))
        return {element: due for element, due in found if due is not None}

    return engine.read(SYSTEM, read)


def changes(engine: Engine, case: Case) -> list[dict[str, Any]]:
    """What the history of a case tells of due dates that moved."""

    def read(tx: Transaction) -> list[dict[str, Any]]:
        query = select(AuditEvent).where(AuditEvent.instance_id == case.id, AuditEvent.type == "due-changed")
        rows = tx.session.scalars(query.order_by(AuditEvent.seq)).all()
        return [{"element": row.element_id, **orjson.loads(row.data or "{}")} for row in rows]

    return engine.read(SYSTEM, read)


def version_of(engine: Engine, case: Case) -> int:
    return engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, case.id).version)


def end_of(day: date) -> datetime:
    return deadlines.end_of_day(day)


def test_filling_gives_all_statutory_days_and_is_done_once(engine: Engine) -> None:
    first = engine.run(SYSTEM, calendar.fill)
    again = engine.run(SYSTEM, calendar.fill)

    assert (first, again) == (len(statutory_days.statutory().days), 0)
    found = engine.read(SYSTEM, calendars.current)
    assert {d: (x.kind, x.name_vi, x.document) for d, x in found.days.items()} == {
        d: (x.kind, x.name_vi, x.document) for d, x in statutory_days.statutory().days.items()
    }


def test_filling_leaves_alone_what_people_have_decided(engine: Engine) -> None:
    culture_day = date(2026, 11, 24)
    decide(engine, culture_day, Decision("working_day", "Chưa có luật sửa đổi"))

    engine.run(SYSTEM, calendar.fill)

    found = engine.read(SYSTEM, calendars.current)
    assert found.is_working_day(culture_day)
    assert not found.is_working_day(date(2027, 11, 24))


def test_an_older_version_can_still_be_read(filled: Engine) -> None:
    decide(filled, FRIDAY)
    decide(filled, FRIDAY, Decision("half_day", LETTER))

    kinds = [filled.read(SYSTEM, calendars.at, version).halves(FRIDAY) for version in (0, 1, 2, 3)]

    assert kinds == [2, 2, 0, 1]


def test_the_same_decision_again_changes_nothing(filled: Engine) -> None:
    first, changed = decide(filled, FRIDAY)
    again, changed_again = decide(filled, FRIDAY)

    assert (changed, changed_again, first.id == again.id) == (True, False, True)
    assert filled.read(SYSTEM, calendars.current).version == 2


def test_whoever_has_read_another_version_of_a_day_is_refused(filled: Engine) -> None:
    row, _ = decide(filled, FRIDAY, expected=0)

    with pytest.raises(StaleVersionError):
        decide(filled, FRIDAY, Decision("half_day", LETTER), expected=0)

    assert decide(filled, FRIDAY, Decision("half_day", LETTER), expected=row.since_version)[1]


@pytest.mark.parametrize(
    "decision",
    [
        Decision("holy_day", LETTER),
        Decision("day_off", " "),
        Decision("day_off", LETTER, agency="nowhere"),
    ],
)
def test_a_decision_without_sense_leaves_no_trace(filled: Engine, decision: Decision) -> None:
    with pytest.raises(InvalidDataError):
        decide(filled, FRIDAY, decision)

    assert filled.read(SYSTEM, calendars.current).version == 1


def test_a_day_off_moves_what_is_open_and_tells_the_old_and_the_new(filled: Engine) -> None:
    case = started(filled)
    assert due_of(filled, case)["work"] == end_of(FRIDAY)

    decide(filled, FRIDAY)

    moved = due_of(filled, case)
    assert moved["work"] == end_of(MONDAY)
    assert moved["silence"] == end_of(date(2026, 3, 17))
    assert moved["early"] == deadlines.morning(date(2026, 3, 18))
    told = {change["element"]: change["due"] for change in changes(filled, case)}
    assert told == {
        "work": {"old": end_of(FRIDAY).isoformat(), "new": end_of(MONDAY).isoformat()},
        "silence": {"old": end_of(MONDAY).isoformat(), "new": end_of(date(2026, 3, 17)).isoformat()},
    }


def test_a_due_date_cites_its_clause_before_and_after_a_change(filled: Engine) -> None:
    case = started(filled)
    told = [filled.read(SYSTEM, lambda tx: tx.session.scalars(_open(case)).one().due_explanation)]

    decide(filled, FRIDAY)

    told.append(filled.read(SYSTEM, lambda tx: tx.session.scalars(_open(case)).one().due_explanation))
    assert [(why["rule"], why["clause"], why["calendar_version"], why["due"]) for why in told if why] == [
        ("${working_days(3)}", "V.1.d", 1, "2026-03-13"),
        ("${working_days(3)}", "V.1.d", 2, "2026-03-16"),
    ]


def test_a_reminder_moves_with_a_day_off_before_the_due_date(filled: Engine) -> None:
    case = started(filled)

    decide(filled, date(2026, 3, 19))

    assert due_of(filled, case)["early"] == deadlines.morning(date(2026, 3, 17))
    assert [change["element"] for change in changes(filled, case)] == ["early"]


def test_a_case_in_which_nothing_moves_is_not_touched(filled: Engine) -> None:
    case = started(filled)
    before = version_of(filled, case)

    decide(filled, date(2026, 6, 12))

    assert version_of(filled, case) == before
    assert filled.read(SYSTEM, recounting.is_waiting) is False


def test_what_has_passed_stays_as_it_was(filled: Engine, clock: MovableClock) -> None:
    case = started(filled)
    clock.moment = datetime(2026, 3, 17, 2, 0, tzinfo=UTC)

    decide(filled, FRIDAY)

    assert due_of(filled, case)["work"] == end_of(FRIDAY)


def test_a_due_date_that_comes_nearer_is_never_before_today(filled: Engine, clock: MovableClock) -> None:
    case = started(filled)
    clock.moment = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)

    decide(filled, date(2026, 3, 8), Decision("swap_workday", LETTER))
    decide(filled, date(2026, 3, 11), Decision("working_day", LETTER))

    assert due_of(filled, case)["work"] == end_of(FRIDAY)


def test_an_agency_s_exception_moves_its_own_cases_only(installed: Engine) -> None:
    officer = actor(installed, OFFICER)
    case = begin(installed, officer)
    stranger = actor(installed, "c-ba-vi.agency_officer")
    other = installed.run(stranger, instances.start, Start("task_lifecycle", agency="c-ba-vi"))

    decide(installed, SATURDAY, Decision("working_day", "Quyết định 7/QĐ-UBND", agency=COMMUNE))

    assert due_of(installed, case)["propose"] == end_of(MONDAY)
    assert due_of(installed, other)["propose"] == end_of(date(2026, 3, 17))


def test_a_rolled_plan_task_moves_with_its_variable_its_task_and_its_reminders(installed_sqlite: Engine) -> None:
    engine = installed_sqlite
    case = _executing(engine, due_date="2026-04-12", due_roll="next")  # a Sunday

    assert _plan_task(engine, case).due_date == date(2026, 4, 13)
    decide(engine, date(2026, 4, 13))

    task = _plan_task(engine, case)
    assert (task.due_date, task.original_due_date) == (date(2026, 4, 14), date(2026, 4, 13))
    open_now = due_of(engine, case)
    assert open_now["execute"] == end_of(date(2026, 4, 14))
    assert open_now["rung_time"] == deadlines.morning(date(2026, 4, 2))
    assert engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, case.id).variables)["due_date"] == (
        "2026-04-14"
    )


def test_counting_again_on_the_version_gives_what_is_stored_always(installed: Engine, clock: MovableClock) -> None:
    for number in range(3):
        _executing(installed, due_date=f"2026-04-{10 + number}", due_roll=("none", "next", "previous")[number])
        clock.forward(timedelta(days=1, hours=5))
    for day, kind in ((9, "half_day"), (10, "day_off"), (11, "swap_workday"), (13, "day_off")):
        decide(installed, date(2026, 4, day), Decision(kind, LETTER))

    stored = installed.read(SYSTEM, _stored)

    assert len(stored) > 15
    assert [(kind, due) for kind, due, _, _ in stored] == [(kind, again) for kind, _, again, _ in stored]
    assert {version for _, _, _, version in stored} > {1}


def test_what_a_crash_left_is_done_by_the_worker(filled: Engine) -> None:
    case = started(filled)
    decide(filled, FRIDAY)
    filled.run(SYSTEM, _undo, case.id)

    done = recounting.recount_due(filled)

    assert done == 1
    assert due_of(filled, case)["work"] == end_of(MONDAY)
    assert recounting.recount_due(filled) == 0


def test_after_a_minute_all_cases_are_looked_through_once_more(filled: Engine, clock: MovableClock) -> None:
    case = started(filled)
    decide(filled, FRIDAY)
    filled.run(SYSTEM, _undo, case.id, asked=False)  # as a step does that counted on the version before
    clock.forward(timedelta(minutes=2))

    turns = [recounting.recount_due(filled) for _ in range(3)]

    assert turns == [1, 1, 0]
    assert due_of(filled, case)["work"] == end_of(MONDAY)


def test_the_calendar_of_another_process_is_noticed(filled: Engine) -> None:
    other = Engine(str(filled.database.writer.url.render_as_string(hide_password=False)), exclusive=False)
    other.clock = filled.clock
    assert other.read(SYSTEM, calendars.current).is_working_day(FRIDAY)

    decide(filled, FRIDAY)

    assert not other.read(SYSTEM, calendars.current).is_working_day(FRIDAY)
    other.close()


def test_days_are_read_once_and_a_step_without_due_date_asks_for_no_calendar(filled: Engine) -> None:
    plain = diagram(
        "plain",
        [node("startEvent", "s"), node("userTask", "a"), node("userTask", "b"), node("endEvent", "e")],
        [("s", "a"), ("a", "b"), ("b", "e")],
    )
    filled.run(SYSTEM, definitions.deploy, {"plain.bpmn": plain}, publish=True)
    case = filled.run(SYSTEM, instances.start, Start("plain"))
    task_id = filled.read(SYSTEM, lambda tx: tx.session.scalars(_open(case)).one().id)

    def complete(tx: Transaction) -> bool:
        tasks.complete(tx, task_id, {})
        return "calendar" in tx.local

    assert filled.run(Actor("somebody", grants=(Grant("agency_officer", COMMUNE),)), complete) is False
    assert filled.read(SYSTEM, calendars.current) is filled.read(SYSTEM, calendars.current)


def _open(case: Case) -> Any:
    return select(UserTask).where(UserTask.instance_id == case.id, UserTask.state == "open")


def _executing(engine: Engine, **given: Any) -> Case:
    """A task lifecycle that has been approved and accepted."""
    officer, head = actor(engine, OFFICER), actor(engine, HEAD)
    start = Start("task_lifecycle", agency=COMMUNE, prepared={"due_roll": given.pop("due_roll")})
    case = engine.run(officer, instances.start, start)
    do(engine, officer, case, "propose", title="Tuyên truyền", deliverable="Báo cáo", **given)
    do(engine, head, case, "head_review", decision="submit")
    if "monitor_check" in due_of(engine, case):
        do(engine, actor(engine, AGGREGATOR), case, "monitor_check", decision="approve")
        do(engine, actor(engine, "ubnd.city_leader"), case, "leader_approval", decision="approve")
    do(engine, officer, case, "accept_assignment", decision="accept")
    return case


def _plan_task(engine: Engine, case: Case) -> PlanTask:
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(_of_case(case)).one())


def _of_case(case: Case) -> Select[PlanTask]:
    return select(PlanTask).where(PlanTask.instance_id == case.id)


def _undo(tx: Transaction, case_id: str, *, asked: bool = True) -> None:
    """Put a case back to how it was before the calendar changed, asked to be counted anew or not."""
    mine = UserTask.instance_id == case_id
    tx.session.execute(update(UserTask).where(mine).values(due_at=end_of(FRIDAY)))
    if asked:
        tx.session.add(CalendarRecount(instance_id=case_id, version=2))


def _stored(tx: Transaction) -> list[tuple[str, datetime, datetime, int]]:
    """Every due instant that is stored with how it came about: what it is, the instant, and that counted again."""
    found: list[tuple[str, datetime | None, Any]] = []
    for task in tx.session.scalars(select(UserTask).where(UserTask.due_at.is_not(None))):
        assert task.due_explanation is not None, task.element_id
        found.append((task.element_id, task.due_at, task.due_explanation["meaning"]))
    for timer in tx.session.scalars(select(Timer).where(Timer.derivation.is_not(None))):
        found.append((timer.element_id, timer.due_at, timer.derivation))
    for plan_task in tx.session.scalars(select(PlanTask).where(PlanTask.due_date.is_not(None))):
        assert plan_task.due_explanation is not None
        assert plan_task.due_date is not None
        found.append(("plan_task", end_of(plan_task.due_date), plan_task.due_explanation["meaning"]))
    known = {version: calendars.at(tx, version) for version in tx.session.scalars(select(CalendarVersion.version))}
    derived = [(name, due, derivation_of(meaning)) for name, due, meaning in found if due is not None]
    return [(n, due, d.instant(known[d.calendar_version]), d.calendar_version) for n, due, d in derived]
