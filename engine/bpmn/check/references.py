"""References: each names an element that exists, of the kind that is meant, in the place that is meant.

Rule: a reference of what is only drawn may lead nowhere with a warning; any other may not.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope, is_bpmn
from engine.bpmn.check.findings import caution, finding, local
from engine.bpmn.check.vocabulary import ACTIVITIES, EVENT_DEFINITIONS
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding

_ITEMS = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput", "dataStoreReference")
# attribute → the tags that it may name
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "messageRef": ("message",),
    "signalRef": ("signal",),
    "errorRef": ("error",),
    "escalationRef": ("escalation",),
    "dataObjectRef": ("dataObject",),
    "correlationKeyRef": ("correlationKey",),
    "correlationPropertyRef": ("correlationProperty",),
    "oneBehaviorEventRef": tuple(EVENT_DEFINITIONS),
    "noneBehaviorEventRef": tuple(EVENT_DEFINITIONS),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "eventDefinitionRef": tuple(EVENT_DEFINITIONS),
    "loopDataInputRef": _ITEMS,
    "loopDataOutputRef": _ITEMS,
    "dataInputRefs": ("dataInput",),
    "dataOutputRefs": ("dataOutput",),
}
_DRAWN = (
    ("association", "sourceRef"),
    ("association", "targetRef"),
    ("messageFlow", "sourceRef"),
    ("messageFlow", "targetRef"),
    ("participant", "processRef"),
    ("dataStoreReference", "dataStoreRef"),
)


def findings(diagram: Diagram) -> Iterator[Finding]:
    """References that name nothing, or something else than they may."""
    yield from _global(diagram)
    for scope in diagram.scopes:
        yield from _flows(scope)
        yield from _nodes(diagram, scope)
    yield from _drawn(diagram)


def _global(diagram: Diagram) -> Iterator[Finding]:
    shared = diagram.root.iter(f"{BPMN}correlationPropertyRetrievalExpression")
    for element in (*diagram.executed(), *shared):
        for attribute, tags in _ATTRIBUTES.items():
            value = element.get(attribute)
            if value is not None and diagram.find(value, *tags) is None:
                yield _dangling(element, attribute, value)
        tags = _TEXTS.get(local(element), ())
        if tags and diagram.find(element.text, *tags) is None:
            yield _dangling(element, local(element), element.text or "")
    for text in diagram.root.iter(f"{BPMN}correlationPropertyRef"):
        if diagram.find(text.text, "correlationProperty") is None:
            yield _dangling(text, "correlationPropertyRef", text.text or "")


def _flows(scope: Scope) -> Iterator[Finding]:
    for flow in scope.flows:
        for end in ("sourceRef", "targetRef"):
            if flow.get(end) not in scope.nodes:
                yield _dangling(flow, end, flow.get(end, ""))


def _nodes(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    for node in scope.nodes.values():
        yield from _listed(scope, node)
        default = node.get("default")
        if default is not None and default not in [f.get("id") for f in scope.outgoing(node)]:
            yield _dangling(node, "default", default)
        if kind_of(node) == "boundary_event":
            host = scope.nodes.get(node.get("attachedToRef", ""))
            if host is None or kind_of(host) not in ACTIVITIES:
                yield _dangling(node, "attachedToRef", node.get("attachedToRef", ""))
    for lane in scope.element.iter(f"{BPMN}lane"):
        for reference in lane.iterfind(f"{BPMN}flowNodeRef"):
            if diagram.find(reference.text) is None:
                yield _dangling(lane, "flowNodeRef", reference.text or "")


def _listed(scope: Scope, node: etree._Element) -> Iterator[Finding]:
    """The flows that a node lists are those that are drawn to and from it."""
    for tag, flows in (("incoming", scope.incoming(node)), ("outgoing", scope.outgoing(node))):
        drawn = {f.get("id") for f in flows}
        for listed in node.iterfind(f"{BPMN}{tag}"):
            if (listed.text or "") not in drawn:
                yield _dangling(node, tag, listed.text or "")


def _drawn(diagram: Diagram) -> Iterator[Finding]:
    for tag, attribute in _DRAWN:
        for element in diagram.root.iter(f"{BPMN}{tag}"):
            value = element.get(attribute)
            if value is not None and diagram.find(value) is None and is_bpmn(element):
                message_vi = f"{attribute} “{value[:60]}” của hình vẽ không trỏ tới phần tử nào trong tệp."
                message_en = f"The drawn {attribute} “{value[:60]}” names nothing in the file."
                yield caution(element, "dangling-drawing", message_vi, message_en)


def _dangling(element: etree._Element, attribute: str, value: str) -> Finding:
    value = value.strip()[:60]
    message_vi = f"{attribute} “{value}” không trỏ tới phần tử phù hợp trong cùng phạm vi."
    message_en = f"{attribute} “{value}” names no fitting element in the same scope."
    return finding(element, "dangling-reference", message_vi, message_en)
