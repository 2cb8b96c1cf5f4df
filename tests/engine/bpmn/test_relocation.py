"""Promises of relocation for what is rare in diagrams: event sub-processes, calls, compensation, joins of all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from engine.bpmn import process, relocation
from engine.bpmn.definition import Definition
from engine.bpmn.relocation import Versions
from engine.bpmn.relocation.dead_ends import MOST_MARKINGS, stuck_joins
from engine.bpmn.state import load
from engine.bpmn.step import Step
from tests.conformance.model import (
    MESSAGE,
    TERMINATE,
    at,
    boundary,
    condition,
    document,
    end,
    event_sub,
    start,
    sub,
    timer,
    undone,
    user,
)
from tests.engine.bpmn.drawing import TestHost, compiled, opened

HOST = TestHost()


def begun(definition: Definition, **variables: Any) -> Step:
    """A case at its first wait."""
    return process.start(definition, variables, HOST)


def done(definition: Definition, step: Step, task_id: str) -> Step:
    """The case after a task."""
    return process.complete(definition, step.state, step.variables, task_id, {}, HOST)


def refused(source: Definition, target: Definition, step: Step, **mapping: str) -> list[tuple[str, str]]:
    """What of a case is refused: element and rule."""
    return [(f.element, f.rule) for f in relocation.plan(Versions(source, target, mapping), step.state).refused]


def over(source: Definition, target: Definition, step: Step, mapping: Mapping[str, str] | None = None) -> Step:
    """The case on the target, when nothing is refused."""
    versions = Versions(source, target, mapping or {})
    assert relocation.plan(versions, step.state).refused == ()
    return relocation.relocate(versions, step.state, step.variables, HOST).step


def model(body: str) -> Definition:
    """A compiled diagram."""
    return compiled(document(body))


def watching(text: str | None, *, interrupting: bool = True) -> Definition:
    """A task, and an event sub-process with a timer over it unless `text` is None."""
    flag = f'isInterrupting="{str(interrupting).lower()}"'
    begin = start("ws", timer("timeDuration", text or "P1D"), flag)
    watch = event_sub("w", begin, user("wu") + end("we") + "ws->wu wu->we") if text else ""
    return model(start() + user("u") + watch + end() + "s->u u->e")


def test_an_event_sub_process_is_armed_disarmed_and_kept_with_its_scope() -> None:
    without, daily, weekly = watching(None), watching("P1D"), watching("P7D")

    added = over(without, daily, begun(without))
    removed = over(daily, without, begun(daily))
    kept = over(daily, watching("P1D"), begun(daily))
    changed = over(daily, weekly, begun(daily))

    assert [len(s.armed) for s in (added, removed, kept, changed)] == [1, 0, 0, 1]
    assert [len(s.disarmed) for s in (added, removed, kept, changed)] == [0, 1, 0, 1]


def test_an_interrupting_event_sub_process_that_runs_is_not_armed_again() -> None:
    source = watching("P1D")
    step = begun(source)
    running = process.fire(source, step.state, step.variables, step.armed[0].id, HOST)

    moved = over(source, watching("P7D"), running)

    assert (moved.armed, [place for place, _ in moved.tokens]) == ([], ["w", "wu"])


def test_a_new_condition_that_holds_happens_at_once() -> None:
    source = model(start() + user("u") + end() + "s->u u->e")
    body = start() + user("u") + boundary("c", "u", condition("amount > 3")) + user("v") + end() + end("e2")
    target = model(body + "s->u u->e c->v v->e2")

    moved = over(source, target, begun(source, amount=5))

    assert (list(opened(moved)), next(m.kind for m in moved.moves)) == (["v"], "element-cancelled")


def test_a_running_call_goes_over_to_the_called_process_of_the_target() -> None:
    def calling(*names: str) -> Definition:
        called = start("cs") + "".join(map(user, names)) + end("ce")
        links = ["cs", *names, "ce"]
        inner = document(called + " ".join(f"{a}->{b}" for a, b in pairwise(links)))
        inner = inner.replace(b'id="p" name="p"', b'id="q" name="q"')
        return compiled(
            document(start() + at("callActivity", "c", "", 'calledElement="q"') + end() + "s->c c->e"), {"q": inner}
        )

    source, target, gone = calling("x"), calling("x", "y"), calling("y")
    step = begun(source)

    assert refused(source, gone, step) == [("x", "element-gone")]
    moved = over(source, target, step)
    after = done(target, moved, opened(step)["x"])
    assert list(opened(after)) == ["y"]


def test_work_that_could_be_undone_must_stay_so() -> None:
    def booking(*, undoable: bool) -> Definition:
        undo = undone("book", "cb", "unbook", "booked = False") if undoable else ""
        return model(start() + at("task", "book") + undo + user("u") + end() + "s->book book->u u->e")

    source = booking(undoable=True)

    assert refused(source, booking(undoable=False), begun(source)) == [("book", "element-undone")]
    assert refused(source, booking(undoable=True), begun(source)) == []


def test_what_an_ad_hoc_sub_process_has_still_to_offer_must_be_there() -> None:
    def chosen(*names: str) -> Definition:
        inner = "".join(map(user, names))
        attributes = 'ordering="Sequential"'
        return model(start() + sub("h", inner, "adHocSubProcess", attributes) + end() + "s->h h->e")

    source = chosen("x", "y")

    assert refused(source, chosen("x"), begun(source)) == [("y", "element-gone")]
    assert refused(source, chosen("x", "z"), begun(source), y="z") == []


def test_a_message_that_is_waited_for_keeps_its_subscription_under_a_new_name() -> None:
    source = model(start() + at("intermediateCatchEvent", "w", MESSAGE) + end() + "s->w w->e")
    target = model(start() + at("intermediateCatchEvent", "wait", MESSAGE) + end() + "s->wait wait->e")
    step = begun(source)
    versions = Versions(source, target, {"w": "wait"})

    carried = relocation.relocate(versions, step.state, step.variables, HOST)

    assert carried.subscriptions == {step.subscribed[0].id: "wait"}
    assert list(load(carried.step.state).waits) == [step.subscribed[0].id]


def forked(kind: str, *names: str, join: str | None = None) -> Definition:
    """Tasks between a gateway of a kind that splits and one that joins."""
    conditions = "[True]" if kind == "inclusiveGateway" else ""
    body = start() + at(kind, "f") + "".join(map(user, names)) + at(join or kind, "j") + user("after") + end()
    return model(body + "s->f j->after after->e " + " ".join(f"f->{n}{conditions} {n}->j" for n in names))


def test_a_branch_more_is_no_obstacle_before_an_inclusive_join() -> None:
    source, target = forked("inclusiveGateway", "x", "y"), forked("inclusiveGateway", "x", "y", "z")
    step = begun(source)
    tasks = opened(step)
    half = done(source, step, tasks["x"])

    moved = over(source, target, half)

    assert list(opened(done(target, moved, tasks["y"]))) == ["after"]


def test_a_join_that_waits_where_tokens_would_merge_is_another_kind() -> None:
    source = forked("parallelGateway", "x", "y")
    target = model(
        start()
        + at("parallelGateway", "f")
        + user("x")
        + user("y")
        + at("inclusiveGateway", "j")
        + user("after")
        + end()
        + "s->f f->x f->y x->j y->j j->after after->e"
    )
    step = begun(source)

    assert refused(source, target, done(source, step, opened(step)["x"])) == [("j", "element-kind")]
    assert refused(source, target, step) == []


def test_an_end_that_ends_everything_is_no_dead_end() -> None:
    body = start() + at("parallelGateway", "f") + user("x") + user("y") + user("z") + at("parallelGateway", "j") + end()
    network = model(body + end("stop", TERMINATE) + "s->f f->x f->y f->z x->j y->j j->e z->stop").networks["p"]

    assert stuck_joins(network, [("x", ""), ("z", "")]) == ()
    assert stuck_joins(network, [("x", "")]) == ("j",)


@pytest.mark.parametrize(
    ("standing", "stuck"),
    [
        ([("x", ""), ("y", "")], ()),
        ([("x", "")], ("j",)),
        ([("j", "x_j"), ("y", "")], ()),
        ([("j", "x_j")], ("j",)),
        ([("after", "")], ()),
        ([], ()),
    ],
)
def test_what_stands_before_a_join_decides(standing: list[tuple[str, str]], stuck: tuple[str, ...]) -> None:
    network = forked("parallelGateway", "x", "y").networks["p"]

    assert stuck_joins(network, standing) == stuck


def test_many_choices_at_once_are_looked_at_in_bounded_time() -> None:
    names = [f"t{n}" for n in range(12)]
    choices = "".join(
        user(n) + at("exclusiveGateway", f"g{n}") + user(f"a{n}") + user(f"b{n}") + at("exclusiveGateway", f"m{n}")
        for n in names
    )
    links = " ".join(f"f->{n} {n}->g{n} g{n}->a{n}[q] g{n}->b{n}[q] a{n}->m{n} b{n}->m{n} m{n}->j" for n in names)
    body = start() + at("parallelGateway", "f") + choices + at("parallelGateway", "j") + end()
    network = model(body + "s->f j->e " + links).networks["p"]

    assert 2 ** len(names) * len(names) > MOST_MARKINGS
    assert stuck_joins(network, [(n, "") for n in names]) == ()
