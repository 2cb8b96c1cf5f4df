"""All checks of a document, one after another.

Rule: no check relies on another one having passed; each says everything that it finds.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.check import (
    activities,
    content,
    data,
    events,
    flows,
    forms,
    gateways,
    identity,
    paths,
    processes,
    references,
    repetition,
    slots,
    vendor,
)
from engine.bpmn.check.diagram import diagram_of
from engine.errors import DefinitionError, Finding

_ECHOES = frozenset({"unreachable", "no-end"})
_CHECKS = (
    identity.findings,
    references.findings,
    content.findings,
    vendor.findings,
    processes.findings,
    activities.findings,
    repetition.findings,
    events.findings,
    gateways.findings,
    flows.findings,
    data.findings,
    forms.findings,
    slots.findings,
    paths.findings,
)


def require_executable(root: etree._Element, file: str) -> tuple[Finding, ...]:
    """The warnings about a document. Raises DefinitionError with all that keeps it from being run as drawn."""
    found = findings_of(root, file)
    if any(f.severity == "error" for f in found):
        raise DefinitionError(file, found)
    return tuple(found)


def findings_of(root: etree._Element, file: str) -> list[Finding]:
    """All that is to say about a document, each thing once, errors before warnings."""
    diagram = diagram_of(root, file)
    found = dict.fromkeys(finding for check in _CHECKS for finding in check(diagram))
    return sorted(_without_echoes(root, list(found)), key=lambda f: f.severity != "error")


def _without_echoes(root: etree._Element, found: list[Finding]) -> list[Finding]:
    """Without what is found only because an element is not executed: flows to it, and what no path leads to then."""
    unknown = {f.element for f in found if f.rule == "unsupported"}
    flows = root.iter("{*}sequenceFlow")
    touching = {f.get("id") for f in flows if {f.get("sourceRef"), f.get("targetRef")} & unknown}
    if not touching:
        return found
    return [
        f for f in found if f.rule not in _ECHOES and not (f.rule == "dangling-reference" and f.element in touching)
    ]
