"""Small executable diagrams in a few words: what stands in a process, then its flows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
ROOTS = (
    '<bpmn:signal id="Sig" name="sig"/><bpmn:message id="Msg" name="msg"/>'
    '<bpmn:error id="Err1" errorCode="one"/><bpmn:error id="Err2" errorCode="two"/>'
    '<bpmn:escalation id="Esc" escalationCode="esc"/>'
)
MESSAGE = '<bpmn:messageEventDefinition messageRef="Msg"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="Sig"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="Err1"/>'
ANY_ERROR = "<bpmn:errorEventDefinition/>"
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="Esc"/>'
COMPENSATE = "<bpmn:compensateEventDefinition/>"
TERMINATE = "<bpmn:terminateEventDefinition/>"
CANCEL = "<bpmn:cancelEventDefinition/>"
_ASSOCIATION = re.compile(r"(\w+)=>(\w+)")
_FLOW = re.compile(r"(\w+)->(\w+)(?:\[([^]]*)\])?")
Act = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """A construct: its model, what is done to a case of it, and what must come of that.

    `acts` are ("do", task, variables), ("wait", ISO duration), ("message", name, variables) and ("signal", name);
    `trace` lists the completed elements in order, `!id` for those cancelled; `variables` those that matter.
    """

    name: str
    body: str
    trace: str
    acts: Sequence[Act] = ()
    state: str = "completed"
    variables: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    roots: str = ""

    @property
    def xml(self) -> bytes:
        """The diagram."""
        return document(self.body, self.roots)


def document(body: str, roots: str = "", attributes: str = 'isExecutable="true"') -> bytes:
    """A document with one process `p`; `a->b[condition]` in the body is a sequence flow."""
    process = f'<bpmn:process id="p" name="p" {attributes}>{_in_order(body)}</bpmn:process>'
    head = f'<bpmn:definitions {NAMESPACES} id="document" targetNamespace="urn:test">'
    return f"{head}{ROOTS}{roots}{process}</bpmn:definitions>".encode()


def flows(text: str) -> str:
    """The text with its short flows written out."""
    return _FLOW.sub(lambda match: _flow(*match.groups()), text)


def _in_order(inside: str) -> str:
    """The inside of a container with its associations, `event=>handler`, at the end, where the schema wants them."""
    joined = "".join(
        f'<bpmn:association id="{event}_{handler}" sourceRef="{event}" targetRef="{handler}"/>'
        for event, handler in _ASSOCIATION.findall(inside)
    )
    # The flows come before them, written out or not.
    return flows(_ASSOCIATION.sub("", inside)) + joined


def _flow(source: str, target: str, condition: str | None) -> str:
    escaped = (condition or "").replace("<", "&lt;").replace(">", "&gt;")
    inside = f"<bpmn:conditionExpression{formal(escaped)}</bpmn:conditionExpression>" if condition else ""
    ends = f'id="{source}_{target}" sourceRef="{source}" targetRef="{target}"'
    return f"<bpmn:sequenceFlow {ends}>{inside}</bpmn:sequenceFlow>"


def formal(text: str) -> str:
    """The inside of an element that holds an expression."""
    return f' xsi:type="bpmn:tFormalExpression">{text}'


def at(tag: str, name: str, inside: str = "", attributes: str = "") -> str:
    """One element."""
    return f'<bpmn:{tag} id="{name}" name="{name}" {attributes}>{inside}</bpmn:{tag}>'


def start(name: str = "s", inside: str = "", attributes: str = "") -> str:
    """A start event."""
    return at("startEvent", name, inside, attributes)


def end(name: str = "e", inside: str = "") -> str:
    """An end event."""
    return at("endEvent", name, inside)


def script(name: str, code: str = "", inside: str = "", attributes: str = "") -> str:
    """A script task; without code it sets the variable of its name."""
    return at("scriptTask", name, f"{inside}<bpmn:script>{code or f'v_{name} = True'}</bpmn:script>", attributes)


def user(name: str, inside: str = "") -> str:
    """A user task."""
    return at("userTask", name, inside)


def throw(name: str, definition: str = "") -> str:
    """An intermediate throwing event."""
    return at("intermediateThrowEvent", name, definition)


def catch(name: str, definition: str) -> str:
    """An intermediate catching event."""
    return at("intermediateCatchEvent", name, definition)


def boundary(name: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    """A boundary event."""
    flag = "" if interrupting else ' cancelActivity="false"'
    return at("boundaryEvent", name, definition, f'attachedToRef="{host}"{flag}')


def sub(name: str, inside: str, tag: str = "subProcess", attributes: str = "") -> str:
    """A sub-process."""
    return at(tag, name, _in_order(inside), attributes)


def event_sub(name: str, begin: str, inside: str) -> str:
    """An event sub-process with its start event."""
    return at("subProcess", name, _in_order(begin + inside), 'triggeredByEvent="true"')


def timer(kind: str, text: str) -> str:
    """A timer definition: timeDate, timeDuration or timeCycle."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}{formal(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def condition(text: str) -> str:
    """A conditional event definition."""
    inner = f"<bpmn:condition{formal(text)}</bpmn:condition>"
    return f"<bpmn:conditionalEventDefinition>{inner}</bpmn:conditionalEventDefinition>"


def link(name: str) -> str:
    """A link event definition."""
    return f'<bpmn:linkEventDefinition name="{name}"/>'


def undone(activity: str, event: str, handler: str, code: str) -> str:
    """A compensation event on an activity, and the script that undoes it."""
    task = script(handler, code, attributes='isForCompensation="true"')
    return f"{boundary(event, activity, COMPENSATE)}{task} {event}=>{handler} "


def several(inside: str = "", sequential: str = "false", attributes: str = "") -> str:
    """Multi-instance characteristics."""
    head = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" {attributes}>'
    return f"{head}{inside}</bpmn:multiInstanceLoopCharacteristics>"


def cardinality(text: str) -> str:
    """A loop cardinality."""
    return f"<bpmn:loopCardinality{formal(text)}</bpmn:loopCardinality>"


def enough(text: str) -> str:
    """A completion condition."""
    return f"<bpmn:completionCondition{formal(text)}</bpmn:completionCondition>"


def loop(text: str = "", attributes: str = "") -> str:
    """Standard loop characteristics."""
    inside = f"<bpmn:loopCondition{formal(text)}</bpmn:loopCondition>" if text else ""
    return f"<bpmn:standardLoopCharacteristics {attributes}>{inside}</bpmn:standardLoopCharacteristics>"
