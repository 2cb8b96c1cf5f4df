"""Hostile diagrams: well-formed XML that asks for code, for endless work, or to be taken for something else."""

from __future__ import annotations

from itertools import pairwise

from tests.hostile.case import (
    ACCEPTED,
    EVIL,
    Case,
    condition,
    document,
    escaped,
    extension,
    flow,
    formal,
    line,
    process,
    several,
    table,
    task,
    timer,
)

_WALK = "().__class__.__bases__[0].__subclasses__()"
_HUGE = f"9{'9' * 40}"


def diagram_cases() -> list[Case]:
    """The cases."""
    return [*_code(), *_endless(), *_disguised(), *_wrong(), *_large()]


def _code() -> list[Case]:
    catch = "intermediateCatchEvent"
    return [
        *(_condition(name, text) for name, text in _EXPRESSIONS.items()),
        _one("code-in-script", line(task(_script("import os\nos.system('id')"), "scriptTask")), "expression"),
        _one("code-in-script-value", line(task(_script(f"x = {escaped(EVIL)}"), "scriptTask")), "expression"),
        _one("code-in-javascript", line(_javascript("java.lang.Runtime.getRuntime().exec('id')")), "expression"),
        _one("endless-script", line(task(_script("while True: x = 1"), "scriptTask")), "expression"),
        _one("code-in-timer", line(task(timer("timeDuration", EVIL), catch)), "timer"),
        _one("code-in-timer-cycle", line(task(timer("timeCycle", f"${{{EVIL}}}"), catch)), "timer"),
        _one("code-in-cardinality", line(task(several(formal("loopCardinality", EVIL)))), "expression"),
        _one("code-in-collection", line(task(several(attributes=f'camunda:collection="{_WALK}"'))), "expression"),
        _one("code-in-completion", line(task(several(_completion(EVIL)))), "expression"),
        _one("code-in-loop", line(task(_loop(EVIL))), "expression"),
        _one("code-in-conditional-event", line(task(_conditional(EVIL), catch)), "expression"),
        _one("code-in-due-date", line(task(tag="userTask", attributes=f'camunda:dueDate="{EVIL}"')), "expression"),
        _one("code-in-assignee", line(task(tag="userTask", attributes=f'camunda:assignee="{EVIL}"')), "expression"),
        _one("code-in-groups", line(task(tag="userTask", attributes=_groups(f"${{{EVIL}}}"))), "expression"),
        _one("code-in-parameter", line(task(extension(_parameter(f"${{{EVIL}}}")))), "expression"),
        _one("script-in-parameter", line(task(extension(_parameter("<camunda:script>x</camunda:script>")))), "vendor"),
        _one("code-in-form-rule", line(task(extension(_form(EVIL)), "userTask")), "expression"),
        _one("code-in-message-path", _message_path(EVIL), "expression", "key"),
        _one("pre-script", line(task(extension(_pre_script(EVIL)))), "vendor"),
        _one("java-class", line(task(tag="serviceTask", attributes='camunda:class="java.lang.Runtime"')), "vendor"),
        _one("listener", line(task(extension('<camunda:executionListener class="x" event="start"/>'))), "vendor"),
        _one("connector", line(task(extension("<camunda:connector/>"), "serviceTask")), "vendor"),
        _one("external-task", line(task(tag="serviceTask", attributes='camunda:type="external"')), "vendor"),
        _one("web-service", line(task(tag="serviceTask", attributes='implementation="##WebService"')), "handler"),
        _table("code-in-cell", table(EVIL), "t"),
        _table("code-in-output", table("-", EVIL), "o"),
        _table("walk-in-cell", table(f"> {_WALK}"), "t"),
        _table("nested-nots", table("not(" * 400 + "1" + ")" * 400), "t"),
        _table("endless-interval", table("[" + " " * 900 + ".." + " " * 900 + "]"), "t"),
    ]


_EXPRESSIONS = {
    "code-in-condition": EVIL,
    "dunder-walk": _WALK,
    "attribute-walk": "decision.__class__.__mro__",
    "format-walk": "'{0.__class__}'.format(decision)",
    "getattr": "getattr(decision, 'x')",
    "open-file": "open('/etc/passwd').read()",
    "power-tower": "9**9**9",
    "endless-comprehension": "[x for x in [1]]",
    "lambda": "(lambda: 1)()",
    "walrus": "(x := 1)",
    "ten-gigabytes": "'a' * 10000000000 == x",
    "huge-number": _HUGE + " == x",
    "deep-brackets": "(" * 500 + "1" + ")" * 500,
    "deep-signs": "-" * 1_900 + "1",
    "long-sum": "+".join(["x"] * 500),
    "long-text": "x == '" + "a" * 3_000 + "'",
    "round-digits": "round(x, 10**9) == 1",
    "null-byte-escape": "x == '\\x00'",
    "format-string": "f'{x}' == y",
    "empty-expression": "${}",
}


def _endless() -> list[Case]:
    catch = "intermediateCatchEvent"
    many = several(formal("loopCardinality", "1000000000"))
    return [
        _one("a-billion-instances", line(task(many)), "repetition"),
        _one("a-billion-turns", line(task('<bpmn:standardLoopCharacteristics loopMaximum="1000000000"/>')), None),
        _one("loop-without-end", line(task("<bpmn:standardLoopCharacteristics/>")), "repetition"),
        _one("negative-instances", line(task(several(formal("loopCardinality", "-5")))), "repetition"),
        _one("self-loop", document(process(_self_loop())), "no-end", "a"),
        _one("calls-itself", line(task(tag="callActivity", attributes='calledElement="p"')), "call-cycle"),
        Case("calls-in-a-circle", {"a.bpmn": _call("pa", "pb"), "b.bpmn": _call("pb", "pa")}, "call-cycle"),
        _one("calls-in-a-circle-in-one-file", _circle(), "call-cycle"),
        _one("cycle-of-no-length", line(task(timer("timeCycle", "R/PT0S"), catch)), "timer"),
        _one("cycle-of-a-second", line(task(timer("timeCycle", "R/PT1S"), catch)), "timer-cycle"),
        _one("duration-of-ages", line(task(timer("timeDuration", "P99999999999Y"), catch)), "timer"),
        _one("date-in-the-year-1", line(task(timer("timeDate", "0001-01-01T00:00:00Z"), catch)), "timer"),
        _one("date-in-the-year-9999", line(task(timer("timeDate", "9999-12-31T23:59:59Z"), catch)), "timer"),
        _one("timer-cron", line(task(timer("timeCycle", "0 0/5 * * * ?"), catch)), "timer"),
    ]


def _disguised() -> list[Case]:
    return [
        _one("path-as-id", line(task(), key="../../etc/passwd"), "id", "../../etc/passwd"),
        _one("windows-path-as-id", line(task(), key="..\\..\\x"), "id"),
        _one("dots-in-id", line(task(), key="a..b"), "id", "a..b"),
        _one("xpath-in-id", line(task(), key="p' or '1'='1"), "id"),
        _one("id-of-100000-signs", line(task(), key="p" * 100_000), "attribute-size"),
        _one("id-of-1000-signs", line(task(), key="p" * 1_000), "id", "p" * 128),
        _one("empty-id", line(task(), key=""), None),
        _one("image-as-name", line(task(), name=escaped("<img src=x onerror=alert(1)>")), ACCEPTED),
        _one("formula-as-name", line(task(), name="=1+1"), ACCEPTED),
        _one("name-with-line-break", line(task(), name="a&#13;&#10;Set-Cookie: x"), ACCEPTED),
        _one("script-as-documentation", line(task(_documentation(escaped("<script>alert(1)</script>")))), ACCEPTED),
        _one("right-to-left-name", line(task(), name="a\u202egnp.exe"), ACCEPTED),
        _one("template-as-name", line(task(), name="{{ config }} ${x} %s"), ACCEPTED),
    ]


def _wrong() -> list[Case]:
    end = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow("s", "e")
    return [
        _one("duplicate-id", line(task(), around='<bpmn:textAnnotation id="a"/>'), "duplicate-id", "a"),
        _one("dangling-flow", document(process(end + flow("s", "nowhere"))), "dangling-reference", "s_nowhere"),
        _one("dangling-boundary", document(process(end + _boundary("zz") + flow("b", "e"))), "dangling-reference", "b"),
        _one("dangling-message", line(task(tag="sendTask", attributes='messageRef="m"')), "dangling-reference", "a"),
        _one("no-start", document(process('<bpmn:task id="a"/><bpmn:endEvent id="e"/>' + flow("a", "e"))), "start"),
        _one("unreachable", document(process(end + '<bpmn:task id="x"/>')), "unreachable", "x"),
        _one("no-way-out", document(process(_no_way_out())), "no-end", "b"),
        _one("complex-gateway", line(task(tag="complexGateway")), "unsupported", "a"),
        _one("token-quantity", line(task(attributes='completionQuantity="1000000"')), "unsupported", "a"),
        _one("must-understand", _must_understand(), "must-understand"),
    ]


def _large() -> list[Case]:
    """As large as may be, and drawn to make the check walk: they are good, and must not take long."""
    return [
        _one("chain-of-800-tasks", document(process(_chain(800))), ACCEPTED),
        _one("300-parallel-branches", document(process(_fan(300))), ACCEPTED),
        _one("nested-sub-processes-25", document(process(_boxes(25))), ACCEPTED),
    ]


def _chain(count: int) -> str:
    names = ["s", *(f"t{number}" for number in range(count)), "e"]
    nodes = "".join(f'<bpmn:task id="{name}"/>' for name in names[1:-1])
    flows = "".join(flow(*pair) for pair in pairwise(names))
    return f'<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>{nodes}{flows}'


def _fan(count: int) -> str:
    nodes = '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
    nodes += '<bpmn:endEvent id="e"/>' + "".join(f'<bpmn:manualTask id="t{number}"/>' for number in range(count))
    branches = "".join(flow("g", f"t{number}") + flow(f"t{number}", "j") for number in range(count))
    return nodes + flow("s", "g") + branches + flow("j", "e")


def _boxes(depth: int) -> str:
    inside = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow("s", "e")
    for number in range(depth):
        start, box, end = f"s{number}", f"b{number}", f"e{number}"
        around = f'<bpmn:startEvent id="{start}"/><bpmn:endEvent id="{end}"/>' + flow(start, box) + flow(box, end)
        inside = f'{around}<bpmn:subProcess id="{box}">{inside}</bpmn:subProcess>'
    return inside


def _one(name: str, data: bytes, rule: str | None, element: str = "") -> Case:
    special = {"a-billion-turns": "repetition", "empty-id": "one-process"}
    return Case(name, {f"{name}.bpmn": data}, special[name] if rule is None else rule, element)


def _condition(name: str, text: str) -> Case:
    return _one(name, condition(text), "expression", "g_e")


def _table(name: str, data: bytes, element: str) -> Case:
    return Case(name, {f"{name}.dmn": data}, "cell", element)


def _script(text: str) -> str:
    return f"<bpmn:script>{text}</bpmn:script>"


def _javascript(text: str) -> str:
    return task(_script(text), "scriptTask", 'scriptFormat="javascript"')


def _completion(text: str) -> str:
    return formal("loopCardinality", "2") + formal("completionCondition", text)


def _loop(text: str) -> str:
    loop = "standardLoopCharacteristics"
    return f"<bpmn:{loop}>{formal('loopCondition', text)}</bpmn:{loop}>"


def _conditional(text: str) -> str:
    definition = "conditionalEventDefinition"
    return f"<bpmn:{definition}>{formal('condition', text)}</bpmn:{definition}>"


def _groups(text: str) -> str:
    return f'camunda:candidateGroups="agency_head@{text}"'


def _parameter(text: str) -> str:
    return (
        f'<camunda:inputOutput><camunda:inputParameter name="x">{text}</camunda:inputParameter></camunda:inputOutput>'
    )


def _form(text: str) -> str:
    rule = f'<camunda:properties><camunda:property id="required_when" value="{text}"/></camunda:properties>'
    return f'<camunda:formData><camunda:formField id="x" type="string">{rule}</camunda:formField></camunda:formData>'


def _pre_script(text: str) -> str:
    return f"<spiffworkflow:preScript>{text}</spiffworkflow:preScript>"


def _message_path(text: str) -> bytes:
    retrieval = f'<bpmn:correlationPropertyRetrievalExpression messageRef="m">{formal("messagePath", text)}'
    retrieval += "</bpmn:correlationPropertyRetrievalExpression>"
    shared = f'<bpmn:message id="m"/><bpmn:correlationProperty id="key">{retrieval}</bpmn:correlationProperty>'
    start = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow("s", "e")
    return document(shared + process(start))


def _self_loop() -> str:
    return '<bpmn:startEvent id="s"/>' + task() + flow("s", "a") + flow("a", "a")


def _no_way_out() -> str:
    nodes = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:parallelGateway id="g"/>'
    nodes += '<bpmn:task id="a"/><bpmn:task id="b"/><bpmn:task id="c"/>'
    flows = [("s", "g"), ("g", "a"), ("a", "e"), ("g", "b"), ("b", "c"), ("c", "b")]
    return nodes + "".join(flow(*ends) for ends in flows)


def _call(key: str, called: str) -> bytes:
    return line(task(tag="callActivity", attributes=f'calledElement="{called}"'), key=key)


def _circle() -> bytes:
    def part(key: str, called: str) -> str:
        call = f'<bpmn:callActivity id="c_{key}" calledElement="{called}"/>'
        ends = f'<bpmn:startEvent id="s_{key}"/><bpmn:endEvent id="e_{key}"/>'
        return process(ends + call + flow(f"s_{key}", f"c_{key}") + flow(f"c_{key}", f"e_{key}"), key)

    return document(part("main", "one") + part("one", "two") + part("two", "one"))


def _boundary(host: str) -> str:
    return f'<bpmn:boundaryEvent id="b" attachedToRef="{host}">{timer("timeDuration", "P1D")}</bpmn:boundaryEvent>'


def _documentation(text: str) -> str:
    return f"<bpmn:documentation>{text}</bpmn:documentation>"


def _must_understand() -> bytes:
    start = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow("s", "e")
    return document('<bpmn:extension mustUnderstand="true" definition="camunda:x"/>' + process(start))
