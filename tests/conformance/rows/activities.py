"""Tasks, sub-processes, calls, and how they are repeated."""

from __future__ import annotations

from tests.conformance.model import (
    MESSAGE,
    SIGNAL,
    TERMINATE,
    Row,
    at,
    boundary,
    cardinality,
    catch,
    end,
    enough,
    loop,
    script,
    several,
    start,
    sub,
    throw,
    user,
)

_LOCAL = '<bpmn:globalScriptTask id="gs"><bpmn:script>v_gs = True</bpmn:script></bpmn:globalScriptTask>'
_CALLED = (
    '<bpmn:process id="called" name="called" isExecutable="true"><bpmn:startEvent id="cs"/><bpmn:userTask id="cu"/>'
    '<bpmn:endEvent id="ce"/><bpmn:sequenceFlow id="cs_cu" sourceRef="cs" targetRef="cu"/>'
    '<bpmn:sequenceFlow id="cu_ce" sourceRef="cu" targetRef="ce"/></bpmn:process>'
)
_INSIDE = start("is") + user("iu") + end("ie") + "is->iu iu->ie"
_STANDARD = (
    "<bpmn:loopDataInputRef>li</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>lo</bpmn:loopDataOutputRef>"
    '<bpmn:inputDataItem id="item"/><bpmn:outputDataItem id="square"/>'
)


def ad_hoc(attributes: str, inside: str) -> str:
    """An ad-hoc sub-process `h` between a start and an end."""
    return start() + sub("h", inside, "adHocSubProcess", attributes) + end() + "s->h h->e"


ROWS = (
    Row(
        "user-task",
        start() + user("u") + end() + "s->u u->e",
        "s u e",
        acts=[("do", "u", {"x": 1})],
        variables={"x": 1},
    ),
    Row("task", start() + at("task", "t") + end() + "s->t t->e", "s t e"),
    Row("manual-task", start() + at("manualTask", "t") + end() + "s->t t->e", "s t e"),
    Row(
        "script-task",
        start() + script("a", "marker = True") + script("b", "n = n + 1\nm = n * 2") + end() + "s->a a->b b->e",
        "s a b e",
        given={"n": 1},
        variables={"marker": True, "n": 2, "m": 4},
    ),
    Row(
        "receive-task",
        start() + at("receiveTask", "r", attributes='messageRef="Msg"') + end() + "s->r r->e",
        "s r e",
        acts=[("message", "msg", {"got": 1})],
        variables={"got": 1},
    ),
    Row(
        "send-task",
        start()
        + at("parallelGateway", "g")
        + at("sendTask", "t", attributes='messageRef="Msg"')
        + catch("c", MESSAGE)
        + at("parallelGateway", "j")
        + end()
        + "s->g g->t g->c t->j c->j j->e",
        "s g t c j e",
    ),
    Row("sub-process", start() + sub("p1", _INSIDE) + end() + "s->p1 p1->e", "s is iu ie p1 e", acts=[("do", "iu")]),
    Row(
        "sub-process-ends-when-all-its-tokens-have",
        start()
        + sub("p1", start("is") + at("parallelGateway", "ig") + user("ia") + user("ib") + "is->ig ig->ia ig->ib")
        + end()
        + "s->p1 p1->e",
        "s is ig ia ib p1 e",
        acts=[("do", "ia"), ("do", "ib")],
    ),
    Row(
        "terminate-inside-a-sub-process",
        start()
        + at("parallelGateway", "g")
        + user("o")
        + end("oe")
        + sub(
            "p1", start("is") + at("parallelGateway", "ig") + user("ia") + end("it", TERMINATE) + "is->ig ig->ia ig->it"
        )
        + end()
        + "s->g g->o g->p1 o->oe p1->e",
        "s g is ig it !ia p1 e o oe",
        acts=[("do", "o")],
    ),
    Row(
        "call-activity-of-a-process",
        start() + at("callActivity", "c", attributes='calledElement="called"') + end() + "s->c c->e",
        "s cs cu ce c e",
        acts=[("do", "cu")],
        roots=_CALLED,
    ),
    Row(
        "call-activity-of-a-global-task",
        start() + at("callActivity", "c", attributes='calledElement="gs"') + end() + "s->c c->e",
        "s gs c e",
        roots=_LOCAL,
        variables={"v_gs": True},
    ),
    Row(
        "standard-loop-test-before",
        start() + script("a", "n = n + 1", loop("n &lt; 3", 'testBefore="true"')) + end() + "s->a a->e",
        "s a a a e",
        given={"n": 0},
        variables={"n": 3},
    ),
    Row(
        "standard-loop-test-before-may-not-begin",
        start() + script("a", "n = n + 1", loop("n &lt; 3", 'testBefore="true"')) + end() + "s->a a->e",
        "s e",
        given={"n": 5},
    ),
    Row(
        "standard-loop-test-after",
        start() + script("a", "n = n + 1", loop("n &lt; 3")) + end() + "s->a a->e",
        "s a e",
        given={"n": 5},
        variables={"n": 6},
    ),
    Row(
        "standard-loop-maximum",
        start() + script("a", "n = n + 1", loop("n &lt; 9", 'loopMaximum="2"')) + end() + "s->a a->e",
        "s a a e",
        given={"n": 0},
    ),
    Row(
        "standard-loop-of-a-sub-process",
        start() + sub("p1", loop("n &lt; 2") + start("is") + user("iu") + "is->iu") + end() + "s->p1 p1->e",
        "s is iu p1 is iu p1 e",
        acts=[("do", "iu", {"n": 1}), ("do", "iu", {"n": 2})],
    ),
    Row(
        "multi-instance-parallel-cardinality",
        start() + at("userTask", "u", several(cardinality("3"))) + end() + "s->u u->e",
        "s u u u e",
        acts=[("do", "u"), ("do", "u"), ("do", "u")],
    ),
    Row(
        "multi-instance-sequential-cardinality",
        start() + script("a", "t = t + [loopCounter]", several(cardinality("n"), "true")) + end() + "s->a a->e",
        "s a a a e",
        given={"n": 3, "t": []},
        variables={"t": [0, 1, 2]},
    ),
    Row(
        "multi-instance-collection",
        start()
        + script("a", "t = t + c", several("", "true", 'camunda:collection="cs" camunda:elementVariable="c"'))
        + end()
        + "s->a a->e",
        "s a a e",
        given={"cs": ["x", "y"], "t": ""},
        variables={"t": "xy"},
    ),
    Row(
        "multi-instance-data-input-and-output",
        '<bpmn:dataObject id="li" isCollection="true"/><bpmn:dataObject id="lo" isCollection="true"/>'
        + start()
        + script("a", "square = item * item", several(_STANDARD))
        + end()
        + "s->a a->e",
        "s a a a e",
        given={"li": [1, 2, 3]},
        variables={"lo": [1, 4, 9]},
    ),
    Row(
        "multi-instance-of-none",
        start() + at("userTask", "u", several(cardinality("0"))) + end() + "s->u u->e",
        "s e",
    ),
    Row(
        "multi-instance-completion-condition",
        start()
        + at("userTask", "u", several(cardinality("3") + enough("nrOfCompletedInstances &gt;= 2")))
        + end()
        + "s->u u->e",
        "s u u !u e",
        acts=[("do", "u"), ("do", "u")],
    ),
    Row(
        "multi-instance-completion-condition-at-once",
        start()
        + script("a", "v = 1", several(cardinality("5") + enough("nrOfCompletedInstances &gt;= 2")))
        + user("b")
        + end()
        + "s->a a->b b->e",
        "s a a b e",
        acts=[("do", "b")],
    ),
    Row(
        "standard-loop-of-many-turns",
        start() + script("a", "n = n + 1", loop("n &lt; 900")) + end() + "s->a a->e",
        "s " + "a " * 900 + "e",
        given={"n": 0},
        variables={"n": 900},
    ),
    Row(
        "multi-instance-of-a-sub-process",
        start() + sub("p1", several(cardinality("2")) + start("is") + user("iu") + "is->iu") + end() + "s->p1 p1->e",
        "s is is iu p1 iu p1 e",
        acts=[("do", "iu"), ("do", "iu")],
    ),
    Row(
        "multi-instance-behavior-one",
        start()
        + at("userTask", "u", several(cardinality("2"), attributes='behavior="One" oneBehaviorEventRef="D1"'))
        + boundary("b", "u", SIGNAL, interrupting=False)
        + script("h")
        + end()
        + "s->u u->e b->h",
        "s u b h u e",
        acts=[("do", "u"), ("do", "u")],
        roots='<bpmn:signalEventDefinition id="D1" signalRef="Sig"/>',
    ),
    Row(
        "ad-hoc-sub-process-parallel",
        ad_hoc('ordering="Parallel"', user("a") + user("b") + enough("ready")),
        "s a !b h e",
        acts=[("do", "a", {"ready": True})],
    ),
    Row(
        "ad-hoc-sub-process-parallel-keeps-the-rest",
        ad_hoc('ordering="Parallel" cancelRemainingInstances="false"', user("a") + user("b") + enough("ready")),
        "s a b h e",
        acts=[("do", "a", {"ready": True}), ("do", "b")],
    ),
    Row(
        "ad-hoc-sub-process-sequential",
        ad_hoc('ordering="Sequential"', script("a", "n = n + 1") + script("b", "n = n + 10") + enough("n &gt; 20")),
        "s a b a b h e",
        given={"n": 0},
        variables={"n": 22},
    ),
    Row(
        "ad-hoc-sub-process-without-a-condition",
        ad_hoc('ordering="Sequential"', script("a") + script("b") + script("c") + "a->c"),
        "s a c b h e",
    ),
    Row("none-throw-event", start() + throw("t") + end() + "s->t t->e", "s t e"),
)
