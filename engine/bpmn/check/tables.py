"""Whether a DMN file is executed as written: every cell, and every element around it.

Rule: a file is one decision table that asks no other; what is neither executed nor documentation is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from engine.bpmn.check.findings import finding, local
from engine.bpmn.check.identity import is_id
from engine.bpmn.decisions import HIT_POLICIES, compile_cell, compile_test, output_name
from engine.bpmn.expressions import ExpressionError
from engine.errors import Finding

_UNDERSTOOD = frozenset(
    {
        "allowedAnswers",
        "allowedValues",
        "annotation",
        "annotationEntry",
        "artifact",
        "association",
        "authorityRequirement",
        "decision",
        "decisionTable",
        "definitions",
        "description",
        "extensionElements",
        "group",
        "import",
        "input",
        "inputData",
        "inputEntry",
        "inputExpression",
        "inputValues",
        "itemComponent",
        "itemDefinition",
        "knowledgeSource",
        "output",
        "outputEntry",
        "outputValues",
        "performanceIndicator",
        "organizationUnit",
        "question",
        "requiredAuthority",
        "requiredDecision",
        "requiredInput",
        "informationRequirement",
        "rule",
        "text",
        "textAnnotation",
        "typeRef",
        "variable",
    }
)


def findings_of(root: etree._Element, namespace: str) -> list[Finding]:
    """All that keeps the decisions of a file from being executed as written."""
    return [*_words(root, namespace), *_ids(root), *(f for d in root.iter(f"{namespace}decision") for f in _table(d))]


def _words(root: etree._Element, namespace: str) -> Iterator[Finding]:
    for element in root.iter(f"{namespace}*"):
        name = local(element)
        if name == "requiredDecision" and _is_asked_by_decision(element):
            message_vi = "Bảng quyết định hỏi bảng khác chưa được hỗ trợ."
            yield finding(element, "requirement", message_vi, "A decision that requires another is not supported.")
        elif name not in _UNDERSTOOD | {"defaultOutputEntry"}:
            message_vi = f"Phần tử {name} chưa được hỗ trợ."
            yield finding(element, "unsupported", message_vi, f"{name} is not supported.")


def _is_asked_by_decision(element: etree._Element) -> bool:
    return any(local(a) == "informationRequirement" for a in element.iterancestors())


def _ids(root: etree._Element) -> Iterator[Finding]:
    namespace = etree.QName(root).namespace
    counts = Counter(e.get("id") for e in root.iter(f"{{{namespace}}}*") if e.get("id") is not None)
    for name, count in counts.items():
        if count > 1:
            yield Finding(str(name)[:128], "duplicate-id", "Mã định danh bị trùng.", "The id is used more than once.")
        if not is_id(str(name)):
            message_vi = "Mã định danh không hợp lệ hoặc quá dài."
            yield Finding(str(name)[:128], "id", message_vi, "The id is malformed or too long.")


def _table(decision: etree._Element) -> Iterator[Finding]:
    namespace = f"{{{etree.QName(decision).namespace}}}"
    table = decision.find(f"{namespace}decisionTable")
    if not decision.get("id"):
        yield finding(decision, "id", "Quyết định không có mã định danh.", "The decision has no id.")
    policy = table.get("hitPolicy", "UNIQUE") if table is not None else ""
    if table is None or policy not in HIT_POLICIES or table.get("aggregation"):
        message_vi = "Chỉ hỗ trợ bảng quyết định với UNIQUE, FIRST, ANY, COLLECT, RULE ORDER, không gộp."
        message_en = "Only decision tables with UNIQUE, FIRST, ANY, COLLECT or RULE ORDER, no aggregation."
        yield finding(decision, "hit-policy", message_vi, message_en)
    if table is None:
        return
    yield from _columns(table, namespace)
    yield from _rows(table, namespace)


def _columns(table: etree._Element, namespace: str) -> Iterator[Finding]:
    outputs = list(table.iterfind(f"{namespace}output"))
    names = [output_name(output, number) for number, output in enumerate(outputs)]
    if not outputs or len(set(names)) != len(names):
        message_vi = "Bảng phải có cột kết quả, mỗi cột một tên riêng."
        yield finding(table, "columns", message_vi, "A table needs outputs, each with a name of its own.")
    for column in table.iterfind(f"{namespace}input"):
        text = column.findtext(f"{namespace}inputExpression/{namespace}text", "")
        yield from _cell(column, compile_cell, text)
    for default in table.iter(f"{namespace}defaultOutputEntry"):
        message_vi = "Giá trị mặc định của cột kết quả chưa được hỗ trợ."
        yield finding(default, "unsupported", message_vi, "A default output is not supported.")


def _rows(table: etree._Element, namespace: str) -> Iterator[Finding]:
    width = {tag: len(table.findall(f"{namespace}{tag}")) for tag in ("input", "output")}
    for row in table.iterfind(f"{namespace}rule"):
        tests, values = row.findall(f"{namespace}inputEntry"), row.findall(f"{namespace}outputEntry")
        if (len(tests), len(values)) != (width["input"], width["output"]):
            message_vi = "Số ô của dòng không khớp với số cột."
            yield finding(row, "columns", message_vi, "The row has not as many cells as there are columns.")
        for cell in tests:
            yield from _cell(cell, compile_test, cell.findtext(f"{namespace}text", ""))
        for cell in values:
            yield from _cell(cell, compile_cell, cell.findtext(f"{namespace}text", ""))


def _cell(element: etree._Element, compiler: Callable[[str], object], text: str) -> Iterator[Finding]:
    try:
        compiler(text)
    except (ExpressionError, RecursionError) as error:
        shown = " ".join(text.split())[:60]
        reason, reason_vi = getattr(error, "reason", "nested"), getattr(error, "reason_vi", "lồng nhau quá sâu")
        message_vi = f"Ô “{shown}” không hợp lệ: {reason_vi}."
        yield finding(element, "cell", message_vi, f"Invalid cell “{shown}”: {reason}.")
