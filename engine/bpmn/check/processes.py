"""Processes and sub-processes as wholes: how many are executed, and where each of them starts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope, calls_in, executables, is_bpmn
from engine.bpmn.check.findings import finding
from engine.bpmn.check.vocabulary import ACTIVITIES, EVENT_DEFINITIONS
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Executable processes that nobody calls, and wrong starts."""
    yield from _main(diagram)
    for process in diagram.processes:
        specification = process.find(f"{BPMN}ioSpecification")
        if specification is not None and specification.find(f"{BPMN}dataInput") is not None:
            message_vi = "Dữ liệu vào của cả quy trình chưa được hỗ trợ; dùng đối tượng dữ liệu."
            yield finding(process, "unsupported", message_vi, "Data inputs of a whole process are not supported.")
    for scope in diagram.scopes:
        yield from _STARTS.get(scope.kind, _sub_process)(scope)


def has_event(event: etree._Element) -> bool:
    """Whether an event waits for something or throws something."""
    tags = {etree.QName(c).localname for c in event if is_bpmn(c)}
    return bool(tags & EVENT_DEFINITIONS) or "eventDefinitionRef" in tags


def _main(diagram: Diagram) -> Iterator[Finding]:
    found = executables(diagram.root)
    called = calls_in(diagram.processes)
    mains = [p for p in found if p.get("id") not in called] if len(found) > 1 else found
    for extra in mains[1:]:
        message_vi = "Tệp chỉ được có một quy trình thực thi được, cùng các quy trình mà nó gọi."
        message_en = "A file holds one executable process, and those that it calls."
        yield finding(extra, "one-process", message_vi, message_en)
    if not mains:
        message_vi, message_en = "Không có quy trình thực thi được.", "There is no executable process to begin with."
        yield finding(diagram.root, "one-process", message_vi, message_en)


def _process(scope: Scope) -> Iterator[Finding]:
    starts = list(scope.of_kind("start_event"))
    if not starts and not any(n.get("instantiate") == "true" for n in scope.of_kind("receive_task")):
        yield _start(scope, "Phải có sự kiện bắt đầu.", "There must be a start event.")
    if sum(not has_event(s) for s in starts) > 1:
        yield _start(scope, "Chỉ được có một sự kiện bắt đầu thường.", "There is more than one none start event.")


def _sub_process(scope: Scope) -> Iterator[Finding]:
    starts = list(scope.of_kind("start_event"))
    if len(starts) != 1:
        yield _start(scope, "Phải có đúng một sự kiện bắt đầu.", "There must be exactly one start event.")


def _ad_hoc(scope: Scope) -> Iterator[Finding]:
    for event in scope.of_kind("start_event", "end_event"):
        message_vi = "Trong quy trình con tùy biến không có sự kiện bắt đầu hay kết thúc."
        yield finding(event, "ad-hoc", message_vi, "An ad-hoc sub-process has no start and end events.")
    if not any(kind_of(n) in ACTIVITIES for n in scope.nodes.values()):
        message_vi = "Quy trình con tùy biến phải có công việc."
        yield finding(scope.element, "ad-hoc", message_vi, "An ad-hoc sub-process needs an activity.")


def _start(scope: Scope, message_vi: str, message_en: str) -> Finding:
    return finding(scope.element, "start", message_vi, message_en)


_STARTS = {"process": _process, "ad_hoc_sub_process": _ad_hoc}
