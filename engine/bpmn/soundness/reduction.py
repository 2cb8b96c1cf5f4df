"""Making a net smaller without changing whether it is sound: what only follows, runs beside or goes round is merged.

Rule: each step keeps deadlocks, growth and ends (the reductions of T. Murata, “Petri nets: properties, analysis and
applications”, Proceedings of the IEEE 77, 1989); elements that vanish stay in traces or in `covers`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from engine.bpmn.soundness.net import Net, Transition

# Each pass merges the innermost blocks; what is nested too deeply for so many looks at places is explored as it is.
MOST_LOOKS = 100_000


def reduce(net: Net) -> None:
    """Make it smaller in place.

    What ends at once goes first: merged with what waits before it, it would seem to be waited at, too.
    """
    looks, count = 0, 1
    while count and looks < MOST_LOOKS:
        places = [p for p in reversed(range(len(net.places))) if net.givers[p]]
        looks += len(places)
        count = _apply(net, places, (_drop_exit, _drop_circle)) + _merge_same_transitions(net)
        if not count:
            count = _apply(net, places, (_merge_places, _merge_transitions, _merge_clearing)) + _merge_same_places(net)


def _apply(net: Net, places: list[int], rules: tuple[Callable[[Net, int], bool], ...]) -> int:
    """How often one of the rules could be applied to some place. What is behind is looked at first."""
    return sum(1 for place in places for rule in rules if rule(net, place))


def _drop_exit(net: Net, place: int) -> bool:
    """A place from which tokens only end. Where they wait it stays, unless what gives to it can do so only once: it
    must be seen that tokens heap up there.
    """
    takers = [net.transitions[t] for t in net.takers[place]]
    if not takers or not net.givers[place] or not all(t.is_exit for t in takers):
        return False
    givers = [net.transitions[t] for t in sorted(net.givers[place])]
    if net.places[place].waits and not _gives_once(givers, place):
        return False
    for number in sorted(net.givers[place]):
        giver = net.transitions[number]
        for taker in takers:
            _take_over(giver, taker)
        _keep_passes(net, giver, place)
        net.give_instead(number, place, ())
    for number in list(net.takers[place]):
        net.remove(number)
    return True


def _drop_circle(net: Net, place: int) -> bool:
    """What takes a token from a place and puts it back."""
    for number in sorted(net.takers[place] & net.givers[place]):
        transition = net.transitions[number]
        if transition.takes == transition.gives == (place,):
            net.remove(number)
            for giver in net.givers[place]:
                net.transitions[giver].covers |= transition.covers
            return True
    return False


def _merge_places(net: Net, place: int) -> bool:
    """A place whose tokens all go on to one other place."""
    number, transition = _only_taker(net, place)
    if transition is None or len(transition.gives) != 1 or transition.gives[0] == place or not net.givers[place]:
        return False
    target = transition.gives[0]
    mine, other = net.places[place], net.places[target]
    if net.givers[target] == {number}:
        kept = tuple(element for element in mine.passes if element not in transition.passes)
        is_waited_at_other = other.waits and not mine.waits
        other.passes = (other.passes + kept if is_waited_at_other else kept + other.passes)[:1]
    other.waits = other.waits or mine.waits
    _hand_on(net, place, number)
    return True


def _merge_transitions(net: Net, place: int) -> bool:
    """A place between two transitions that follow each other and nothing else."""
    number, transition = _only_taker(net, place)
    if transition is None or len(net.givers[place]) != 1 or len(transition.gives) < 2 or place in transition.gives:
        return False
    (giver,) = net.givers[place]
    if net.transitions[giver].gives.count(place) != 1:
        return False
    for target in transition.gives:
        if net.givers[target] == {number} and not net.places[target].passes:
            net.places[target].passes = net.places[place].passes
    _hand_on(net, place, number)
    return True


def _merge_clearing(net: Net, place: int) -> bool:
    """A place from which all that is left is ended, where nothing else begins that could go on beside it."""
    givers = [net.transitions[number] for number in net.givers[place]]
    takers = [net.transitions[number] for number in net.takers[place]]
    if not givers or any(t.gives != (place,) for t in givers):
        return False
    if len(takers) != 1 or not takers[0].clears or takers[0].takes != (place,):
        return False
    (number,) = net.takers[place]
    for giver in net.givers[place]:
        net.transitions[giver].clears = True
    _hand_on(net, place, number)
    return True


def _merge_same_transitions(net: Net) -> int:
    """Transitions that take and give the same: the one with the shortest trace stays."""
    kept: dict[Hashable, int] = {}
    count = 0
    for number in sorted(net.transitions, key=lambda n: (len(net.transitions[n].trace), n)):
        transition = net.transitions[number]
        key = (transition.takes, transition.gives, transition.clears, transition.is_inclusive, number in net.asides)
        first = kept.setdefault(key, number)
        if first == number or number in net.asides:
            continue
        one, other = net.transitions[first], net.remove(number)
        one.passes = one.passes or other.passes
        _take_over(one, other)
        count += 1
    return count


def _merge_same_places(net: Net) -> int:
    """Places that always hold as many tokens as each other."""
    kept: dict[Hashable, int] = {}
    count = 0
    for place in range(len(net.places)):
        givers, takers = sorted(net.givers[place]), sorted(net.takers[place])
        if not givers or not takers:
            continue
        times = tuple(net.transitions[t].gives.count(place) for t in givers)
        first = kept.setdefault((tuple(givers), times, tuple(takers)), place)
        if first != place:
            _drop_place(net, place, first)
            count += 1
    return count


def _drop_place(net: Net, place: int, first: int) -> None:
    net.places[first].passes = (net.places[first].passes + net.places[place].passes)[:1]
    net.places[first].waits = net.places[first].waits or net.places[place].waits
    for number in list(net.givers[place]):
        net.give_instead(number, place, ())
    for number in list(net.takers[place]):
        transition = net.transitions[number]
        transition.takes = tuple(p for p in transition.takes if p != place)
        transition.is_inclusive = transition.is_inclusive and len(transition.takes) > 1
        net.takers[place].discard(number)


def _only_taker(net: Net, place: int) -> tuple[int, Transition | None]:
    """The transition that takes from a place, if it is one and takes nothing else."""
    if len(net.takers[place]) != 1:
        return -1, None
    (number,) = net.takers[place]
    transition = net.transitions[number]
    return number, transition if transition.takes == (place,) and not transition.clears else None


def _hand_on(net: Net, place: int, number: int) -> None:
    """Let what gives to a place do at once what its only taker does."""
    transition = net.transitions[number]
    for giver in sorted(net.givers[place]):
        _take_over(net.transitions[giver], transition)
        net.transitions[giver].trace += transition.trace
        net.transitions[giver].let_pass(transition.passes)
        net.give_instead(giver, place, transition.gives)
    net.remove(number)


def _take_over(one: Transition, other: Transition) -> None:
    one.covers |= other.covers
    one.doubles |= other.doubles
    one.is_cyclic = one.is_cyclic or other.is_cyclic


def _gives_once(givers: list[Transition], place: int) -> bool:
    return len(givers) == 1 and givers[0].gives.count(place) == 1 and not givers[0].is_cyclic


def _keep_passes(net: Net, giver: Transition, place: int) -> None:
    """Remember what tokens would have come through, where they now vanish on their way."""
    passes = net.places[place].passes
    for _ in range(giver.gives.count(place)):
        giver.let_pass(passes)
    if len(giver.takes) == 1 and len(net.takers[giver.takes[0]]) == 1:
        before = net.places[giver.takes[0]]
        before.passes = tuple(dict.fromkeys(before.passes + passes))[:3]
