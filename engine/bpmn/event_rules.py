"""Reading what an event waits for or throws: its event definitions, with the names that they refer to.

Rule: a reference is resolved when the diagram is deployed; what is compared at run time are names and codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.metadata import BPMN, compiled, kind_of, properties_of
from engine.bpmn.network import EventRule, TimerRule
from engine.bpmn.timers import require_timer

_DEFINITION = "EventDefinition"
_TIMER_KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_MESSAGE_ACTIVITIES = frozenset({"send_task", "receive_task"})


def rules_of(node: etree._Element, file: str) -> tuple[EventRule, ...]:
    """What a flow node waits for or throws, in the order of the diagram."""
    if kind_of(node) in _MESSAGE_ACTIVITIES and node.get("messageRef"):
        return (_message(node, node, file),)
    return tuple(rule_of(definition, node, file) for definition in definitions_of(node))


def definitions_of(node: etree._Element) -> Iterator[etree._Element]:
    """The event definitions of an event: those inside it, then those of the document that it refers to."""
    for child in node:
        if str(child.tag).endswith(_DEFINITION):
            yield child
    for reference in node.iterfind(f"{BPMN}eventDefinitionRef"):
        found = referred(node, reference.text)
        if found is not None:
            yield found


def rule_of(definition: etree._Element, node: etree._Element, file: str) -> EventRule:
    """One event definition of a node."""
    kind = kind_of(definition).removesuffix("_event_definition")
    if kind == "message":
        return _message(definition, node, file)
    if kind == "timer":
        return EventRule(kind, timer=_timer(definition, node, file))
    if kind == "conditional":
        text = definition.findtext(f"{BPMN}condition") or ""
        return EventRule(kind, condition=compiled(compile_expression, text.strip(), node, file))
    return EventRule(kind, name=_name(kind, definition))


def referred(node: etree._Element, reference: str | None) -> etree._Element | None:
    """The element of the document with that id; a prefix of the reference does not count."""
    wanted = (reference or "").strip().rpartition(":")[2]
    if not wanted:
        return None
    return next((e for e in node.getroottree().getroot().iter(f"{BPMN}*") if e.get("id") == wanted), None)


def _name(kind: str, definition: etree._Element) -> str | None:
    if kind == "link":
        return definition.get("name")
    if kind == "compensate":
        return (definition.get("activityRef") or "").rpartition(":")[2] or None
    target = referred(definition, definition.get(f"{kind}Ref"))
    if target is None:
        return None
    return target.get(f"{kind}Code") or target.get("name") or target.get("id")


def _message(holder: etree._Element, node: etree._Element, file: str) -> EventRule:
    message = referred(node, holder.get("messageRef"))
    if message is None:
        return EventRule("message")
    name = message.get("name") or message.get("id")
    return EventRule("message", name=name, correlation=tuple(_correlation(message, node, file)))


def _correlation(message: etree._Element, node: etree._Element, file: str) -> Iterator[tuple[str, Expression]]:
    """The values by which a message finds its case (BPMN 2.0.2, 8.4.2), or those of our own property `correlation`."""
    own = properties_of(node).get("correlation")
    if own:
        yield "correlation", compiled(compile_expression, own, node, file)
    for property_ in node.getroottree().getroot().iter(f"{BPMN}correlationProperty"):
        path = _retrieval(property_, message.get("id"))
        binding = _binding(node, property_.get("id")) if _waits(node) else path
        if path and binding:
            yield property_.get("name") or property_.get("id") or "", compiled(compile_expression, binding, node, file)


def _waits(node: etree._Element) -> bool:
    return kind_of(node) in ("start_event", "intermediate_catch_event", "boundary_event", "receive_task")


def _retrieval(property_: etree._Element, message_id: str | None) -> str | None:
    for retrieval in property_.iterfind(f"{BPMN}correlationPropertyRetrievalExpression"):
        if (retrieval.get("messageRef") or "").rpartition(":")[2] == message_id:
            text = retrieval.findtext(f"{BPMN}messagePath") or retrieval.findtext(f"{BPMN}formalExpression")
            return (text or "").strip() or None
    return None


def _binding(node: etree._Element, property_id: str | None) -> str | None:
    process = next(node.iterancestors(f"{BPMN}process"), None)
    for binding in process.iter(f"{BPMN}correlationPropertyBinding") if process is not None else ():
        if (binding.get("correlationPropertyRef") or "").rpartition(":")[2] == property_id:
            return (binding.findtext(f"{BPMN}dataPath") or "").strip() or None
    return None


def _timer(definition: etree._Element, node: etree._Element, file: str) -> TimerRule | None:
    for tag, kind in _TIMER_KINDS.items():
        text = definition.findtext(f"{BPMN}{tag}")
        if text is not None and text.strip():
            own = properties_of(node)
            rule = TimerRule(kind, text.strip(), own.get("missed", "once"), own.get("roll", "none"))
            require_timer(rule, node.get("id", ""), file)
            return rule
    return None
