"""Promises of every refusal: a problem document with the right status, in the reader's language, and no change."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.models import AuditEvent, OutboxMessage, ProcessDefinition, ProcessInstance, Row, UserTask
from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, OFFICER, PROPOSAL, Web, refused, told
from tests.installed import plan_document

DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
JSON = "application/json"


def trace(engine: Engine) -> dict[str, int]:
    """How many rows each table has that a command could have written to."""
    tables: list[type[Row]] = [ProcessInstance, UserTask, AuditEvent, OutboxMessage, ProcessDefinition]
    return engine.read(
        SYSTEM,
        lambda tx: {
            table.__tablename__: tx.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        },
    )


def test_a_problem_has_all_that_rfc_9457_and_the_contract_ask_for(anyone: Web) -> None:
    problem = refused(anyone.get("/tasks", {"X-Request-Id": "abc-1"}), 401, "unauthenticated")

    assert set(problem) == {"type", "title", "status", "code", "detail", "trace_id"}
    assert (problem["status"], problem["trace_id"]) == (401, "abc-1")


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        (None, "Không tìm thấy"),
        ("fr", "Không tìm thấy"),
        ("vi,en;q=0.8", "Không tìm thấy"),
        ("en-GB,en;q=0.9", "Not found"),
        ("en;q=0.2,vi;q=0.1", "Not found"),
    ],
)
def test_it_speaks_vietnamese_unless_english_is_asked_for(web: Enter, languages: str | None, title: str) -> None:
    headers = {"Accept-Language": languages} if languages else {}

    assert refused(web(OFFICER).get("/tasks/none", headers), 404, "not-found")["title"] == title


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", JSON, 400, "malformed-json"),
        (b"\xff\xfe", JSON, 400, "malformed-json"),
        (b'{"process_key":"\\ud800"}', JSON, 400, "malformed-json"),
        (b"[" * 100_000, JSON, 400, "malformed-json"),
        (DEEP, JSON, 400, "too-deep"),
        (b"[]", JSON, 400, "not-an-object"),
        (b"null", JSON, 400, "not-an-object"),
        (b'{"process_key":"a\\u0000b"}', JSON, 422, "invalid-data"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "media-type"),
        (b" " * (1024 * 1024 + 1), JSON, 413, "too-large"),
        (b" " * (22 * 1024 * 1024), JSON, 413, "too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    web: Enter, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = web(OFFICER).send("POST", "/process-instances", data=content, content_type=media_type)

    refused(answer, status, code)


def test_what_is_not_there_and_what_may_not_be_known_are_answered_alike(web: Enter) -> None:
    started = web(OFFICER).start()
    stranger = web("w-ba-dinh.agency_officer")

    hidden = refused(stranger.get(f"/process-instances/{started['id']}"), 404, "not-found")
    unknown = refused(stranger.get("/process-instances/none"), 404, "not-found")

    kept = ("type", "title", "status", "code")
    assert {name: hidden[name] for name in kept} == {name: unknown[name] for name in kept}
    assert hidden["detail"].replace(started["id"], "none") == unknown["detail"]


@pytest.mark.parametrize("path", ["/nowhere", "/tasks/", "//tasks", "/tasks/a%00b", "/tasks/" + "a" * 300])
def test_an_unknown_path_is_not_found(web: Enter, path: str) -> None:
    refused(web(OFFICER).get(path), 404, "not-found")


def test_a_wrong_method_names_the_right_ones(web: Enter) -> None:
    answer = web(OFFICER).change("PUT", "/tasks")

    refused(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_change_needs_the_version_read_and_not_an_older_one(web: Enter, installed_sqlite: Engine) -> None:
    admin = web("sysadmin")
    before = trace(installed_sqlite)

    refused(admin.change("PATCH", "/agencies/c-thach-that", {"abbr": "TT"}), 428, "if-match-required")
    refused(admin.change("PATCH", "/agencies/c-thach-that", {"abbr": "TT"}, If_Match='"v9"'), 412, "stale-version")
    refused(admin.change("PATCH", "/agencies/c-thach-that", {"abbr": "TT"}, If_Match="rubbish"), 412, "stale-version")

    assert trace(installed_sqlite) == before


@pytest.mark.parametrize(
    ("variables", "field", "rule"),
    [
        ({"title": "a", "deliverable": "b"}, "due_date", "required"),
        (PROPOSAL | {"due_date": "mai"}, "due_date", "type"),
        (PROPOSAL | {"surprise": 1}, "surprise", "undeclared"),
        (PROPOSAL | {"coordinators": ["so-khong-co"]}, "coordinators", "unknown"),
        (PROPOSAL | {"title": 1}, "title", "type"),
    ],
)
def test_a_form_that_does_not_fit_names_the_field_and_changes_nothing(
    web: Enter, installed_sqlite: Engine, variables: dict[str, Any], field: str, rule: str
) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])
    before = trace(installed_sqlite)

    problem = refused(officer.post(f"/tasks/{task['id']}/complete", {"variables": variables}), 422, "invalid-data")

    assert [(e["field"], e["rule"]) for e in problem["errors"]] == [(field, rule)]
    assert trace(installed_sqlite) == before


def test_a_broken_diagram_names_element_and_rule_and_changes_nothing(web: Enter, installed_sqlite: Engine) -> None:
    designer = web("designer")
    before = trace(installed_sqlite)
    diagram = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">
    <process id="broken" name="Hong" isExecutable="true"><startEvent id="a"/><userTask id="lost" name="Lac"/>
    <endEvent id="z"/><sequenceFlow id="f" sourceRef="a" targetRef="z"/></process></definitions>"""

    for content in (diagram, b"<no", b"", b"<a/>"):
        answer = designer.send("POST", "/process-definitions", data=content, content_type="application/xml")
        problem = refused(answer, 422, "invalid-definition")
        assert all(e["element"] and e["rule"] and e["message"] for e in problem["errors"])

    assert trace(installed_sqlite) == before


def test_a_plan_with_an_unknown_agency_names_its_path_and_changes_nothing(web: Enter, installed_sqlite: Engine) -> None:
    document = plan_document()
    document["obligations"][3]["lead"] = ["so-khong-co"]
    aggregator = web(AGGREGATOR)
    before = trace(installed_sqlite)

    answer = aggregator.send("POST", "/plans", data=_yaml(document), content_type="application/yaml")

    assert [e["field"] for e in refused(answer, 422, "invalid-data")["errors"]] == ["obligations[3].lead[0]"]
    assert trace(installed_sqlite) == before


def test_a_task_that_is_completed_cannot_be_completed_again(web: Enter, installed_sqlite: Engine) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])
    done = {"variables": PROPOSAL}
    told(officer.post(f"/tasks/{task['id']}/complete", done))
    before = trace(installed_sqlite)

    for verb, body in (("complete", done), ("claim", {}), ("comments", {"text": "Muộn"})):
        refused(officer.post(f"/tasks/{task['id']}/{verb}", body), 409, "task-closed")
    refused(officer.change("PUT", f"/tasks/{task['id']}/draft", done, If_Match="*"), 409, "task-closed")

    assert trace(installed_sqlite) == before


def test_a_completion_that_speaks_of_an_older_version_changes_nothing(web: Enter, installed_sqlite: Engine) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])
    read = officer.get(f"/tasks/{task['id']}").headers["ETag"]
    told(officer.post(f"/tasks/{task['id']}/claim"))
    before = trace(installed_sqlite)

    stale = officer.post(f"/tasks/{task['id']}/complete", {"variables": PROPOSAL}, If_Match=read)

    refused(stale, 412, "stale-version")
    assert trace(installed_sqlite) == before


def test_who_may_see_but_not_act_is_forbidden(web: Enter) -> None:
    task = web(OFFICER).task(web(OFFICER).start()["id"])

    refused(web("auditor").post(f"/tasks/{task['id']}/claim"), 403, "forbidden")


def _yaml(document: dict[str, Any]) -> bytes:
    import yaml

    return yaml.safe_dump(document, allow_unicode=True).encode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "0"}, "Phải từ 1 đến 200."),
        ({"limit": "x"}, "Phải là số nguyên."),
        ({"state": "lost"}, "Phải là một trong: open, completed, cancelled."),
        (
            {"due_before": "mai"},
            "Phải là thời điểm ISO 8601 kèm múi giờ, từ 1900 đến 2999, ví dụ 2026-11-25T08:00:00+07:00.",
        ),
        ({"q": "a" * 201}, "Phải có từ 1 đến 200 ký tự hoặc mục."),
    ],
)
def test_a_wrong_parameter_is_told_what_it_must_be(web: Enter, query: dict[str, Any], message: str) -> None:
    problem = refused(web(OFFICER).get("/tasks", **query), 422)

    assert [e["message"] for e in problem["errors"]] == [message]


def test_what_is_wrong_with_a_form_is_told_by_its_labels_and_options(web: Enter) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])

    missing = refused(officer.post(f"/tasks/{task['id']}/complete", {"variables": {"title": "a"}}), 422)

    labels = {field["id"]: field["label"] for field in task["form"]["fields"]}
    assert missing["detail"] == f"Dữ liệu không hợp lệ: “{labels['deliverable']}”, “{labels['due_date']}”."


def test_nobody_is_told_to_log_in_and_a_wrong_token_that_it_is_wrong(anyone: Web) -> None:
    nobody = refused(anyone.get("/tasks"), 401, "unauthenticated")
    wrong = refused(anyone.get("/tasks", {"Authorization": "Bearer wrong"}), 401, "unauthenticated")

    assert nobody["detail"] == "Chưa đăng nhập, hoặc phiên đăng nhập đã hết hạn."
    assert "mã truy cập không đúng" in wrong["detail"]


def test_states_and_times_are_told_as_people_say_them(web: Enter) -> None:
    officer, admin = web(OFFICER), web(HEAD)
    started = officer.start()
    task = officer.task(started["id"])
    told(admin.post(f"/process-instances/{started['id']}/suspend", {"reason": "chờ"}))

    suspended = refused(officer.post(f"/tasks/{task['id']}/complete", {"variables": PROPOSAL}), 409)
    told(admin.post(f"/process-instances/{started['id']}/cancel", {"reason": "thôi"}))
    closed = refused(officer.post(f"/tasks/{task['id']}/complete", {"variables": PROPOSAL}), 409)

    assert suspended["detail"] == "Hồ sơ quy trình đang tạm dừng."
    assert re.fullmatch(r"Công việc đã được đóng lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}\.", closed["detail"])


def test_every_instant_has_the_offset_of_vietnam(web: Enter) -> None:
    officer = web(OFFICER)
    started = officer.start()
    task = officer.task(started["id"])
    told(officer.post(f"/tasks/{task['id']}/comments", {"text": "ý kiến"}), 201)

    answers = [
        officer.get(path).text
        for path in ("/tasks", f"/process-instances/{started['id']}", f"/tasks/{task['id']}/comments")
    ]

    instants = [text for answer in answers for text in re.findall(r"_at\":\"([^\"]+)", answer)]
    assert instants and [text for text in instants if not text.endswith("+07:00")] == []
