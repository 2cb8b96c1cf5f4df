"""Promises of running a case: tokens go where the diagram says, and nowhere else."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from engine.bpmn import process
from engine.bpmn.parser import assemble
from engine.bpmn.process import TokenNotWaitingError
from engine.bpmn.state import dump, load
from engine.deadlines import LOCAL
from engine.errors import DefinitionError, ProcessError
from tests.engine.bpmn.drawing import EMPTY, TestHost, boundary, compiled, diagram, node, opened, timer

INNER = diagram(
    "inner",
    [
        node("startEvent", "is"),
        node("parallelGateway", "ip"),
        node("userTask", "iu"),
        node("userTask", "iv"),
        node("endEvent", "it", "<bpmn:terminateEventDefinition/>"),
        node("endEvent", "ie"),
    ],
    [("is", "ip"), ("ip", "iu"), ("ip", "iv"), ("iu", "it"), ("iv", "ie")],
)
MIDDLE = diagram(
    "middle",
    [node("startEvent", "ms"), node("callActivity", "mc", attributes='calledElement="inner"'), node("endEvent", "me")],
    [("ms", "mc"), ("mc", "me")],
)
TOP = diagram(
    "top",
    [
        node("startEvent", "s"),
        node("callActivity", "a", attributes='calledElement="middle"'),
        boundary("b", "a", "P1D", interrupting=True),
        node("userTask", "after"),
        node("userTask", "late"),
        node("endEvent", "e"),
        node("endEvent", "e2"),
    ],
    [("s", "a"), ("a", "after"), ("after", "e"), ("b", "late"), ("late", "e2")],
)
REPEATED = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="${{cs}}" '
    'camunda:elementVariable="c">{}</bpmn:multiInstanceLoopCharacteristics>'
)


def repeated(sequential: str = "false", inside: str = "") -> bytes:
    """A repeated user task with an interrupting timer."""
    task = node("userTask", "a", REPEATED.format(sequential, inside), 'camunda:candidateGroups="agency_officer@${c}"')
    return diagram(
        "repeated",
        [
            node("startEvent", "s"),
            task,
            boundary("b", "a", "P1D", interrupting=True),
            node("endEvent", "e"),
            node("userTask", "z"),
            node("endEvent", "e2"),
        ],
        [("s", "a"), ("a", "e"), ("b", "z"), ("z", "e2")],
    )


def test_four_reminders_fire_once_each_in_any_order_and_the_task_still_completes() -> None:
    nodes = [node("startEvent", "s"), node("userTask", "a"), node("endEvent", "e")]
    nodes += [boundary(f"b{i}", "a", f"P{i + 1}D") for i in range(4)] + [node("endEvent", f"e{i}") for i in range(4)]
    definition = compiled(diagram("p", nodes, [("s", "a"), ("a", "e"), *((f"b{i}", f"e{i}") for i in range(4))]))

    for seed in range(10):
        host = TestHost()
        step = process.start(definition, EMPTY, host)
        task, timers = opened(step)["a"], [t.id for t in step.armed]
        random.Random(seed).shuffle(timers)
        for timer_id in timers:
            step = process.fire(definition, step.state, EMPTY, timer_id, host)
            with pytest.raises(TokenNotWaitingError):
                process.fire(definition, step.state, EMPTY, timer_id, host)
        assert process.complete(definition, step.state, EMPTY, task, EMPTY, host).ended


def test_work_begun_by_a_reminder_outlives_the_task_that_it_stood_on() -> None:
    nodes = [node("startEvent", "s"), node("userTask", "a"), boundary("b", "a", "R/P7D", kind="timeCycle")]
    nodes += [node("userTask", "h"), node("endEvent", "e"), node("endEvent", "e2")]
    definition = compiled(diagram("p", nodes, [("s", "a"), ("a", "e"), ("b", "h"), ("h", "e2")]))
    host = TestHost()
    step = process.start(definition, EMPTY, host)
    task, timer_id = opened(step)["a"], step.armed[0].id

    step = process.fire(definition, step.state, EMPTY, timer_id, host)
    helper = opened(step)["h"]
    step = process.complete(definition, step.state, EMPTY, task, EMPTY, host)

    assert (step.ended, step.closed, step.disarmed) == (False, [], [timer_id])
    assert process.complete(definition, step.state, EMPTY, helper, EMPTY, host).ended


def test_an_interrupting_timer_withdraws_everything_inside_a_call() -> None:
    definition, host = compiled(TOP, {"middle": MIDDLE, "inner": INNER}), TestHost()
    step = process.start(definition, EMPTY, host)

    fired = process.fire(definition, step.state, EMPTY, step.armed[0].id, host)

    assert sorted(fired.closed) == sorted(opened(step).values())
    assert set(opened(fired)) == {"late"}


def test_a_terminate_end_ends_its_own_process_only() -> None:
    definition, host = compiled(TOP, {"middle": MIDDLE, "inner": INNER}), TestHost()
    step = process.start(definition, EMPTY, host)

    done = process.complete(definition, step.state, EMPTY, opened(step)["iu"], EMPTY, host)

    assert done.closed == [opened(step)["iv"]]
    assert (set(opened(done)), len(done.disarmed), done.ended) == ({"after"}, 1, False)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_repeated_task_opens_once_for_each_item(count: int) -> None:
    definition, host = compiled(repeated()), TestHost()

    step = process.start(definition, {"cs": list("abcde")[:count]}, host)

    assert [t.groups for t in step.opened] == [(f"agency_officer@{c}",) for c in "abcde"[:count]]
    assert len(step.armed) == (1 if count else 0)
    for task in reversed(step.opened):
        step = process.complete(definition, step.state, step.variables, task.id, EMPTY, host)
    assert step.ended


def test_an_interrupting_timer_withdraws_all_activations() -> None:
    definition, host = compiled(repeated()), TestHost()
    step = process.start(definition, {"cs": ["a", "b", "c"]}, host)

    fired = process.fire(definition, step.state, step.variables, step.armed[0].id, host)

    assert (len(fired.closed), set(opened(fired))) == (3, {"z"})


def test_a_sequential_repetition_opens_one_after_the_other() -> None:
    definition, host = compiled(repeated("true")), TestHost()
    step = process.start(definition, {"cs": ["a", "b"]}, host)
    seen = []

    while not step.ended:
        assert len(step.opened) == 1
        seen.append(step.opened[0].locals["c"])
        step = process.complete(definition, step.state, step.variables, step.opened[0].id, EMPTY, host)

    assert seen == ["a", "b"]


def test_a_completion_condition_withdraws_the_rest() -> None:
    condition = "<bpmn:completionCondition>nrOfCompletedInstances &gt;= 2</bpmn:completionCondition>"
    definition, host = compiled(repeated(inside=condition)), TestHost()
    step = process.start(definition, {"cs": ["a", "b", "c"]}, host)
    first, second, third = (task.id for task in step.opened)

    step = process.complete(definition, step.state, step.variables, first, EMPTY, host)
    step = process.complete(definition, step.state, step.variables, second, EMPTY, host)

    assert (step.closed, step.ended) == ([third], True)


def test_a_loop_without_a_wait_is_refused_by_its_element() -> None:
    nodes = [node("startEvent", "s"), node("exclusiveGateway", "g"), node("task", "t")]
    nodes += [node("exclusiveGateway", "x", attributes='default="p_f4"'), node("endEvent", "e")]
    definition = compiled(diagram("p", nodes, [("s", "g"), ("g", "t"), ("t", "x"), ("x", "g", "1 == 1"), ("x", "e")]))

    with pytest.raises(ProcessError, match="1000 steps"):
        process.start(definition, EMPTY, TestHost())


def test_a_gateway_with_no_way_out_is_an_error_that_names_it() -> None:
    nodes = [node("startEvent", "s"), node("exclusiveGateway", "g"), node("endEvent", "e"), node("endEvent", "e2")]
    definition = compiled(diagram("p", nodes, [("s", "g"), ("g", "e", "x == 1"), ("g", "e2", "x == 2")]))

    with pytest.raises(ProcessError) as refused:
        process.start(definition, {"x": 3}, TestHost())

    assert refused.value.element_id == "g"


def test_a_join_that_can_never_fire_is_an_error_not_an_end() -> None:
    nodes = [node("startEvent", "s"), node("exclusiveGateway", "g", attributes='default="p_f2"'), node("task", "a")]
    nodes += [node("task", "b"), node("parallelGateway", "j"), node("endEvent", "e")]
    links = [("s", "g"), ("g", "a", "1 == 2"), ("g", "b"), ("a", "j"), ("b", "j"), ("j", "e")]
    definition = assemble("test.bpmn", diagram("p", nodes, links), {}, {})  # a deployment refuses it beforehand

    with pytest.raises(ProcessError) as refused:
        process.start(definition, EMPTY, TestHost())

    assert refused.value.element_id == "j"


def test_the_same_id_in_a_called_process_is_refused() -> None:
    called = diagram(
        "inner", [node("startEvent", "s2"), node("userTask", "t"), node("endEvent", "e2")], [("s2", "t"), ("t", "e2")]
    )
    nodes = [node("startEvent", "s"), node("userTask", "t"), node("endEvent", "e")]
    nodes += [node("callActivity", "c", attributes='calledElement="inner"')]

    with pytest.raises(DefinitionError) as refused:
        compiled(diagram("top", nodes, [("s", "t"), ("t", "c"), ("c", "e")]), {"inner": called})

    assert (refused.value.findings[0].element, refused.value.findings[0].rule) == ("t", "duplicate-id")


def test_a_monthly_timer_keeps_to_the_month_ends() -> None:
    nodes = [node("startEvent", "s"), node("userTask", "a"), boundary("b", "a", "R/P1M", kind="timeCycle")]
    nodes += [node("endEvent", "e"), node("endEvent", "e2")]
    definition = compiled(diagram("p", nodes, [("s", "a"), ("a", "e"), ("b", "e2")]))
    step = process.start(definition, EMPTY, TestHost())
    dues = [step.armed[0].due]

    for _ in range(3):
        step = process.fire(definition, step.state, EMPTY, step.armed[0].id, TestHost(dues[-1]))
        dues.append(step.armed[0].due)

    assert [due.astimezone(LOCAL).strftime("%d/%m") for due in dues] == ["28/02", "31/03", "30/04", "31/05"]


def test_firings_missed_while_nobody_was_there_count_as_one() -> None:
    nodes = [node("startEvent", "s"), node("userTask", "a"), boundary("b", "a", "R/P1D", kind="timeCycle")]
    nodes += [node("endEvent", "e"), node("endEvent", "e2")]
    definition = compiled(diagram("p", nodes, [("s", "a"), ("a", "e"), ("b", "e2")]))
    host = TestHost()
    step = process.start(definition, EMPTY, host)

    late = TestHost(host.now + timedelta(days=60, hours=1))
    step = process.fire(definition, step.state, EMPTY, step.armed[0].id, late)

    assert [t.due for t in step.armed] == [host.now + timedelta(days=61)]


def test_an_intermediate_timer_holds_the_token_until_it_fires() -> None:
    nodes = [node("startEvent", "s"), node("intermediateCatchEvent", "w", timer("timeDate", "2026-02-17"))]
    nodes += [node("endEvent", "e")]
    definition = compiled(diagram("p", nodes, [("s", "w"), ("w", "e")]))

    step = process.start(definition, EMPTY, TestHost())

    assert [t.due for t in step.armed] == [datetime(2026, 2, 17, tzinfo=LOCAL)]
    assert process.fire(definition, step.state, EMPTY, step.armed[0].id, TestHost()).ended


def test_a_state_reads_back_as_it_was_written() -> None:
    definition = compiled(TOP, {"middle": MIDDLE, "inner": INNER})
    step = process.start(definition, EMPTY, TestHost())

    assert dump(load(step.state)) == step.state


def test_a_state_of_a_later_release_is_refused() -> None:
    with pytest.raises(ProcessError, match="format"):
        load(b"[99,0,[],[],[]]")
