"""Repetition of activities: standard loops and multi-instance, each with an end that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram
from engine.bpmn.check.findings import finding
from engine.bpmn.metadata import BPMN, CAMUNDA, kind_of
from engine.errors import Finding

MOST_ACTIVATIONS = 1_000
_SEVERAL = f"{BPMN}multiInstanceLoopCharacteristics"
_LOOP = f"{BPMN}standardLoopCharacteristics"


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Repetitions without an end or a number, with two, or with more activations than are ever run."""
    for scope in diagram.scopes:
        for node in scope.nodes.values():
            loops = [*node.iterfind(_LOOP), *node.iterfind(_SEVERAL)]
            if len(loops) > 1:
                yield _wrong(node, "Chỉ được có một kiểu lặp.", "There is more than one kind of repetition.")
            if loops and kind_of(node) == "transaction" and node.find(f".//{BPMN}cancelEventDefinition") is not None:
                message_vi = "Giao dịch có thể bị hủy thì không được lặp."
                yield _wrong(node, message_vi, "A transaction that can be cancelled is not repeated.")
            for loop in loops:
                yield from _loop(node, loop) if loop.tag == _LOOP else _several(node, loop)


def _loop(node: etree._Element, loop: etree._Element) -> Iterator[Finding]:
    maximum = loop.get("loopMaximum")
    if not (loop.findtext(f"{BPMN}loopCondition") or "").strip() and maximum is None:
        yield _wrong(node, "Vòng lặp không có điều kiện hay số lần tối đa.", "The loop has no condition or maximum.")
    if maximum is not None:
        yield from _number(node, maximum, least=1)


def _several(node: etree._Element, loop: etree._Element) -> Iterator[Finding]:
    cardinality = (loop.findtext(f"{BPMN}loopCardinality") or "").strip()
    collection = (loop.get(f"{CAMUNDA}collection") or "").strip()
    given = [cardinality, collection, (loop.findtext(f"{BPMN}loopDataInputRef") or "").strip()]
    if sum(map(bool, given)) != 1:
        message_vi = "Lặp phải có đúng một tập hợp hoặc một số lần."
        yield _wrong(node, message_vi, "The repetition needs one collection or one cardinality.")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", cardinality):
        yield from _number(node, cardinality, least=0)
    yield from _items(node, loop)


def _items(node: etree._Element, loop: etree._Element) -> Iterator[Finding]:
    behavior = loop.get("behavior", "All")
    wanted = {"One": "oneBehaviorEventRef", "None": "noneBehaviorEventRef"}.get(behavior)
    if wanted and not loop.get(wanted):
        yield _wrong(node, f"Thiếu {wanted}.", f"{wanted} is missing.")
    for data, item in (("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem")):
        has_data, has_item = (loop.find(f"{BPMN}{tag}") is not None for tag in (data, item))
        if (has_item and not has_data) or (has_data and not has_item and data == "loopDataOutputRef"):
            yield _wrong(node, f"{data} và {item} phải đi cùng nhau.", f"{data} and {item} belong together.")


def _number(node: etree._Element, text: str, *, least: int) -> Iterator[Finding]:
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= MOST_ACTIVATIONS:
        message_vi = f"Số lần lặp phải là số nguyên từ {least} đến {MOST_ACTIVATIONS}."
        yield _wrong(node, message_vi, f"The number of activations must be whole, {least} to {MOST_ACTIVATIONS}.")


def _wrong(node: etree._Element, message_vi: str, message_en: str) -> Finding:
    return finding(node, "repetition", message_vi, message_en)
