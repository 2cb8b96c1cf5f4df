"""Promises of migration: what is live keeps its place in the other version, or is refused by name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import incidents, instances, migration, retries, timers
from engine.commands.migration import Migration
from engine.errors import (
    ConflictError,
    ForbiddenError,
    InvalidDataError,
    MigrationRefusedError,
    NotFoundError,
    StaleVersionError,
)
from engine.handlers.registry import HANDLERS
from engine.queries import history as history_queries
from engine.queries import tasks as task_queries
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.bpmn.drawing import boundary, node, timer
from tests.engine.commands.failures import (
    OFFICER,
    Trial,
    begin,
    complete,
    deploy,
    history,
    instance,
    open_task,
    person,
    service,
    the_incident,
    where,
)
from tests.engine.commands.versions import (
    END,
    FORK,
    JOIN,
    START,
    SYSADMIN,
    armed,
    drawn,
    event,
    forked,
    inside,
    line,
    migrate,
    plan,
    refused,
    running,
    subscribed,
    tasks_of,
    timed,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


# Changes that are easily taken over wrongly: behind the token, before it, at it, and around it.


def test_a_task_added_behind_the_token_is_done_in_its_turn(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("a", "b", "c"))
    complete(engine, open_task(engine, case_id, "a"))
    before = open_task(engine, case_id, "b")

    migrate(engine, case_id)

    assert open_task(engine, case_id, "b") == before
    complete(engine, before)
    assert where(engine, case_id) == ["c"]
    complete(engine, open_task(engine, case_id, "c"))
    assert instance(engine, case_id).state == "completed"


def test_a_task_inserted_before_the_token_is_not_gone_back_to(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("a", "new", "b"))
    complete(engine, open_task(engine, case_id, "a"))

    migrate(engine, case_id)

    assert where(engine, case_id) == ["b"]


def test_a_waiting_task_that_is_gone_is_refused_by_name(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("b"))

    assert refused(plan(engine, case_id)) == [("a", "element-gone")]
    with pytest.raises(MigrationRefusedError) as told:
        migrate(engine, case_id)
    assert [f.element for f in told.value.findings] == ["a"]
    assert (instance(engine, case_id).process_version, where(engine, case_id)) == (1, ["a"])


def test_a_completed_task_may_be_gone_and_still_be_read(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("b"))
    done = open_task(engine, case_id, "a")
    complete(engine, done)

    migrate(engine, case_id)

    assert where(engine, case_id) == ["b"]
    assert engine.read(OFFICER, task_queries.get, done).element.name == "a"
    found = engine.read(OFFICER, task_queries.page, TaskFilter(state="completed", instance_id=case_id))
    assert [t.row["id"] for t in found] == [done]


def test_the_history_names_elements_that_the_new_version_does_not_have(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("b"))
    complete(engine, open_task(engine, case_id, "a"))

    migrate(engine, case_id)

    told = engine.read(OFFICER, history_queries.of_instance, case_id)
    assert {e.element_names[0] for e in told if e.element_id == "a"} == {"a"}


@pytest.mark.parametrize("done", [[], ["a"], ["b"]])
def test_a_third_branch_into_a_join_that_waits_is_refused_by_name(engine: Engine, done: list[str]) -> None:
    case_id = running(engine, forked("a", "b"), forked("a", "b", "c"))
    for name in done:
        complete(engine, open_task(engine, case_id, name))

    assert refused(plan(engine, case_id)) == [("join", "join-dead-end")]


def test_before_the_fork_a_third_branch_is_no_obstacle(engine: Engine) -> None:
    def with_head(*names: str) -> bytes:
        links = [("s", "head"), ("head", "fork"), ("join", "e")]
        links += [pair for name in names for pair in (("fork", name), (name, "join"))]
        return drawn([START, person("head"), FORK, *map(person, names), JOIN, END], links)

    case_id = running(engine, with_head("a", "b"), with_head("a", "b", "c"))

    migrate(engine, case_id)

    complete(engine, open_task(engine, case_id, "head"))
    assert where(engine, case_id) == ["a", "b", "c"]


def test_a_timer_whose_time_changed_is_armed_anew_from_now(engine: Engine, clock: MovableClock) -> None:
    case_id = running(engine, timed("P3D"), timed("P5D"))
    clock.forward(DAY)

    migrate(engine, case_id)

    ((_, due),) = armed(engine, case_id).values()
    assert due == clock.moment + 5 * DAY


def test_a_timer_added_to_an_open_task_is_armed_and_the_task_can_be_done(engine: Engine, clock: MovableClock) -> None:
    case_id = running(engine, timed(None), timed("P1D"))

    migrate(engine, case_id)

    assert {name: due for name, (_, due) in armed(engine, case_id).items()} == {"late": clock.moment + DAY}
    complete(engine, open_task(engine, case_id, "a"))
    assert (instance(engine, case_id).state, armed(engine, case_id)) == ("completed", {})


def test_a_change_inside_a_running_sub_process_counts(engine: Engine) -> None:
    case_id = running(engine, inside("x", "y"), inside("x", "new", "y"))

    migrate(engine, case_id)

    complete(engine, open_task(engine, case_id, "x"))
    assert "new" in where(engine, case_id)


def test_a_task_that_is_gone_from_a_running_sub_process_is_refused(engine: Engine) -> None:
    case_id = running(engine, inside("x", "y"), inside("y"))

    assert refused(plan(engine, case_id)) == [("x", "element-gone")]


# What else goes over, or does not.


def test_the_same_timer_keeps_its_instant(engine: Engine, clock: MovableClock) -> None:
    case_id = running(engine, timed("P3D"), timed("P3D", interrupting=True))
    before = armed(engine, case_id)
    clock.forward(DAY)

    migrate(engine, case_id)

    assert armed(engine, case_id) == before


def test_a_timer_that_is_gone_is_disarmed(engine: Engine, clock: MovableClock) -> None:
    case_id = running(engine, timed("P3D"), timed(None))

    migrate(engine, case_id)

    assert armed(engine, case_id) == {}
    clock.forward(4 * DAY)
    assert timers.fire_due(engine) == 0


def test_a_timer_that_went_off_already_does_not_come_back(engine: Engine, clock: MovableClock) -> None:
    case_id = running(engine, timed("P1D"), timed("P2D"))
    clock.forward(DAY)
    timers.fire_due(engine)

    migrate(engine, case_id)

    assert armed(engine, case_id) == {}
    assert where(engine, case_id) == ["a", "remind"]


def test_a_timer_whose_element_is_renamed_keeps_its_instant_under_the_new_name(
    engine: Engine, clock: MovableClock
) -> None:
    case_id = running(engine, timed("P3D"), timed("P3D", "later"))
    ((_, before),) = armed(engine, case_id).items()

    migrate(engine, case_id, {"late": "later"})

    assert armed(engine, case_id) == {"later": before}
    clock.forward(3 * DAY)
    assert timers.fire_due(engine) == 1


def test_a_renamed_task_is_mapped_and_its_row_says_so(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("alpha", "b"))
    task_id = open_task(engine, case_id, "a")

    found = migrate(engine, case_id, {"a": "alpha"})

    assert found.maps == (("a", "alpha"),)
    task = tasks_of(engine, case_id)["alpha"]
    assert (task.id, task.name) == (task_id, "alpha")
    complete(engine, task_id)
    assert where(engine, case_id) == ["b"]


def test_messages_that_are_waited_for_are_kept_added_and_given_up(engine: Engine) -> None:
    def waiting(*pairs: tuple[str, str]) -> bytes:
        nodes, links = [START, person("a"), END], [("s", "a"), ("a", "e")]
        for name, message in pairs:
            inner = f'<bpmn:messageEventDefinition messageRef="m_{message}"/>'
            nodes += [node("boundaryEvent", name, inner, 'attachedToRef="a"'), node("endEvent", f"e_{name}")]
            links.append((name, f"e_{name}"))
        return drawn(nodes, links)

    case_id = running(engine, waiting(("x", "order"), ("y", "reply")), waiting(("x", "order"), ("z", "reply")))

    migrate(engine, case_id)

    assert subscribed(engine, case_id) == {"x": "order", "z": "reply"}


@pytest.mark.parametrize("tag", ["receiveTask", "manualTask", "subProcess"])
def test_an_element_of_another_kind_is_refused(engine: Engine, tag: str) -> None:
    inner = node("startEvent", "si") + '<bpmn:sequenceFlow id="f" sourceRef="si" targetRef="ei"/>'
    content = inner + node("endEvent", "ei") if tag == "subProcess" else ""
    attributes = 'messageRef="m_order"' if tag == "receiveTask" else ""
    other = drawn([START, node(tag, "a", content, attributes), END], [("s", "a"), ("a", "e")])
    case_id = running(engine, line("a"), other)

    assert refused(plan(engine, case_id)) == [("a", "element-kind")]


def test_an_event_that_waits_for_something_else_is_refused(engine: Engine) -> None:
    def catching(definition: str) -> bytes:
        return drawn([START, node("intermediateCatchEvent", "w", definition), END], [("s", "w"), ("w", "e")])

    message = '<bpmn:messageEventDefinition messageRef="m_order"/>'
    case_id = running(engine, catching(timer("timeDuration", "P1D")), catching(message))

    assert refused(plan(engine, case_id)) == [("w", "element-kind")]


def test_a_repetition_is_not_made_of_a_single_activation(engine: Engine) -> None:
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    repeated = person("a").replace("/>", f">{loop}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>")
    case_id = running(engine, line("a"), drawn([START, repeated, END], [("s", "a"), ("a", "e")]))

    assert refused(plan(engine, case_id)) == [("a", "element-repetition")]


def test_an_element_in_another_scope_is_refused(engine: Engine) -> None:
    case_id = running(engine, line("x", "after"), inside("x"))

    assert refused(plan(engine, case_id)) == [("x", "element-scope")]


def test_a_half_filled_join_goes_over_with_what_waits_there(engine: Engine) -> None:
    longer = forked("a", "b").replace(b'id="after" name="after"', b'id="after" name="After all"')
    case_id = running(engine, forked("a", "b"), longer)
    complete(engine, open_task(engine, case_id, "a"))

    found = migrate(engine, case_id)

    assert ("join", "join") in found.maps
    complete(engine, open_task(engine, case_id, "b"))
    assert where(engine, case_id) == ["after"]


def test_a_branch_that_has_come_to_a_join_and_is_gone_is_refused(engine: Engine) -> None:
    case_id = running(engine, forked("a", "b", "c"), forked("b", "c"))
    complete(engine, open_task(engine, case_id, "a"))

    assert refused(plan(engine, case_id)) == [("join", "join-flows")]


def test_events_after_an_event_based_gateway_go_over_or_are_refused(engine: Engine) -> None:
    def waiting(*names: str) -> bytes:
        nodes, links = [START, node("eventBasedGateway", "g"), END], [("s", "g")]
        for name in names:
            nodes.append(node("intermediateCatchEvent", name, timer("timeDuration", "P1D")))
            links += [("g", name), (name, "e")]
        return drawn(nodes, links)

    case_id = running(engine, waiting("x", "y"), waiting("x", "z"))

    assert refused(plan(engine, case_id)) == [("y", "element-gone")]
    migrate(engine, case_id, {"y": "z"})
    assert sorted(armed(engine, case_id)) == ["x", "z"]


def test_what_cannot_be_armed_is_refused_by_the_dry_run_too(engine: Engine) -> None:
    case_id = running(engine, timed(None), timed("nobody_set_this"))

    assert refused(plan(engine, case_id)) == [("late", "process")]


# Dry runs, records, rights and states.


def test_a_dry_run_changes_nothing(engine: Engine) -> None:
    case_id = running(engine, timed("P3D"), timed("P5D"))
    before = vars(instance(engine, case_id)) | {"_sa_instance_state": None}
    timers_before, past = armed(engine, case_id), history(engine, case_id)

    found = plan(engine, case_id)

    assert (found.maps, found.refused) == ((("a", "a"),), ())
    assert vars(instance(engine, case_id)) | {"_sa_instance_state": None} == before
    assert (armed(engine, case_id), history(engine, case_id)) == (timers_before, past)


def test_the_history_tells_both_versions_the_mapping_and_the_reason(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("alpha", "b"))

    migrate(engine, case_id, {"a": "alpha"}, "Theo Kế hoạch sửa đổi")

    told = json.loads(event(engine, case_id, "process-migrated").data or "{}")
    assert (told["from"]["version"], told["to"]["version"]) == (1, 2)
    assert len({told["from"]["checksum"], told["to"]["checksum"]}) == 2
    assert (told["mapping"], told["reason"]) == ({"a": "alpha"}, "Theo Kế hoạch sửa đổi")
    assert told["maps"] == [{"from": "a", "to": "alpha"}]
    assert engine.read_frozen(SYSTEM, lambda tx: verify(tx.session)).faults == ()


def test_a_new_version_leaves_running_cases_where_they_are(engine: Engine) -> None:
    case_id = running(engine, line("a", "b"), line("a", "c"))

    complete(engine, open_task(engine, case_id, "a"))

    assert (where(engine, case_id), instance(engine, case_id).process_version) == (["b"], 1)


def test_only_system_administrators_take_cases_over(engine: Engine) -> None:
    case_id = running(engine, line("a"), line("a", "b"))

    with pytest.raises(ForbiddenError):
        engine.run(OFFICER, migration.migrate, case_id, Migration(2))
    with pytest.raises(NotFoundError):
        engine.read(type(OFFICER)("other", "account-other"), migration.plan, case_id, Migration(2))


def test_a_case_that_has_ended_or_is_there_already_is_refused(engine: Engine) -> None:
    case_id = running(engine, line("a"), line("a", "b"))

    with pytest.raises(ConflictError):
        engine.run(SYSADMIN, migration.migrate, case_id, Migration(1))
    engine.run(OFFICER, instances.cancel, case_id, "thôi")
    with pytest.raises(ConflictError):
        migrate(engine, case_id)


def test_a_version_that_is_not_there_or_an_element_that_is_not_is_refused(engine: Engine) -> None:
    case_id = running(engine, line("a"), line("a", "b"))

    with pytest.raises(NotFoundError):
        engine.run(SYSADMIN, migration.migrate, case_id, Migration(9))
    with pytest.raises(InvalidDataError):
        migrate(engine, case_id, {"nowhere": "b"})
    with pytest.raises(InvalidDataError):
        migrate(engine, case_id, {"a": "nowhere"})


def test_who_has_read_another_version_of_the_case_is_refused(engine: Engine) -> None:
    case_id = running(engine, line("a"), line("a", "b"))

    with pytest.raises(StaleVersionError):
        engine.run(SYSADMIN, migration.migrate, case_id, Migration(2), 99)


def test_a_suspended_case_goes_over_and_stays_suspended(engine: Engine) -> None:
    case_id = running(engine, line("a"), line("a", "b"))
    engine.run(OFFICER, instances.suspend, case_id, "chờ")

    migrate(engine, case_id)

    assert (instance(engine, case_id).state, instance(engine, case_id).process_version) == ("suspended", 2)


def test_a_case_whose_start_failed_begins_on_the_version_in_which_it_works(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(RuntimeError("broken"))
    monkeypatch.setitem(HANDLERS, "trial", trial)
    deploy(engine, drawn([START, service("n"), END], [("s", "n"), ("n", "e")]))
    case = begin(engine, "p")
    deploy(engine, line("a"))

    migrate(engine, case.id)
    incidents.carried_out(engine, SYSADMIN, lambda tx: retries.retry(tx, the_incident(engine, case.id).id))

    assert (where(engine, case.id), instance(engine, case.id).state) == (["a"], "active")


def test_a_boundary_on_a_repeated_task_is_kept_for_the_whole_of_it(engine: Engine, clock: MovableClock) -> None:
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    repeated = person("a").replace("/>", f">{loop}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>")
    nodes = [START, repeated, boundary("late", "a", "P3D"), END, node("endEvent", "e2")]
    first = drawn(nodes, [("s", "a"), ("a", "e"), ("late", "e2")])
    more = drawn([*nodes, person("b")], [("s", "a"), ("a", "b"), ("b", "e"), ("late", "e2")])
    case_id = running(engine, first, more)
    before = armed(engine, case_id)

    migrate(engine, case_id)

    assert armed(engine, case_id) == before
    assert where(engine, case_id) == ["a", "a"]
