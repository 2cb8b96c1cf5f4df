"""Two versions of one process, and how a case is to go from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.definition import Definition
from engine.bpmn.network import Node
from engine.bpmn.state import State, load
from engine.errors import Finding


@dataclass(frozen=True)
class Versions:
    """The version that a case is of, and the one it is to be of; `mapping` names elements whose id has changed."""

    source: Definition
    target: Definition
    mapping: Mapping[str, str]

    def new_id(self, node_id: str) -> str:
        """What an element is called in the target."""
        return self.mapping.get(node_id, node_id)

    def new(self, node_id: str) -> Node | None:
        """The node of the target that an element becomes; None when there is none."""
        return self.target.nodes.get(self.new_id(node_id))

    def new_flow(self, join_id: str, flow_id: str) -> str | None:
        """The flow into a join by which a waiting token came: of the same id, else the one from the same element."""
        join = self.new(join_id)
        if join is None or flow_id in join.incoming:
            return flow_id if join is not None else None
        origin = next((n.id for n in self.source.nodes.values() for f in n.outgoing if f.id == flow_id), None)
        before = self.new(origin) if origin is not None else None
        found = [f.id for f in before.outgoing if f.target == join.id] if before is not None else []
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Relocation:
    """How a case goes over: what is live and where it will be (old and new element id), and what cannot."""

    maps: tuple[tuple[str, str], ...]
    refused: tuple[Finding, ...]


def state_of(stored: bytes) -> State:
    """The live state; that of a case that has not begun is empty."""
    return load(stored) if stored else State()
