"""Moving tokens: from one wait of a case to the next.

Rule: tokens follow BPMN 2.0.2, chapter 13; what each kind of node does stands in engine/bpmn/elements, one file a
family. An advance of more than STEP_LIMIT nodes is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.bpmn import timers
from engine.bpmn.definition import Definition, Element
from engine.bpmn.expressions import Expression, ExpressionError, Names
from engine.bpmn.network import Network, Node
from engine.bpmn.state import CALL, MULTI, ROOT, USER, Armed, State, Token, world_id
from engine.bpmn.step import ArmedTimer, Host, Move, Step
from engine.bpmn.timers import Schedule
from engine.errors import ProcessError

STEP_LIMIT = 1_000

Behaviour = Callable[["Execution", Node, str, str | None], None]


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
        self._names: dict[str, Any] = {**host.functions(), **variables}
        self._behaviours = behaviours
        self._arrivals: deque[tuple[str, str, str | None]] = deque()
        self._count = 0

    # What behaviours call.

    def arrive(self, scope: str, node_id: str, flow: str | None = None) -> None:
        """Let a token come to a node by a flow (None: not by any)."""
        self._arrivals.append((scope, node_id, flow))

    def leave(self, node: Node, scope: str) -> None:
        """Let a token go on by every flow out of a node; where there is none it ends here."""
        for flow in node.outgoing:
            self.arrive(scope, flow.target, flow.id)

    def passed(self, node: Node) -> None:
        """Note that a node was done at once."""
        self.step.moves.append(Move("element-completed", node.id, ""))

    def activated(self, token: Token) -> None:
        """Keep a token that waits, note it, and arm the timers on its activity."""
        self.state.tokens[token.id] = token
        self.step.moves.append(Move("element-activated", token.node, token.id))

    def completed(self, token: Token) -> None:
        """Take a token away whose activity or event is done, note it, and disarm its timers."""
        self.remove(token)
        self.step.moves.append(Move("element-completed", token.node, token.id))

    def remove(self, token: Token) -> None:
        """Take a token away and disarm its timers."""
        del self.state.tokens[token.id]
        for armed in [a for a in self.state.timers.values() if a.host == token.id]:
            self.disarm(armed)

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

    def clear(self, scope: str) -> None:
        """Forget what is on its way or waits to be joined in a scope."""
        self._arrivals = deque(a for a in self._arrivals if a[0] != scope)
        self.state.joins = {key: flows for key, flows in self.state.joins.items() if key[0] != scope}

    def arm(self, token: Token, node: Node) -> None:
        """Arm the timer of an event node on behalf of a token."""
        if node.timer is None:
            return
        try:
            schedule = timers.first(node.timer, self.names(token), self.host.now)
        except (ExpressionError, OverflowError, ValueError) as error:
            raise ProcessError(node.id, str(error)) from error
        self.keep_timer(world_id(), token.id, node, schedule)

    def keep_timer(self, timer_id: str, host: str, node: Node, schedule: Schedule) -> None:
        """Keep a timer until its schedule says it is due."""
        repeats = node.timer is not None and node.timer.kind == "cycle"
        anchor = schedule.anchor.isoformat() if repeats else None
        self.state.timers[timer_id] = Armed(timer_id, host, node.id, anchor, schedule.turn, schedule.remaining)
        self.step.armed.append(ArmedTimer(timer_id, node.id, schedule.due, repeats))

    def disarm(self, armed: Armed) -> None:
        """Take a timer away."""
        del self.state.timers[armed.id]
        kept = [t for t in self.step.armed if t.id != armed.id]
        if len(kept) == len(self.step.armed):
            self.step.disarmed.append(armed.id)
        self.step.armed = kept

    def evaluate(self, expression: Expression, element_id: str, names: Names | None = None) -> Any:
        """The value of an expression of an element. Raises ProcessError naming the element."""
        try:
            return expression.evaluate(self._names if names is None else names)
        except ExpressionError as error:
            raise ProcessError(element_id, str(error)) from error

    def names(self, token: Token | None = None) -> Names:
        """What expressions see: functions, the case's variables, and over them the locals around a token."""
        local: dict[str, Any] = {}
        while token is not None:
            local = {**token.extra.get("l", {}), **local}
            token = self.state.tokens.get(token.parent) or self.state.tokens.get(token.scope)
        return {**self._names, **local} if local else self._names

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set variables of the case."""
        self.step.variables.update(values)
        self._names.update(values)

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
        return self.network(token.scope).nodes[token.node]

    # What starts and ends an advance.

    def run(self, finish: Callable[[Execution, Token], None]) -> None:
        """Move tokens until all wait; `finish` completes a CALL token whose inside has ended."""
        self._drain()
        while (ended := self._ended_call()) is not None:
            finish(self, ended)
            self._drain()
        self.step.ended = not self.state.tokens
        self._require_no_stuck_join(ROOT)

    def schedule_of(self, armed: Armed) -> Schedule:
        """The schedule a timer was armed with; its due instant is known to the caller alone."""
        anchor = datetime.fromisoformat(armed.anchor) if armed.anchor else self.host.now
        return Schedule(self.host.now, armed.remaining, anchor, armed.turn)

    def _drain(self) -> None:
        while self._arrivals:
            self._count += 1
            scope, node_id, flow = self._arrivals.popleft()
            if self._count > STEP_LIMIT:
                raise ProcessError(node_id, f"more than {STEP_LIMIT} steps without a wait")
            node = self.network(scope).nodes[node_id]
            self._behaviours[node.kind](self, node, scope, flow)

    def _ended_call(self) -> Token | None:
        occupied = {t.scope for t in self.state.tokens.values()}
        for token in self.state.tokens.values():
            if token.kind == CALL and token.id not in occupied:
                self._require_no_stuck_join(token.id)
                return token
        return None

    def _require_no_stuck_join(self, scope: str) -> None:
        if any(t.scope == scope for t in self.state.tokens.values()):
            return
        for (joined_scope, node_id), flows in self.state.joins.items():
            if joined_scope == scope and flows:
                raise ProcessError(node_id, "a token waits here for others that can never come")
