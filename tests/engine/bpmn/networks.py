"""Networks for tests, drawn in a line: `drawn("s > and1 > a > and2 > e", "and1 > b > and2")`.

A node's kind is read from its name without digits (`KINDS`; others are user tasks). `>?` is a flow with a condition,
`>!` the default flow. A boundary event is written `a@b` (interrupting) or `a@~b`: its own flows follow under `b`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.expressions import compile_expression
from engine.bpmn.network import EventRule, Flow, Network, Node

KINDS = {
    "s": "start_event",
    "e": "end_event",
    "kill": "end_event",
    "fail": "end_event",
    "xor": "exclusive_gateway",
    "and": "parallel_gateway",
    "or": "inclusive_gateway",
    "when": "event_based_gateway",
    "auto": "service_task",
    "catch": "intermediate_catch_event",
    "throw": "intermediate_throw_event",
    "sub": "sub_process",
}
EVENTS = {"kill": "terminate", "fail": "error", "catch": "message"}
_FLOW = re.compile(r"\s*(>[?!]?)\s*")


def drawn(*lines: str, links: Mapping[str, str] | None = None, key: str = "p", start: str | None = "s") -> Network:
    """A network. `links` gives the name of the link that an event throws or catches."""
    flows: list[Flow] = []
    nodes: dict[str, Node] = {}
    for line in lines:
        first, *rest = _FLOW.split(line.strip())
        source = _named(nodes, first)
        for sign, name in zip(rest[::2], rest[1::2], strict=True):
            target = _named(nodes, name)
            condition = compile_expression("x == 1") if sign == ">?" else None
            flows.append(Flow(f"f{len(flows)}", source, target, condition, sign == ">!"))
            source = target
    for name, link in (links or {}).items():
        nodes[name] = replace(nodes[name], events=(EventRule("link", link),))
    return Network(key, start, {name: _connected(node, flows) for name, node in nodes.items()})


def _named(nodes: dict[str, Node], name: str) -> str:
    host, mark, event = name.partition("@")
    if mark:
        name = event.removeprefix("~")
        nodes[host] = replace(nodes[host], boundary=(*nodes[host].boundary, name))
        timer = (EventRule("timer"),)
        nodes[name] = Node(name, "boundary_event", host=host, interrupting=not event.startswith("~"), events=timer)
    elif name not in nodes:
        kind = name.rstrip("0123456789")
        events = (EventRule(EVENTS[kind]),) if kind in EVENTS else ()
        called = name if kind == "sub" else None
        nodes[name] = Node(name, KINDS.get(kind, "user_task"), events=events, called=called)
    return name


def _connected(node: Node, flows: list[Flow]) -> Node:
    incoming = tuple(f.id for f in flows if f.target == node.id)
    return replace(node, incoming=incoming, outgoing=tuple(f for f in flows if f.source == node.id))
