"""Flows and gateways."""

from __future__ import annotations

from tests.conformance.model import SIGNAL, TERMINATE, Row, at, catch, end, script, start, timer, user

_DEFAULT_A = 'default="g_a"'
_INCLUSIVE = (
    start()
    + at("inclusiveGateway", "g", attributes='default="g_d"')
    + user("a")
    + user("b")
    + user("d")
    + at("inclusiveGateway", "j")
    + end()
    + "s->g g->a[x > 1] g->b[x > 2] g->d a->j b->j d->j j->e"
)

ROWS = (
    Row("sequence-flow", start() + script("a") + end() + "s->a a->e", "s a e", variables={"v_a": True}),
    Row(
        "conditional-flow",
        start()
        + at("task", "a")
        + script("b")
        + script("c")
        + script("d")
        + "s->a a->b[x > 1] a->c[x > 2] a->d[x > 9]",
        "s a b c",
        given={"x": 5},
    ),
    Row(
        "default-flow-of-an-activity",
        start() + at("task", "a", attributes='default="a_c"') + script("b") + script("c") + "s->a a->b[x > 1] a->c",
        "s a c",
        given={"x": 0},
    ),
    Row(
        "several-flows-out-of-an-activity",
        start() + at("task", "a") + script("b") + script("c") + "s->a a->b a->c",
        "s a b c",
    ),
    Row(
        "several-flows-into-an-activity",
        start()
        + at("parallelGateway", "g")
        + script("a")
        + script("b")
        + script("c", "n = n + 1")
        + end()
        + "s->g g->a g->b a->c b->c c->e",
        "s g a b c c e e",
        given={"n": 0},
        variables={"n": 2},
    ),
    Row(
        "no-flow-out-of-an-activity",
        start() + script("a") + "s->a",
        "s a",
    ),
    Row(
        "exclusive-gateway",
        start()
        + at("exclusiveGateway", "g")
        + script("a")
        + script("b")
        + end()
        + 's->g g->a["a" in test] g->b["b" in test] a->e b->e',
        "s g b e",
        given={"test": "bcd"},
    ),
    Row(
        "exclusive-gateway-takes-the-first-that-holds",
        start()
        + at("exclusiveGateway", "g")
        + script("a")
        + script("b")
        + end()
        + "s->g g->b[x > 0] g->a[x > 1] a->e b->e",
        "s g b e",
        given={"x": 5},
    ),
    Row(
        "exclusive-gateway-default",
        start()
        + at("exclusiveGateway", "g", attributes=_DEFAULT_A)
        + script("a")
        + script("b")
        + end()
        + "s->g g->a g->b[x > 1] a->e b->e",
        "s g a e",
        given={"x": 0},
    ),
    Row(
        "exclusive-gateway-without-a-way-out",
        start()
        + user("u")
        + at("exclusiveGateway", "g")
        + script("a")
        + script("b")
        + end()
        + "s->u u->g g->a[x > 1] g->b[x > 2] a->e b->e",
        "s",
        acts=[("fails", "u", {"x": 0})],
        state="incident",
    ),
    Row(
        "exclusive-gateway-merging",
        start()
        + at("parallelGateway", "g")
        + script("a")
        + script("b")
        + at("exclusiveGateway", "m")
        + end()
        + "s->g g->a g->b a->m b->m m->e",
        "s g a b m m e e",
    ),
    Row(
        "parallel-gateway",
        start()
        + at("parallelGateway", "g")
        + user("a")
        + user("b")
        + at("parallelGateway", "j")
        + end()
        + "s->g g->a g->b a->j b->j j->e",
        "s g b a j e",
        acts=[("do", "b"), ("do", "a")],
    ),
    Row(
        "parallel-gateway-in-a-loop",
        start()
        + at("exclusiveGateway", "m")
        + at("parallelGateway", "g")
        + user("a")
        + user("b")
        + at("parallelGateway", "j")
        + at("exclusiveGateway", "x", attributes='default="x_e"')
        + end()
        + "s->m m->g g->a g->b a->j b->j j->x x->m[again] x->e",
        "s m g a b j x m g b a j x e",
        acts=[("do", "a"), ("do", "b", {"again": True}), ("do", "b"), ("do", "a", {"again": False})],
    ),
    Row(
        "parallel-gateway-splitting-and-joining",
        start()
        + at("parallelGateway", "g")
        + script("a")
        + script("b")
        + at("parallelGateway", "j")
        + script("c")
        + script("d")
        + "s->g g->a g->b a->j b->j j->c j->d",
        "s g a b j c d",
    ),
    Row("inclusive-gateway-all", _INCLUSIVE, "s g a b j e", acts=[("do", "a"), ("do", "b")], given={"x": 5}),
    Row("inclusive-gateway-one", _INCLUSIVE, "s g a j e", acts=[("do", "a")], given={"x": 2}),
    Row("inclusive-gateway-default", _INCLUSIVE, "s g d j e", acts=[("do", "d")], given={"x": 0}),
    Row(
        "inclusive-join-waits-for-what-can-still-arrive",
        start()
        + at("parallelGateway", "g")
        + user("a")
        + user("b")
        + at("exclusiveGateway", "x", attributes='default="x_o"')
        + end("o")
        + at("inclusiveGateway", "j")
        + end()
        + "s->g g->a g->b a->j b->x x->j[stay] x->o j->e",
        "s g a b x o j e",
        acts=[("do", "a"), ("do", "b", {"stay": False})],
    ),
    Row(
        "inclusive-join-in-a-loop",
        start()
        + at("exclusiveGateway", "m")
        + at("inclusiveGateway", "g")
        + user("a")
        + user("b")
        + at("inclusiveGateway", "j")
        + at("exclusiveGateway", "x", attributes='default="x_e"')
        + end()
        + "s->m m->g g->a[True] g->b[n > 0] a->j b->j j->x x->m[n < 2] x->e",
        "s m g a j x m g b a j x e",
        acts=[("do", "a", {"n": 1}), ("do", "b"), ("do", "a", {"n": 2})],
        given={"n": 0},
    ),
    Row(
        "event-based-gateway-message",
        start()
        + at("eventBasedGateway", "g")
        + catch("c", '<bpmn:messageEventDefinition messageRef="Msg"/>')
        + catch("t", timer("timeDuration", "P1D"))
        + script("a")
        + script("b")
        + end()
        + "s->g g->c g->t c->a t->b a->e b->e",
        "s g c a e",
        acts=[("message", "msg", {"got": 1}), ("wait", "P2D")],
        variables={"got": 1, "v_a": True},
    ),
    Row(
        "event-based-gateway-timers",
        start()
        + at("eventBasedGateway", "g")
        + catch("l", timer("timeDuration", "P3D"))
        + catch("t", timer("timeDuration", "P1D"))
        + script("a")
        + script("b")
        + end()
        + "s->g g->l g->t l->a t->b a->e b->e",
        "s g t b e",
        acts=[("wait", "P1D")],
    ),
    Row(
        "event-based-gateway-signal",
        start()
        + at("eventBasedGateway", "g")
        + catch("c", SIGNAL)
        + at("receiveTask", "r", attributes='messageRef="Msg"')
        + end()
        + "s->g g->c g->r c->e r->e",
        "s g r e",
        acts=[("message", "msg")],
    ),
    Row(
        "terminate-end-event",
        start()
        + at("parallelGateway", "g")
        + user("a")
        + user("b")
        + end("t", TERMINATE)
        + end()
        + "s->g g->a g->b a->t b->e",
        "s g a t !b",
        acts=[("do", "a")],
    ),
)
