"""Every diagram is walked by every decision and every timer: each node is reached, and an end from wherever one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from engine import deadlines
from engine.bpmn import process
from engine.bpmn.definition import Definition, Element
from engine.bpmn.parser import compile_definition
from engine.bpmn.step import ArmedTimer, OpenedTask, Step, Subscription
from engine.errors import InvalidDataError
from engine.forms import Field, Form, validate
from tests.workflows import outcomes
from tests.workflows.diagram import WORKFLOWS, Diagram

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
AT_START = {"agency": "c-thach-that"}
OPENED = {
    "round": 1,
    "returns": 0,
    "opinions": [],
    "coordinators": [],
    "cross_agency": False,
    "budget_needed": False,
    "request": "",
}
# What a called process finds when it is walked on its own, without the lifecycle that calls it.
BEFORE = {**AT_START, **OPENED, "route": "city", "due_date": "2026-06-30"}
# What a round prepares, for itself and for the reports that it opens.
ROUND = {
    "report_round": "r-1",
    "report": "r-2",
    "aggregator": "svhtt",
    "opens_at": "2026-03-04T01:00:00+00:00",
    "closes_at": "2026-03-20T16:59:59+00:00",
    "report_due": "2026-03-18",
    "late_until": "2026-06-14",
    "aggregator_due": "2026-03-23",
    "city_due": "2026-03-25",
    "explanations": [],
}
# What a dossier brings with it to the processes that commendation calls.
DOSSIER = {
    "dossier": "d-1",
    "proposer_level": "commune",
    "nominee_kind": "collective",
    "praise": False,
    "public_notice": False,
    "related_agencies": [],
    "appraisal_due": "2026-04-01",
    "rules": {"completeness_days": 3, "opinion_days": 5, "appraisal_days": 20, "public_notice_days": 0},
}
# What the handlers of commendation leave behind.
DOSSIER_STEPS: Mapping[str, Mapping[str, Any]] = {
    "open_dossier": {**DOSSIER, "round": 1, "consolidation_round": 1, "draft_round": 1},
    "receive_dossier": {"rule_date": "2026-03-02"},
    "forward_dossier": {"appraisal_due": "2026-04-01"},
    "convene_council": {"members": ["p-1", "p-2"]},
}
SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "string": ("Tuyên truyền",),
    "text": ("Bản tin trên Cổng thông tin điện tử",),
    "date": ("2026-06-30",),
    "datetime": ("2026-03-02T09:00:00+07:00",),
    "long": (50,),
    "money": (20_000_000,),
    "boolean": (False, True),
    "agency": ("skhcn",),
    "agencies": ([], ["skhcn", "stc"]),
    "tags": (["II.1.1"],),
    "evidence": ([{"title": "Đường dẫn", "url": "https://hanoi.gov.vn"}],),
    "figures": ({"items_published": 3},),
}


TABLES = ("approval_route", "urging_ladder", "award_rules")


class StandIn:
    """Runs the handlers in the place of the engine: what they leave in the variables, and nothing else."""

    now = NOW
    person: str | None = "p-1"
    shortest_cycle = timedelta()

    def __init__(self, *, round_complete: bool = False, agreed: bool = False) -> None:
        self.round_complete = round_complete
        self.agreed = agreed

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        return deadlines.functions(NOW)

    def call(self, handler: str, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        assert element.handler == handler
        if handler == "open_plan_task":
            return {**OPENED, **variables}
        if handler == "transfer_plan_task":
            return {"agency": variables["new_agency"]}
        if handler == "accept_report":
            return {"round_complete": self.round_complete}
        if handler in ("record_explanation", "record_no_explanation"):
            return {"all_explained": self.round_complete}
        if handler == "count_ballots":
            return {"quorum_met": self.round_complete, "threshold_met": self.agreed}
        if handler == "find_ladder":
            return {"owed": "plan_task" if "due_date" in variables else "report", "ladder": "brief"}
        return DOSSIER_STEPS.get(handler) or outcomes.left_by(handler, variables)


@dataclass(frozen=True)
class Place:
    """Where a case stands: its state, with the tasks, timers and messages that can move it on."""

    state: bytes
    variables: dict[str, Any]
    tasks: tuple[OpenedTask, ...]
    timers: tuple[ArmedTimer, ...]
    waits: tuple[Subscription, ...]
    tokens: tuple[tuple[str, str], ...]
    seen: frozenset[str]

    @property
    def key(self) -> tuple[Any, ...]:
        """Places with the same key are walked on from once."""
        returns = min(self.variables.get("returns", 0), 2)
        step = self.variables.get("ladder_step")
        return (self.tokens, self.variables.get("route"), self.variables.get("request"), returns, step, self._dossier)

    @property
    def _dossier(self) -> tuple[Any, ...]:
        """What a dossier's way depends on later than on the next step."""
        rules = self.variables.get("rules") or {}
        facts = ("public_notice", "threshold_met", *outcomes.WATCHED)
        return (
            rules.get("council_required"),
            rules.get("minutes_required"),
            *(str(self.variables.get(fact)) for fact in facts),
        )


@pytest.fixture(params=WORKFLOWS)
def definition(request: pytest.FixtureRequest) -> Definition:
    return compiled(str(request.param))


def test_every_node_is_reached_and_an_end_from_everywhere(definition: Definition) -> None:
    walked = walk(definition)

    ended = {key for key in walked if not key[0]}
    closing = set(ended)
    while more := {k for k, (_, nexts) in walked.items() if k not in closing and closing & nexts}:
        closing |= more

    seen = {node for place, _ in walked.values() for node in place.seen}
    assert set(definition.elements) - seen == set()
    assert set(walked) - closing == set()


def test_the_lifecycle_needs_no_more_than_the_agency_at_its_start() -> None:
    step = process.start(compiled("task_lifecycle.bpmn"), AT_START, StandIn())

    assert [(task.element.id, task.groups) for task in step.opened] == [("propose", ("agency_officer@c-thach-that",))]


@pytest.mark.parametrize(
    ("cross_agency", "budget_needed", "coordinators", "route"),
    [
        (False, False, [], "agency"),
        (None, None, None, "agency"),
        (True, False, [], "city"),
        (False, True, [], "city"),
        (False, False, ["skhcn"], "city"),
    ],
)
def test_only_own_duty_without_budget_is_approved_by_the_agency(
    cross_agency: bool | None, budget_needed: bool | None, coordinators: list[str] | None, route: str
) -> None:
    decision = compiled("task_proposal.bpmn").decisions["approval_route"]

    found = decision.decide(
        {"cross_agency": cross_agency, "budget_needed": budget_needed, "coordinators": coordinators}
    )

    assert found == [{"route": route}]


def walk(definition: Definition) -> dict[tuple[Any, ...], tuple[Place, set[tuple[Any, ...]]]]:
    """Every place that decisions and timers lead to, each with the keys of the places one step on."""
    walked: dict[tuple[Any, ...], tuple[Place, set[tuple[Any, ...]]]] = {}
    waiting = [after(process.start(definition, given, StandIn()), None) for given in initial(definition)]
    while waiting:
        place = waiting.pop()
        if place.key in walked:
            known, nexts = walked[place.key]
            walked[place.key] = (merged(known, place), nexts)
            continue
        following = [*moves(definition, place)]
        walked[place.key] = (place, {p.key for p in following})
        waiting += following
    return walked


def moves(definition: Definition, place: Place) -> Iterator[Place]:
    """The places one step on from a place."""
    host = StandIn()
    for task in place.tasks:
        filled = submissions(task.element.form or Form(()), place)
        for cleaned, who in product(filled, hosts()):
            step = process.complete(definition, place.state, place.variables, task.id, cleaned, who)
            yield after(step, place, gone=task.id)
    for wait in place.waits:
        step = process.catch(definition, place.state, place.variables, wait.id, {}, host)
        yield after(step, place, gone=wait.id)
    for timer in place.timers:
        step = process.fire(definition, place.state, place.variables, timer.id, host)
        yield after(step, place, gone=timer.id)


def hosts() -> tuple[StandIn, ...]:
    """Every outcome of the handlers whose outcome the diagrams ask for."""
    return (StandIn(), StandIn(round_complete=True), StandIn(round_complete=True, agreed=True))


def after(step: Step, before: Place | None, gone: str = "") -> Place:
    """The place that a step leads to."""
    left = {gone, *step.closed, *step.disarmed, *step.unsubscribed, *(t.id for t in step.armed)}
    tasks = (t for t in (before.tasks if before else ()) if t.id not in left)
    timers = (t for t in (before.timers if before else ()) if t.id not in left)
    waits = (w for w in (before.waits if before else ()) if w.id not in left)
    return Place(
        state=step.state,
        variables=step.variables,
        tasks=(*tasks, *step.opened),
        timers=(*timers, *step.armed),
        waits=(*waits, *step.subscribed),
        tokens=tuple(sorted(step.tokens)),
        seen=frozenset(move.element_id for move in step.moves),
    )


def merged(known: Place, other: Place) -> Place:
    """A known place with what was passed on another way to it."""
    return replace(known, seen=known.seen | other.seen)


def submissions(form: Form, place: Place) -> Iterator[dict[str, Any]]:
    """Filled-in forms, one for each combination of decisions, yes or no, and lists with or without entries.

    A list without entries is left out where the decision needs some.
    """
    for values in product(*(samples(f) for f in form.fields)):
        submitted = dict(zip((f.id for f in form.fields), values, strict=True))
        try:
            yield validate(form, submitted, place.variables)
        except InvalidDataError as error:
            assert [p.rule for p in error.problems] == ["required"], error.problems


def samples(field: Field) -> tuple[Any, ...]:
    """Values to try in a field."""
    return tuple(option.id for option in field.options) or SAMPLES[field.type]


def initial(definition: Definition) -> Iterator[dict[str, Any]]:
    """The variables a process may be started with."""
    further = [*outcomes.begun_with(definition.key)]
    if further:
        yield from further
        return
    if definition.key in ("task_lifecycle", "commendation"):
        yield dict(AT_START)
        return
    for opens_now in (False, True):
        yield {**BEFORE, **ROUND, **DOSSIER, "opens_now": opens_now}


@cache
def compiled(name: str) -> Definition:
    """The runnable form of a shipped diagram with what it calls."""
    folder = files("workflows")
    sources = {n.removesuffix(".bpmn"): folder.joinpath(n).read_bytes() for n in WORKFLOWS}
    key = name.removesuffix(".bpmn")
    called = {k: sources[k] for k in calls_of(key)}
    tables = {k: folder.joinpath(f"{k}.dmn").read_bytes() for k in TABLES}
    return compile_definition(name, sources[key], called, tables)


def calls_of(key: str) -> set[str]:
    """The processes that one calls, directly or through those that it calls."""
    direct = {node.attrib["calledElement"] for node in Diagram(f"{key}.bpmn").of_kind("callActivity")}
    return direct.union(*(calls_of(called) for called in direct))
