"""The network that tokens walk: nodes and sequence flows of one process, immutable.

Rule: it says what the diagram says and nothing about any instance; what a node declares to people is its `Element`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.expressions import Expression, Script


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
    """When a timer is due: `kind` is date, duration or cycle; `text` an ISO 8601 literal or an expression."""

    kind: str
    text: str


@dataclass(frozen=True)
class Repetition:
    """Multi-instance: one activation per item of `collection`, or `cardinality` of them; in turn if `sequential`."""

    sequential: bool
    collection: Expression | None
    cardinality: Expression | None
    variable: str | None
    completion: Expression | None


@dataclass(frozen=True)
class Node:
    """A flow node. `kind` is its BPMN tag in snake case.

    `handler`, `decision`, `script`, `called` are set for the kinds that have them; `host` is the activity that a
    boundary event stands on, `interrupting` whether it ends that activity.
    """

    id: str
    kind: str
    incoming: tuple[str, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    boundary: tuple[str, ...] = ()
    handler: str | None = None
    decision: str | None = None
    result: str | None = None
    result_mapping: str = "resultList"
    script: Script | None = None
    called: str | None = None
    timer: TimerRule | None = None
    terminates: bool = False
    host: str | None = None
    interrupting: bool = True
    repetition: Repetition | None = None


@dataclass(frozen=True)
class Network:
    """One process, or the inside of one sub-process: its nodes by id, and where a token starts."""

    key: str
    start: str
    nodes: Mapping[str, Node] = field(default_factory=dict)
