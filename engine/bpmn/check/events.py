"""Events: what each may wait for or throw in the place where it stands, and whom it names.

Rule: the table of places is BPMN 2.0.2, 10.5 (tables 10.86 to 10.90), less what is not executed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.check.diagram import Diagram, Scope, is_bpmn, kind_in
from engine.bpmn.check.findings import finding, local
from engine.bpmn.check.vocabulary import EVENT_DEFINITIONS, EVENTS
from engine.bpmn.metadata import BPMN, kind_of
from engine.errors import Finding

_CAUGHT = {"message", "signal", "timer", "conditional"}
_PLACES: dict[str, frozenset[str]] = {
    "start of a process": frozenset({"none", "message", "signal", "timer"}),
    "start of an event sub-process": frozenset(_CAUGHT | {"error", "escalation", "compensate"}),
    "start of a sub-process": frozenset({"none"}),
    "intermediate_throw_event": frozenset({"none", "message", "signal", "escalation", "link", "compensate"}),
    "intermediate_catch_event": frozenset(_CAUGHT | {"link"}),
    "boundary_event": frozenset(_CAUGHT | {"error", "escalation", "compensate", "cancel"}),
    "end_event": frozenset(
        {"none", "message", "signal", "error", "escalation", "terminate", "cancel", "compensate"},
    ),
}
_PLACES_VI = {
    "start of a process": "bắt đầu quy trình",
    "start of an event sub-process": "bắt đầu quy trình con sự kiện",
    "start of a sub-process": "bắt đầu quy trình con",
    "intermediate_throw_event": "sự kiện phát ở giữa",
    "intermediate_catch_event": "sự kiện chờ ở giữa",
    "boundary_event": "sự kiện biên",
    "end_event": "sự kiện kết thúc",
}
_ALONE = frozenset({"link", "cancel", "terminate"})
# What an event of this kind names, and whether it must (as one that throws it, or always).
_NAMES = {"message": ("messageRef", True), "signal": ("signalRef", True)}
_NAMES |= {"error": ("errorRef", False), "escalation": ("escalationRef", False)}
_TIMES = ("timeDate", "timeDuration", "timeCycle")


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Events that stand where they may not, or do not say what they are about."""
    for scope in diagram.scopes:
        for event in scope.of_kind(*EVENTS):
            definitions = definitions_of(diagram, event)
            yield from _place(scope, event, [kind_of_definition(d) for d in definitions])
            for definition in definitions:
                yield from _definition(event, definition)
        yield from _links(diagram, scope)
        yield from _compensations(diagram, scope)


def definitions_of(diagram: Diagram, event: etree._Element) -> list[etree._Element]:
    """The event definitions of an event, inside it or referred to."""
    own = [c for c in event if is_bpmn(c) and local(c) in EVENT_DEFINITIONS]
    referred = [diagram.find(r.text, *EVENT_DEFINITIONS) for r in event.iterfind(f"{BPMN}eventDefinitionRef")]
    return [*own, *(r for r in referred if r is not None)]


def kind_of_definition(definition: etree._Element) -> str:
    """`timer` for a timerEventDefinition."""
    return local(definition).removesuffix("EventDefinition")


def _place(scope: Scope, event: etree._Element, kinds: list[str]) -> Iterator[Finding]:
    place = _place_of(scope, event)
    for kind in kinds or ["none"]:
        if kind not in _PLACES[place]:
            message_vi = f"Sự kiện “{kind}” không được hỗ trợ ở vị trí {_PLACES_VI[place]}."
            yield finding(event, "event", message_vi, f"A {kind} event is not supported as {place}.")
    if len(kinds) > 1 and (_ALONE & set(kinds) or kinds.count("compensate") > 1):
        message_vi = "Sự kiện này không đi cùng sự kiện khác được."
        yield finding(event, "event", message_vi, "This event cannot be combined with others.")
    if "cancel" in kinds:
        yield from _cancel(scope, event)
    if "error" in kinds and "false" in (event.get("cancelActivity"), event.get("isInterrupting")):
        message_vi = "Sự kiện lỗi luôn ngắt hoạt động."
        yield finding(event, "event", message_vi, "An error event always interrupts.")


def _place_of(scope: Scope, event: etree._Element) -> str:
    if kind_of(event) != "start_event":
        return kind_of(event)
    inside = {"process": "start of a process", "event_sub_process": "start of an event sub-process"}
    return inside.get(scope.kind, "start of a sub-process")


def _cancel(scope: Scope, event: etree._Element) -> Iterator[Finding]:
    if kind_of(event) == "end_event":
        fits = scope.kind == "transaction"
    else:
        host = scope.nodes.get(event.get("attachedToRef", ""))
        fits = host is not None and kind_in(host) == "transaction" and event.get("cancelActivity") != "false"
    if not fits:
        message_vi = "Sự kiện hủy chỉ dùng với giao dịch."
        yield finding(event, "event", message_vi, "A cancel event belongs to a transaction.")


def _definition(event: etree._Element, definition: etree._Element) -> Iterator[Finding]:
    kind = kind_of_definition(definition)
    attribute, always = _NAMES.get(kind, ("", False))
    throws = kind_of(event) in ("end_event", "intermediate_throw_event")
    if attribute and not definition.get(attribute) and (always or throws):
        yield finding(event, kind, f"Thiếu {attribute}.", f"{attribute} is missing.")
    if kind == "conditional" and not (definition.findtext(f"{BPMN}condition") or "").strip():
        yield finding(event, "condition", "Sự kiện điều kiện không có điều kiện.", "The condition is missing.")
    if kind == "timer":
        given = [t for t in _TIMES if (definition.findtext(f"{BPMN}{t}") or "").strip()]
        if len(given) != 1:
            message_vi = "Hẹn giờ phải có đúng một thời gian."
            yield finding(event, "timer", message_vi, "The timer must have exactly one time.")
    for operation in definition.iterfind(f"{BPMN}operationRef"):
        message_vi = "Phần tử operationRef chưa được hỗ trợ."
        yield finding(operation, "unsupported", message_vi, "operationRef is not supported.")


def _links(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    """A link is thrown to the one catch of its name in the same scope."""
    thrown = list(_linked(diagram, scope, "intermediate_throw_event"))
    caught = list(_linked(diagram, scope, "intermediate_catch_event"))
    counts = Counter(name for _, name in caught)
    for event, name in (*thrown, *caught):
        if not name:
            yield finding(event, "link", "Liên kết không có tên.", "The link has no name.")
        elif counts[name] != 1:
            message_vi = f"Liên kết “{name[:60]}” phải có đúng một điểm đến trong cùng phạm vi."
            message_en = f"The link “{name[:60]}” must have exactly one catch in the same scope."
            yield finding(event, "link", message_vi, message_en)


def _linked(diagram: Diagram, scope: Scope, kind: str) -> Iterator[tuple[etree._Element, str]]:
    for event in scope.of_kind(kind):
        for definition in definitions_of(diagram, event):
            if kind_of_definition(definition) == "link":
                yield event, (definition.get("name") or "").strip()


def _compensations(diagram: Diagram, scope: Scope) -> Iterator[Finding]:
    for event in scope.of_kind(*EVENTS):
        for definition in definitions_of(diagram, event):
            if kind_of_definition(definition) == "compensate":
                yield from _compensation(diagram, scope, event, definition)


def _compensation(
    diagram: Diagram, scope: Scope, event: etree._Element, definition: etree._Element
) -> Iterator[Finding]:
    if kind_of(event) == "boundary_event":
        targets = [scope.nodes.get(target) for source, target in scope.associations if source == event.get("id")]
        handlers = [t for t in targets if t is not None and t.get("isForCompensation") == "true"]
        if len(handlers) != 1:
            message_vi = "Sự kiện biên đền bù phải nối với đúng một hoạt động đền bù."
            message_en = "A compensation boundary event is tied to exactly one compensating activity."
            yield finding(event, "compensation", message_vi, message_en)
    wanted = definition.get("activityRef")
    target = diagram.find(wanted) if wanted else None
    if wanted and (target is None or target.getparent() not in _undone_from(event)):
        message_vi = f"activityRef “{wanted[:60]}” không trỏ tới hoạt động nào trong cùng phạm vi."
        message_en = f"activityRef “{wanted[:60]}” names no activity of the same scope."
        yield finding(event, "dangling-reference", message_vi, message_en)


def _undone_from(event: etree._Element) -> list[etree._Element | None]:
    """Whose activities an event may have undone: those beside it, and those that its event sub-process watches over."""
    container = event.getparent()
    if container is None or container.get("triggeredByEvent") != "true":
        return [container]
    return [container, container.getparent()]
