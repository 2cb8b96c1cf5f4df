"""Whether a diagram is executed as drawn: everything else is refused by the name of its element.

Rule: what is not listed here as executed is not executed, and a diagram that holds it is not deployed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.access import ROLES
from engine.bpmn.definition import Element
from engine.bpmn.metadata import BPMN, CAMUNDA, groups_of, kind_of
from engine.bpmn.network import Network
from engine.errors import DefinitionError, Finding

EXECUTED = frozenset(
    {
        "start_event",
        "end_event",
        "intermediate_throw_event",
        "intermediate_catch_event",
        "boundary_event",
        "user_task",
        "task",
        "manual_task",
        "service_task",
        "script_task",
        "business_rule_task",
        "call_activity",
        "sub_process",
        "exclusive_gateway",
        "parallel_gateway",
    }
)
_PASSIVE = frozenset(
    {
        "sequence_flow",
        "lane_set",
        "extension_elements",
        "documentation",
        "text_annotation",
        "association",
        "group",
        "multi_instance_loop_characteristics",
        "incoming",
        "outgoing",
    }
)
_TIMED = frozenset({"intermediate_catch_event", "boundary_event"})
_REQUIRED = {
    "service_task": (f"{CAMUNDA}delegateExpression", "handler"),
    "business_rule_task": (f"{CAMUNDA}decisionRef", "decision"),
    "call_activity": ("calledElement", "called-process"),
}
_FLAGS = {"isForCompensation": "false", "triggeredByEvent": "false", "startQuantity": "1", "completionQuantity": "1"}


def require_executable(root: etree._Element, file: str) -> None:
    """Raise DefinitionError with all that keeps the processes of a document from being run as drawn."""
    findings = [*_duplicates(root)]
    for process in root.iter(f"{BPMN}process"):
        findings += _container(process)
    if findings:
        raise DefinitionError(file, findings)


def warnings(networks: Mapping[str, Network], elements: Mapping[str, Element]) -> tuple[Finding, ...]:
    """What may be meant otherwise than drawn, but can be run."""
    del elements
    return tuple(
        Finding(
            node.id,
            "no-default",
            "Cổng rẽ nhánh không có luồng mặc định.",
            "The gateway has no default flow.",
            severity="warning",
        )
        for network in networks.values()
        for node in network.nodes.values()
        if node.kind == "exclusive_gateway" and len(node.outgoing) > 1 and all(not f.is_default for f in node.outgoing)
    )


def _duplicates(root: etree._Element) -> Iterator[Finding]:
    counts = Counter(e.get("id") for e in root.iter(f"{BPMN}*") if e.get("id"))
    for name, count in counts.items():
        if count > 1:
            yield Finding(str(name), "duplicate-id", "Mã định danh bị trùng.", "The id is used more than once.")


def _container(container: etree._Element) -> Iterator[Finding]:
    nodes = {c.get("id", ""): c for c in container if str(c.tag).startswith(BPMN) and kind_of(c) in EXECUTED}
    yield from _unknown(container)
    yield from _starts(container)
    for node in nodes.values():
        yield from _node(node, nodes)
        if kind_of(node) == "sub_process":
            yield from _container(node)
    yield from _flows(container, nodes)
    yield from _unreached(container, nodes)


def _unknown(container: etree._Element) -> Iterator[Finding]:
    for child in container:
        if not str(child.tag).startswith(BPMN) or kind_of(child) in EXECUTED | _PASSIVE:
            continue
        name = etree.QName(child).localname
        yield _finding(child, "unsupported", f"Phần tử {name} chưa được hỗ trợ.", f"{name} is not supported.")


def _starts(container: etree._Element) -> Iterator[Finding]:
    starts = container.findall(f"{BPMN}startEvent")
    if len(starts) != 1:
        yield _finding(
            container, "one-start", "Phải có đúng một sự kiện bắt đầu.", "There must be exactly one start event."
        )
    if not container.findall(f"{BPMN}endEvent"):
        yield _finding(container, "no-end", "Không có sự kiện kết thúc.", "There is no end event.")


def _node(node: etree._Element, nodes: Mapping[str, etree._Element]) -> Iterator[Finding]:
    kind = kind_of(node)
    yield from _events(node, kind)
    attribute, rule = _REQUIRED.get(kind, ("", ""))
    if attribute and not node.get(attribute):
        yield _finding(node, rule, f"Thiếu thuộc tính {rule}.", f"The {rule} is missing.")
    if kind == "boundary_event" and node.get("attachedToRef") not in nodes:
        yield _finding(node, "dangling-reference", "Gắn vào phần tử không tồn tại.", "It is attached to nothing.")
    if node.find(f"{BPMN}standardLoopCharacteristics") is not None:
        yield _finding(node, "unsupported", "Vòng lặp chuẩn chưa được hỗ trợ.", "Standard loops are not supported.")
    for name, plain in _FLAGS.items():
        if node.get(name, plain) != plain:
            yield _finding(node, "unsupported", f"Thuộc tính {name} chưa được hỗ trợ.", f"{name} is not supported.")
    yield from _repetition(node)
    yield from _groups(node)


def _repetition(node: etree._Element) -> Iterator[Finding]:
    loop = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if loop is None:
        return
    if not loop.get(f"{CAMUNDA}collection") and loop.find(f"{BPMN}loopCardinality") is None:
        yield _finding(
            node,
            "repetition",
            "Lặp phải có tập hợp hoặc số lần.",
            "The repetition needs a collection or a cardinality.",
        )


def _groups(node: etree._Element) -> Iterator[Finding]:
    for group in groups_of(node):
        role = group.partition("@")[0]
        if "${" not in role and role not in ROLES:
            yield _finding(node, "unknown-role", f"Không có vai trò “{role}”.", f"There is no role “{role}”.")


def _events(node: etree._Element, kind: str) -> Iterator[Finding]:
    definitions = [etree.QName(c).localname for c in node if str(c.tag).endswith("EventDefinition")]
    allowed = {"timerEventDefinition"} if kind in _TIMED else set()
    allowed |= {"terminateEventDefinition"} if kind == "end_event" else set()
    for name in definitions:
        if name not in allowed:
            yield _finding(node, "unsupported", f"{name} chưa được hỗ trợ ở đây.", f"{name} is not supported here.")
    if kind in _TIMED and len(definitions) != 1:
        yield _finding(node, "one-event", "Phải có đúng một hẹn giờ.", "It must have exactly one timer.")
    if "timerEventDefinition" in definitions and not node.xpath(".//*[starts-with(local-name(), 'time')]/text()"):
        yield _finding(node, "timer", "Hẹn giờ không có thời gian.", "The timer has no time.")


def _flows(container: etree._Element, nodes: Mapping[str, etree._Element]) -> Iterator[Finding]:
    for flow in container.iterfind(f"{BPMN}sequenceFlow"):
        for end in ("sourceRef", "targetRef"):
            if flow.get(end) not in nodes:
                yield _finding(
                    flow,
                    "dangling-reference",
                    f"{end} trỏ tới phần tử không tồn tại.",
                    f"{end} names an element that does not exist.",
                )
        source = nodes.get(flow.get("sourceRef", ""))
        condition = flow.findtext(f"{BPMN}conditionExpression")
        if condition and source is not None and kind_of(source) != "exclusive_gateway":
            yield _finding(
                flow,
                "conditional-flow",
                "Điều kiện chỉ được đặt trên luồng ra của cổng loại trừ.",
                "A condition may stand on flows out of an exclusive gateway only.",
            )


def _unreached(container: etree._Element, nodes: Mapping[str, etree._Element]) -> Iterator[Finding]:
    targets: dict[str, list[str]] = {}
    for flow in container.iterfind(f"{BPMN}sequenceFlow"):
        targets.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    for node in nodes.values():
        if kind_of(node) == "boundary_event":
            targets.setdefault(node.get("attachedToRef", ""), []).append(node.get("id", ""))
    seen: set[str] = set()
    waiting = [name for name, node in nodes.items() if kind_of(node) == "start_event"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += targets.get(name, [])
    for name, node in nodes.items():
        if name not in seen:
            yield _finding(node, "unreachable", "Không có đường đi tới phần tử này.", "No path leads to this element.")


def _finding(node: etree._Element, rule: str, message_vi: str, message_en: str) -> Finding:
    return Finding(node.get("id") or etree.QName(node).localname, rule, message_vi, message_en)
