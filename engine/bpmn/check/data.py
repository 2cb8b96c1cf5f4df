"""Data: associations copy one item to another; stores, transformations and data of a vendor's own are not executed."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram
from engine.bpmn.check.findings import caution, finding, local
from engine.bpmn.metadata import BPMN
from engine.errors import Finding

_ITEMS = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput")
_ASSOCIATIONS = frozenset({"dataInputAssociation", "dataOutputAssociation"})


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Associations that do more than copy, or copy from or to nothing; data stores."""
    for element in diagram.executed():
        if local(element) in _ASSOCIATIONS:
            yield from _association(diagram, element)
        elif local(element) == "dataStoreReference":
            message_vi = "Kho dữ liệu chỉ là hình vẽ, không được đọc hay ghi."
            yield caution(element, "data-store", message_vi, "A data store is a drawing: it is not read or written.")
    for property_ in diagram.root.iter(f"{BPMN}correlationProperty"):
        retrievals = property_.findall(f"{BPMN}correlationPropertyRetrievalExpression")
        if not retrievals or any(not _path(r) for r in retrievals):
            message_vi = "Thuộc tính tương quan thiếu biểu thức messagePath."
            yield finding(property_, "correlation", message_vi, "The correlation property has no messagePath.")


def _path(retrieval: etree._Element) -> str:
    return (retrieval.findtext(f"{BPMN}messagePath") or "").strip()


def _association(diagram: Diagram, element: etree._Element) -> Iterator[Finding]:
    for part in ("transformation", "assignment"):
        if element.find(f"{BPMN}{part}") is not None:
            message_vi = f"{part} trong liên kết dữ liệu chưa được hỗ trợ."
            yield finding(element, "data-association", message_vi, f"{part} in a data association is not supported.")
    sources, targets = element.findall(f"{BPMN}sourceRef"), element.findall(f"{BPMN}targetRef")
    if len(sources) != 1 or len(targets) != 1:
        message_vi = "Liên kết dữ liệu phải có đúng một nguồn và một đích."
        yield finding(element, "data-association", message_vi, "A data association has one source and one target.")
    for reference in (*sources, *targets):
        if diagram.find(reference.text, "dataStoreReference") is not None:
            message_vi = "Đọc ghi kho dữ liệu chưa được hỗ trợ."
            yield finding(element, "unsupported", message_vi, "Reading and writing data stores is not supported.")
        elif diagram.find(reference.text, *_ITEMS) is None and not _is_item_of_loop(diagram, reference.text):
            name = (reference.text or "")[:60]
            message_vi = f"Liên kết dữ liệu trỏ tới “{name}”, không phải là dữ liệu."
            yield finding(element, "dangling-reference", message_vi, f"“{name}” is no data in this file.")


def _is_item_of_loop(diagram: Diagram, reference: str | None) -> bool:
    return diagram.find(reference, "inputDataItem", "outputDataItem") is not None
