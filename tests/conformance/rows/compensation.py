"""Compensation and transactions."""

from __future__ import annotations

from tests.conformance.model import (
    CANCEL,
    COMPENSATE,
    ERROR,
    Row,
    at,
    boundary,
    end,
    event_sub,
    script,
    start,
    sub,
    throw,
    undone,
    user,
)

_A = script("a", "t = t + 'a'") + undone("a", "ba", "ca", "t = t + 'A'")
_B = script("b", "t = t + 'b'") + undone("b", "bb", "cb", "t = t + 'B'")
_ONE = '<bpmn:compensateEventDefinition activityRef="a"/>'
_SUB = '<bpmn:compensateEventDefinition activityRef="p1"/>'


def transaction(inside: str) -> str:
    """A transaction with a cancel event on it."""
    return (
        start()
        + sub("tx", inside, "transaction")
        + boundary("bc", "tx", CANCEL)
        + boundary("be", "tx", ERROR)
        + (script("h", "t = t + 'h'") + end() + end("e2") + end("e3") + "s->tx tx->e bc->h h->e2 be->e3")
    )


ROWS = (
    Row(
        "compensation-throw",
        start() + _A + _B + throw("c", COMPENSATE) + end() + "s->a a->b b->c c->e",
        "s a b cb ca c e",
        given={"t": ""},
        variables={"t": "abBA"},
    ),
    Row(
        "compensation-of-one-activity",
        start() + _A + _B + throw("c", _ONE) + end() + "s->a a->b b->c c->e",
        "s a b ca c e",
        given={"t": ""},
        variables={"t": "abA"},
    ),
    Row(
        "compensation-end-event",
        start() + _A + end("c", COMPENSATE) + "s->a a->c",
        "s a ca c",
        given={"t": ""},
        variables={"t": "aA"},
    ),
    Row(
        "compensation-of-what-was-not-done",
        start()
        + at("exclusiveGateway", "g", attributes='default="g_c"')
        + _A
        + throw("c", COMPENSATE)
        + end()
        + "s->g g->a[x] g->c a->c c->e",
        "s g c e",
        given={"t": "", "x": False},
        variables={"t": ""},
    ),
    Row(
        "compensation-of-a-sub-process",
        start() + sub("p1", start("is") + _A + "is->a") + end("c", _SUB) + "s->p1 p1->c",
        "s is a p1 ca c",
        given={"t": ""},
        variables={"t": "aA"},
    ),
    Row(
        "compensation-event-sub-process",
        start()
        + sub(
            "p1",
            start("is")
            + script("a", "t = t + 'a'")
            + "is->a"
            + event_sub("x", start("xs", COMPENSATE), script("xh", "t = t + 'X'") + "xs->xh"),
        )
        + end("c", _SUB)
        + "s->p1 p1->c",
        "s is a p1 xs xh x c",
        given={"t": ""},
        variables={"t": "aX"},
    ),
    Row(
        "compensation-from-an-event-sub-process",
        start()
        + sub(
            "p1",
            start("is")
            + _A
            + end("ie", ERROR)
            + "is->a a->ie"
            + event_sub("x", start("xs", ERROR), throw("xc", COMPENSATE) + "xs->xc"),
        )
        + end()
        + "s->p1 p1->e",
        "s is a ie xs ca xc x p1 e",
        given={"t": ""},
        variables={"t": "aA"},
    ),
    Row(
        "compensation-by-a-person",
        start()
        + script("a", "t = t + 'a'")
        + boundary("ba", "a", COMPENSATE)
        + at("userTask", "ca", attributes='isForCompensation="true"')
        + " ba=>ca "
        + throw("c", COMPENSATE)
        + end()
        + "s->a a->c c->e",
        "s a ca c e",
        acts=[("do", "ca")],
        given={"t": ""},
    ),
    Row(
        "transaction-completed",
        transaction(start("is") + _A + end("ie") + "is->a a->ie"),
        "s is a ie tx e",
        given={"t": ""},
    ),
    Row(
        "transaction-cancelled",
        transaction(
            start("is")
            + at("parallelGateway", "ig")
            + _A
            + user("iu")
            + end("ie", CANCEL)
            + "is->ig ig->a ig->iu a->ie"
        ),
        "s is ig a !iu ca ie !tx bc h e2",
        given={"t": ""},
        variables={"t": "aAh"},
    ),
    Row(
        "transaction-failed",
        transaction(start("is") + _A + end("ie", ERROR) + "is->a a->ie"),
        "s is a ie !tx be e3",
        given={"t": ""},
        variables={"t": "a"},
    ),
)
