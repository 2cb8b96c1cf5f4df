"""The rows of docs/bpmn.md that are refused: the model, the element and the rule."""

from __future__ import annotations

from tests.conformance.model import (
    CANCEL,
    COMPENSATE,
    ERROR,
    MESSAGE,
    at,
    boundary,
    cardinality,
    catch,
    condition,
    document,
    end,
    link,
    script,
    several,
    start,
    sub,
    throw,
    timer,
    user,
)

_ONE = start() + user("u") + end() + "s->u u->e"
_PLAIN = '<bpmn:extensionElements><zeebe:taskDefinition xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" type="x"/>'
_STORE = '<bpmn:dataStore id="store"/>'
_TO_STORE = (
    '<bpmn:ioSpecification><bpmn:dataOutput id="o1"/><bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification>'
    '<bpmn:dataOutputAssociation id="oa"><bpmn:sourceRef>o1</bpmn:sourceRef><bpmn:targetRef>sr</bpmn:targetRef>'
    "</bpmn:dataOutputAssociation>"
)


def task(tag: str, inside: str = "", attributes: str = "") -> bytes:
    """A process with one activity `t`."""
    return document(start() + at(tag, "t", inside, attributes) + end() + "s->t t->e")


def split(tag: str, attributes: str = "", flow: str = "") -> bytes:
    """A process with one gateway `g` of two ways."""
    return document(start() + at(tag, "g", attributes=attributes) + script("a") + script("b") + f"s->g g->a{flow} g->b")


# name: (model, element, rule)
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "complex-gateway": (split("complexGateway"), "g", "unsupported"),
    "instantiating-gateway": (
        document(
            at("eventBasedGateway", "g", attributes='instantiate="true"')
            + catch("c", MESSAGE)
            + catch("d", timer("timeDuration", "P1D"))
            + "g->c g->d"
        ),
        "g",
        "unsupported",
    ),
    "parallel-event-gateway": (
        document(
            start()
            + at("eventBasedGateway", "g", attributes='eventGatewayType="Parallel"')
            + catch("c", MESSAGE)
            + catch("d", timer("timeDuration", "P1D"))
            + "s->g g->c g->d"
        ),
        "g",
        "unsupported",
    ),
    "condition-after-a-parallel-gateway": (split("parallelGateway", flow="[x > 1]"), "g_a", "conditional-flow"),
    "start-quantity": (task("task", attributes='startQuantity="2"'), "t", "unsupported"),
    "completion-quantity": (task("task", attributes='completionQuantity="2"'), "t", "unsupported"),
    "parallel-multiple": (
        document(
            start()
            + at("intermediateCatchEvent", "c", MESSAGE + timer("timeDuration", "P1D"), 'parallelMultiple="true"')
            + end()
            + "s->c c->e"
        ),
        "c",
        "unsupported",
    ),
    "multi-instance-behavior-complex": (
        document(
            start()
            + at("userTask", "u", several(cardinality("2"), attributes='behavior="Complex"'))
            + end()
            + "s->u u->e"
        ),
        "u",
        "unsupported",
    ),
    "conditional-start": (document(start("s", condition("x &gt; 1")) + end() + "s->e"), "s", "event"),
    "error-start": (document(start("s", ERROR) + end() + "s->e"), "s", "event"),
    "cancel-outside-a-transaction": (document(start() + end("e", CANCEL) + "s->e"), "e", "event"),
    "link-without-a-target": (document(start() + throw("t", link("on")) + "s->t"), "t", "link"),
    "message-without-a-reference": (
        document(start() + catch("c", "<bpmn:messageEventDefinition/>") + end() + "s->c c->e"),
        "c",
        "message",
    ),
    "compensation-without-waiting": (
        document(start() + throw("c", COMPENSATE.replace("/>", ' waitForCompletion="false"/>')) + end() + "s->c c->e"),
        "c",
        "unsupported",
    ),
    "no-start": (document(user("u") + end() + "u->e"), "p", "start"),
    "two-none-starts": (document(start() + start("s2") + end() + "s->e s2->e"), "p", "start"),
    "unreachable": (document(start() + end() + user("u") + end("e2") + "s->e u->e2"), "u", "unreachable"),
    "sub-process-without-a-start": (
        document(start() + sub("p1", user("iu")) + end() + "s->p1 p1->e"),
        "p1",
        "start",
    ),
    "data-store": (
        document(
            '<bpmn:dataStoreReference id="sr" dataStoreRef="store"/>'
            + start()
            + at("task", "t", _TO_STORE)
            + end()
            + "s->t t->e",
            _STORE,
        ),
        "sr",
        "data-store",
    ),
    "service-task-without-a-handler": (task("serviceTask"), "t", "handler"),
    "unknown-handler": (task("serviceTask", attributes='camunda:delegateExpression="nobody"'), "t", "unknown-handler"),
    "vendor-class": (task("serviceTask", attributes='camunda:class="x.Y"'), "t", "vendor"),
    "zeebe-job": (task("serviceTask", f"{_PLAIN}</bpmn:extensionElements>"), "t", "vendor"),
    "script-in-another-language": (
        task("scriptTask", "<bpmn:script>var x = 1;</bpmn:script>", 'scriptFormat="javascript"'),
        "t",
        "expression",
    ),
    "code-in-a-condition": (split("exclusiveGateway", flow="[__import__('os')]"), "g_a", "expression"),
    "timer-repeats-too-fast": (
        document(
            start()
            + user("u")
            + boundary("b", "u", timer("timeCycle", "R/PT0S"))
            + end()
            + end("e2")
            + "s->u u->e b->e2"
        ),
        "b",
        "timer",
    ),
    "deadlock": (
        document(
            start()
            + at("exclusiveGateway", "g", attributes='default="g_b"')
            + script("a")
            + script("b")
            + at("parallelGateway", "j")
            + end()
            + "s->g g->a[x] g->b a->j b->j j->e"
        ),
        "j",
        "deadlock",
    ),
}
