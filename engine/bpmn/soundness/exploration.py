"""Going through the markings that a net can come to, the shortest ways first.

Rule: it ends. Markings and work are bounded, work is counted in steps and not in time, so that the same diagram gets
the same answer on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from engine.bpmn.soundness.net import Marking, Net, Transition

# A growth on whose way an inclusive join fired is believed only when one place holds more tokens than this: further
# tokens may keep such a join waiting, so that what happened once need not happen again.
MOST_TOKENS = 3


@dataclass(frozen=True)
class Limits:
    """How far to go: `work` counts the tokens looked at while transitions fire."""

    markings: int = 20_000
    work: int = 3_000_000


class Exploration:
    """What was found. `stuck` are markings in which nothing can happen though tokens are left; `growing` is one that
    holds all the tokens of one before it and more, with a place that has more; `doubled` names elements that two tokens
    come through at the same time. Once a growing one is found nothing more is looked for.
    """

    def __init__(self, net: Net, limits: Limits) -> None:
        self.net = net
        self.before: dict[Marking, tuple[Marking | None, Transition]] = {}
        self.after: dict[Marking, list[Marking]] = {}
        self.reached: set[str] = set()
        self.stuck: list[Marking] = []
        self.growing: tuple[Marking, int] | None = None
        self.doubled: dict[str, Marking] = {}
        self.is_finished = True
        self._limits = limits
        self._work = 0
        self._serial = 0
        self._waiting: list[tuple[int, int, Marking, Marking | None, Transition]] = []
        self._takers = [sorted(numbers) for numbers in net.takers]
        self._ways: dict[Marking, dict[int, set[int]]] = {}

    def run(self) -> None:
        """Explore from every beginning; that of a branch set aside, once its event is reached."""
        begun: set[int] = set()
        while self.growing is None and (
            begin := [n for n in self.net.roots() if n not in begun and self._may_begin(n)]
        ):
            begun.update(begin)
            for number in begin:
                self._push(None, self.net.transitions[number], 0)
            self._go_on()

    def trace(self, marking: Marking) -> tuple[str, ...]:
        """The elements gone through on the shortest way to a marking."""
        steps: list[Transition] = []
        at: Marking | None = marking
        while at is not None:
            at, transition = self.before[at]
            steps.append(transition)
        return tuple(element for transition in reversed(steps) for element in transition.trace)

    def _may_begin(self, number: int) -> bool:
        event = self.net.asides.get(number)
        return self.growing is None and (event is None or event in self.reached)

    def _go_on(self) -> None:
        while self._waiting:
            cost, _, marking, before, transition = heappop(self._waiting)
            if marking in self.before:
                continue
            if len(self.before) >= self._limits.markings or self._is_exhausted():
                self.is_finished = False
                return
            self.before[marking] = (before, transition)
            self._note(marking, transition)
            if self._is_growing(marking):
                return
            self._expand(marking, cost)
        self.is_finished = self.is_finished and not self._is_exhausted()

    def _is_exhausted(self) -> bool:
        return self._work > self._limits.work

    def _push(self, before: Marking | None, transition: Transition, cost: int) -> Marking:
        self.reached |= transition.covers
        marking = _fired(transition, before or ())
        self._serial += 1
        self._work += len(marking) + 1
        if marking not in self.before:
            cost += len(transition.trace)
            heappush(self._waiting, (cost, self._serial, marking, before, transition))
        return marking

    def _note(self, marking: Marking, transition: Transition) -> None:
        self.reached.update(self.net.places[p].element for p in marking)
        places = [self.net.places[p] for p in marking]
        beside = () if transition.is_cyclic else transition.passes  # in a circle it is gone through turn after turn
        counts = Counter([*beside, *(element for place in places for element in place.passes)])
        self._work += len(beside)
        twice = [element for element, count in counts.items() if count > 1]
        joins = [p.element for p, other in pairwise(places) if p is other and p.is_join]
        for element in (*twice, *joins, *sorted(transition.doubles)):
            self.doubled.setdefault(element, marking)

    def _is_growing(self, marking: Marking) -> bool:
        """Whether it holds a marking on the way to it and more: the way can be gone again, and again."""
        if not any(a == b for a, b in pairwise(marking)):
            return False
        is_heap = max(map(marking.count, marking)) > MOST_TOKENS
        at, step = self.before[marking]
        is_certain = is_heap or not step.is_inclusive
        while at is not None and is_certain:
            self._work += len(at)
            if len(at) < len(marking) and _holds(marking, at):
                self.growing = (marking, _more(marking, at))
                return True
            at, step = self.before[at]
            is_certain = is_heap or not step.is_inclusive
        return False

    def _expand(self, marking: Marking, cost: int) -> None:
        self.after[marking] = [self._push(marking, t, cost) for t in self._enabled(marking)]
        if marking and not self.after[marking] and not self._is_exhausted():
            self.stuck.append(marking)

    def _enabled(self, marking: Marking) -> Iterator[Transition]:
        filled = dict.fromkeys(marking)
        for number in dict.fromkeys(n for place in filled for n in self._takers[place]):
            transition = self.net.transitions[number]
            self._work += 1
            if transition.is_inclusive:
                if self._nothing_can_come(transition, set(filled)):
                    yield transition
            elif all(place in filled for place in transition.takes):
                yield transition

    def _nothing_can_come(self, join: Transition, filled: set[int]) -> bool:
        """BPMN 2.0.2, 13.4.3: a token elsewhere holds the join up when it can come to an incoming flow that is empty,
        without passing the join, and to none that is filled.
        """
        if join.takes not in self._ways:
            self._ways[join.takes] = self._ways_to(join.takes)
        ways, incoming = self._ways[join.takes], set(join.takes)
        for place in filled - incoming:
            self._work += 1
            if ways.get(place) and not ways[place] & filled:
                return False
        return True

    def _ways_to(self, takes: Marking) -> dict[int, set[int]]:
        """The incoming places of a join that a token at a place can come to, without passing the join."""
        ways: dict[int, set[int]] = {}
        for target in takes:
            waiting, seen = [target], set[int]()
            while waiting and not self._is_exhausted():
                givers = self.net.givers[waiting.pop()] - seen
                seen |= givers
                for transition in (self.net.transitions[number] for number in givers):
                    found = [place for place in transition.takes if transition.takes != takes]
                    self._work += 1 + len(found)
                    waiting += [place for place in found if target not in ways.setdefault(place, set())]
                    for place in found:
                        ways[place].add(target)
        return ways


def _fired(transition: Transition, marking: Marking) -> Marking:
    if transition.clears:
        return transition.gives
    left = list(marking)
    for place in transition.takes:
        if not transition.is_inclusive or place in left:
            left.remove(place)
    left += transition.gives
    left.sort()
    return tuple(left)


def _holds(larger: Marking, smaller: Marking) -> bool:
    """Whether it has at least the tokens of the other; both are in order."""
    rest = iter(larger)
    return all(place in rest for place in smaller)


def _more(larger: Marking, smaller: Marking) -> int:
    return next(place for place in larger if larger.count(place) > smaller.count(place))
