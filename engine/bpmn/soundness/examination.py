"""From what was found in the markings to findings that a drawer of diagrams can act on.

Rule: nothing is called wrong that was not reached by a run, and nothing absent that was not looked for to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.network import Network
from engine.bpmn.soundness import routes
from engine.bpmn.soundness.building import net_of
from engine.bpmn.soundness.exploration import Exploration, Limits
from engine.bpmn.soundness.net import Marking
from engine.bpmn.soundness.reduction import reduce
from engine.bpmn.soundness.routes import Routes
from engine.bpmn.soundness.throwing import never_thrown
from engine.errors import Finding

LIMITS = Limits()
# Of a longer trace only the beginning and the end are told.
_LONGEST_TRACE, _BEGINNING = 40, 10


def examine(definition_key: str, networks: Mapping[str, Network], limits: Limits = LIMITS) -> list[Finding]:
    """The findings on a definition's own networks, the main one first, in the order of the diagram.

    Each network is looked at by itself: an activity with an inside may end, and any event on its boundary may
    happen. The activities of an ad-hoc sub-process are begun by people, in whatever order; nothing is said of it.
    """
    findings: list[Finding] = []
    for key in sorted(networks, key=lambda key: key != definition_key):
        if networks[key].ad_hoc is None:
            findings += _Examination(networks[key], limits).findings()
        findings += never_thrown(networks[key], networks)
    return findings


class _Examination:
    def __init__(self, network: Network, limits: Limits) -> None:
        self.network = network
        net = net_of(network)
        reduce(net)
        self.found = Exploration(net, limits)
        self.found.run()
        self.is_whole = net.is_whole and self.found.is_finished

    def findings(self) -> Iterator[Finding]:
        yield from self._deadlocks()
        yield from self._growth()
        if self.is_whole and self.found.growing is None:
            yield from self._dead()
            yield from self._endless()
        yield from self._doubled()
        if not self.is_whole:
            yield self._unknown()

    def _deadlocks(self) -> Iterator[Finding]:
        named: set[str] = set()
        for marking in self.found.stuck:
            if not self._is_deadlock(marking):
                continue
            join = self._element(marking[0])
            if join not in named:
                named.add(join)
                trace = self._trace(marking, join)
                yield Finding(
                    join,
                    "deadlock",
                    f"Quy trình bị tắc tại “{join}”: luồng xử lý chờ ở đây không bao giờ hội đủ. Đường đi: {trace}.",
                    f"The process gets stuck at “{join}”: what it waits for here can never come. Way: {trace}.",
                )

    def _growth(self) -> Iterator[Finding]:
        if self.found.growing is None:
            return
        marking, place = self.found.growing
        element, trace = self._element(place), self._trace(marking)
        yield Finding(
            element,
            "unbounded",
            f"Số luồng xử lý đồng thời tại “{element}” tăng không giới hạn mỗi khi lặp lại đường đi: {trace}.",
            f"Tokens heap up at “{element}” without bound each time this way is gone: {trace}.",
        )

    def _dead(self) -> Iterator[Finding]:
        """Those that nothing reaches, and of several in a row the first; without a path at all it is another rule."""
        ways = Routes(self.network)
        drawn = ways.reached(name for names in routes.entries(self.network) for name in names)
        before = {after for name in drawn if name in self.found.reached for after in ways.after[name]}
        for name in self.network.nodes:
            if name in before and name not in self.found.reached:
                yield Finding(
                    name,
                    "dead-activity",
                    f"Không có diễn biến nào của quy trình tới được “{name}”.",
                    f"No run of the process ever reaches “{name}”.",
                )

    def _endless(self) -> Iterator[Finding]:
        """A marking from which no end can be reached, unless an event sub-process can still end it."""
        if any(self.network.nodes[name].interrupting for name in self.network.event_subs):
            return
        ending = self._ending()
        lost = next((m for m in self.found.before if m not in ending), None)
        if lost is None:
            return
        element, trace = self._element(lost[0]), self._trace(lost)
        yield Finding(
            element,
            "no-completion",
            f"Từ “{element}” quy trình không còn đường nào đi tới kết thúc. Đường đi: {trace}.",
            f"From “{element}” on the process can never come to an end. Way: {trace}.",
        )

    def _doubled(self) -> Iterator[Finding]:
        for element in self.network.nodes:
            marking = self.found.doubled.get(element)
            if marking is None or self.found.growing is not None:
                continue
            trace = self._trace(marking)
            yield Finding(
                element,
                "multiple-tokens",
                f"Nhiều luồng xử lý có thể cùng đi qua “{element}”, mỗi luồng thực hiện một lần. Đường đi: {trace}.",
                f"Several tokens may come through “{element}” at once, and it is done for each. Way: {trace}.",
                severity="warning",
            )

    def _unknown(self) -> Finding:
        count = len(self.found.before)
        return Finding(
            self.network.key,
            "soundness-unknown",
            f"Chưa xét hết được tính đúng đắn của sơ đồ do có quá nhiều trạng thái; đã xét {count} trạng thái.",
            f"Soundness was not examined to the end: there are too many states; {count} were looked at.",
            severity="warning",
        )

    def _ending(self) -> set[Marking]:
        """The markings from which the end can be reached, or a deadlock, which is another finding."""
        before: dict[Marking, list[Marking]] = {}
        for marking, following in self.found.after.items():
            for other in following:
                before.setdefault(other, []).append(marking)
        waiting: list[Marking] = [(), *(m for m in self.found.stuck if self._is_deadlock(m))]
        ending = set(waiting)
        while waiting:
            new = [m for m in before.get(waiting.pop(), ()) if m not in ending]
            ending.update(new)
            waiting += new
        return ending

    def _is_deadlock(self, marking: Marking) -> bool:
        """Whether all that is left waits at joins. A token that nothing takes goes round in a circle, merged away."""
        net = self.found.net
        return all(net.places[place].is_join and net.takers[place] for place in marking)

    def _element(self, place: int) -> str:
        found = self.found.net.places[place]
        return found.element if found.is_join else next(iter(found.passes), found.element)

    def _trace(self, marking: Marking, last: str | None = None) -> str:
        trace = [*self.found.trace(marking), *([last] if last else [])]
        if len(trace) > _LONGEST_TRACE:
            trace = [*trace[:_BEGINNING], "…", *trace[_BEGINNING - _LONGEST_TRACE :]]
        return " → ".join(trace)
