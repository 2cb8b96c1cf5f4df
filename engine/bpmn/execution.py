"""Moving tokens: from one wait of a case to the next.

Rule: tokens follow BPMN 2.0.2, chapter 13; what each kind of node does stands in engine/bpmn/elements, one file a
family. An advance of more than STEP_LIMIT nodes is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from engine.bpmn.definition import Definition, Element
from engine.bpmn.expressions import Expression, ExpressionError, Names
from engine.bpmn.network import EventRule, Flow, Network, Node
from engine.bpmn.state import CALL, MULTI, ROOT, USER, State, Token
from engine.bpmn.step import Host, Move, Step, failure
from engine.bpmn.waiting import Waiting
from engine.errors import ProcessError

STEP_LIMIT = 1_000
# Whoever throws lets the others come to where they wait first: of two branches neither is said to be earlier.
_THROWN = frozenset({"message", "signal", "escalation"})


class Arrival(NamedTuple):
    """A token on its way to a node: by a flow (None: by none), as part of the token `parent` (empty: of none)."""

    scope: str
    node: str
    flow: str | None = None
    parent: str = ""


class Occurrence(NamedTuple):
    """Something thrown by a node that is still to be delivered to whoever waits for it.

    `waits` are those who waited when it was thrown: a signal reaches nobody who comes later, a message does. What it
    carries, to be found by and to give, are the values of that moment.
    """

    rule: EventRule
    node: str
    waits: frozenset[str]
    correlation: Mapping[str, Any]
    variables: Mapping[str, Any]


Behaviour = Callable[["Execution", Node, Arrival], None]


class Execution:
    """One advance of one case. `behaviours` says what each kind of node does when a token arrives."""

    def __init__(
        self,
        definition: Definition,
        state: State,
        variables: Mapping[str, Any],
        host: Host,
        behaviours: Mapping[str, Behaviour],
    ) -> None:
        self.definition = definition
        self.state = state
        self.host = host
        self.step = Step(variables=dict(variables))
        self.occurrences: deque[Occurrence] = deque()
        self.waiting = Waiting(self)
        self.beginning: set[str] = set()
        self._names: dict[str, Any] = {**host.functions(), **variables}
        self._behaviours = behaviours
        self._arrivals: deque[Arrival] = deque()
        self._throwers: deque[Arrival] = deque()
        self._count = 0

    # What behaviours call.

    def arrive(self, scope: str, node_id: str, flow: str | None = None, parent: str = "") -> None:
        """Let a token come to a node."""
        arrival = Arrival(scope, node_id, flow, parent)
        node = self.definition.nodes[node_id]
        throws = node.kind in ("intermediate_throw_event", "end_event", "send_task") and node.waits_for(*_THROWN)
        (self._throwers if throws else self._arrivals).append(arrival)

    def leave(self, node: Node, scope: str) -> None:
        """Let a token go on by the flows out of a node that are taken; where there is none it ends here."""
        for flow in self.taken(node):
            self.arrive(scope, flow.target, flow.id)

    def taken(self, node: Node) -> list[Flow]:
        """The flows out of a node whose conditions hold or that have none; the default if no condition holds."""
        if not any(flow.condition is not None or flow.is_default for flow in node.outgoing):
            return list(node.outgoing)
        always = [f for f in node.outgoing if f.condition is None and not f.is_default]
        chosen = [f for f in node.outgoing if f.condition is not None and self.evaluate(f.condition, node.id)]
        chosen = chosen or [f for f in node.outgoing if f.is_default]
        if not always and not chosen:
            raise ProcessError(
                node.id,
                "no condition holds and there is no default flow",
                reason_vi="không điều kiện nào đúng và không có luồng mặc định",
            )
        return [f for f in node.outgoing if f in always or f in chosen]

    def passed(self, node: Node) -> None:
        """Note that a node was done at once."""
        self.step.moves.append(Move("element-completed", node.id, ""))

    def activated(self, token: Token) -> None:
        """Keep a token that waits, and note it."""
        self.state.tokens[token.id] = token
        self.step.moves.append(Move("element-activated", token.node, token.id))

    def completed(self, token: Token) -> None:
        """Take a token away whose activity or event is done, note it, and disarm what stands on it."""
        self.remove(token)
        self.step.moves.append(Move("element-completed", token.node, token.id))

    def remove(self, token: Token) -> None:
        """Take a token away and disarm what stands on it."""
        del self.state.tokens[token.id]
        self.waiting.forget(token.id)

    def cancel(self, token: Token) -> None:
        """Take a token away with everything inside it."""
        if token.id not in self.state.tokens:
            return
        for inner in [*self.state.inside(token.id), *self.state.children(token.id)]:
            self.cancel(inner)
        self.clear(token.id)
        self.remove(token)
        if token.kind == USER:
            self.step.closed.append(token.id)
        if token.kind != MULTI:
            self.step.moves.append(Move("element-cancelled", token.node, token.id))

    def empty(self, scope: str) -> None:
        """Take everything in a scope away, and what is on its way there."""
        for token in self.state.inside(scope):
            self.cancel(token)
        self._forget_arrivals(scope)

    def clear(self, scope: str) -> None:
        """Forget what a scope remembers: tokens on their way or waiting to be joined, and what could be undone."""
        self._forget_arrivals(scope)
        self.state.done.pop(scope, None)

    def throw(self, node: Node, token: Token | None, carried: Mapping[str, Any], *rules: EventRule) -> None:
        """Have messages and signals, with what they carry, delivered when all tokens have come to where they wait.

        `token` is the one whose locals the values are seen with (None: those of the case alone).
        """
        waits, names = frozenset(self.state.waits), self.names(token)
        for rule in rules:
            correlation = self.waiting.correlation(rule, node.id, names)
            self.occurrences.append(Occurrence(rule, node.id, waits, correlation, carried))

    def evaluate(self, expression: Expression, element_id: str, names: Names | None = None) -> Any:
        """The value of an expression of an element. Raises ProcessError naming the element."""
        try:
            return expression.evaluate(self._names if names is None else names)
        except ExpressionError as error:
            raise failure(element_id, error) from error

    def names(self, token: Token | None = None) -> Names:
        """What expressions see: functions, the case's variables, and over them the locals around a token."""
        local: dict[str, Any] = {}
        while token is not None:
            local = {**token.extra.get("l", {}), **local}
            if "i" in token.extra:
                local.setdefault("loopCounter", token.extra["i"])
            token = self.state.tokens.get(token.parent) or self.state.tokens.get(token.scope)
        return {**self._names, **local} if local else self._names

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set variables of the case."""
        self.step.variables.update(values)
        self._names.update(values)

    def copy(self, associations: Iterable[tuple[str, str]]) -> None:
        """Carry out data associations: one variable becomes another's value."""
        self.assign({target: self.step.variables.get(source) for source, target in associations})

    def element(self, node: Node) -> Element:
        """What a node declares to people."""
        return self.definition.elements[node.id]

    def network(self, scope: str) -> Network:
        """The network in which a scope's tokens move."""
        if scope == ROOT:
            return self.definition.networks[self.definition.key]
        return self.definition.networks[self.state.tokens[scope].extra["n"]]

    def node(self, token: Token) -> Node:
        """The node a token waits at."""
        return self.definition.nodes[token.node]

    # What the run of an advance calls.

    def drain(self) -> None:
        """Move tokens until all wait."""
        while self._arrivals or self._throwers:
            self.count()
            arrival = (self._arrivals or self._throwers).popleft()
            node = self.definition.nodes[arrival.node]
            self._behaviours[node.kind](self, node, arrival)

    def count(self) -> None:
        """Count one step of this advance. Raises ProcessError beyond STEP_LIMIT."""
        self._count += 1
        if self._count > STEP_LIMIT:
            waiting = self._arrivals or self._throwers
            element = waiting[0].node if waiting else self.definition.key
            raise ProcessError(
                element,
                f"more than {STEP_LIMIT} steps without a wait",
                reason_vi=f"quá {STEP_LIMIT} bước liên tiếp mà không dừng",
            )

    def ended_scope(self) -> Token | None:
        """A sub-process, or what else holds a scope, in which nothing is left."""
        occupied = {t.scope for t in self.state.tokens.values()}
        for token in self.state.tokens.values():
            if token.kind == CALL and token.id not in occupied:
                self._require_no_stuck_join(token.id)
                return token
        return None

    def end(self) -> None:
        """Note whether the whole case has ended."""
        self.step.ended = not self.state.tokens
        self._require_no_stuck_join(ROOT)
        if self.step.ended:
            self.waiting.forget(ROOT)

    def _forget_arrivals(self, scope: str) -> None:
        self._arrivals = deque(a for a in self._arrivals if a.scope != scope)
        self._throwers = deque(a for a in self._throwers if a.scope != scope)
        self.state.joins = {key: flows for key, flows in self.state.joins.items() if key[0] != scope}

    def _require_no_stuck_join(self, scope: str) -> None:
        if any(t.scope == scope for t in self.state.tokens.values()):
            return
        for (joined_scope, node_id), flows in self.state.joins.items():
            if joined_scope == scope and flows:
                raise ProcessError(
                    node_id,
                    "a token waits here for others that can never come",
                    reason_vi="chờ những nhánh không bao giờ tới",
                )
