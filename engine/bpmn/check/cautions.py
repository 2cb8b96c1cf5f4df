"""What may be meant otherwise than drawn, but can be run."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.definition import Element
from engine.bpmn.network import Network
from engine.errors import Finding

_DECIDING = frozenset({"exclusive_gateway", "inclusive_gateway"})


def warnings(networks: Mapping[str, Network], elements: Mapping[str, Element]) -> tuple[Finding, ...]:
    """Gateways that leave a case nowhere to go when no condition holds."""
    del elements
    return tuple(
        Finding(
            node.id,
            "no-default",
            "Cổng rẽ nhánh không có luồng mặc định.",
            "The gateway has no default flow.",
            severity="warning",
        )
        for network in networks.values()
        for node in network.nodes.values()
        if node.kind in _DECIDING and len(node.outgoing) > 1 and all(not f.is_default for f in node.outgoing)
    )
