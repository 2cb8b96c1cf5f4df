"""The stored form of a running case: its live tokens, armed timers and half-filled joins, and nothing of its past.

Rule: what is stored does not grow with history; a state written by one release is read by the next (format number).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from engine.errors import ProcessError

FORMAT = 1
ROOT = ""
USER, CALL, MULTI, CATCH, UNDO = "u", "c", "m", "w", "k"


@dataclass
class Token:
    """A place where the case waits. `kind` is USER, CALL (a running sub-process), MULTI, CATCH (an event) or UNDO
    (a compensation whose handlers run).

    `scope` is the id of the CALL token inside which it lives (ROOT: the process itself), `parent` that of the MULTI
    or UNDO token it is one activation of. `extra` holds what the kind needs: locals, counters,
    the called network's key.
    """

    id: str
    node: str
    scope: str
    kind: str
    parent: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Armed:
    """An armed timer: of the token `host` (of an event sub-process: the scope), for the node `node`.

    `index` says which of the node's event definitions it is. For repetitions: the first occurrence `anchor`, which
    one this is (`turn`), and how many remain after it.
    """

    id: str
    host: str
    node: str
    anchor: str | None = None
    turn: int = 0
    remaining: int | None = 0
    index: int = 0


@dataclass
class Wait:
    """A message, signal or condition (`kind`) that is waited for; `host` and `node` as with timers.

    `index` says which of the node's event definitions it is; `was_true` is what a condition said last.
    """

    id: str
    host: str
    node: str
    kind: str
    index: int = 0
    was_true: bool = False


@dataclass
class State:
    """Everything live of one case. `joins` maps scope and node to the flows whose tokens wait there.

    `done` lists, by scope and in order, the completed activities that can be undone: the node, and for a sub-process
    what was done inside.
    """

    tokens: dict[str, Token] = field(default_factory=dict)
    timers: dict[str, Armed] = field(default_factory=dict)
    joins: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)
    done: dict[str, list[Any]] = field(default_factory=dict)
    serial: int = 0

    def short_id(self) -> str:
        """An id unique within the case, for tokens that nobody outside speaks of."""
        self.serial += 1
        return str(self.serial)

    def inside(self, scope: str) -> Iterable[Token]:
        """The tokens directly inside a scope."""
        return [t for t in self.tokens.values() if t.scope == scope]

    def children(self, parent: str) -> list[Token]:
        """The activations of a MULTI token."""
        return [t for t in self.tokens.values() if t.parent == parent]


def world_id() -> str:
    """An id unique in the world, for what becomes rows: user tasks, timers, subscriptions."""
    return str(uuid4())


def dump(state: State) -> bytes:
    """The stored form."""
    tokens = [[t.id, t.node, t.scope, t.kind, t.parent, t.extra] for t in state.tokens.values()]
    timers = [[a.id, a.host, a.node, a.anchor, a.turn, a.remaining, a.index] for a in state.timers.values()]
    joins = [[scope, node, flows] for (scope, node), flows in state.joins.items() if flows]
    row = [FORMAT, state.serial, tokens, timers, joins]
    if state.waits or state.done:
        waits = [[w.id, w.host, w.node, w.kind, w.index, w.was_true] for w in state.waits.values()]
        row += [waits, state.done]
    return orjson.dumps(row)


def load(stored: bytes) -> State:
    """The state in its stored form. Raises ProcessError for a format this release does not know."""
    version, serial, tokens, timers, joins, *rest = orjson.loads(stored)
    if version != FORMAT:
        raise ProcessError(
            "state", f"unknown state format {version}", reason_vi=f"không đọc được định dạng trạng thái {version}"
        )
    return State(
        tokens={row[0]: Token(*row) for row in tokens},
        timers={row[0]: Armed(*row) for row in timers},
        joins={(scope, node): flows for scope, node, flows in joins},
        waits={row[0]: Wait(*row) for row in rest[0]} if rest else {},
        done=rest[1] if rest else {},
        serial=serial,
    )
