"""What a case waits for: timers armed, messages and signals subscribed to, conditions watched.

Rule: whatever is armed stands on a host, a token or the scope of an event sub-process, and goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.bpmn import timers
from engine.bpmn.expressions import ExpressionError, Names
from engine.bpmn.network import SUBSCRIBED, EventRule, Node, TimerRule
from engine.bpmn.state import Armed, Token, Wait, world_id
from engine.bpmn.step import ArmedTimer, Subscription, failure
from engine.bpmn.timers import Schedule
from engine.errors import ProcessError

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution


class Waiting:
    """Arms and disarms on behalf of one advance."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    def arm(self, host: str, node: Node) -> None:
        """Wait for every event of a node that can be waited for, on behalf of a host."""
        for index, rule in enumerate(node.events):
            if rule.timer is not None:
                self._arm_timer(host, node, index, rule.timer)
            elif rule.kind in SUBSCRIBED:
                self._subscribe(host, node, index)
            elif rule.condition is not None:
                serial = self._execution.state.short_id()
                self._execution.state.waits[serial] = Wait(serial, host, node.id, rule.kind, index)

    def arm_boundary(self, token: Token, node: Node) -> None:
        """Wait for what stands on the boundary of an activity; of a repeated one, on the whole of it."""
        for boundary_id in node.boundary:
            self.arm(token.id, self._execution.definition.nodes[boundary_id])

    def forget(self, host: str, nodes: Iterable[str] | None = None) -> None:
        """Wait no more on behalf of a host: for anything, or for the events of these nodes."""
        state = self._execution.state
        for armed in [a for a in state.timers.values() if a.host == host and (nodes is None or a.node in nodes)]:
            self.disarm(armed)
        for wait in [w for w in state.waits.values() if w.host == host and (nodes is None or w.node in nodes)]:
            self.unsubscribe(wait)

    def disarm(self, armed: Armed) -> None:
        """Take a timer away."""
        step = self._execution.step
        del self._execution.state.timers[armed.id]
        kept = [t for t in step.armed if t.id != armed.id]
        if len(kept) == len(step.armed):
            step.disarmed.append(armed.id)
        step.armed = kept

    def unsubscribe(self, wait: Wait) -> None:
        """Take a subscription or a watched condition away."""
        step = self._execution.step
        del self._execution.state.waits[wait.id]
        if wait.kind not in SUBSCRIBED:
            return
        kept = [s for s in step.subscribed if s.id != wait.id]
        if len(kept) == len(step.subscribed):
            step.unsubscribed.append(wait.id)
        step.subscribed = kept

    def rule_of(self, wait: Wait) -> EventRule:
        """What is waited for."""
        return self._execution.definition.nodes[wait.node].events[wait.index]

    def correlation(self, rule: EventRule, element_id: str, names: Names) -> dict[str, Any]:
        """The values that a message carries, or must carry."""
        return {name: self._execution.evaluate(e, element_id, names) for name, e in rule.correlation}

    def again(self, armed: Armed, node: Node) -> bool:
        """Rearm a timer whose time has come for its next occurrence, or forget it; whether this one counts."""
        rule = node.events[armed.index].timer
        if rule is None:
            raise ProcessError(node.id, "it has no timer", reason_vi="không có hẹn giờ")
        names, now = self.names(armed.host), self._execution.host.now
        before = _schedule_of(armed, now)
        self.disarm(armed)
        following = timers.following(rule, before, names, now)
        if following is not None:
            self._keep(armed, following, repeats=True)
        return not timers.is_missed(rule, before, names, now)

    def _arm_timer(self, host: str, node: Node, index: int, rule: TimerRule) -> None:
        names, now = self.names(host), self._execution.host.now
        try:
            timers.require_cycle(rule, names, self._execution.host.shortest_cycle)
            schedule = timers.first(rule, names, now)
        except (ExpressionError, OverflowError, ValueError) as error:
            raise failure(node.id, error) from error
        self._keep(Armed(world_id(), host, node.id, index=index), schedule, repeats=rule.kind == "cycle")

    def _keep(self, armed: Armed, schedule: Schedule, *, repeats: bool) -> None:
        anchor = schedule.anchor.isoformat() if repeats else None
        kept = replace(armed, anchor=anchor, turn=schedule.turn, remaining=schedule.remaining)
        self._execution.state.timers[armed.id] = kept
        self._execution.step.armed.append(ArmedTimer(armed.id, armed.node, schedule.due, repeats, schedule.turn))

    def _subscribe(self, host: str, node: Node, index: int) -> None:
        rule, wait_id = node.events[index], world_id()
        self._execution.state.waits[wait_id] = Wait(wait_id, host, node.id, rule.kind, index)
        correlation = self.correlation(rule, node.id, self.names(host))
        self._execution.step.subscribed.append(Subscription(wait_id, rule.kind, rule.name or "", node.id, correlation))

    def names(self, host: str) -> Names:
        """What expressions see from a host."""
        return self._execution.names(self._execution.state.tokens.get(host))


def _schedule_of(armed: Armed, now: datetime) -> Schedule:
    """The schedule a timer was armed with; its due instant is known to the caller alone."""
    anchor = datetime.fromisoformat(armed.anchor) if armed.anchor else now
    return Schedule(now, armed.remaining, anchor, armed.turn)


def carries(demanded: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a message carries all that a subscription demands."""
    return all(name in given and given[name] == value for name, value in demanded.items())
