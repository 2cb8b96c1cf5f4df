"""Promises of the check: what is executed passes, and everything else is refused by element and rule, all at once."""

from __future__ import annotations

import pytest

from engine.bpmn import check
from engine.bpmn.parser import compile_definition
from engine.bpmn.xml_safety import parse_xml
from engine.errors import DefinitionError
from tests.engine.bpmn.drawing import diagram, node
from tests.hostile.case import document, extension, flow, formal, line, process, several, task, timer

ENDS = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
MESSAGE, SIGNAL = '<bpmn:message id="m" name="m"/>', '<bpmn:signal id="g" name="g"/>'
ERROR, ESCALATION = '<bpmn:error id="r" errorCode="R"/>', '<bpmn:escalation id="c" escalationCode="C"/>'
ROOTS = MESSAGE + SIGNAL + ERROR + ESCALATION
EVENTS = {
    "message": '<bpmn:messageEventDefinition messageRef="m"/>',
    "signal": '<bpmn:signalEventDefinition signalRef="g"/>',
    "timer": timer("timeDuration", "P1D"),
    "conditional": f"<bpmn:conditionalEventDefinition>{formal('condition', 'x > 1')}</bpmn:conditionalEventDefinition>",
    "error": '<bpmn:errorEventDefinition errorRef="r"/>',
    "escalation": '<bpmn:escalationEventDefinition escalationRef="c"/>',
    "compensate": "<bpmn:compensateEventDefinition/>",
    "link": '<bpmn:linkEventDefinition name="l"/>',
    "cancel": "<bpmn:cancelEventDefinition/>",
    "terminate": "<bpmn:terminateEventDefinition/>",
    "none": "",
}
Findings = set[tuple[str, str]]


def findings(xml: bytes, severity: str = "error") -> Findings:
    """The element and rule of each finding."""
    found = check.findings_of(parse_xml(xml, "test.bpmn"), "test.bpmn")
    return {(f.element, f.rule) for f in found if f.severity == severity}


def drawn(body: str) -> bytes:
    """A process with whatever its events may refer to."""
    return document(ROOTS + process(body))


def middle(inside: str, tag: str, attributes: str = "", around: str = "") -> bytes:
    """start → a → end."""
    return drawn(ENDS + task(inside, tag, attributes) + flow("s", "a") + flow("a", "e") + around)


def start(event: str) -> bytes:
    """A process that begins with an event."""
    return drawn(f'<bpmn:startEvent id="a">{EVENTS[event]}</bpmn:startEvent><bpmn:endEvent id="e"/>' + flow("a", "e"))


def end(event: str) -> bytes:
    """A process that ends with an event."""
    return drawn(f'<bpmn:startEvent id="s"/><bpmn:endEvent id="a">{EVENTS[event]}</bpmn:endEvent>' + flow("s", "a"))


def boundary(event: str, host: str = "userTask", attributes: str = "", inside: str = "") -> bytes:
    """An event a on the boundary of h."""
    flows = flow("s", "h") + flow("h", "e") + flow("a", "e")
    place = f'<bpmn:boundaryEvent id="a" attachedToRef="h" {attributes}>{EVENTS[event]}</bpmn:boundaryEvent>'
    return drawn(ENDS + f'<bpmn:{host} id="h">{inside}</bpmn:{host}>{place}{flows}')


def inside(event: str, interrupting: str = "true", ends: str = "") -> bytes:
    """An event sub-process u that begins with the event a."""
    begins = f'<bpmn:startEvent id="a" isInterrupting="{interrupting}">{EVENTS[event]}</bpmn:startEvent>'
    body = f'{begins}<bpmn:endEvent id="z"/>{flow("a", "z")}'
    return drawn(
        ENDS + flow("s", "e") + f'<bpmn:subProcess id="u" triggeredByEvent="true">{body}</bpmn:subProcess>{ends}'
    )


def sub(tag: str = "subProcess", body: str = "", attributes: str = "") -> bytes:
    """A sub-process a between start and end."""
    own = '<bpmn:startEvent id="s1"/><bpmn:endEvent id="e1"/>' + flow("s1", "e1")
    return middle(body or own, tag, attributes)


def branching(tag: str, inside: str = "", attributes: str = "") -> bytes:
    """A node a with two ways out; the first, a_e, holds what is given."""
    nodes = ENDS + '<bpmn:endEvent id="f"/>' + task("", tag, attributes)
    return drawn(nodes + flow("s", "a") + flow("a", "e", inside) + flow("a", "f"))


CONDITION = formal("conditionExpression", 'x == "a"')
COMPENSATED = (
    ENDS
    + '<bpmn:task id="h"/><bpmn:boundaryEvent id="b" attachedToRef="h"><bpmn:compensateEventDefinition/>'
    + '</bpmn:boundaryEvent><bpmn:task id="a" isForCompensation="true"/>'
    + '<bpmn:association id="n" sourceRef="b" targetRef="a"/>'
    + flow("s", "h")
    + flow("h", "e")
)
LINKED = (
    ENDS
    + '<bpmn:intermediateThrowEvent id="t"><bpmn:linkEventDefinition name="l"/></bpmn:intermediateThrowEvent>'
    + '<bpmn:intermediateCatchEvent id="a"><bpmn:linkEventDefinition name="l"/></bpmn:intermediateCatchEvent>'
    + flow("s", "t")
    + flow("a", "e")
)
CHOICE = (
    ENDS
    + '<bpmn:eventBasedGateway id="a"/><bpmn:intermediateCatchEvent id="x">'
    + EVENTS["message"]
    + '</bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="y">'
    + EVENTS["timer"]
    + "</bpmn:intermediateCatchEvent>"
    + "".join(flow(*pair) for pair in (("s", "a"), ("a", "x"), ("a", "y"), ("x", "e"), ("y", "e")))
)
SCRIPT = "<bpmn:script>marker = True</bpmn:script>"
DATA = '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="or" dataObjectRef="o"/><bpmn:property id="q" name="q"/>'
COPY = '<bpmn:dataInputAssociation id="n"><bpmn:sourceRef>or</bpmn:sourceRef><bpmn:targetRef>i</bpmn:targetRef>'
READING = (
    '<bpmn:ioSpecification><bpmn:dataInput id="i"/><bpmn:inputSet><bpmn:dataInputRefs>i</bpmn:dataInputRefs>'
    "</bpmn:inputSet><bpmn:outputSet/></bpmn:ioSpecification>"
)


def reading(copy: str = COPY) -> bytes:
    """A task that reads a data object."""
    return middle(READING + copy + "</bpmn:dataInputAssociation>", "task", around=DATA)


def called(tag: str, inside: str = "", attributes: str = "") -> bytes:
    """A call of a global task x of the same file."""
    call = ENDS + task("", "callActivity", 'calledElement="x"') + flow("s", "a") + flow("a", "e")
    return document(f'<bpmn:{tag} id="x" {attributes}>{inside}</bpmn:{tag}>' + process(call))


EXECUTED = {
    **{tag: middle("", tag) for tag in ("task", "manualTask", "userTask")},
    "serviceTask": middle("", "serviceTask", 'camunda:delegateExpression="x"'),
    "sendTask": middle("", "sendTask", 'messageRef="m"'),
    "receiveTask": middle("", "receiveTask", 'messageRef="m"'),
    "scriptTask": middle(SCRIPT, "scriptTask", 'scriptFormat="text/x-any"'),
    "businessRuleTask": middle("", "businessRuleTask", 'camunda:decisionRef="x"'),
    "callActivity": middle("", "callActivity", 'calledElement="elsewhere"'),
    "globalTask": called("globalTask"),
    "globalUserTask": called("globalUserTask", attributes='camunda:candidateGroups="agency_head@x"'),
    "globalScriptTask": called("globalScriptTask", SCRIPT),
    "instantiating receiveTask": drawn(
        task("", "receiveTask", 'messageRef="m" instantiate="1"') + '<bpmn:endEvent id="e"/>' + flow("a", "e")
    ),
    "subProcess": sub(),
    "transaction": sub("transaction", attributes='method="##Compensate"'),
    "adHocSubProcess": sub("adHocSubProcess", '<bpmn:task id="x"/><bpmn:task id="y"/>', 'ordering="Sequential"'),
    "loop": middle(
        f"<bpmn:standardLoopCharacteristics>{formal('loopCondition', 'n<3')}</bpmn:standardLoopCharacteristics>", "task"
    ),
    "cardinality": middle(several(formal("loopCardinality", "3")), "task"),
    "collection": middle(several(attributes='camunda:collection="items" camunda:elementVariable="one"'), "userTask"),
    "inclusive": branching("inclusiveGateway", CONDITION, 'default="a_f"'),
    "exclusive": branching("exclusiveGateway", CONDITION, 'default="a_f"'),
    "parallel": branching("parallelGateway"),
    "condition out of a task": branching("task", CONDITION, 'default="a_f"'),
    "event gateway": drawn(CHOICE),
    "links": drawn(LINKED),
    "compensation": drawn(COMPENSATED),
    "data": reading(),
    "message start": start("message"),
    "timer start": start("timer"),
    **{f"end {event}": end(event) for event in ("message", "signal", "error", "escalation", "terminate", "compensate")},
    **{f"throw {e}": middle(EVENTS[e], "intermediateThrowEvent") for e in ("none", "message", "escalation", "signal")},
    **{
        f"catch {e}": middle(EVENTS[e], "intermediateCatchEvent") for e in ("message", "signal", "timer", "conditional")
    },
    "catch any of two": middle(EVENTS["message"] + EVENTS["timer"], "intermediateCatchEvent"),
    **{f"on {e}": boundary(e) for e in ("message", "signal", "timer", "conditional", "error", "escalation")},
    **{f"in {e}": inside(e, "false") for e in ("message", "signal", "timer", "escalation", "conditional")},
    "in error": inside("error"),
    "in compensation": inside("compensate"),
}


@pytest.mark.parametrize("name", sorted(EXECUTED))
def test_what_is_executed_passes(name: str) -> None:
    assert findings(EXECUTED[name]) == set()


@pytest.mark.parametrize(
    ("xml", "element", "rule"),
    [
        (middle("", "complexGateway"), "a", "unsupported"),
        (branching("eventBasedGateway"), "e", "event-gateway"),
        (middle("", "eventBasedGateway"), "a", "event-gateway"),
        (drawn(CHOICE.replace('id="a"', 'id="a" instantiate="true"')), "a", "unsupported"),
        (drawn(CHOICE.replace('id="a"', 'id="a" eventGatewayType="Parallel"')), "a", "unsupported"),
        (middle("", "serviceTask"), "a", "handler"),
        (middle("", "serviceTask", 'operationRef="x" implementation="##WebService"'), "a", "unsupported"),
        (middle("", "businessRuleTask"), "a", "decision"),
        (middle("", "businessRuleTask", 'camunda:decisionRef="x" camunda:mapDecisionResult="z"'), "a", "decision"),
        (middle("", "callActivity"), "a", "called-process"),
        (middle("", "sendTask"), "a", "message"),
        (middle("", "receiveTask", 'messageRef="g"'), "a", "dangling-reference"),
        (middle("", "receiveTask", 'messageRef="m" instantiate="true"'), "a", "start"),
        (middle("", "scriptTask"), "a", "script"),
        (middle("<bpmn:script>var x = 1;</bpmn:script>", "scriptTask", 'scriptFormat="javascript"'), "a", "expression"),
        (middle("", "userTask", 'camunda:candidateGroups="boss@svhtt"'), "a", "unknown-role"),
        (middle("", "userTask", 'camunda:dueDate="${x.y}"'), "a", "expression"),
        (middle("", "task", 'startQuantity="2"'), "a", "unsupported"),
        (middle("", "task", 'isForCompensation="true"'), "a", "compensation"),
        (sub("adHocSubProcess", '<bpmn:task id="x"/>', 'ordering="Random"'), "a", "unsupported"),
        (sub("adHocSubProcess"), "s1", "ad-hoc"),
        (sub("transaction", attributes='method="##Store"'), "a", "unsupported"),
        (sub(body='<bpmn:task id="x"/>'), "a", "start"),
        (middle("<bpmn:standardLoopCharacteristics/>", "task"), "a", "repetition"),
        (middle(several(), "task"), "a", "repetition"),
        (middle(several(formal("loopCardinality", "1001")), "task"), "a", "repetition"),
        (middle(several(formal("loopCardinality", "2"), 'behavior="Complex"'), "task"), "a", "unsupported"),
        (middle(several(formal("loopCardinality", "2"), 'behavior="One"'), "task"), "a", "repetition"),
        (branching("parallelGateway", CONDITION), "a_e", "conditional-flow"),
        (branching("exclusiveGateway", CONDITION), "a_f", "missing-condition"),
        (branching("inclusiveGateway", formal("conditionExpression", ""), 'default="a_f"'), "a_e", "condition"),
        (branching("task", CONDITION, 'default="nowhere"'), "a", "dangling-reference"),
        (middle("", "intermediateCatchEvent"), "a", "event"),
        (middle(EVENTS["timer"], "intermediateThrowEvent"), "a", "event"),
        (middle(EVENTS["error"], "intermediateThrowEvent"), "a", "event"),
        (middle("<bpmn:messageEventDefinition/>", "intermediateThrowEvent"), "a", "message"),
        (middle("<bpmn:signalEventDefinition/>", "intermediateCatchEvent"), "a", "signal"),
        (middle("<bpmn:conditionalEventDefinition/>", "intermediateCatchEvent"), "a", "condition"),
        (middle("<bpmn:timerEventDefinition/>", "intermediateCatchEvent"), "a", "timer"),
        (middle(timer("timeDuration", "three days"), "intermediateCatchEvent"), "a", "timer"),
        (middle(EVENTS["timer"], "intermediateCatchEvent", 'parallelMultiple="true"'), "a", "unsupported"),
        (start("error"), "a", "event"),
        (start("conditional"), "a", "event"),
        (end("cancel"), "a", "event"),
        (end("timer"), "a", "event"),
        (boundary("none"), "a", "event"),
        (boundary("cancel"), "a", "event"),
        (boundary("compensate"), "a", "flow"),
        (boundary("error", attributes='cancelActivity="0"'), "a", "event"),
        (inside("error", "false"), "a", "event"),
        (inside("none"), "a", "event"),
        (inside("message", ends=flow("e", "u")), "u", "event-sub-process"),
        (drawn(LINKED.replace('name="l"', 'name="k"', 1)), "t", "link"),
        (drawn(COMPENSATED.replace('targetRef="a"', 'targetRef="e"')), "a", "compensation"),
        (reading(COPY + '<bpmn:transformation id="tr">x</bpmn:transformation>'), "n", "data-association"),
        (reading(COPY.replace(">or<", ">nowhere<")), "n", "dangling-reference"),
        (drawn(ENDS + flow("s", "e") + flow("e", "s")), "s", "flow"),
        (drawn(ENDS + '<bpmn:task id="x"/>' + flow("s", "e")), "x", "unreachable"),
        (drawn(ENDS + flow("s", "e") + '<bpmn:choreographyTask id="x"/>'), "x", "unsupported"),
        (document('<bpmn:choreography id="x"/>' + process(ENDS + flow("s", "e"))), "x", "unsupported"),
        (document(process(ENDS + flow("s", "e")) + process("", "other")), "other", "one-process"),
        (line(task(extension('<camunda:formData><camunda:formField id="a b"/></camunda:formData>'))), "a", "vendor"),
        (line(task(extension("<spiffworkflow:postScript>x</spiffworkflow:postScript>"))), "a", "vendor"),
        (line(task(attributes='camunda:delegateExpression="x"', tag="sendTask")), "a", "vendor"),
        (
            line(task('<bpmn:potentialOwner id="po"><bpmn:resourceRef>x</bpmn:resourceRef></bpmn:potentialOwner>')),
            "po",
            "unsupported",
        ),
    ],
)
def test_what_is_not_executed_is_refused_by_name(xml: bytes, element: str, rule: str) -> None:
    assert (element, rule) in findings(xml)


def test_all_findings_are_told_at_once_in_both_languages() -> None:
    xml = drawn(ENDS + task("", "serviceTask") + flow("s", "a") + flow("a", "nowhere") + '<bpmn:task id="x"/>')

    with pytest.raises(DefinitionError) as refused:
        check.require_executable(parse_xml(xml, "test.bpmn"), "test.bpmn")

    found = {(f.element, f.rule) for f in refused.value.findings}
    assert found >= {("a", "handler"), ("a_nowhere", "dangling-reference"), ("x", "unreachable"), ("e", "unreachable")}
    assert all(f.message_vi and f.message_en for f in refused.value.findings)


@pytest.mark.parametrize(
    ("xml", "element", "rule"),
    [
        (line(task(attributes='camunda:asyncBefore="true"')), "a", "ignored"),
        (line(task(extension('<x:y xmlns:x="urn:somebody"/>'))), "a", "unknown-extension"),
        (branching("task", CONDITION, 'default="a_e"'), "a_e", "default-condition"),
        (drawn(ENDS + flow("s", "e") + '<bpmn:dataStoreReference id="x"/>'), "x", "data-store"),
        (drawn(ENDS + '<bpmn:task id="a"/>' + flow("s", "e") + flow("s", "a")), "a", "loose-end"),
    ],
)
def test_what_may_be_meant_otherwise_is_a_warning(xml: bytes, element: str, rule: str) -> None:
    warnings = check.require_executable(parse_xml(xml, "test.bpmn"), "test.bpmn")

    assert (element, rule) in {(w.element, w.rule) for w in warnings}


def test_what_is_only_drawn_is_not_judged() -> None:
    drawing = '<bpmn:process id="other" isExecutable="false"><bpmn:complexGateway id="x"/></bpmn:process>'

    assert findings(document(process(ENDS + flow("s", "e")) + drawing)) == set()


def test_flags_and_references_mean_the_same_in_every_spelling() -> None:
    xml = boundary("message", attributes='cancelActivity=" 0 "').replace(b'messageRef="m"', b'messageRef="own:m"')
    root = parse_xml(xml.replace(b'id="d"', b'id="d" xmlns:own="urn:hostile"', 1), "test.bpmn")

    event = next(e for e in root.iter() if e.get("id") == "a")
    assert event.get("cancelActivity") == "false"
    assert event[0].get("messageRef") == "m"


def test_a_reference_to_another_document_names_nothing() -> None:
    xml = boundary("message").replace(b'messageRef="m"', b'messageRef="other:m"')
    xml = xml.replace(b'id="d"', b'id="d" xmlns:other="urn:other"', 1)

    assert ("a", "dangling-reference") in findings(xml)


def test_names_that_look_like_code_are_only_names() -> None:
    xml = line(task(attributes='name="&lt;img onerror=1&gt;=1+1"'))

    assert compile_definition("test.bpmn", xml, {}, {}).elements["a"].name == "<img onerror=1>=1+1"


def test_a_gateway_without_default_is_a_warning() -> None:
    xml = branching("exclusiveGateway", CONDITION)
    xml = xml.replace(flow("a", "f").encode(), flow("a", "f", CONDITION).encode())

    definition = compile_definition("test.bpmn", xml, {}, {})

    assert ("a", "no-default", "warning") in {(w.element, w.rule, w.severity) for w in definition.warnings}


def test_an_element_that_is_not_executed_is_told_alone_and_not_with_what_follows_from_it() -> None:
    nodes = [node("startEvent", "s"), node("complexGateway", "g"), node("task", "a"), node("endEvent", "e")]
    xml = diagram("p", nodes, [("s", "g"), ("g", "a"), ("a", "e")])

    assert findings(xml) == {("g", "unsupported")}


def test_a_name_too_long_to_be_looked_up_is_refused() -> None:
    xml = drawn(ENDS + '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>').replace(
        b'<bpmn:message id="m" name="m"/>', b'<bpmn:message id="m" name="' + b"m" * 300 + b'"/>'
    )

    assert findings(xml) == {("m", "name-length")}
