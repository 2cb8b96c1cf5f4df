"""Promises of modification: tokens move within their scope, with a reason, and the case runs on from there."""

from __future__ import annotations

import json

import pytest

from engine.audit.verify import verify
from engine.bpmn.relocation import Displacement
from engine.commands import instances, modification
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError, ProcessError
from engine.handlers.registry import HANDLERS
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.failures import (
    AT_COMPLETION,
    AT_START,
    OFFICER,
    UNDEFINED,
    Trial,
    begin,
    complete,
    deploy,
    history,
    instance,
    open_task,
    the_incident,
    where,
)
from tests.engine.commands.versions import SYSADMIN, armed, event, forked, inside, line, tasks_of, timed


def started(engine: Engine, xml: bytes) -> str:
    """The id of a case of that diagram."""
    deploy(engine, xml)
    return begin(engine, "p").id


def modify(engine: Engine, case_id: str, **wanted: tuple[object, ...]) -> modification.Modification:
    """Move tokens as the administrator."""
    return engine.run(SYSADMIN, modification.modify, case_id, Displacement(**wanted), "Sửa lỗi nhập")  # type: ignore[arg-type]


def test_a_token_is_moved_on_record_with_its_reason(engine: Engine) -> None:
    case_id = started(engine, line("a", "b", "c"))

    done = modify(engine, case_id, moves=(("a", "c"),))

    told = json.loads(event(engine, case_id, "process-modified").data or "{}")
    assert (done.before, done.after) == ([("a", "ready")], [("c", "ready")])
    assert (told["before"], told["after"], told["reason"]) == (["a"], ["c"], "Sửa lỗi nhập")
    assert history(engine, case_id)[-3:] == ["process-modified", "element-cancelled", "element-activated"]
    assert list(tasks_of(engine, case_id)) == ["c"]
    assert engine.read_frozen(SYSADMIN, lambda tx: verify(tx.session)).faults == ()


def test_a_cancelled_token_goes_with_its_timers(engine: Engine, clock: MovableClock) -> None:
    case_id = started(engine, timed("P1D"))

    modify(engine, case_id, cancel=("a",), activate=("remind",))

    assert (where(engine, case_id), armed(engine, case_id)) == (["remind"], {})


def test_the_step_runs_on_as_usual(engine: Engine) -> None:
    case_id = started(engine, line("a", "b"))

    modify(engine, case_id, moves=(("a", "e"),))

    assert instance(engine, case_id).state == "completed"


def test_a_token_can_be_activated_beside_the_others(engine: Engine) -> None:
    case_id = started(engine, forked("a", "b"))
    complete(engine, open_task(engine, case_id, "a"))

    modify(engine, case_id, activate=("a",))

    assert where(engine, case_id) == ["a", "b"]


def test_what_waits_at_a_join_can_be_taken_away(engine: Engine) -> None:
    case_id = started(engine, forked("a", "b"))
    complete(engine, open_task(engine, case_id, "a"))

    modify(engine, case_id, cancel=("join",), activate=("a",))

    complete(engine, open_task(engine, case_id, "b"))
    assert where(engine, case_id) == ["a"]


def test_a_token_moves_inside_a_running_sub_process(engine: Engine) -> None:
    case_id = started(engine, inside("x", "y"))

    modify(engine, case_id, moves=(("x", "y"),))
    complete(engine, open_task(engine, case_id, "y"))

    assert where(engine, case_id) == ["after"]


def test_a_sub_process_is_left_with_everything_in_it(engine: Engine) -> None:
    case_id = started(engine, inside("x", "y"))

    modify(engine, case_id, moves=(("sub", "after"),))

    assert (where(engine, case_id), list(tasks_of(engine, case_id))) == (["after"], ["after"])


@pytest.mark.parametrize(
    "wanted",
    [
        {"moves": (("b", "a"),)},
        {"moves": (("a", "nowhere"),)},
        {"moves": (("a", "join"),)},
        {"moves": (("a", "x"),)},
        {"activate": ("nowhere",)},
        {"activate": ("x",)},
        {"cancel": ("b",)},
    ],
)
def test_what_cannot_be_moved_is_refused_naming_the_field(
    engine: Engine, wanted: dict[str, tuple[object, ...]]
) -> None:
    deploy(engine, inside("x", "y"))
    case_id = begin(engine, "p").id
    modify(engine, case_id, moves=(("sub", "after"),))

    with pytest.raises(InvalidDataError) as told:
        modify(engine, case_id, **wanted)

    assert {p.field for p in told.value.problems} == set(wanted)
    assert where(engine, case_id) == ["after"]


def test_a_case_is_never_left_without_tokens(engine: Engine) -> None:
    case_id = started(engine, line("a", "b"))

    with pytest.raises(InvalidDataError):
        modify(engine, case_id, cancel=("a",))

    assert where(engine, case_id) == ["a"]


def test_a_dry_run_tells_the_places_and_changes_nothing(engine: Engine) -> None:
    case_id = started(engine, line("a", "b"))
    past, version = history(engine, case_id), instance(engine, case_id).version

    found = engine.read(SYSADMIN, modification.foresee, case_id, Displacement(moves=(("a", "b"),)))

    assert (found.before, found.after) == ([("a", "ready")], [("b", "ready")])
    assert (history(engine, case_id), instance(engine, case_id).version, where(engine, case_id)) == (
        past,
        version,
        ["a"],
    )


def test_an_incident_is_gone_round_and_then_resolved(engine: Engine) -> None:
    deploy(engine, UNDEFINED)
    case_id = begin(engine, "undefined").id
    with pytest.raises(ProcessError):
        complete(engine, open_task(engine, case_id, "a"))

    modify(engine, case_id, moves=(("a", "b"),))

    assert (where(engine, case_id), the_incident(engine, case_id).state) == (["b"], "open")


def test_a_step_that_fails_after_the_move_is_told_and_leaves_no_trace(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(HANDLERS, "trial", Trial(RuntimeError("broken")))
    deploy(engine, AT_COMPLETION)
    case_id = begin(engine, "at_completion").id

    with pytest.raises(ProcessError):
        modify(engine, case_id, moves=(("a", "n"),))

    assert (instance(engine, case_id).state, where(engine, case_id)) == ("active", ["a"])


def test_only_a_system_administrator_moves_tokens(engine: Engine) -> None:
    case_id = started(engine, line("a", "b"))
    wanted = Displacement(moves=(("a", "b"),))

    with pytest.raises(ForbiddenError):
        engine.run(OFFICER, modification.modify, case_id, wanted, "thử")
    with pytest.raises(ForbiddenError):
        engine.read(OFFICER, modification.foresee, case_id, wanted)
    with pytest.raises(NotFoundError):
        engine.run(SYSADMIN, modification.modify, "nowhere", wanted, "thử")


def test_a_case_that_rests_or_has_not_begun_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "trial", Trial(RuntimeError("broken")))
    case_id = started(engine, line("a", "b"))
    engine.run(OFFICER, instances.suspend, case_id, "chờ")
    deploy(engine, AT_START)
    not_begun = begin(engine, "at_start").id

    with pytest.raises(ConflictError):
        modify(engine, case_id, moves=(("a", "b"),))
    with pytest.raises(ConflictError):
        modify(engine, not_begun, activate=("b",))
