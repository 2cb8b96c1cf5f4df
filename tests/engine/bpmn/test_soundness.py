"""What the examination of a diagram's control flow finds, and that it leaves sound diagrams alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bpmn.network import AdHoc, EventRule, Network, Node
from engine.bpmn.parser import assemble, read_keys
from engine.bpmn.soundness import examine
from engine.bpmn.soundness.exploration import Limits
from engine.errors import Finding
from tests.engine.bpmn.networks import drawn

ROOT = Path(__file__).parents[3]
XOR_INTO_AND = ("s > xor > a > and > z > e", "xor > b > and")
SHIPPED = [p for folder in ("workflows", "bench/workloads") for p in sorted((ROOT / folder).glob("*.bpmn"))]
AND_INTO_XOR = ("s > and > a > xor > z > e", "and > b > xor")


def found(*lines: str) -> dict[str, str]:
    """The findings on a network: rule → element."""
    return rules(examine("p", {"p": drawn(*lines)}))


def rules(findings: list[Finding]) -> dict[str, str]:
    """Rule → element."""
    return {finding.rule: finding.element for finding in findings}


def only(findings: list[Finding], rule: str) -> Finding:
    """The one finding of a rule."""
    (finding,) = [f for f in findings if f.rule == rule]
    return finding


SOUND = {
    "sequence": ("s > a > b > e",),
    "no end event": ("s > a > b",),
    "choice": ("s > xor1 > a > xor2 > e", "xor1 > b > xor2"),
    "parallel block": ("s > and1 > a > and2 > e", "and1 > b > and2"),
    "parallel blocks, one in the other": (
        "s > and1 > a > and2 > e",
        "and1 > and3 > b > and4 > and2",
        "and3 > c > and4",
    ),
    "split without a gateway": ("s > a > b > and > e", "a > c > and"),
    "parallel ends": ("s > and > a > e1", "and > b > e2"),
    "parallel ends in one event": ("s > and > a > e", "and > b > e"),
    "loop": ("s > xor1 > a > xor2 > e", "xor2 > xor1"),
    "loop around a parallel block": ("s > xor1 > and1 > a > and2 > xor2 > e", "and1 > b > and2", "xor2 > xor1"),
    "loop inside a parallel block": ("s > and1 > xor1 > a > xor2 > and2 > e", "xor2 > xor1", "and1 > b > and2"),
    "inclusive block": ("s > or1 >? a > or2 > e", "or1 >? b > or2", "or1 >! c > or2"),
    "inclusive block with one branch always": ("s > or1 > a > or2 > e", "or1 >? b > or2"),
    "parallel split into inclusive join": ("s > and > a > or > e", "and > b > or"),
    "exclusive split into inclusive join": ("s > xor > a > or > e", "xor > b > or"),
    "conditional flows out of an activity": ("s > a >? b > or > e", "a >? c > or", "a >! d > or"),
    "inclusive join over unlike branches": (
        "s > or1 >? a > and1 > b > or2 > e",
        "and1 > c > or2",
        "or1 >? d > xor1 > or2",
        "xor1 > f > or2",
        "or1 >! or2",
    ),
    "loop through an inclusive block": ("s > xor1 > or1 >? a > or2 > xor2 > e", "or1 >! b > or2", "xor2 > xor1"),
    "events": ("s > when > catch1 > a > e", "when > catch2 > b > e"),
    "interrupting event": ("s > a > e1", "a@b", "b > c > e2"),
    "interrupting event back to the way": ("s > a > xor > c > e", "a@b", "b > xor"),
    "interrupting event in a parallel block": (
        "s > and1 > a > xor > and2 > e",
        "a@b",
        "b > c > xor",
        "and1 > d > and2",
    ),
    "reminder": ("s > a > e1", "a@~b", "b > c > e2"),
    "reminder in a loop": ("s > xor1 > a > xor2 > e1", "a@~b", "b > c > e2", "xor2 > xor1"),
    "reminder with a parallel block": ("s > a > e1", "a@~b", "b > and1 > c > and2 > e2", "and1 > d > and2"),
    "reminders that share a task": ("s > a > c > e1", "a@~b1", "c@~b2", "b1 > d > e2", "b2 > d"),
    "terminate": ("s > and > a > kill", "and > xor1 > b > xor2 > xor1", "xor2 > e"),
    "end of an endless branch by terminate": ("s > and > a > kill", "and > xor1 > b > xor1"),
    "error end beside others": ("s > and > a > xor > fail", "xor > e", "and > b > e"),
    "automatic branch in a loop": ("s > xor1 > and > auto > e1", "and > a > xor2 > e2", "xor2 > xor1"),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said_of_a_sound_diagram(name: str) -> None:
    assert found(*SOUND[name]) == {}


def test_a_join_of_alternatives_is_a_deadlock_told_with_the_shortest_way() -> None:
    findings = examine("p", {"p": drawn(*XOR_INTO_AND)})

    deadlock = only(findings, "deadlock")
    assert (deadlock.element, deadlock.severity) == ("and", "error")
    assert "s → xor → a → and." in deadlock.message_en
    assert "s → xor → a → and." in deadlock.message_vi


def test_what_stands_behind_a_join_that_never_fires_is_dead() -> None:
    dead = only(examine("p", {"p": drawn(*XOR_INTO_AND)}), "dead-activity")

    assert (dead.element, dead.severity) == ("z", "error")


def test_an_inclusive_split_into_a_parallel_join_is_a_deadlock_though_nothing_is_dead() -> None:
    assert found("s > or >? a > and > e", "or >! b > and", "or >? c > and")["deadlock"] == "and"
    assert found("s > or >? a > and > e", "or >? b > and") == {"deadlock": "and"}


def test_conditional_flows_out_of_an_activity_split_as_an_inclusive_gateway_does() -> None:
    assert found("s > a >? b > and > e", "a >? c > and") == {"deadlock": "and"}


def test_a_parallel_join_that_a_loop_comes_back_to_is_a_deadlock() -> None:
    assert found("s > and > a > xor > e", "xor > and")["deadlock"] == "and"


def test_a_token_too_many_at_a_join_is_a_deadlock() -> None:
    lines = ("s > and1 > a > xor > and2 > e", "and1 > b > xor", "and1 > c > and2")

    assert found(*lines)["deadlock"] == "and2"


def test_two_inclusive_joins_that_wait_for_each_other_are_a_deadlock() -> None:
    lines = ("s > and > a > or1 > c > xor1 > e", "and > b > or2 > d > xor2 > e", "xor1 > or2", "xor2 > or1")

    assert found(*lines)["deadlock"] in {"or1", "or2"}


def test_an_event_that_ends_one_branch_of_a_parallel_block_leaves_its_join_waiting() -> None:
    assert found("s > and1 > a > and2 > e1", "and1 > c > and2", "a@b", "b > e2")["deadlock"] == "and2"


def test_a_branch_that_a_terminate_event_ends_is_no_deadlock() -> None:
    assert found("s > and1 > a > and2 > e1", "and1 > c > and2", "a@b", "b > kill") == {}


def test_a_second_token_is_warned_of_and_not_refused() -> None:
    finding = only(examine("p", {"p": drawn(*AND_INTO_XOR)}), "multiple-tokens")

    assert (finding.element, finding.severity) == ("z", "warning")
    assert rules(examine("p", {"p": drawn(*AND_INTO_XOR)})) == {"multiple-tokens": "z"}


def test_an_automatic_step_done_for_each_of_two_tokens_is_warned_of() -> None:
    assert found("s > and > a > xor > auto > e", "and > b > xor") == {"multiple-tokens": "auto"}


def test_a_reminder_that_joins_the_way_gives_a_second_token() -> None:
    assert found("s > a > xor > c > e", "a@~b", "b > xor") == {"multiple-tokens": "c"}


def test_a_split_inside_a_loop_heaps_tokens_up() -> None:
    lines = ("s > xor1 > and > a > e1", "and > c > xor2 > e2", "xor2 > xor1")

    finding = only(examine("p", {"p": drawn(*lines)}), "unbounded")

    assert (finding.element, finding.severity) == ("a", "error")


def test_a_branch_behind_a_loop_heaps_tokens_up() -> None:
    lines = ("s > xor1 > a > and > auto > c > e1", "and > xor2 > e2", "xor2 > xor1")

    assert found(*lines) == {"unbounded": "c"}


def test_a_loop_that_comes_back_twice_heaps_tokens_up() -> None:
    assert found("s > xor > and > a > xor2 > xor", "xor2 > e", "and > b > xor").keys() == {"unbounded"}


def test_a_split_into_a_loop_with_an_inclusive_join_heaps_tokens_up() -> None:
    lines = ("s > xor1 > a > and > c > or > xor2 > e", "and > d > or", "and > xor1", "xor2 > f > e")

    assert "unbounded" in found(*lines)


def test_a_circle_without_a_way_out_never_completes() -> None:
    finding = only(examine("p", {"p": drawn("s > xor1 > e", "xor1 > xor2 > a > xor2")}), "no-completion")

    assert (finding.element, finding.severity) == ("xor2", "error")
    assert "s → xor1" in finding.message_en


def test_a_parallel_block_in_a_circle_without_a_way_out_never_completes() -> None:
    assert found("s > xor > and1 > a > and2 > xor", "and1 > b > and2").keys() == {"no-completion"}


def test_an_interrupting_event_sub_process_is_a_way_out() -> None:
    network = drawn("s > xor > a > xor")
    network = replace(network, nodes={**network.nodes, "es": _event_sub_process()}, event_subs=("es",))

    assert examine("p", {"p": network}) == []


def test_an_event_sub_process_is_examined_by_itself() -> None:
    network = drawn("s > a > e")
    network = replace(network, nodes={**network.nodes, "es": _event_sub_process()}, event_subs=("es",))

    findings = examine("p", {"p": network, "es": drawn(*XOR_INTO_AND, key="es")})

    assert rules(findings) == {"deadlock": "and", "dead-activity": "z"}


def test_the_inside_of_a_sub_process_is_examined_and_its_outside_goes_on() -> None:
    outside = drawn("s > sub > and1 > a > and2 > e", "and1 > b > and2", "sub@c", "c > d > e")

    findings = examine("p", {"sub": drawn(*XOR_INTO_AND, key="sub"), "p": outside})

    assert rules(findings) == {"deadlock": "and", "dead-activity": "z"}


def test_a_deadlock_between_sub_processes_is_seen_outside() -> None:
    inside = drawn("s > a > e")

    findings = examine("p", {"p": drawn("s > xor > sub > and > e", "xor > b > and"), "sub": inside})

    assert rules(findings) == {"deadlock": "and", "dead-activity": "e"}


@pytest.mark.parametrize(
    ("waited", "thrown", "warned"),
    [
        (EventRule("error", "A"), EventRule("error", "A"), False),
        (EventRule("error", None), EventRule("error", "A"), False),
        (EventRule("error", "B"), EventRule("error", "A"), True),
        (EventRule("escalation", "A"), EventRule("error", "A"), True),
        (EventRule("cancel"), EventRule("cancel"), False),
        (EventRule("cancel"), EventRule("terminate"), True),
        (EventRule("timer"), EventRule("error", "A"), False),
    ],
)
def test_an_event_that_nothing_inside_throws_is_warned_of(waited: EventRule, thrown: EventRule, warned: bool) -> None:
    outside = _with_events(drawn("s > sub > e", "sub@b", "b > e"), "b", waited)
    inside = _with_events(drawn("s > xor > e", "xor > fail", key="sub"), "fail", thrown)

    findings = examine("p", {"p": outside, "sub": inside})

    assert [(f.rule, f.element, f.severity) for f in findings] == [("never-thrown", "b", "warning")] * warned


def test_a_handler_inside_may_raise_any_error() -> None:
    outside = _with_events(drawn("s > sub > e", "sub@b", "b > e"), "b", EventRule("error", "A"))
    inside = drawn("s > auto > e", key="sub")
    inside = replace(inside, nodes={**inside.nodes, "auto": replace(inside.nodes["auto"], handler="h")})

    assert examine("p", {"p": outside, "sub": inside}) == []


def test_links_are_followed() -> None:
    sound = drawn("s > and1 > a > throw", "catch > and2 > e", "and1 > b > and2", links={"throw": "l", "catch": "l"})
    stuck = drawn("s > xor > a > throw", "catch > and > e", "xor > b > and", links={"throw": "l", "catch": "l"})

    assert examine("p", {"p": sound}) == []
    assert rules(examine("p", {"p": stuck})) == {"deadlock": "and", "dead-activity": "e"}


def test_each_of_several_start_events_begins_a_run_of_its_own() -> None:
    apart = replace(drawn("s > a > xor > e", "s1 > b > xor"), starts=("s1",))
    joined = replace(drawn("s > a > and > e", "s1 > b > and"), starts=("s1",))

    assert examine("p", {"p": apart}) == []
    assert rules(examine("p", {"p": joined})) == {"deadlock": "and", "dead-activity": "e"}


def test_without_a_start_event_all_that_nothing_leads_to_begins_together() -> None:
    assert examine("p", {"p": drawn("a > and > e", "b > and", start=None)}) == []


def test_nothing_is_said_of_what_people_begin_in_any_order() -> None:
    network = replace(drawn("a > and > e", "b > and", start=None), ad_hoc=AdHoc(False, None, True))

    assert examine("p", {"p": network}) == []


def test_an_element_without_a_path_to_it_is_left_to_the_other_rules() -> None:
    assert found("s > a > e", "b > e") == {}


def _reached(path: Path, others: dict[str, bytes]) -> dict[str, bytes]:
    """What a diagram calls, directly or not."""
    found: dict[str, bytes] = {}
    waiting = [*read_keys(path.read_bytes(), path.name).calls]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = others[key]
            waiting += read_keys(others[key], f"{key}.bpmn").calls
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_diagrams_are_sound(path: Path) -> None:
    folder = path.parent
    others = {p.stem: p.read_bytes() for p in folder.glob("*.bpmn") if p != path}
    tables = {p.stem: p.read_bytes() for p in folder.glob("*.dmn")}
    called = _reached(path, others)
    definition = assemble(path.name, path.read_bytes(), called, tables)

    findings = examine(definition.key, definition.networks)

    assert findings == []


def test_an_event_back_to_the_way_is_followed_once_an_activation() -> None:
    lines = [line for n in range(6) for line in (f"a@~b{n}", f"b{n} > z")]

    findings = examine("p", {"p": drawn("s > a > z > e", *lines)})

    assert {f.severity for f in findings} == {"warning"}
    assert rules(findings) == {"multiple-tokens": "z", "soundness-unknown": "p"}


def test_beyond_the_bound_it_says_so_and_how_far_it_got() -> None:
    network = _unlike_branches(8)

    finding = only(examine("p", {"p": network}, Limits(markings=100)), "soundness-unknown")

    assert (finding.element, finding.severity) == ("p", "warning")
    assert "100" in finding.message_vi
    assert "100" in finding.message_en


def test_beyond_the_bound_nothing_is_called_dead() -> None:
    assert rules(examine("p", {"p": _unlike_branches(8)}, Limits(work=500))).keys() == {"soundness-unknown"}


def test_a_long_trace_is_told_by_its_beginning_and_its_end() -> None:
    names = " > ".join(f"a{number}" for number in range(100))

    message = only(examine("p", {"p": drawn(f"s > {names} > xor > b > and > e", "xor > c > and")}), "deadlock")

    assert "s → a0 → a1 →" in message.message_en
    assert "→ … →" in message.message_en
    assert "→ a99 → xor → b → and." in message.message_en


def test_the_same_diagram_gets_the_same_findings() -> None:
    lines = (*XOR_INTO_AND, "xor > and3 > d > xor3 > f > e", "and3 > g > xor3")

    assert examine("p", {"p": drawn(*lines)}) == examine("p", {"p": drawn(*lines)})


@pytest.mark.parametrize("blocks", [10, 40])
def test_parallel_blocks_in_a_row_are_merged(blocks: int) -> None:
    ways = [f"and{2 * n} > x{n} > and{2 * n + 1} > and{2 * n + 2}" for n in range(blocks)]
    others = [f"and{2 * n} > y{n} > and{2 * n + 1}" for n in range(blocks)]

    findings = examine("p", {"p": drawn("s > and0", *ways, *others, f"and{2 * blocks} > e")})

    assert findings == []


def test_a_long_sequence_is_merged() -> None:
    findings = examine("p", {"p": drawn("s > " + " > ".join(f"a{number}" for number in range(400)) + " > e")})

    assert findings == []


def test_wide_parallel_blocks_of_choices_and_loops_are_merged() -> None:
    branches = [f"and1 > xor{n} > x{n} > xor5{n} > xor6{n} > and2" for n in range(20)]
    others = [f"xor{n} > y{n} > xor5{n}" for n in range(20)]
    loops = [f"xor6{n} > xor{n}" for n in range(20)]

    findings = examine("p", {"p": drawn("s > and1", *branches, *others, *loops, "and2 > e")})

    assert findings == []


def test_what_cannot_be_merged_ends_at_the_bound() -> None:
    findings = examine("p", {"p": _unlike_branches(24)})

    assert rules(findings).keys() == {"soundness-unknown"}


def _unlike_branches(count: int) -> Network:
    """Tasks beside each other, each of which can end the whole: nothing can be merged."""
    lines = [line for n in range(count) for line in (f"and1 > a{n} > and2", f"a{n}@b{n}", f"b{n} > kill")]
    return drawn("s > and1", *lines, "and2 > e")


def _with_events(network: Network, name: str, *events: EventRule) -> Network:
    return replace(network, nodes={**network.nodes, name: replace(network.nodes[name], events=events)})


def _event_sub_process() -> Node:
    return replace(drawn("s > sub").nodes["sub"], id="es", kind="event_sub_process", incoming=(), called="es")
