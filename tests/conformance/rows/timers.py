"""Timers, everywhere BPMN allows one."""

from __future__ import annotations

from tests.conformance.model import Row, boundary, catch, end, event_sub, script, start, timer, user

_AFTER = script("h") + end() + "s->u u->e b->h"


def _waiting(definition: str) -> str:
    return start() + catch("c", definition) + end() + "s->c c->e"


ROWS = (
    Row("timer-duration", _waiting(timer("timeDuration", "PT1S")), "s c e", acts=[("wait", "PT1S")]),
    Row(
        "timer-duration-not-yet", _waiting(timer("timeDuration", "PT2S")), "s", acts=[("wait", "PT1S")], state="active"
    ),
    Row(
        "timer-date",
        _waiting(timer("timeDate", "2026-03-12T08:00:00+07:00")),
        "s c e",
        acts=[("wait", "P2D")],
    ),
    Row(
        "timer-by-an-expression",
        _waiting(timer("timeDuration", "wait")),
        "s c e",
        acts=[("wait", "PT5M")],
        given={"wait": "PT5M"},
    ),
    Row("timer-cycle-once", _waiting(timer("timeCycle", "R1/PT10S")), "s c e", acts=[("wait", "PT10S")]),
    Row(
        "timer-boundary-interrupting",
        start() + user("u") + boundary("b", "u", timer("timeDuration", "P1D")) + _AFTER,
        "s !u b h",
        acts=[("wait", "P1D")],
    ),
    Row(
        "timer-boundary-not-interrupting",
        start() + user("u") + boundary("b", "u", timer("timeDuration", "P1D"), interrupting=False) + _AFTER,
        "s b h u e",
        acts=[("wait", "P1D"), ("wait", "P1D"), ("do", "u")],
    ),
    Row(
        "timer-boundary-cycle",
        start() + user("u") + boundary("b", "u", timer("timeCycle", "R3/P1D"), interrupting=False) + _AFTER,
        "s b h b h b h u e",
        acts=[("wait", "P1D"), ("wait", "P1D"), ("wait", "P1D"), ("wait", "P1D"), ("do", "u")],
    ),
    Row(
        "timer-missed-occurrences-count-once",
        start() + user("u") + boundary("b", "u", timer("timeCycle", "R/P1D"), interrupting=False) + _AFTER,
        "s b h u e",
        acts=[("wait", "P5D"), ("do", "u")],
    ),
    Row(
        "timer-event-sub-process",
        start()
        + user("u")
        + end()
        + "s->u u->e"
        + event_sub("x", start("xs", timer("timeDuration", "P1D")), script("xh") + "xs->xh"),
        "s !u xs xh x",
        acts=[("wait", "P1D")],
    ),
)
