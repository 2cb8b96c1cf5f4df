"""Promises of suspending, resuming, cancelling and beginning anew."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.access import SYSTEM, Actor
from engine.audit.verify import verify
from engine.commands import comments, definitions, instances, tasks, timers
from engine.commands.instances import Start
from engine.errors import ConflictError, InvalidDataError, NotFoundError
from engine.models import AuditEvent
from engine.queries import instances as instance_queries
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.bpmn.drawing import diagram, node
from tests.engine.commands.failures import (
    OFFICER,
    begin,
    complete,
    count_instances,
    deploy,
    history,
    instance,
    open_task,
    where,
)
from tests.engine.commands.versions import SYSADMIN, armed, event, line, timed

DAY = timedelta(days=1)


def ended(engine: Engine, **variables: Any) -> str:
    """A cancelled case."""
    deploy(engine, line("a"))
    case_id = begin(engine, "p", **variables).id
    engine.run(OFFICER, instances.cancel, case_id, "nhầm")
    return case_id


def test_a_suspended_case_takes_no_task_work(engine: Engine) -> None:
    deploy(engine, line("a"))
    case_id = begin(engine, "p").id
    task_id = open_task(engine, case_id, "a")
    engine.run(OFFICER, instances.suspend, case_id, "chờ")

    with pytest.raises(ConflictError):
        engine.run(OFFICER, tasks.claim, task_id)
    with pytest.raises(ConflictError):
        engine.run(OFFICER, tasks.complete, task_id, {})
    with pytest.raises(ConflictError):
        engine.run(OFFICER, comments.add, task_id, "Đã xem")

    assert (instance(engine, case_id).state, history(engine, case_id)[-1]) == ("suspended", "process-suspended")


def test_timers_that_came_due_meanwhile_go_off_after_the_case_is_resumed(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, timed("P1D"))
    case_id = begin(engine, "p").id
    engine.run(OFFICER, instances.suspend, case_id, "chờ")
    clock.forward(2 * DAY)
    assert timers.fire_due(engine) == 0

    engine.run(OFFICER, instances.resume, case_id, "tiếp")

    assert timers.fire_due(engine) == 1
    assert where(engine, case_id) == ["a", "remind"]


def test_a_cancelled_case_has_neither_tasks_nor_timers(engine: Engine) -> None:
    deploy(engine, timed("P1D"))
    case_id = begin(engine, "p").id

    engine.run(OFFICER, instances.cancel, case_id, "thôi")

    assert (where(engine, case_id), armed(engine, case_id)) == ([], {})
    assert history(engine, case_id)[-3:] == ["process-cancel-requested", "element-cancelled", "process-cancelled"]


def test_an_ended_case_is_begun_anew_with_what_it_began_with(engine: Engine) -> None:
    old = ended(engine, subject="Giấy mời")
    deploy(engine, line("a", "b"))

    new = engine.run(OFFICER, instances.restart, old, "Hủy nhầm").id

    stored = instance(engine, new)
    assert (stored.process_version, stored.state, stored.variables) == (2, "active", {"subject": "Giấy mời"})
    assert where(engine, new) == ["a"]


def test_both_histories_name_the_other_case(engine: Engine) -> None:
    old = ended(engine)

    new = engine.run(OFFICER, instances.restart, old, "Hủy nhầm").id

    from_old, from_new = (json.loads(event(engine, i, "process-restarted").data or "{}") for i in (old, new))
    assert from_old == {"into": new, "reason": "Hủy nhầm"}
    assert from_new == {"from": old, "reason": "Hủy nhầm"}
    assert engine.read_frozen(SYSTEM, lambda tx: verify(tx.session)).faults == ()


def test_a_case_that_runs_is_not_begun_anew(engine: Engine) -> None:
    deploy(engine, line("a"))
    case_id = begin(engine, "p").id

    with pytest.raises(ConflictError):
        engine.run(OFFICER, instances.restart, case_id, "nhầm")

    complete(engine, open_task(engine, case_id, "a"))
    engine.run(OFFICER, instances.restart, case_id, "làm lại")
    assert count_instances(engine) == 2


def test_a_case_whose_first_data_were_erased_is_not_begun_anew(engine: Engine) -> None:
    old = ended(engine)
    erased = update(AuditEvent).where(AuditEvent.instance_id == old).values(data=None, salt=None)
    engine.run(SYSTEM, lambda tx: tx.session.execute(erased) and None)

    with pytest.raises(ConflictError):
        engine.run(OFFICER, instances.restart, old, "nhầm")


def test_who_does_not_see_a_case_does_not_begin_it_anew(engine: Engine) -> None:
    old = ended(engine)

    with pytest.raises(NotFoundError):
        engine.run(SYSADMIN, instances.restart, old, "nhầm")


def test_whoever_a_diagram_gives_a_task_to_sees_its_case(engine: Engine) -> None:
    given = node("userTask", "u", attributes='camunda:assignee="${who}" camunda:candidateGroups="auditor"')
    xml = diagram("p", [node("startEvent", "s"), given, node("endEvent", "e")], [("s", "u"), ("u", "e")])
    engine.run(SYSTEM, definitions.deploy, {"p.bpmn": xml}, publish=True)

    case = engine.run(SYSTEM, instances.start, Start("p", variables={"who": "person-9"}))

    assert engine.read(Actor("person-9"), instance_queries.get, case.id).id == case.id


def test_whose_case_it_is_does_not_come_in_by_the_variables(engine: Engine) -> None:
    deploy(engine, line("a"))

    with pytest.raises(InvalidDataError) as refused:
        engine.run(OFFICER, instances.start, Start("p", variables={"agency": "c-an-khanh"}))

    assert refused.value.problems[0].field == "variables.agency"
