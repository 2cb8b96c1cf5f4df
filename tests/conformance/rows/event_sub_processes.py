"""Event sub-processes, interrupting and not."""

from __future__ import annotations

from tests.conformance.model import (
    ERROR,
    ESCALATION,
    MESSAGE,
    SIGNAL,
    Row,
    boundary,
    condition,
    end,
    event_sub,
    script,
    start,
    sub,
    throw,
    user,
)

_BESIDE = 'isInterrupting="false"'
_MAIN = start() + user("u") + end() + "s->u u->e"


def watched(begin: str) -> str:
    """A process with an event sub-process that begins so."""
    return _MAIN + event_sub("x", begin, script("xh") + "xs->xh")


def inside(fault: str, begin: str) -> str:
    """A sub-process that ends by a fault, which an event sub-process inside it takes up."""
    return (
        start()
        + sub("p1", start("is") + end("ie", fault) + "is->ie" + event_sub("x", begin, script("xh") + "xs->xh"))
        + (boundary("b", "p1", fault) + end() + end("e2") + "s->p1 p1->e b->e2")
    )


ROWS = (
    Row("event-sub-process-message", watched(start("xs", MESSAGE)), "s !u xs xh x", acts=[("message", "msg")]),
    Row(
        "event-sub-process-message-not-interrupting",
        watched(start("xs", MESSAGE, _BESIDE)),
        "s xs xh x xs xh x u e",
        acts=[("message", "msg"), ("message", "msg"), ("do", "u")],
    ),
    Row("event-sub-process-signal", watched(start("xs", SIGNAL)), "s !u xs xh x", acts=[("signal", "sig")]),
    Row(
        "event-sub-process-signal-not-interrupting",
        watched(start("xs", SIGNAL, _BESIDE)),
        "s xs xh x u e",
        acts=[("signal", "sig"), ("do", "u")],
    ),
    Row("event-sub-process-error", inside(ERROR, start("xs", ERROR)), "s is ie xs xh x p1 e"),
    Row("event-sub-process-escalation", inside(ESCALATION, start("xs", ESCALATION)), "s is ie xs xh x p1 e"),
    Row(
        "event-sub-process-escalation-not-interrupting",
        start()
        + throw("t", ESCALATION)
        + user("u")
        + end()
        + "s->t t->u u->e"
        + event_sub("x", start("xs", ESCALATION, _BESIDE), script("xh") + "xs->xh"),
        "s t xs xh x u e",
        acts=[("do", "u")],
    ),
    Row(
        "event-sub-process-conditional",
        start()
        + user("u")
        + user("v")
        + end()
        + "s->u u->v v->e"
        + event_sub("x", start("xs", condition("n &gt; 1")), script("xh") + "xs->xh"),
        "s u !v xs xh x",
        acts=[("do", "u", {"n": 2})],
    ),
    Row(
        "event-sub-process-conditional-not-interrupting",
        start()
        + user("u")
        + user("v")
        + end()
        + "s->u u->v v->e"
        + event_sub("x", start("xs", condition("n &gt; 1"), _BESIDE), script("xh") + "xs->xh"),
        "s u xs xh x v e",
        acts=[("do", "u", {"n": 2}), ("do", "v")],
    ),
    Row(
        "event-sub-process-of-a-sub-process",
        start()
        + sub("p1", start("is") + user("iu") + "is->iu" + event_sub("x", start("xs", MESSAGE), script("xh") + "xs->xh"))
        + end()
        + "s->p1 p1->e",
        "s is !iu xs xh x p1 e",
        acts=[("message", "msg")],
    ),
)
