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
    return sorted(found, key=lambda f: f.severity != "error")
