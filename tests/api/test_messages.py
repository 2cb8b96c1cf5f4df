"""Promises of POST /messages and /signals: what became of it is told, and nothing of what is out of sight."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Enter
from tests.api.web import OFFICER, STRANGER, Web, engine_of, refused, told
from tests.engine.bpmn.drawing import node
from tests.engine.commands import exchanging
from tests.engine.commands.exchanging import catching, line, message, signal
from tests.installed import actor


@pytest.fixture(autouse=True)
def diagrams(app: Flask) -> None:
    """Processes that wait, and that begin, by message and signal."""
    starts = [
        line("started", node("userTask", "n0"), start=message("reply")),
        line("alarmed", node("userTask", "n0"), start=signal("alarm")),
    ]
    waits = [catching("c", message("order"), "number"), catching("listens", signal("alarm"))]
    exchanging.deploy(engine_of(app), *starts, *waits)


def waiting(who: Web, key: str = "c", **variables: Any) -> str:
    """A case that somebody started and that waits."""
    started = told(who.post("/process-instances", {"process_key": key, "variables": variables}), 201)
    found: str = started["id"]
    return found


def test_a_message_that_is_taken_names_the_case(web: Enter) -> None:
    officer = web(OFFICER)
    case = waiting(officer, number=7)

    answer = told(officer.post("/messages", {"name": "order", "correlation": 7, "variables": {"ok": True}}))

    assert (answer["state"], answer["process_instance_id"]) == ("delivered", case)
    shown = told(officer.get(f"/process-instances/{case}"))
    assert (shown["variables"], [t["element_id"] for t in shown["tokens"]]) == ({"number": 7, "ok": True}, ["n1"])


def test_a_message_that_begins_a_case_names_it(web: Enter) -> None:
    officer = web(OFFICER)

    answer = told(officer.post("/messages", {"name": "reply", "business_key": "A-1"}))

    assert answer["state"] == "started"
    shown = told(officer.get(f"/process-instances/{answer['process_instance_id']}"))
    assert (shown["process_key"], shown["business_key"]) == ("started", "A-1")


def test_a_message_that_waits_is_accepted(web: Enter) -> None:
    answer = told(web(OFFICER).post("/messages", {"name": "order", "correlation": {"correlation": 7}}), 202)

    assert (answer["state"], answer["process_instance_id"]) == ("buffered", None)
    assert answer["message_id"]
    assert answer["expires_at"].endswith("+07:00")


def test_a_message_that_may_not_wait_finds_nobody(web: Enter) -> None:
    refused(web(OFFICER).post("/messages", {"name": "order", "time_to_live": "PT0S"}), 404)


def test_several_that_wait_are_a_conflict_that_the_history_tells(web: Enter, app: Flask) -> None:
    officer = web(OFFICER)
    for _ in range(2):
        waiting(officer, number=7)

    problem = refused(officer.post("/messages", {"name": "order", "correlation": 7}), 409, "ambiguous-message")

    assert "2" in problem["detail"]
    assert exchanging.told(engine_of(app), "system", "message-ambiguous") == 1


def test_a_case_out_of_sight_answers_like_none(web: Enter) -> None:
    case = waiting(web(OFFICER), number=7)

    answer = told(web(STRANGER).post("/messages", {"name": "order", "correlation": 7}), 202)

    assert answer["process_instance_id"] is None
    assert [t["element_id"] for t in told(web(OFFICER).get(f"/process-instances/{case}"))["tokens"]] == ["n0"]


def test_a_message_under_one_key_is_handed_over_once(web: Enter) -> None:
    officer = web(OFFICER)
    for _ in range(2):
        waiting(officer, number=7)
    body = {"name": "reply"}

    first, again = (officer.post("/messages", body, Idempotency_Key="k-1") for _ in range(2))

    assert told(first) == told(again)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "order", "correlation": [1]},
        {"name": "order", "correlation": {str(n): n for n in range(9)}},
        {"name": "order", "time_to_live": "tomorrow"},
        {"name": "order", "time_to_live": "P9999D"},
        {"name": "order", "to": "somebody"},
        {"name": "order", "variables": []},
        {"name": "reply", "variables": {"agency": "no-such-agency"}},
    ],
    ids=str,
)
def test_a_message_that_is_not_well_formed_is_refused(web: Enter, body: dict[str, Any]) -> None:
    refused(web(OFFICER).post("/messages", body), 422)


def test_a_signal_tells_how_many_it_reaches(web: Enter) -> None:
    officer = web(OFFICER)
    own, other = waiting(officer, "listens"), waiting(web(STRANGER), "listens")

    answer = told(officer.post("/signals", {"name": "alarm", "variables": {"level": 2}}))

    assert answer == {"delivered": 1, "started": 1}
    assert told(officer.get(f"/process-instances/{own}"))["variables"] == {"level": 2}
    assert [t["element_id"] for t in told(web(STRANGER).get(f"/process-instances/{other}"))["tokens"]] == ["n0"]


def test_an_administrators_signal_reaches_everybody(web: Enter) -> None:
    for who in (OFFICER, STRANGER):
        waiting(web(who), "listens")

    assert told(web("sysadmin").post("/signals", {"name": "alarm"})) == {"delivered": 2, "started": 1}


def test_a_signal_nobody_waits_for_is_no_error(web: Enter) -> None:
    assert told(web(OFFICER).post("/signals", {"name": "never"})) == {"delivered": 0, "started": 0}


@pytest.mark.parametrize("path", ["/messages", "/signals"])
def test_nobody_unknown_sends_anything(anyone: Web, path: str) -> None:
    refused(anyone.post(path, {"name": "alarm"}), 401)


def test_both_calls_are_in_the_contract(anyone: Web) -> None:
    paths = told(anyone.get("/openapi.json"))["paths"]

    assert {"200", "202"} <= set(paths["/api/v1/messages"]["post"]["responses"])
    assert "200" in paths["/api/v1/signals"]["post"]["responses"]


def test_the_history_of_the_case_names_who_sent_it(web: Enter, app: Flask) -> None:
    officer = web(OFFICER)
    case = waiting(officer, number=7)
    told(officer.post("/messages", {"name": "order", "correlation": 7}))

    events = told(officer.get(f"/process-instances/{case}/history"))["items"]

    received = next(e for e in events if e["type"] == "message-received")
    assert received["actor"]["id"] == actor(engine_of(app), OFFICER).person_id
    assert received["data"]["name"] == "order"
