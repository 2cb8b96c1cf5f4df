"""Data objects, properties, associations, mappings, correlation."""

from __future__ import annotations

from tests.conformance.model import Row, at, boundary, catch, end, script, start, timer, user

_IO = (
    '<bpmn:ioSpecification><bpmn:dataInput id="in_a" name="taken"/><bpmn:dataOutput id="out_a" name="given"/>'
    "<bpmn:inputSet><bpmn:dataInputRefs>in_a</bpmn:dataInputRefs></bpmn:inputSet>"
    "<bpmn:outputSet><bpmn:dataOutputRefs>out_a</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
    '<bpmn:dataInputAssociation id="ia"><bpmn:sourceRef>d_ref</bpmn:sourceRef><bpmn:targetRef>in_a</bpmn:targetRef>'
    "</bpmn:dataInputAssociation>"
    '<bpmn:dataOutputAssociation id="oa"><bpmn:sourceRef>out_a</bpmn:sourceRef><bpmn:targetRef>d_ref</bpmn:targetRef>'
    "</bpmn:dataOutputAssociation>"
)
_MAPPING = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="own">${x + 1}</camunda:inputParameter>'
    '<camunda:outputParameter name="y">${own * 2}</camunda:outputParameter></camunda:inputOutput>'
    "</bpmn:extensionElements>"
)
_SKIPPED = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="missed" value="{}"/></camunda:properties>'
    "</bpmn:extensionElements>"
)

_SENT = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="y">${x}</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
_GIVEN = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:outputParameter name="z">${1}</camunda:outputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)

ROWS = (
    Row(
        "data-object",
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="d_ref" dataObjectRef="d"/>'
        + start()
        + script("a", "d = 'x'")
        + script("b", "seen = d")
        + end()
        + "s->a a->b b->e",
        "s a b e",
        variables={"d": "x", "seen": "x"},
    ),
    Row(
        "data-association",
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="d_ref" dataObjectRef="d"/>'
        + start()
        + at("scriptTask", "a", _IO + "<bpmn:script>given = taken + 1</bpmn:script>")
        + end()
        + "s->a a->e",
        "s a e",
        given={"d": 4},
        variables={"d": 5},
    ),
    Row(
        "property",
        '<bpmn:property id="pr" name="total"/>'
        + start()
        + at("exclusiveGateway", "g", attributes='default="g_e"')
        + script("a", "total = 1")
        + end()
        + "s->g g->a[total == None] g->e a->e",
        "s g a e",
        variables={"total": 1},
    ),
    Row(
        "input-and-output-mapping",
        start() + at("scriptTask", "a", _MAPPING + "<bpmn:script>z = own</bpmn:script>") + end() + "s->a a->e",
        "s a e",
        given={"x": 1},
        variables={"z": 2, "y": 4},
    ),
    Row(
        "message-carries-what-was-when-it-was-thrown",
        start()
        + at("parallelGateway", "g")
        + at("sendTask", "t", _SENT, 'messageRef="Msg"')
        + script("a", "x = 2")
        + catch("c", '<bpmn:messageEventDefinition messageRef="Msg"/>')
        + script("b", "seen = y")
        + end()
        + end("e2")
        + "s->g g->t t->a a->e g->c c->b b->e2",
        "s g t a e c b e2",
        given={"x": 1},
        variables={"x": 2, "y": 1, "seen": 1},
    ),
    Row(
        "receive-task-after-an-event-gateway-gives-its-outputs",
        start()
        + at("eventBasedGateway", "g")
        + at("receiveTask", "r", _GIVEN, 'messageRef="Msg"')
        + catch("t", timer("timeDuration", "P1D"))
        + end()
        + "s->g g->r g->t r->e t->e",
        "s g r e",
        acts=[("message", "msg")],
        variables={"z": 1},
    ),
    Row(
        "several-timers-on-one-event",
        start()
        + user("u")
        + boundary("b", "u", timer("timeDuration", "PT1H") + timer("timeCycle", "R2/PT2H"), interrupting=False)
        + script("h")
        + end()
        + "s->u u->e b->h",
        "s b h b h b h u e",
        acts=[("wait", "PT1H"), ("wait", "PT1H"), ("wait", "PT2H"), ("wait", "PT5H"), ("do", "u")],
    ),
    Row(
        "timer-missed-all",
        start()
        + user("u")
        + boundary("b", "u", _SKIPPED.format("all") + timer("timeCycle", "R4/P1D"), interrupting=False)
        + script("h")
        + end()
        + "s->u u->e b->h",
        "s b h b h b h u e",
        acts=[("wait", "P3D"), ("do", "u")],
    ),
    Row(
        "timer-missed-skip",
        start()
        + user("u")
        + boundary("b", "u", _SKIPPED.format("skip") + timer("timeCycle", "R/P1D"), interrupting=False)
        + script("h")
        + end()
        + "s->u u->e b->h",
        "s b h u e",
        acts=[("wait", "P3D"), ("wait", "P1D"), ("do", "u")],
    ),
    Row(
        "correlation-by-property",
        start()
        + catch(
            "c",
            '<bpmn:extensionElements><camunda:properties><camunda:property name="correlation" value="order"/>'
            '</camunda:properties></bpmn:extensionElements><bpmn:messageEventDefinition messageRef="Msg"/>',
        )
        + end()
        + "s->c c->e",
        "s c e",
        acts=[("correlated", "msg", 6), ("correlated", "msg", 7)],
        given={"order": 7},
    ),
)
