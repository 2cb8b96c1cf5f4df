"""One spelling of what XML Schema lets a diagram write in several ways.

Rule: only the form changes, never the meaning: `1` becomes `true`, a reference loses the prefix of the document's own
namespace and the space around it; everything that reads a diagram afterwards may compare plain text.
"""

from __future__ import annotations

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_FLAGS = frozenset(
    {
        "cancelActivity",
        "cancelRemainingInstances",
        "instantiate",
        "isClosed",
        "isCollection",
        "isExecutable",
        "isForCompensation",
        "isImmediate",
        "isInterrupting",
        "isSequential",
        "mustUnderstand",
        "parallelMultiple",
        "testBefore",
        "triggeredByEvent",
        "waitForCompletion",
    }
)
_REFERENCES = frozenset({"calledElement", "default"})
_NUMBERS = frozenset({"startQuantity", "completionQuantity", "loopMaximum"})
_REFERRING = frozenset({"incoming", "outgoing"})
_TRUTH = {"1": "true", "0": "false"}


def spell_plainly(root: etree._Element) -> None:
    """Bring the flags, ids and references of a BPMN document into their one form, in place."""
    if etree.QName(root).namespace != BPMN:
        return
    own = (root.get("targetNamespace") or "").strip()
    for element in root.iter(f"{{{BPMN}}}*"):
        for name, value in element.attrib.items():
            plain = _plain(str(name), str(value), element, own)
            if plain != value:
                element.set(name, plain)
        if element.text and _is_reference(etree.QName(element).localname):
            element.text = _local(element.text.strip(), element, own)


def _plain(name: str, value: str, element: etree._Element, own: str) -> str:
    if name in _FLAGS:
        return _TRUTH.get(value.strip(), value.strip())
    if name == "id":
        return value.strip()
    if name in _NUMBERS:
        return value.strip().lstrip("+")
    return _local(value.strip(), element, own) if _is_reference(name) else value


def _is_reference(name: str) -> bool:
    return name in _REFERENCES or name in _REFERRING or name.endswith(("Ref", "Refs"))


def _local(value: str, element: etree._Element, own: str) -> str:
    """A reference without the prefix of the document's own namespace; one to elsewhere keeps it and names nothing."""
    prefix, colon, name = value.partition(":")
    return name if colon and element.nsmap.get(prefix) == own else value
