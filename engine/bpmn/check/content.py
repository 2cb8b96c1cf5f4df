"""Words and attributes of BPMN that are not executed: refused by name unless they are documentation.

Rule: the lists stand in vocabulary.py; what is in none of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, is_bpmn
from engine.bpmn.check.findings import finding, local
from engine.bpmn.check.vocabulary import ATTRIBUTES, DOCUMENTATION, EXECUTED, GLOBAL_TASKS, PARTS, ROOTS
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding

_ROLES = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner"})
_ASSIGNING = frozenset({"resourceRef", "resourceAssignmentExpression", "resourceParameterBinding"})
_PLAIN_IMPLEMENTATIONS = frozenset({"", "##unspecified", "##WebService"})


def findings(diagram: Diagram) -> Iterator[Finding]:
    """What a document holds that is not executed."""
    yield from _roots(diagram)
    for element in diagram.executed():
        yield from _word(element)
        yield from _attributes(element)


def _roots(diagram: Diagram) -> Iterator[Finding]:
    for extension in diagram.root.iter(f"{BPMN}extension"):
        if extension.get("mustUnderstand") == "true":
            name = extension.get("definition", "")
            message_vi = f"Phần mở rộng “{name}” bắt buộc phải hiểu nhưng không được hỗ trợ."
            yield finding(extension, "must-understand", message_vi, f"The extension “{name}” is not understood.")
    for element in diagram.root:
        if is_bpmn(element) and local(element) not in ROOTS and kind_of(element) not in GLOBAL_TASKS:
            yield _unsupported(element, local(element))


def _word(element: etree._Element) -> Iterator[Finding]:
    name = local(element)
    if name in PARTS | DOCUMENTATION or kind_of(element) in EXECUTED | GLOBAL_TASKS:
        return
    if name == "rendering":
        if len(element):
            yield _unsupported(element, name)
    elif name in _ROLES:
        if any(local(c) in _ASSIGNING for c in element if is_bpmn(c)):
            message_vi = f"Phân công bằng {name} chưa được hỗ trợ; dùng camunda:candidateGroups."
            yield finding(element, "unsupported", message_vi, f"Assignment by {name} is not supported.")
    elif not _is_assigning_part(element):
        yield _unsupported(element, name)


def _is_assigning_part(element: etree._Element) -> bool:
    """What stands inside a role, and is told of there."""
    return any(local(a) in _ROLES for a in element.iterancestors() if is_bpmn(a))


def _attributes(element: etree._Element) -> Iterator[Finding]:
    for name, allowed in ATTRIBUTES.items():
        value = element.get(name)
        if value is not None and not _is_allowed(name, value, allowed):
            message_vi = f"Thuộc tính {name}=“{value[:60]}” chưa được hỗ trợ."
            yield finding(element, "unsupported", message_vi, f"The attribute {name}=“{value[:60]}” is not supported.")
    if element.get("instantiate") == "true" and kind_of(element) in EXECUTED - {"receive_task"}:
        yield finding(element, "unsupported", "Cổng khởi tạo chưa được hỗ trợ.", "An instantiating gateway.")
    yield from _implementation(element)


def _is_allowed(name: str, value: str, allowed: frozenset[str]) -> bool:
    return (value.strip().lower() if name == "method" else value.strip()) in allowed


def _implementation(element: etree._Element) -> Iterator[Finding]:
    """How a task is done is said by its handler, message or decision; another technology is not executed."""
    value = (element.get("implementation") or "").strip()
    if value not in _PLAIN_IMPLEMENTATIONS and kind_of(element) not in ("service_task", "user_task"):
        message_vi = f"Cách thực hiện “{value[:60]}” chưa được hỗ trợ."
        yield finding(element, "unsupported", message_vi, f"The implementation “{value[:60]}” is not supported.")


def _unsupported(element: etree._Element, name: str) -> Finding:
    return finding(element, "unsupported", f"Phần tử {name} chưa được hỗ trợ.", f"{name} is not supported.")
