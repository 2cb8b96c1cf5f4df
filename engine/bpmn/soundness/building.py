"""From a network to places and transitions: what each kind of node lets tokens do.

Rule: it follows engine/bpmn/elements; where data decide there, everything that they may decide is possible here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from engine.bpmn.network import Flow, Network, Node
from engine.bpmn.soundness import routes
from engine.bpmn.soundness.net import Net, Place, Transition
from engine.bpmn.soundness.routes import Routes

# Of more conditional flows than this out of one node, only one at a time and all together are looked at.
MOST_CONDITIONS = 10
# Of more non-interrupting events than this on one activity, only one is let happen in one activation.
MOST_EVENTS = 4
_ONE_OF = frozenset({"exclusive_gateway", "event_based_gateway"})
_WAITING = frozenset(
    {
        "user_task",
        "receive_task",
        "call_activity",
        "sub_process",
        "transaction",
        "ad_hoc_sub_process",
        "event_based_gateway",
    }
)
_UNREMARKABLE = routes.JOINS | _ONE_OF | {"start_event", "end_event"}


def net_of(network: Network) -> Net:
    """The places and transitions of a network."""
    return _Builder(network).built()


class _Builder:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.net = Net()
        self.routes = Routes(network)
        self.begin = routes.entries(network)
        self.asides = routes.set_aside(self.routes, [name for names in self.begin for name in names])
        self.repeated = self.routes.repeated()
        self._places: dict[tuple[str, str], int] = {}

    def built(self) -> Net:
        for names in self.begin:
            self.net.add(Transition((), tuple(sorted(self._place(name) for name in names))))
        for event, way in self.asides.items():
            self.net.asides[self.net.add(Transition((), (self._place(event),), way))] = event
        for node in self.network.nodes.values():
            if routes.carries_tokens(node):
                self._add_node(node)
        return self.net

    def _add_node(self, node: Node) -> None:
        if routes.is_join(node):
            self._add_join(node)
        elif routes.clears(node):
            self._add(node, (self._place(node.id),), (), clears=True)
        elif node.boundary:
            self._add_with_events(node)
        else:
            self._add_choices(node, self._place(node.id))

    def _add_join(self, node: Node) -> None:
        takes = tuple(sorted(self._place(node.id, flow) for flow in node.incoming))
        for gives in self._choices(node):
            self._add(node, takes, gives, is_inclusive=node.kind == "inclusive_gateway")

    def _add_choices(self, node: Node, place: int) -> None:
        for gives in self._choices(node):
            self._add(node, (place,), gives)

    def _add_with_events(self, node: Node) -> None:
        """An activity with events on it. A non-interrupting one happens once an activation here, so that the number
        of markings stays finite: what it begins a second time can do nothing that it could not do the first time.
        """
        events = [self.network.nodes[b] for b in node.boundary if routes.carries_tokens(self.network.nodes[b])]
        ending = [e.id for e in events if e.interrupting]
        aside = [e.id for e in events if not e.interrupting and e.id in self.asides]
        others = [e.id for e in events if not e.interrupting and e.id not in self.asides]
        if aside:
            place = self._place(node.id)
            self._add(node, (place,), (place,)).covers.update(aside)
        sets = self._sets_of(others)
        for happened in sets:
            here = self._place(node.id, "+".join(happened))
            self._add_choices(node, here)
            for event in ending:
                self._add(node, (here,), (self._place(event),))
            for event, then in _extended(happened, others) if len(happened) < len(sets[-1]) else ():
                self._add(node, (here,), (self._place(node.id, "+".join(then)), self._place(event)))

    def _sets_of(self, events: Sequence[str]) -> list[tuple[str, ...]]:
        most = len(events) if len(events) <= MOST_EVENTS else 1
        self.net.is_whole = self.net.is_whole and most == len(events)
        return [chosen for size in range(most + 1) for chosen in combinations(events, size)]

    def _choices(self, node: Node) -> Iterator[tuple[int, ...]]:
        """Where the tokens may be once a node is done: one possibility after the other."""
        target = self.routes.link(node)
        if target is not None:
            yield (self._place(target),)
            return
        for flows in self._taken(node):
            yield tuple(self._behind(flow) for flow in flows)

    def _taken(self, node: Node) -> Iterator[tuple[Flow, ...]]:
        flows = tuple(f for f in node.outgoing if f.target in self.network.nodes)
        asked = [f for f in flows if f.condition is not None]
        default = tuple(f for f in flows if f.is_default)
        always = tuple(f for f in flows if f.condition is None and not f.is_default)
        if node.kind in _ONE_OF and flows:
            yield from ((flow,) for flow in flows)
            return
        if not asked or default or always:
            yield always + default
        for chosen in self._subsets([f for f in asked if not f.is_default]):
            yield always + chosen

    def _subsets(self, asked: Sequence[Flow]) -> Iterator[tuple[Flow, ...]]:
        sizes: Iterable[int] = range(1, len(asked) + 1)
        if len(asked) > MOST_CONDITIONS:
            self.net.is_whole, sizes = False, (1, len(asked))
        for size in sizes:
            yield from combinations(asked, size)

    def _behind(self, flow: Flow) -> int:
        is_join = routes.is_join(self.network.nodes[flow.target])
        return self._place(flow.target, flow.id if is_join else "")

    def _place(self, name: str, part: str = "") -> int:
        """The place at a node, or for `part` that on one flow into a join, or after some events on an activity."""
        if (name, part) not in self._places:
            self._places[name, part] = self.net.add_place(self._new_place(self.network.nodes[name]))
        return self._places[name, part]

    @staticmethod
    def _new_place(node: Node) -> Place:
        is_join = routes.is_join(node)
        is_event = node.kind == "intermediate_catch_event" and bool(node.events) and node.waits_for("link") is None
        passes = () if node.kind in _UNREMARKABLE else (node.id,)
        return Place(node.id, is_join, is_event or node.kind in _WAITING, passes)

    def _add(
        self,
        node: Node,
        takes: tuple[int, ...],
        gives: tuple[int, ...],
        *,
        clears: bool = False,
        is_inclusive: bool = False,
    ) -> Transition:
        transition = Transition(takes, tuple(sorted(gives)), (node.id,), {node.id}, clears=clears)
        transition.is_inclusive, transition.is_cyclic = is_inclusive, node.id in self.repeated
        self.net.add(transition)
        return transition


def _extended(happened: Sequence[str], events: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each event that has not happened yet, and those that have once it did."""
    for event in events:
        if event not in happened:
            yield event, tuple(e for e in events if e in happened or e == event)
