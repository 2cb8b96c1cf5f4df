"""Promises of incidents: a failed step leaves no trace but its incident, and is tried again once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import structlog

from engine.access import SYSTEM, Actor, Grant
from engine.audit.verify import verify
from engine.bpmn.relocation import Displacement
from engine.commands import incidents, instances, modification, retries, timers
from engine.errors import Attempt, ConflictError, ForbiddenError, InvalidDataError, NotFoundError, ProcessError
from engine.handlers.registry import HANDLERS
from engine.models.statements import DELETE_TIMER
from engine.queries import incidents as queries
from engine.queries.incidents import IncidentFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.failures import (
    AT_COMPLETION,
    AT_START,
    AT_TIMER,
    ENDLESS,
    OFFICER,
    UNDEFINED,
    Trial,
    begin,
    complete,
    count_instances,
    deploy,
    history,
    incidents_of,
    instance,
    open_task,
    the_incident,
    timers_of,
    where,
)

SYSADMIN = Actor("admin", "account-admin", (Grant("sysadmin", None),), request_id="request-2")
STRANGER = Actor("stranger", "account-stranger", (Grant("agency_head", "c-ba-vi"),), request_id="request-3")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Trial:
    """The handler that fails when it is told to."""
    made = Trial()
    monkeypatch.setitem(HANDLERS, "trial", made)
    return made


# The step of a person.


def test_a_failed_completion_is_told_to_its_person_and_shown_by_the_case(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("broken")

    with pytest.raises(ProcessError) as told:
        complete(engine, open_task(engine, case.id, "a"))

    found = the_incident(engine, case.id)
    assert (told.value.element_id, instance(engine, case.id).state) == ("n", "incident")
    assert (found.element_id, found.kind, found.trace_id, found.state) == ("n", "completion", "request-1", "open")
    assert (found.retries_left, found.next_retry_at) == (0, None)


def test_a_failed_completion_leaves_the_task_open_and_no_other_trace(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("broken")

    with pytest.raises(ProcessError):
        complete(engine, open_task(engine, case.id, "a"), amount=5)

    assert where(engine, case.id) == ["a"]
    assert "amount" not in instance(engine, case.id).variables
    assert history(engine, case.id)[-2:] == ["element-activated", "incident-raised"]


def test_a_task_of_a_case_with_an_incident_takes_no_work(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("broken")
    task_id = open_task(engine, case.id, "a")
    with pytest.raises(ProcessError):
        complete(engine, task_id)

    with pytest.raises(ConflictError):
        complete(engine, task_id)

    assert trial.calls == 1


@pytest.mark.parametrize("way", ["retry", "resolve"])
def test_the_task_can_be_completed_once_the_incident_is_seen_to(engine: Engine, trial: Trial, way: str) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("broken")
    task_id = open_task(engine, case.id, "a")
    with pytest.raises(ProcessError):
        complete(engine, task_id)
    trial.error = None

    incident_id = the_incident(engine, case.id).id
    if way == "retry":
        engine.run(OFFICER, retries.retry, incident_id)
    else:
        engine.run(OFFICER, incidents.resolve, incident_id, "Đã sửa")

    found = the_incident(engine, case.id)
    assert (trial.calls, instance(engine, case.id).state) == (1, "active")
    assert (found.state, found.resolved_by) == ("resolved", "officer")
    complete(engine, task_id)
    assert where(engine, case.id) == ["b"]


def test_the_cause_stands_in_the_log_under_the_trace_id_and_nowhere_else(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("secret of the database")

    with structlog.testing.capture_logs() as logs, pytest.raises(ProcessError) as told:
        complete(engine, open_task(engine, case.id, "a"))

    line = next(entry for entry in logs if entry["event"] == "step-failed")
    found = the_incident(engine, case.id)
    assert (line["error_type"], line["trace_id"]) == ("RuntimeError", "request-1")
    for text in (told.value.message_vi, told.value.message_en, found.message, found.message_en):
        assert "RuntimeError" not in text and "secret" not in text and "“n”" in text


@pytest.mark.parametrize("refusal", [ConflictError("không", "no"), InvalidDataError([])])
def test_a_handlers_refusal_of_a_persons_data_is_no_incident(engine: Engine, trial: Trial, refusal: Exception) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), refusal

    with pytest.raises(type(refusal)):
        complete(engine, open_task(engine, case.id, "a"))

    assert instance(engine, case.id).state == "active"
    assert incidents_of(engine, case.id) == []


def test_a_name_that_nobody_set_makes_an_incident_of_the_gateway(engine: Engine) -> None:
    deploy(engine, UNDEFINED)
    case = begin(engine, "undefined")

    with pytest.raises(ProcessError, match="nobody_set_this"):
        complete(engine, open_task(engine, case.id, "a"))

    assert the_incident(engine, case.id).element_id == "g"


def test_a_step_without_an_end_makes_an_incident(engine: Engine) -> None:
    deploy(engine, ENDLESS)
    case = begin(engine, "endless")

    with pytest.raises(ProcessError, match="1000 steps"):
        complete(engine, open_task(engine, case.id, "a"), again=True)

    assert instance(engine, case.id).state == "incident"
    assert where(engine, case.id) == ["a"]


# The start.


def test_a_case_whose_start_fails_is_there_with_its_history_and_variables(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")

    case = begin(engine, "at_start", subject="Giấy mời")

    stored, found = instance(engine, case.id), the_incident(engine, case.id)
    assert (stored.state, stored.tokens, stored.variables["subject"]) == ("incident", [], "Giấy mời")
    assert history(engine, case.id) == ["process-started", "incident-raised"]
    assert (found.kind, found.element_id, found.next_retry_at) == ("start", "n", None)


def test_a_start_is_tried_again_by_hand(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case, trial.error = begin(engine, "at_start"), None

    engine.run(OFFICER, retries.retry, the_incident(engine, case.id).id)

    assert (instance(engine, case.id).state, where(engine, case.id)) == ("active", ["b"])
    assert history(engine, case.id)[:3] == ["process-started", "incident-raised", "incident-resolved"]
    assert count_instances(engine) == 1


def test_a_start_that_fails_again_notes_it_in_the_same_incident(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case = begin(engine, "at_start")
    incident_id = the_incident(engine, case.id).id

    with pytest.raises(ProcessError):
        incidents.carried_out(engine, SYSADMIN, lambda tx: retries.retry(tx, incident_id))

    found = the_incident(engine, case.id)
    assert (found.id, found.state, found.trace_id) == (incident_id, "open", "request-2")
    assert history(engine, case.id) == ["process-started", "incident-raised", "incident-retry-failed"]


def test_a_case_that_has_not_begun_cannot_be_declared_resolved_but_cancelled(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case = begin(engine, "at_start")

    with pytest.raises(ConflictError):
        engine.run(OFFICER, incidents.resolve, the_incident(engine, case.id).id, "thôi")
    engine.run(OFFICER, instances.cancel, case.id, "thôi")

    assert (instance(engine, case.id).state, the_incident(engine, case.id).state) == ("cancelled", "resolved")


def test_a_start_by_the_system_is_tried_again_by_itself(engine: Engine, trial: Trial, clock: MovableClock) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case, trial.error = begin(engine, "at_start", SYSTEM), None

    clock.forward(MINUTE)

    assert retries.retry_due(engine) == 1
    assert where(engine, case.id) == ["b"]


# Timers, and trying again after a while.


def test_a_timer_whose_step_fails_makes_its_case_an_incident_and_holds_up_nobody(
    engine: Engine, trial: Trial, clock: MovableClock
) -> None:
    deploy(engine, AT_TIMER)
    cases = [begin(engine, "at_timer") for _ in range(2)]
    clock.forward(DAY)
    trial.error = RuntimeError("broken")

    fired = timers.fire_due(engine)

    assert fired == 0
    assert [instance(engine, c.id).state for c in cases] == ["incident", "incident"]
    assert [list(timers_of(engine, c.id)) for c in cases] == [["late"], ["late"]]


def test_a_refusal_without_a_person_to_hear_it_is_an_incident(
    engine: Engine, trial: Trial, clock: MovableClock
) -> None:
    deploy(engine, AT_TIMER)
    case = begin(engine, "at_timer")
    clock.forward(DAY)
    trial.error = ConflictError("Chưa có sản phẩm.", "No deliverable.")

    timers.fire_due(engine)

    found = the_incident(engine, case.id)
    assert found.kind == "timer"
    assert "Chưa có sản phẩm" in found.message and "No deliverable" in found.message_en


def test_a_defect_that_shows_at_the_end_of_a_timers_transaction_holds_up_nobody(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, clock: MovableClock
) -> None:
    monkeypatch.setitem(HANDLERS, "trial", lambda _tx, case: case.write(DELETE_TIMER, {"nobody": "knows this"}))
    deploy(engine, AT_TIMER)
    cases = [begin(engine, "at_timer") for _ in range(2)]
    clock.forward(DAY)

    assert timers.fire_due(engine) == 0

    assert [the_incident(engine, c.id).retries_left for c in cases] == [3, 3]
    clock.forward(MINUTE)
    assert retries.retry_due(engine) == 0
    assert [the_incident(engine, c.id).retries_left for c in cases] == [2, 2]


def test_a_timer_that_is_gone_is_not_tried_again(engine: Engine, trial: Trial, clock: MovableClock) -> None:
    deploy(engine, AT_TIMER)
    case = begin(engine, "at_timer")
    clock.forward(DAY)
    trial.error = RuntimeError("broken")
    timers.fire_due(engine)
    trial.error = None
    engine.run(SYSADMIN, modification.modify, case.id, Displacement(cancel=("a",), activate=("a",)), "làm lại")
    trial.calls = 0

    engine.run(OFFICER, retries.retry, the_incident(engine, case.id).id)

    assert (trial.calls, instance(engine, case.id).state) == (0, "active")


def test_the_system_tries_again_after_one_five_and_thirty_minutes_and_then_waits(
    engine: Engine, trial: Trial, clock: MovableClock
) -> None:
    deploy(engine, AT_TIMER)
    case = begin(engine, "at_timer")
    clock.forward(DAY)
    trial.error = RuntimeError("broken")
    timers.fire_due(engine)

    waited = []
    for _ in range(3):
        due = the_incident(engine, case.id).next_retry_at
        assert due is not None
        waited.append(due - clock.moment)
        clock.moment = due - timedelta(seconds=1)
        assert (retries.retry_due(engine), trial.calls) == (0, len(waited))
        clock.moment = due
        retries.retry_due(engine)

    found = the_incident(engine, case.id)
    assert waited == [MINUTE, 5 * MINUTE, 30 * MINUTE]
    assert (found.state, found.retries_left, found.next_retry_at, trial.calls) == ("open", 0, None, 4)
    clock.forward(DAY)
    assert (retries.retry_due(engine), trial.calls) == (0, 4)


def test_a_try_that_succeeds_runs_the_step_of_the_timer(engine: Engine, trial: Trial, clock: MovableClock) -> None:
    deploy(engine, AT_TIMER)
    case = begin(engine, "at_timer")
    clock.forward(DAY)
    trial.error = RuntimeError("broken")
    timers.fire_due(engine)
    trial.error = None
    clock.forward(MINUTE)

    assert retries.retry_due(engine) == 1

    assert (instance(engine, case.id).state, timers_of(engine, case.id)) == ("active", {})
    assert the_incident(engine, case.id).resolved_by is None
    assert engine.read_frozen(SYSTEM, lambda tx: verify(tx.session)).faults == ()


def test_two_workers_try_again_once(engine: Engine, trial: Trial, clock: MovableClock) -> None:
    deploy(engine, AT_TIMER)
    begin(engine, "at_timer")
    clock.forward(DAY)
    trial.error = RuntimeError("broken")
    timers.fire_due(engine)
    trial.error, trial.calls = None, 0
    clock.forward(MINUTE)
    ready, done = threading.Barrier(4), []

    def work() -> None:
        ready.wait()
        done.append(retries.retry_due(engine))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(done), trial.calls) == ([0, 0, 0, 1], 1)


def test_timers_wait_while_the_case_has_an_incident_and_go_off_after_it(
    engine: Engine, trial: Trial, clock: MovableClock
) -> None:
    deploy(engine, AT_TIMER, AT_COMPLETION)
    case = begin(engine, "at_timer")
    engine.run(OFFICER, incidents.raise_incident, ProcessError("x", "made up"), Attempt("message", case.id, "m"))
    clock.forward(DAY)

    assert timers.fire_due(engine) == 0
    engine.run(OFFICER, incidents.resolve, the_incident(engine, case.id).id, "Đã sửa")
    assert (timers.fire_due(engine), trial.calls) == (1, 1)


def test_a_case_stays_an_incident_while_another_is_open(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case = begin(engine, "at_completion")
    for name in ("m1", "m2"):
        engine.run(OFFICER, incidents.raise_incident, ProcessError("x", "made up"), Attempt("message", case.id, name))

    first, second = incidents_of(engine, case.id)
    engine.run(OFFICER, incidents.resolve, first.id, "Đã sửa")
    assert instance(engine, case.id).state == "incident"
    engine.run(OFFICER, incidents.resolve, second.id, "Đã sửa")
    assert instance(engine, case.id).state == "active"


def test_an_incident_is_resolved_once(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case, trial.error = begin(engine, "at_completion"), RuntimeError("broken")
    with pytest.raises(ProcessError):
        complete(engine, open_task(engine, case.id, "a"))
    incident_id = the_incident(engine, case.id).id
    engine.run(OFFICER, retries.retry, incident_id)

    with pytest.raises(ConflictError):
        engine.run(OFFICER, retries.retry, incident_id)
    with pytest.raises(ConflictError):
        engine.run(OFFICER, incidents.resolve, incident_id, "Đã sửa")


def test_what_is_gone_when_the_failure_is_noted_is_not_noted(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case = begin(engine, "at_completion")
    task_id = open_task(engine, case.id, "a")
    complete(engine, task_id)

    noted = engine.run(
        OFFICER, incidents.raise_incident, ProcessError("n", "made up"), Attempt("completion", case.id, task_id)
    )

    assert (noted, incidents_of(engine, case.id), instance(engine, case.id).state) == (None, [], "active")


# Who sees and brings on an incident.


def test_a_resume_does_not_pass_over_an_incident(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case = begin(engine, "at_start")

    with pytest.raises(ConflictError):
        engine.run(OFFICER, instances.resume, case.id, "tiếp")


def test_an_administrator_sees_and_tries_again_what_they_may_not_read(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case, trial.error = begin(engine, "at_start"), None

    (found,) = engine.read(SYSADMIN, queries.page, IncidentFilter(state="open"))
    engine.run(SYSADMIN, retries.retry, found[0].id)

    assert (found[0].instance_id, instance(engine, case.id).state) == (case.id, "active")


@pytest.mark.parametrize("who", [STRANGER, Actor("auditor", "a", (Grant("auditor", None),))])
def test_who_does_not_manage_a_case_learns_nothing_of_its_incidents(engine: Engine, trial: Trial, who: Actor) -> None:
    deploy(engine, AT_START)
    trial.error = RuntimeError("broken")
    case = begin(engine, "at_start")
    incident_id = the_incident(engine, case.id).id

    assert engine.read(who, queries.page, IncidentFilter()) == []
    with pytest.raises(NotFoundError):
        engine.run(who, retries.retry, incident_id)
    with pytest.raises(NotFoundError):
        engine.run(who, incidents.resolve, incident_id, "thôi")
    with pytest.raises(NotFoundError):
        engine.read(who, queries.get, incident_id)


def test_a_right_that_is_missing_is_no_incident(engine: Engine, trial: Trial) -> None:
    deploy(engine, AT_COMPLETION)
    case = begin(engine, "at_completion")

    with pytest.raises((ForbiddenError, NotFoundError)):
        complete(engine, open_task(engine, case.id, "a"), STRANGER)

    assert incidents_of(engine, case.id) == []
