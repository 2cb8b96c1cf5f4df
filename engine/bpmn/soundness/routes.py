"""The network as a graph: where a token at a node may go next, and what lies on the ways.

Rule: it follows sequence flows, boundary events and links; who waits for whom at a join is not looked at here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from engine.bpmn.network import Network, Node

JOINS = frozenset({"parallel_gateway", "inclusive_gateway"})
_CLEARING = frozenset({"terminate", "error", "cancel"})
# Beyond this many steps no branch is set aside; the examination is right all the same, but slower.
_MOST_STEPS = 300_000


def is_join(node: Node) -> bool:
    """Whether tokens wait for each other there."""
    return node.kind in JOINS and len(node.incoming) > 1


def clears(node: Node) -> bool:
    """Whether a token that comes there ends all others of its scope: terminate, error and cancel end events."""
    return node.kind == "end_event" and any(e.kind in _CLEARING for e in node.events)


def carries_tokens(node: Node) -> bool:
    """Whether sequence flow comes through it. Compensation and event sub-processes are begun in other ways."""
    is_undoing = node.compensates or (node.kind == "boundary_event" and node.waits_for("compensation") is not None)
    return not is_undoing and node.kind != "event_sub_process"


def entries(network: Network) -> list[tuple[str, ...]]:
    """The nodes a run begins at: one of several start events, or where there is none all that nothing leads to."""
    starts = [s for s in (network.start, *network.starts) if s is not None]
    if starts:
        return [(start,) for start in dict.fromkeys(starts)]
    catching = set(_link_targets(network).values())
    loose = [n.id for n in network.nodes.values() if not n.incoming and n.host is None and n.id not in catching]
    return [tuple(n for n in loose if carries_tokens(network.nodes[n]))]


class Routes:
    """What follows what in one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._links = _link_targets(network)
        self.after = {node.id: tuple(self._after(node)) for node in network.nodes.values()}

    def link(self, node: Node) -> str | None:
        """The catching link event that a throwing one goes on at."""
        rule = node.waits_for("link")
        if rule is None or node.kind != "intermediate_throw_event":
            return None
        return self._links.get(rule.name)

    def reached(self, starts: Iterable[str], without: Collection[str] = ()) -> dict[str, str | None]:
        """All nodes on ways from some nodes, each with the one before it on a shortest way."""
        before: dict[str, str | None] = dict.fromkeys(starts)
        waiting = list(before)
        for name in waiting:  # it grows while it is gone through
            for following in self.after[name]:
                if following not in before and following not in without:
                    before[following] = name
                    waiting.append(following)
        return before

    def repeated(self) -> set[str]:
        """The nodes on circles and behind them: what is left when all that nothing left leads to is taken away."""
        counts = Counter(following for name in self.after for following in self.after[name])
        waiting, left = [name for name in self.after if not counts[name]], set(self.after)
        while waiting:
            name = waiting.pop()
            left.discard(name)
            counts.subtract(self.after[name])
            waiting += [other for other in dict.fromkeys(self.after[name]) if not counts[other]]
        return left

    def _after(self, node: Node) -> Iterator[str]:
        yield from (f.target for f in node.outgoing if f.target in self.network.nodes)
        yield from (b for b in node.boundary if carries_tokens(self.network.nodes[b]))
        target = self.link(node)
        if target is not None:
            yield target


def set_aside(routes: Routes, begin: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The non-interrupting boundary events whose branches can be looked at by themselves, with a way to each.

    Such a branch shares nothing with the rest but plain end events: what it does can neither help nor hinder the
    rest, however often the event occurs.
    """
    nodes = routes.network.nodes
    begin = list(begin)
    side = [n.id for n in nodes.values() if n.kind == "boundary_event" and not n.interrupting and carries_tokens(n)]
    if len(side) * len(nodes) > _MOST_STEPS:
        return {}
    ways, main = routes.reached(begin), routes.reached(begin, without=side)
    return {b: _way(ways, b) for b in side if b in ways and _is_apart(routes, begin, b, main)}


def _is_apart(routes: Routes, begin: list[str], event: str, main: Collection[str]) -> bool:
    nodes = routes.network.nodes
    branch = [nodes[name] for name in routes.reached([event])]
    if any(clears(n) or (n.id in main and n.kind != "end_event") for n in branch):
        return False
    joins = [n.id for n in branch if is_join(n)]
    return not joins or not set(joins) & set(routes.reached(begin, without=[event]))


def _way(ways: Mapping[str, str | None], name: str) -> tuple[str, ...]:
    way: list[str] = []
    before = ways[name]
    while before is not None:
        way.append(before)
        before = ways[before]
    return tuple(reversed(way))


def _link_targets(network: Network) -> dict[str | None, str]:
    found: dict[str | None, str] = {}
    for node in network.nodes.values():
        rule = node.waits_for("link")
        if rule is not None and node.kind == "intermediate_catch_event":
            found.setdefault(rule.name, node.id)
    return found
