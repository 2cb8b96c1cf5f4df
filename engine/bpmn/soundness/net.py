"""Places and transitions: the control flow of one network, with the names of BPMN left to the traces.

Rule: a marking says how many tokens are in which place and nothing else; equal markings have equal futures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Marking = tuple[int, ...]


@dataclass
class Place:
    """Where a token can be. `element` names it to people; `waits` tells that a token may stay there for a while.

    `passes` are elements that every token here comes through; two tokens here do so twice at the same time.
    """

    element: str
    is_join: bool = False
    waits: bool = False
    passes: tuple[str, ...] = ()


@dataclass
class Transition:
    """What tokens do: some are taken, some given. `takes` is empty for what begins a run.

    `trace` lists the elements gone through, `covers` all those reached on the way, `passes` those that tokens come
    through which are given to no place, `doubles` those that two of them do. `clears` ends all that is left.
    `is_inclusive` takes from the places of `takes` that hold a token, once no other can come. `is_cyclic` tells that it
    is on a circle or behind one, so that it may fire again and again.
    """

    takes: Marking
    gives: Marking
    trace: tuple[str, ...] = ()
    covers: set[str] = field(default_factory=set)
    passes: tuple[str, ...] = ()
    doubles: set[str] = field(default_factory=set)
    clears: bool = False
    is_inclusive: bool = False
    is_cyclic: bool = False

    def let_pass(self, elements: Iterable[str]) -> None:
        """Note that one more token comes through some elements."""
        for element in elements:
            if element in self.passes:
                self.doubles.add(element)
            else:
                self.passes += (element,)

    @property
    def is_exit(self) -> bool:
        """Whether a token simply ends here."""
        return len(self.takes) == 1 and not self.gives and not self.clears


class Net:
    """Places and transitions by number, and which transitions give to a place and take from it.

    `asides` are the transitions that begin a run of their own once an element is reached. `is_whole` is False when
    some combinations of outgoing flows were left out for their number.
    """

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.transitions: dict[int, Transition] = {}
        self.givers: list[set[int]] = []
        self.takers: list[set[int]] = []
        self.asides: dict[int, str] = {}
        self.is_whole = True
        self._serial = 0

    def add_place(self, place: Place) -> int:
        """Its number."""
        self.places.append(place)
        self.givers.append(set())
        self.takers.append(set())
        return len(self.places) - 1

    def add(self, transition: Transition) -> int:
        """Its number."""
        number, self._serial = self._serial, self._serial + 1
        self.transitions[number] = transition
        for place in transition.takes:
            self.takers[place].add(number)
        for place in transition.gives:
            self.givers[place].add(number)
        return number

    def remove(self, number: int) -> Transition:
        """Take a transition out."""
        transition = self.transitions.pop(number)
        for place in transition.takes:
            self.takers[place].discard(number)
        for place in transition.gives:
            self.givers[place].discard(number)
        return transition

    def give_instead(self, number: int, place: int, others: Iterable[int]) -> None:
        """Let a transition give to other places in the stead of one, as often."""
        transition = self.transitions[number]
        times, instead = transition.gives.count(place), tuple(others)
        kept = tuple(p for p in transition.gives if p != place)
        transition.gives = tuple(sorted(kept + instead * times))
        self.givers[place].discard(number)
        for other in instead:
            self.givers[other].add(number)

    def roots(self) -> list[int]:
        """The transitions that begin a run, those of its own entries first."""
        return [number for number, t in self.transitions.items() if not t.takes]
