"""Ids and names: well-formed, of bounded length, and each id used once in the whole file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from engine.bpmn.check.diagram import Diagram
from engine.bpmn.check.findings import finding, local
from engine.bpmn.check.vocabulary import EXECUTED
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding

LONGEST_ID = 128
LONGEST_NAME = 255
_ID = re.compile(r"[^\W\d][\w.·-]*")
_STANDARD = "http://www.omg.org/spec/"


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Ids that are missing, malformed or used twice."""
    counts: Counter[str] = Counter()
    for element in diagram.root.iter("*"):
        name = element.get("id")
        if name is None or not str(element.tag).startswith("{" + _STANDARD):
            continue
        counts[name] += 1
        if not is_id(name):
            message_vi = f"Mã định danh “{name[:60]}” không hợp lệ hoặc quá dài."
            yield finding(element, "id", message_vi, f"The id “{name[:60]}” is malformed or too long.")
    for name, count in counts.items():
        if count > 1:
            yield Finding(name[:LONGEST_ID], "duplicate-id", "Mã định danh bị trùng.", "The id is used more than once.")
    yield from _missing(diagram)
    yield from _long_names(diagram)


def is_id(name: str) -> bool:
    """Whether a text is an id as XML has it, and no path."""
    return len(name) <= LONGEST_ID and _ID.fullmatch(name) is not None and ".." not in name


def _missing(diagram: Diagram) -> Iterator[Finding]:
    for element in diagram.executed():
        if (kind_of(element) in EXECUTED or element.tag == f"{BPMN}sequenceFlow") and not element.get("id"):
            name = local(element)
            yield finding(element, "id", f"Phần tử {name} không có mã định danh.", f"{name} has no id.")


def _long_names(diagram: Diagram) -> Iterator[Finding]:
    """What is looked up by its name or code must be short enough for an index."""
    for element in diagram.root.iter(*(f"{BPMN}{tag}" for tag in ("message", "signal", "error", "escalation"))):
        words = [element.get(name, "") for name in ("name", "errorCode", "escalationCode")]
        if any(len(word) > LONGEST_NAME for word in words):
            message_vi = f"Tên hoặc mã dài quá {LONGEST_NAME} ký tự."
            yield finding(element, "name-length", message_vi, f"The name or code is over {LONGEST_NAME} characters.")
