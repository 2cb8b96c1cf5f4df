"""Messages, signals, errors, escalations, conditions, links, cancellation."""

from __future__ import annotations

from tests.conformance.model import (
    ANY_ERROR,
    ERROR,
    ESCALATION,
    MESSAGE,
    SIGNAL,
    Row,
    at,
    boundary,
    catch,
    condition,
    end,
    link,
    script,
    start,
    sub,
    throw,
    user,
)

_FORK = start() + at("parallelGateway", "g") + at("parallelGateway", "j") + end() + "s->g j->e "
_FAILING = sub("p1", start("is") + at("parallelGateway", "ig") + user("iu") + end("ie", ERROR) + "is->ig ig->iu ig->ie")
_TAIL = script("h") + end() + end("e2") + "s->p1 p1->e b->h h->e2"
_RAISING = sub("p1", start("is") + throw("it", ESCALATION) + script("ia") + "is->it it->ia")
_OTHER = '<bpmn:errorEventDefinition errorRef="Err2"/>'

ROWS = (
    Row(
        "signal-throw-and-catch",
        _FORK + throw("t", SIGNAL) + at("task", "a") + catch("c", SIGNAL) + "g->t g->a a->c t->j c->j",
        "s g a t c j e",
    ),
    Row(
        "signal-reaches-nobody-who-comes-later",
        start() + throw("t", SIGNAL) + catch("c", SIGNAL) + end() + "s->t t->c c->e",
        "s t",
        state="active",
    ),
    Row(
        "signal-end-event",
        start() + at("parallelGateway", "g") + end("t", SIGNAL) + catch("c", SIGNAL) + end() + "s->g g->t g->c c->e",
        "s g t c e",
    ),
    Row(
        "signal-reaches-all-who-wait",
        start()
        + at("parallelGateway", "g")
        + catch("c", SIGNAL)
        + catch("d", SIGNAL)
        + end()
        + "s->g g->c g->d c->e d->e",
        "s g c e d e",
        acts=[("signal", "sig")],
    ),
    Row(
        "signal-boundary-interrupting",
        start() + user("u") + boundary("b", "u", SIGNAL) + script("h") + end() + "s->u u->e b->h",
        "s !u b h",
        acts=[("signal", "sig")],
    ),
    Row(
        "signal-boundary-not-interrupting",
        start() + user("u") + boundary("b", "u", SIGNAL, interrupting=False) + script("h") + end() + "s->u u->e b->h",
        "s b h b h u e",
        acts=[("signal", "sig"), ("signal", "sig"), ("do", "u")],
    ),
    Row(
        "message-throw-and-catch",
        _FORK + throw("t", MESSAGE) + catch("c", MESSAGE) + "g->t g->c t->j c->j",
        "s g t c j e",
    ),
    Row(
        "message-end-event",
        start() + at("parallelGateway", "g") + end("t", MESSAGE) + catch("c", MESSAGE) + end() + "s->g g->t g->c c->e",
        "s g t c e",
    ),
    Row(
        "message-intermediate-catch",
        start() + catch("c", MESSAGE) + end() + "s->c c->e",
        "s c e",
        acts=[("message", "msg", {"x": 1})],
        variables={"x": 1},
    ),
    Row(
        "message-that-comes-early",
        start() + user("u") + catch("c", MESSAGE) + end() + "s->u u->c c->e",
        "s u c e",
        acts=[("message", "msg", {"x": 1}), ("do", "u")],
        variables={"x": 1},
    ),
    Row(
        "message-boundary-interrupting",
        start() + sub("p1", start("is") + user("iu") + "is->iu") + boundary("b", "p1", MESSAGE) + _TAIL,
        "s is !iu !p1 b h e2",
        acts=[("message", "msg")],
    ),
    Row(
        "message-boundary-not-interrupting",
        start() + user("u") + boundary("b", "u", MESSAGE, interrupting=False) + script("h") + end() + "s->u u->e b->h",
        "s b h u e",
        acts=[("message", "msg"), ("do", "u")],
    ),
    Row("error-boundary", start() + _FAILING + boundary("b", "p1", ERROR) + _TAIL, "s is ig ie !iu !p1 b h e2"),
    Row("error-boundary-any", start() + _FAILING + boundary("b", "p1", ANY_ERROR) + _TAIL, "s is ig ie !iu !p1 b h e2"),
    Row(
        "error-boundary-by-code",
        start() + _FAILING + boundary("o", "p1", _OTHER) + boundary("b", "p1", ERROR) + end("oe") + "o->oe" + _TAIL,
        "s is ig ie !iu !p1 b h e2",
    ),
    Row(
        "error-passes-what-does-not-catch-it",
        start()
        + sub(
            "p1",
            start("xs")
            + sub("p2", start("is") + end("ie", ERROR) + "is->ie")
            + boundary("o", "p2", _OTHER)
            + end("xe")
            + end("oe")
            + "xs->p2 p2->xe o->oe",
        )
        + boundary("b", "p1", ERROR)
        + _TAIL,
        "s xs is ie !p2 !p1 b h e2",
    ),
    Row(
        "error-uncaught",
        start() + at("parallelGateway", "g") + user("u") + end("e", ERROR) + end("e2") + "s->g g->u g->e u->e2",
        "s g e !u",
    ),
    Row(
        "escalation-boundary-interrupting",
        start() + _RAISING + boundary("b", "p1", ESCALATION) + _TAIL,
        "s is it !p1 b h e2",
    ),
    Row(
        "escalation-boundary-not-interrupting",
        start() + _RAISING + boundary("b", "p1", ESCALATION, interrupting=False) + _TAIL,
        "s is it b h ia e2 p1 e",
    ),
    Row(
        "escalation-end-event",
        start()
        + sub("p1", start("is") + end("ie", ESCALATION) + "is->ie")
        + boundary("b", "p1", ESCALATION, interrupting=False)
        + _TAIL,
        "s is ie b h e2 p1 e",
    ),
    Row("escalation-uncaught", start() + throw("t", ESCALATION) + script("a") + end() + "s->t t->a a->e", "s t a e"),
    Row(
        "conditional-catch",
        start()
        + at("parallelGateway", "g")
        + user("u")
        + catch("c", condition("x &gt; 3"))
        + end()
        + end("e2")
        + "s->g g->u g->c u->e2 c->e",
        "s g u e2 c e",
        acts=[("do", "u", {"x": 5})],
    ),
    Row(
        "conditional-boundary-interrupting",
        start()
        + at("parallelGateway", "g")
        + user("u")
        + user("v")
        + boundary("b", "v", condition("x &gt; 3"))
        + end()
        + end("e2")
        + end("e3")
        + "s->g g->u g->v u->e v->e2 b->e3",
        "s g u e !v b e3",
        acts=[("do", "u", {"x": 5})],
    ),
    Row(
        "conditional-boundary-happens-each-time-it-becomes-true",
        start()
        + at("parallelGateway", "g")
        + at(
            "userTask",
            "u",
            "<bpmn:multiInstanceLoopCharacteristics "
            'isSequential="true"><bpmn:loopCardinality>4</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>',
        )
        + user("v")
        + boundary("b", "v", condition("x &gt; 3"), interrupting=False)
        + end()
        + end("e2")
        + end("e3")
        + "s->g g->u g->v u->e v->e2 b->e3",
        "s g u b e3 u u u e b e3 v e2",
        acts=[
            ("do", "u", {"x": 5}),
            ("do", "u", {"x": 6}),
            ("do", "u", {"x": 1}),
            ("do", "u", {"x": 9}),
            ("do", "v"),
        ],
    ),
    Row(
        "link-events",
        start() + throw("lt", link("on")) + catch("lc", link("on")) + end() + "s->lt lc->e",
        "s lt lc e",
    ),
    Row(
        "several-links-to-one",
        start()
        + at("parallelGateway", "g")
        + throw("l1", link("on"))
        + throw("l2", link("on"))
        + catch("lc", link("on"))
        + end()
        + "s->g g->l1 g->l2 lc->e",
        "s g l1 l2 lc lc e e",
    ),
    Row(
        "several-definitions-on-a-catching-event",
        start() + catch("c", MESSAGE + SIGNAL) + end() + "s->c c->e",
        "s c e",
        acts=[("signal", "sig")],
    ),
    Row(
        "several-definitions-on-a-throwing-event",
        start()
        + at("parallelGateway", "g")
        + throw("t", MESSAGE + SIGNAL)
        + catch("c", MESSAGE)
        + catch("d", SIGNAL)
        + end()
        + "s->g g->t g->c g->d t->e c->e d->e",
        "s g t e c e d e",
    ),
)
