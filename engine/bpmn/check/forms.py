"""Forms declared in a diagram: every field has a name of its own and a type that is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram
from engine.bpmn.check.findings import finding
from engine.bpmn.metadata import BPMN, CAMUNDA
from engine.errors import Finding
from engine.forms import FIELD_TYPES

_NAME = re.compile(r"(?!__)[^\W\d][\w-]{0,127}")


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Fields of an unknown type, without a name, or with a name used twice."""
    for element in diagram.executed():
        for form in element.iterfind(f"{BPMN}extensionElements/{CAMUNDA}formData"):
            yield from _form(element, form)


def _form(element: etree._Element, form: etree._Element) -> Iterator[Finding]:
    fields = list(form.iterfind(f"{CAMUNDA}formField"))
    counts = Counter(f.get("id", "") for f in fields)
    for field in fields:
        name, kind = field.get("id", ""), field.get("type", "string")
        if not _NAME.fullmatch(name) or counts[name] > 1:
            message_vi = f"Tên trường “{name[:60]}” không hợp lệ hoặc bị trùng."
            yield finding(element, "field-id", message_vi, f"The field name “{name[:60]}” is malformed or repeated.")
        if kind not in FIELD_TYPES:
            message_vi = f"Trường “{name[:60]}” có kiểu “{kind[:60]}” không được hỗ trợ."
            message_en = f"The field “{name[:60]}” has the unknown type “{kind[:60]}”."
            yield finding(element, "field-type", message_vi, message_en)
