"""Whether tokens that stand somewhere in a network can all go on to an end, or would wait at a join for ever.

Rule: data are left out, so that whatever the diagram allows is taken as possible; two tokens in one place count as one;
of very many markings only the first MOST_MARKINGS are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.bpmn.network import Flow, Network, Node
from engine.bpmn.soundness import routes
from engine.bpmn.soundness.routes import Routes

MOST_MARKINGS = 5_000
# Of more conditional flows than this out of one node, only one at a time and all together are looked at.
_MOST_CONDITIONS = 5
_ONE_OF = frozenset({"exclusive_gateway", "event_based_gateway"})

# A node, and where tokens wait for each other the flow they came by.
Place = tuple[str, str]
Marking = frozenset[Place]


def stuck_joins(network: Network, standing: Iterable[Place]) -> tuple[str, ...]:
    """The joins at which tokens that stand in these places can come to wait for ever; empty when there are none."""
    ways = _Ways(network)
    first = frozenset(standing)
    seen, waiting = {first}, [first]
    while waiting and len(seen) < MOST_MARKINGS:
        marking = waiting.pop()
        following = ways.following(marking)
        if not following and marking:
            return tuple(sorted({name for name, _ in marking}))
        fresh = [m for m in following if m not in seen]
        seen.update(fresh)
        waiting += fresh
    return ()


class _Ways:
    """What the tokens of one network can do next."""

    def __init__(self, network: Network) -> None:
        self._nodes = network.nodes
        self._routes = Routes(network)

    def following(self, marking: Marking) -> list[Marking]:
        """The markings after one, by one token or join alone: tokens elsewhere neither help nor hinder it."""
        for place in sorted(marking):
            node = self._nodes[place[0]]
            if not routes.is_join(node):
                return [m if ends else (marking - {place}) | m for m, ends in self._outcomes(node)]
        joins = [self._nodes[name] for name in sorted({name for name, _ in marking})]
        ready = [j for j in joins if self._is_ready(j, marking)] or [j for j in joins if j.kind == "inclusive_gateway"]
        return [self._joined(ready[0], marking, flows) for flows in self._taken(ready[0])] if ready else []

    def _is_ready(self, join: Node, marking: Marking) -> bool:
        if join.kind == "parallel_gateway":
            return all((join.id, flow) in marking for flow in join.incoming)
        return not any(join.id in self._routes.reached([name]) for name, _ in marking if name != join.id)

    def _joined(self, join: Node, marking: Marking, flows: Iterable[Flow]) -> Marking:
        taken = {(join.id, flow) for flow in join.incoming}
        return (marking - taken) | {self._behind(flow) for flow in flows}

    def _outcomes(self, node: Node) -> Iterator[tuple[Marking, bool]]:
        """Where the token of a node may be next; True where all others of the network end with that."""
        if routes.clears(node):
            yield frozenset(), True
            return
        target = self._routes.link(node)
        if target is not None:
            yield frozenset({(target, "")}), False
            return
        beside = [b for b in map(self._nodes.__getitem__, node.boundary) if routes.carries_tokens(b)]
        yield from ((frozenset({(b.id, "")}), False) for b in beside if b.interrupting)
        extra = frozenset((b.id, "") for b in beside if not b.interrupting)
        for flows in self._taken(node):
            yield frozenset(map(self._behind, flows)), False
            if extra:
                yield frozenset(map(self._behind, flows)) | extra, False

    def _taken(self, node: Node) -> list[tuple[Flow, ...]]:
        """The flows out of a node that may be taken together."""
        flows = tuple(f for f in node.outgoing if f.target in self._nodes)
        if node.kind in _ONE_OF and flows:
            return [(flow,) for flow in flows]
        asked = [f for f in flows if f.condition is not None or f.is_default]
        always = tuple(f for f in flows if f not in asked)
        if not asked:
            return [always]
        few = len(asked) <= _MOST_CONDITIONS
        sizes: Iterable[int] = range(0 if always else 1, len(asked) + 1) if few else (1, len(asked))
        return [always + chosen for size in sizes for chosen in combinations(asked, size)]

    def _behind(self, flow: Flow) -> Place:
        return flow.target, flow.id if routes.is_join(self._nodes[flow.target]) else ""
