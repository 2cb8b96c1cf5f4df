"""The OMG's BPMN 2.0 schema, in the form in which SpiffWorkflow ships it, as the first judge of a diagram.

Rule: what the schema does not allow is refused with the element in whose lines the fault lies
(docs/decisions/0002-token-engine.md).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.bpmn.xml_safety import refused


def require_schema(xml: bytes, file: str) -> None:
    """Refuse a file that the OMG's BPMN 2.0 schema does not allow."""
    root = etree.fromstring(xml)
    try:
        _validator().validate(root, file)
    except ValidationException as error:
        reason = str(error).split("\n")[0]
        message_vi = f"Không đúng lược đồ BPMN 2.0: {reason}"
        element = _element_at(root, error.line_number)
        raise refused(file, "schema", message_vi, f"Not valid BPMN 2.0: {reason}", element) from error


def _element_at(root: etree._Element, line: int | None) -> str | None:
    """The id of the element on a line, or of the one around it."""
    found = next((e for e in root.iter("*") if line is not None and getattr(e, "sourceline", None) == line), None)
    while found is not None and not found.get("id"):
        found = found.getparent()
    return None if found is None else found.get("id")


@lru_cache(maxsize=1)
def _validator() -> Any:
    return BpmnValidator()
