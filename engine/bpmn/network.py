"""The network that tokens walk: nodes and sequence flows of one process, immutable.

Rule: it says what the diagram says and nothing about any instance; what a node declares to people is its `Element`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.expressions import Expression, Script, Template

# What is waited for with a row that the world outside can find.
SUBSCRIBED = frozenset({"message", "signal"})


@dataclass(frozen=True)
class Flow:
    """A sequence flow. `condition` is None where the diagram gives none."""

    id: str
    source: str
    target: str
    condition: Expression | None
    is_default: bool


@dataclass(frozen=True)
class TimerRule:
    """When a timer is due: `kind` is date, duration or cycle; `text` an ISO 8601 literal or an expression.

    `missed` says what becomes of occurrences of a cycle that passed while nothing ran: once, all or skip. `roll` says
    of its occurrences on a day off that they come when they come (none), or in the morning of the working day after it
    (next).
    """

    kind: str
    text: str
    missed: str = "once"
    roll: str = "none"


@dataclass(frozen=True)
class EventRule:
    """What an event waits for or throws, one for each event definition.

    `kind` is timer, message, signal, error, escalation, conditional, link, compensate, cancel or terminate. `name`
    is the name of the message, signal or link, the code of the error or escalation (None: any), or the id of the
    activity to compensate (None: all of the scope). `correlation` gives, for a message, the values that it must
    carry (when waited for) or carries (when thrown), by property.
    """

    kind: str
    name: str | None = None
    timer: TimerRule | None = None
    condition: Expression | None = None
    correlation: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class Repetition:
    """Standard loop or multi-instance.

    A multi-instance has one activation per item of `collection`, or `cardinality` of them, in turn if `sequential`;
    `output` names the list that gathers the variable `output_item` of each. A loop (`is_loop`) goes on while
    `condition` holds, at most `maximum` times. `throws` is thrown when the first (`throws_once`) or each is done.
    """

    sequential: bool = False
    collection: Expression | None = None
    cardinality: Expression | None = None
    variable: str | None = None
    completion: Expression | None = None
    output: str | None = None
    output_item: str | None = None
    is_loop: bool = False
    condition: Expression | None = None
    test_before: bool = False
    maximum: int | None = None
    throws: tuple[EventRule, ...] = ()
    throws_once: bool = False


@dataclass(frozen=True)
class AdHoc:
    """How the activities of an ad-hoc sub-process are done, and when enough of them are."""

    sequential: bool
    completion: Expression | None
    cancels_rest: bool


@dataclass(frozen=True)
class Node:
    """A flow node. `kind` is its BPMN tag in snake case; an event sub-process is `event_sub_process`.

    `host` is the activity that a boundary event stands on; `interrupting` whether a boundary event, or the start of
    an event sub-process, ends what it stands on. `compensator` is the activity that undoes this one.
    `copies_in` and `copies_out` are the data associations, variable to variable; `inputs` and `outputs` are mappings
    to the activation's own variables and from them.
    """

    id: str
    kind: str
    incoming: tuple[str, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    boundary: tuple[str, ...] = ()
    events: tuple[EventRule, ...] = ()
    handler: str | None = None
    decision: str | None = None
    result: str | None = None
    result_mapping: str = "resultList"
    script: Script | None = None
    called: str | None = None
    host: str | None = None
    interrupting: bool = True
    compensator: str | None = None
    compensates: bool = False
    instantiates: bool = False
    repetition: Repetition | None = None
    copies_in: tuple[tuple[str, str], ...] = ()
    copies_out: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, Template | Expression], ...] = ()
    outputs: tuple[tuple[str, Template | Expression], ...] = ()

    def waits_for(self, *kinds: str) -> EventRule | None:
        """The first of its event definitions that is of one of these kinds."""
        return next((e for e in self.events if e.kind in kinds), None)


@dataclass(frozen=True)
class Network:
    """One process, or the inside of one sub-process: its nodes by id, and where a token starts.

    `start` is the none start event (None: there is none), `starts` are the start events that wait for something,
    `event_subs` the event sub-processes, `data` the names of its data objects and properties.
    """

    key: str
    start: str | None
    nodes: Mapping[str, Node] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    event_subs: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    ad_hoc: AdHoc | None = None
    is_transaction: bool = False
