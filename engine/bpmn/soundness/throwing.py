"""Boundary events for errors, escalations and cancellations that nothing inside their activity can throw.

Rule: a handler may raise any error, and a process that is not at hand may throw anything; the rest is read from the
diagram. Such an event is warned of and still taken as possible, since it does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.network import Network, Node
from engine.errors import Finding

_THROWN_INSIDE = {"error": "lỗi", "escalation": "sự leo thang", "cancel": "yêu cầu hủy bỏ"}
_THROWERS = frozenset({"end_event", "intermediate_throw_event"})
ANYTHING = "*"


def never_thrown(network: Network, networks: Mapping[str, Network]) -> Iterator[Finding]:
    """The findings on the boundary events of one network."""
    for node in network.nodes.values():
        host = network.nodes.get(node.host or "")
        rule = node.waits_for(*_THROWN_INSIDE)
        if host is None or host.called is None or rule is None or node.kind != "boundary_event":
            continue
        if not _catches(rule.name, set(_thrown(host, rule.kind, networks))):
            yield Finding(
                node.id,
                "never-thrown",
                f"Sự kiện “{node.id}” không thể xảy ra: bên trong “{host.id}” không phát sinh"
                f" {_THROWN_INSIDE[rule.kind]} tương ứng.",
                f"The event “{node.id}” cannot happen: nothing inside “{host.id}” throws such a {rule.kind}.",
                severity="warning",
            )


def _catches(name: str | None, thrown: set[str | None]) -> bool:
    return bool(thrown) and (name is None or not thrown.isdisjoint({name, ANYTHING}))


def _thrown(host: Node, kind: str, networks: Mapping[str, Network]) -> Iterator[str | None]:
    """What is thrown inside an activity, however deep, whether or not something inside catches it."""
    seen: set[str] = set()
    waiting = [host.called or ""]
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        if key not in networks:
            yield ANYTHING
            continue
        for node in networks[key].nodes.values():
            yield from _thrown_by(node, kind)
            waiting += [node.called] if node.called else []


def _thrown_by(node: Node, kind: str) -> Iterator[str | None]:
    if node.kind in _THROWERS:
        yield from (rule.name for rule in node.events if rule.kind == kind)
    if kind == "error" and (node.handler is not None or (node.kind == "call_activity" and node.called is None)):
        yield ANYTHING
