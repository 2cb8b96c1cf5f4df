"""Words of vendors: those we read, those that only draw, those that change nothing here; all others are refused.

Rule: an attribute or element of an engine that is known to execute something is refused unless it is listed here;
what another tool notes for itself may be ignored (BPMN 2.0.2, 8.2.3), with a warning where we don't know the tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, is_bpmn
from engine.bpmn.check.findings import caution, finding, local
from engine.bpmn.check.vendors import (
    DRAWING,
    ENGINES,
    HARMLESS,
    PLAIN_VALUES,
    READ_ATTRIBUTES,
    READ_ELEMENTS,
    TOOLS,
)
from engine.bpmn.metadata import BPMN, CAMUNDA
from engine.errors import Finding

_PARAMETERS = (f"{CAMUNDA}inputParameter", f"{CAMUNDA}outputParameter")


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Vendors' words that would be executed elsewhere and are not here."""
    strangers: dict[str, etree._Element] = {}
    for element in (*_top(diagram), *diagram.executed()):
        yield from _attributes(element, strangers)
        extensions = element.find(f"{BPMN}extensionElements")
        for child in extensions if extensions is not None else ():
            yield from _element(element, child, strangers)
    for namespace, element in strangers.items():
        message_vi = f"Phần mở rộng của “{namespace[:80]}” không được đọc."
        yield caution(element, "unknown-extension", message_vi, f"Extensions of “{namespace[:80]}” are not read.")


def _top(diagram: Diagram) -> Iterator[etree._Element]:
    """What stands outside the processes and is used by them; drawn processes and diagrams are not."""
    yield diagram.root
    for top in diagram.root:
        if is_bpmn(top) and local(top) not in ("process", "collaboration") and top not in diagram.global_tasks:
            yield from top.iter(f"{BPMN}*")


def _attributes(element: etree._Element, strangers: dict[str, etree._Element]) -> Iterator[Finding]:
    for qualified, value in element.attrib.items():
        name = etree.QName(qualified)
        namespace = name.namespace or ""
        if not namespace or namespace in DRAWING:
            continue
        vendor = ENGINES.get(namespace)
        if vendor is None:
            strangers.setdefault(namespace, element) if not _is_tool(namespace) else None
        elif _is_read(element, namespace, name.localname, str(value)):
            continue
        elif name.localname in HARMLESS:
            yield _ignored(element, vendor, name.localname)
        else:
            yield _refused(element, vendor, name.localname)


def _is_read(element: etree._Element, namespace: str, name: str, value: str) -> bool:
    if f"{{{namespace}}}" != CAMUNDA:
        return False
    tags = READ_ATTRIBUTES.get(name)
    if tags is not None and local(element) in tags:
        return True
    return value.strip() in PLAIN_VALUES.get(name, ())


def _element(owner: etree._Element, child: etree._Element, strangers: dict[str, etree._Element]) -> Iterator[Finding]:
    namespace, name = etree.QName(child).namespace or "", local(child)
    vendor = ENGINES.get(namespace)
    if vendor is None:
        if namespace not in DRAWING and not _is_tool(namespace):
            strangers.setdefault(namespace, owner)
    elif f"{{{namespace}}}" == CAMUNDA and name in READ_ELEMENTS:
        if local(owner) not in READ_ELEMENTS[name] and READ_ELEMENTS[name]:
            yield _refused(owner, vendor, name)
        yield from _inside(owner, child, vendor)
    elif f"{{{namespace}}}" == CAMUNDA and name == "in" and _is_everything(child):
        return
    elif name in HARMLESS:
        yield _ignored(owner, vendor, name)
    else:
        yield _refused(owner, vendor, name)


def _inside(owner: etree._Element, child: etree._Element, vendor: str) -> Iterator[Finding]:
    """A parameter is text or an expression; a list, map or script in it is refused."""
    for parameter in child.iter(*_PARAMETERS):
        for part in parameter:
            yield _refused(owner, vendor, local(part))
        if not (parameter.get("name") or "").strip():
            yield _refused(owner, vendor, local(parameter))


def _is_everything(mapping: etree._Element) -> bool:
    """One scope of variables is shared with what is called: such a mapping says what happens anyway."""
    return mapping.get("variables") == "all" or (mapping.get("businessKey") or "").replace(" ", "") in _BUSINESS_KEY


_BUSINESS_KEY = ("#{execution.processBusinessKey}", "${execution.processBusinessKey}")


def _is_tool(namespace: str) -> bool:
    return any(mark in namespace.lower() for mark in TOOLS)


def _ignored(element: etree._Element, vendor: str, name: str) -> Finding:
    message_vi = f"{vendor}:{name} bị bỏ qua, không làm thay đổi trình tự."
    return caution(element, "ignored", message_vi, f"{vendor}:{name} is ignored; it does not change what happens.")


def _refused(element: etree._Element, vendor: str, name: str) -> Finding:
    message_vi = f"{vendor}:{name} không được hỗ trợ."
    return finding(element, "vendor", message_vi, f"{vendor}:{name} is not supported.")
