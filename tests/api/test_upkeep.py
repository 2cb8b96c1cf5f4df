"""The contract of incidents, migration, modification, restart and operations over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import definitions, operations, retries
from engine.handlers.registry import HANDLERS
from engine.runtime import Engine
from tests.api.web import HEAD, OFFICER, STRANGER, Web, engine_of, refused, told
from tests.engine.commands.failures import AT_COMPLETION, AT_START, Trial
from tests.engine.commands.versions import line
from tests.installed import COMMUNE

Enter = Callable[[str], Web]
CASES = "/process-instances"


@pytest.fixture
def engine(app: Flask, trial: Trial) -> Engine:
    """The engine under the interface, with two diagrams that call the handler."""
    found = engine_of(app)
    deploy(found, AT_START, AT_COMPLETION)
    return found


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Trial:
    """The handler that fails when it is told to."""
    made = Trial()
    monkeypatch.setitem(HANDLERS, "trial", made)
    return made


def deploy(engine: Engine, *diagrams: bytes) -> None:
    """Deploy and publish diagrams."""
    engine.run(SYSTEM, definitions.deploy, {f"{n}.bpmn": xml for n, xml in enumerate(diagrams)}, publish=True)


def start(web: Web, key: str, **headers: str) -> dict[str, Any]:
    """A new case of a process at the commune."""
    wanted = {"process_key": key, "agency": COMMUNE}
    started: dict[str, Any] = told(web.post(CASES, wanted, **headers), 201)
    return started


def going_over(engine: Engine, officer: Web, second: bytes = line("a", "c")) -> str:
    """The id of a case at `a`, when a second version is deployed."""
    deploy(engine, line("a", "b"))
    case = start(officer, "p")
    deploy(engine, second)
    return str(case["id"])


# Incidents.


def test_a_failing_start_is_answered_with_the_case_and_its_incident(trial: Trial, engine: Engine, web: Enter) -> None:
    trial.error = RuntimeError("secret")

    answer = web(OFFICER).post(CASES, {"process_key": "at_start", "agency": COMMUNE})

    case = told(answer, 201)
    assert (case["state"], case["tokens"]) == ("incident", [])
    (incident,) = case["incidents"]
    assert incident["element_id"] == "n"
    assert incident["trace_id"] == answer.headers["X-Request-Id"]
    assert "secret" not in answer.text and "RuntimeError" not in answer.text
    assert told(web(OFFICER).get(f"{CASES}/{case['id']}"))["incidents"] == [incident]


def test_a_failing_start_under_a_key_makes_one_case(trial: Trial, engine: Engine, web: Enter) -> None:
    trial.error = RuntimeError("broken")
    officer = web(OFFICER)

    first = officer.post(CASES, {"process_key": "at_start", "agency": COMMUNE}, Idempotency_Key="k1")
    again = officer.post(CASES, {"process_key": "at_start", "agency": COMMUNE}, Idempotency_Key="k1")

    assert told(first, 201) == told(again, 201)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k2"}])
def test_a_failing_completion_is_a_422_that_names_the_element(
    trial: Trial, engine: Engine, web: Enter, key: dict[str, str]
) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case = start(officer, "at_completion")
    task_id, trial.error = officer.task(case["id"], "a")["id"], RuntimeError("secret")

    answer = officer.post(f"/tasks/{task_id}/complete", {"variables": {}}, **key)

    problem = refused(answer, 422, "process-error")
    assert [e["element"] for e in problem["errors"]] == ["n"]
    assert "secret" not in answer.text and "RuntimeError" not in answer.text
    (incident,) = told(head.get("/incidents", process_instance=case["id"]))["items"]
    assert (incident["trace_id"], incident["state"]) == (problem["trace_id"], "open")
    refused(officer.post(f"/tasks/{task_id}/complete", {"variables": {}}), 409, "conflict")

    trial.error = None
    resolved = told(head.post(f"/incidents/{incident['id']}/retry"))
    assert (resolved["state"], resolved["next_retry_at"]) == ("resolved", None)
    told(officer.post(f"/tasks/{task_id}/complete", {"variables": {}}, **key))


def test_an_incident_is_resolved_with_a_reason(trial: Trial, engine: Engine, web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case = start(officer, "at_completion")
    task_id, trial.error = officer.task(case["id"], "a")["id"], RuntimeError("broken")
    officer.post(f"/tasks/{task_id}/complete", {"variables": {}})
    incident = told(head.get("/incidents", state="open"))["items"][0]

    refused(head.post(f"/incidents/{incident['id']}/resolve", {}), 422)
    refused(head.post(f"/incidents/{incident['id']}/resolve", {"reason": "x", "other": 1}), 422)
    told(head.post(f"/incidents/{incident['id']}/resolve", {"reason": "Đã sửa"}))
    refused(head.post(f"/incidents/{incident['id']}/resolve", {"reason": "Đã sửa"}), 409)

    assert "incidents" not in told(head.get(f"{CASES}/{case['id']}"))


def test_incidents_come_in_pages_for_those_who_manage_the_cases(trial: Trial, engine: Engine, web: Enter) -> None:
    trial.error = RuntimeError("broken")
    made = [start(web(OFFICER), "at_start")["id"] for _ in range(3)]

    first = told(web("sysadmin").get("/incidents", limit=2, total="true", process_key="at_start"))
    rest = told(web("sysadmin").get("/incidents", limit=2, cursor=first["page"]["next_cursor"]))

    listed = [i["process_instance_id"] for i in (*first["items"], *rest["items"])]
    assert (sorted(listed), first["page"]["total"]) == (sorted(made), 3)
    assert told(web(STRANGER).get("/incidents"))["items"] == []
    assert told(web("auditor").get("/incidents"))["items"] == []
    incident_id = first["items"][0]["id"]
    for path in (f"/incidents/{incident_id}/retry", f"/incidents/{incident_id}/resolve"):
        refused(web(STRANGER).post(path, {"reason": "x"} if "resolve" in path else {}), 404)
    refused(web(STRANGER).get(f"/incidents/{incident_id}"), 404)
    refused(web("sysadmin").get("/incidents", state="other"), 422)
    refused(web("sysadmin").get("/incidents", cursor="x"), 422)


def test_the_words_of_an_incident_are_in_the_readers_language(trial: Trial, engine: Engine, web: Enter) -> None:
    trial.error = RuntimeError("broken")
    case = start(web(OFFICER), "at_start")

    vi = told(web(HEAD).get("/incidents", process_instance=case["id"]))["items"][0]["message"]
    answer = web(HEAD).get("/incidents", {"Accept-Language": "en"}, process_instance=case["id"])

    assert "không thực hiện được" in vi
    assert "failed" in told(answer)["items"][0]["message"]


def test_the_worker_tries_nothing_again_that_a_person_began(trial: Trial, engine: Engine, web: Enter) -> None:
    trial.error = RuntimeError("broken")
    start(web(OFFICER), "at_start")

    assert retries.retry_due(engine) == 0


# Migration, modification, restart.


def test_a_case_is_taken_over_after_a_dry_run(engine: Engine, web: Enter) -> None:
    case_id, admin = going_over(engine, web(OFFICER)), web("sysadmin")

    dry = told(admin.post(f"{CASES}/{case_id}/migration", {"target_version": 2, "dry_run": True}))
    real = told(admin.post(f"{CASES}/{case_id}/migration", {"target_version": 2, "reason": "Sửa đổi"}))

    maps = [{"from": "a", "to": "a"}]
    assert dry == {"maps": maps, "refused": [], "executable": True, "executed": False}
    assert real == {"maps": maps, "refused": [], "executable": True, "executed": True}
    assert told(web(OFFICER).get(f"{CASES}/{case_id}"))["version"] == 2


def test_what_cannot_go_over_is_named(engine: Engine, web: Enter) -> None:
    case_id, admin = going_over(engine, web(OFFICER), line("b")), web("sysadmin")

    dry = told(admin.post(f"{CASES}/{case_id}/migration", {"target_version": 2, "dry_run": True}))
    problem = refused(admin.post(f"{CASES}/{case_id}/migration", {"target_version": 2}), 409, "migration-refused")

    assert (dry["executable"], dry["executed"]) == (False, False)
    assert [(r["element_id"], r["rule"]) for r in dry["refused"]] == [("a", "element-gone")]
    assert [(e["element"], e["rule"]) for e in problem["errors"]] == [("a", "element-gone")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"target_version": "2"}, 422),
        ({"target_version": 2, "other": 1}, 422),
        ({"target_version": 2, "dry_run": "yes"}, 422),
        ({"target_version": 2, "mapping": {"a": 1}}, 422),
        ({"target_version": 2, "mapping": {"nowhere": "a"}}, 422),
        ({"target_version": 9}, 404),
        ({"target_version": 1}, 409),
    ],
)
def test_a_wrong_migration_is_refused(engine: Engine, web: Enter, body: dict[str, Any], status: int) -> None:
    case_id = going_over(engine, web(OFFICER))

    refused(web("sysadmin").post(f"{CASES}/{case_id}/migration", body), status)


def test_upkeep_is_for_system_administrators(engine: Engine, web: Enter) -> None:
    case_id = going_over(engine, web(OFFICER))
    moves = {"moves": [{"from": "a", "to": "b"}], "reason": "thử"}

    for who, status in ((OFFICER, 403), (HEAD, 403), (STRANGER, 404)):
        for extra in ({"dry_run": True}, {}):
            refused(web(who).post(f"{CASES}/{case_id}/migration", {"target_version": 2} | extra), status)
            refused(web(who).post(f"{CASES}/{case_id}/modification", moves | extra), status)
    bulk = {"from_version": 1, "target_version": 2}
    refused(web(OFFICER).post("/process-definitions/p/migrations", bulk), 403)
    refused(web("sysadmin").post(f"{CASES}/nowhere/migration", {"target_version": 2}), 404)


def test_a_token_is_moved_after_a_dry_run(engine: Engine, web: Enter) -> None:
    case_id, admin = going_over(engine, web(OFFICER)), web("sysadmin")
    moves = {"moves": [{"from": "a", "to": "b"}], "reason": "Nhầm bước"}

    dry = told(admin.post(f"{CASES}/{case_id}/modification", moves | {"dry_run": True}))
    real = told(admin.post(f"{CASES}/{case_id}/modification", moves))

    places = {"before": [{"element_id": "a", "state": "ready"}], "after": [{"element_id": "b", "state": "ready"}]}
    assert (dry, real) == (places | {"executed": False}, places | {"executed": True})
    assert [e["type"] for e in told(web(OFFICER).get(f"{CASES}/{case_id}/history"))["items"]][-3] == "process-modified"


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "x"},
        {"moves": [{"from": "a", "to": "b"}]},
        {"moves": [{"from": "a"}], "reason": "x"},
        {"cancel": ["a"], "reason": "x"},
        {"cancel": ["nowhere"], "reason": "x"},
        {"activate": "b", "reason": "x"},
        {"moves": [{"from": "a", "to": "b"}], "reason": "x", "other": 1},
    ],
)
def test_a_wrong_modification_is_refused(engine: Engine, web: Enter, body: dict[str, Any]) -> None:
    case_id = going_over(engine, web(OFFICER))

    refused(web("sysadmin").post(f"{CASES}/{case_id}/modification", body), 422)


def test_a_stale_tag_is_refused(engine: Engine, web: Enter) -> None:
    case_id, admin = going_over(engine, web(OFFICER)), web("sysadmin")

    refused(admin.post(f"{CASES}/{case_id}/migration", {"target_version": 2}, If_Match='"v99"'), 412)


def test_an_ended_case_is_begun_anew(engine: Engine, web: Enter) -> None:
    head = web(HEAD)
    case = start(web(OFFICER), "task_lifecycle")
    refused(head.post(f"{CASES}/{case['id']}/restart", {"reason": "nhầm"}), 409)
    told(head.post(f"{CASES}/{case['id']}/cancel", {"reason": "nhầm"}))

    new = told(head.post(f"{CASES}/{case['id']}/restart", {"reason": "Hủy nhầm"}), 201)

    assert (new["state"], new["agency"]) == ("active", COMMUNE)
    assert new["id"] != case["id"]
    assert told(head.get(f"{CASES}/{case['id']}/history"))["items"][-1]["data"]["into"] == new["id"]
    refused(head.post(f"{CASES}/{case['id']}/restart", {}), 422)


# Operations.


def test_all_cases_of_a_version_are_taken_over_by_an_operation(engine: Engine, web: Enter) -> None:
    deploy(engine, line("a", "b"))
    made = sorted(start(web(OFFICER), "p")["id"] for _ in range(3))
    deploy(engine, line("a", "c"))
    admin = web("sysadmin")

    ordered = told(admin.post("/process-definitions/p/migrations", {"from_version": 1, "target_version": 2}), 202)
    assert (ordered["state"], ordered["total"], ordered["counts"]) == ("running", 3, {"waiting": 3})
    while operations.work(engine):
        pass

    done = told(admin.get(f"/operations/{ordered['id']}"))
    assert (done["state"], done["counts"]) == ("done", {"done": 3})
    first = told(admin.get(f"/operations/{ordered['id']}/items", limit=2, total="true"))
    rest = told(admin.get(f"/operations/{ordered['id']}/items", cursor=first["page"]["next_cursor"]))
    listed = [*first["items"], *rest["items"]]
    assert [i["process_instance_id"] for i in listed] == made
    assert {(i["state"], i["executed"]) for i in listed} == {("done", True)}
    assert first["page"]["total"] == 3
    refused(web(OFFICER).get(f"/operations/{ordered['id']}"), 404)
    refused(web(OFFICER).get(f"/operations/{ordered['id']}/items"), 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"target_version": 2}, 422),
        ({"from_version": 1, "target_version": 2, "other": 1}, 422),
        ({"from_version": 1, "target_version": 9}, 404),
        ({"from_version": 1, "target_version": 1}, 409),
    ],
)
def test_a_wrong_operation_is_refused(engine: Engine, web: Enter, body: dict[str, Any], status: int) -> None:
    going_over(engine, web(OFFICER))

    refused(web("sysadmin").post("/process-definitions/p/migrations", body), status)


def test_what_is_new_is_documented(web: Enter) -> None:
    paths = told(web("sysadmin").get("/openapi.json"))["paths"]

    wanted = ("migration", "modification", "restart")
    assert {f"/api/v1/process-instances/{{instance_id}}/{verb}" for verb in wanted} <= set(paths)
    assert {"/api/v1/incidents", "/api/v1/incidents/{incident_id}/retry", "/api/v1/operations/{operation_id}"} <= set(
        paths
    )
