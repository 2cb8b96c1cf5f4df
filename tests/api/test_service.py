"""Promises to operators and newcomers: health, metrics, a contract that describes every route, safe headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import OFFICER, Web, told

METHODS = {"get", "post", "put", "patch", "delete"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call of the contract: path, method, description."""
    for path, item in document["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS & set(item))


def references(node: Any) -> Iterator[str]:
    """Every $ref below a node."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_it_says_that_it_lives_and_is_ready(anyone: Web) -> None:
    assert told(anyone.get("/healthz")) == {"status": "ok"}
    assert told(anyone.get("/readyz")) == {"status": "ready"}


def test_it_is_not_ready_once_the_database_is_gone(anyone: Web, installed_sqlite: Engine) -> None:
    with installed_sqlite.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")

    assert told(anyone.get("/readyz"), 503) == {"status": "not-ready"}
    assert told(anyone.get("/healthz")) == {"status": "ok"}


def test_metrics_count_what_was_done_and_do_not_grow_with_invented_methods(web: Enter, anyone: Web) -> None:
    web(OFFICER).start()
    anyone.send("INVENTED", "/tasks")

    text = anyone.get("/metrics").text

    assert 'dondoc_processes_started_total{process_key="task_lifecycle"}' in text
    assert 'endpoint="process-instances.start",method="POST",status="201"' in text
    assert "INVENTED" not in text


def test_the_contract_describes_every_route_once(app: Flask, anyone: Web) -> None:
    document = told(anyone.get("/openapi.json"))

    described = {(path, method) for path, method, _ in operations(document)}

    routes = {
        (re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("pages.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


def test_the_contract_is_sound_openapi(anyone: Web) -> None:
    document = told(anyone.get("/openapi.json"))

    assert document["openapi"].startswith("3.1")
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= schemas
    ids = [call["operationId"] for _, _, call in operations(document)]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, call in operations(document):
        item = document["paths"][path].get("parameters", []) + call.get("parameters", [])
        places = {p["name"] for p in item if p["in"] == "path"}
        assert places == set(re.findall(r"\{(\w+)\}", path)), path
        assert call["responses"] and call["summary"], (path, method)
        assert set(call["tags"]) <= tags
        assert all(name in document["components"]["securitySchemes"] for door in call["security"] for name in door)


def test_only_what_needs_no_login_is_described_so(anyone: Web) -> None:
    document = told(anyone.get("/openapi.json"))

    open_calls = {(path, method) for path, method, call in operations(document) if call["security"] == []}

    assert {p for p, _ in open_calls if p.startswith("/api/")} == {"/api/v1/session"}
    assert ("/api/v1/session", "delete") not in open_calls


def test_the_page_for_people_names_every_call(anyone: Web) -> None:
    document, page = told(anyone.get("/openapi.json")), anyone.get("/docs")

    assert page.mimetype == "text/html"
    assert all(path in page.text for path in document["paths"])


def test_reading_the_contract_again_finds_the_same(anyone: Web) -> None:
    first = told(anyone.get("/openapi.json"))
    anyone.get("/docs")

    assert told(anyone.get("/openapi.json")) == first
    assert len({tag["name"] for tag in first["tags"]}) == len(first["tags"])


def test_every_call_is_told_in_vietnamese_and_in_english(anyone: Web) -> None:
    vietnamese = told(anyone.get("/openapi.json"))
    english = told(anyone.get("/openapi.json", {"Accept-Language": "en"}))

    told_vi, told_en = ({(p, m): call["summary"] for p, m, call in operations(d)} for d in (vietnamese, english))
    assert [call for call, summary in told_en.items() if told_vi[call] == summary] == []


@pytest.mark.parametrize(
    ("method", "path", "codes", "headers"),
    [
        ("get", "/tasks", {"200", "401", "403", "422", "503"}, set()),
        (
            "post",
            "/tasks/{task_id}/complete",
            {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "503"},
            {"X-CSRF-Token", "Idempotency-Key", "If-Match"},
        ),
        ("delete", "/tokens/{token_id}", {"204", "401", "403", "404", "409", "503"}, {"X-CSRF-Token"}),
        (
            "delete",
            "/memberships/{membership_id}",
            {"204", "401", "403", "404", "409", "412", "428", "503"},
            {"X-CSRF-Token", "If-Match"},
        ),
        ("post", "/session", {"200", "400", "401", "413", "415", "422", "429", "503"}, set()),
    ],
)
def test_the_contract_names_what_a_call_answers_and_the_headers_it_takes(
    anyone: Web, method: str, path: str, codes: set[str], headers: set[str]
) -> None:
    call = told(anyone.get("/openapi.json"))["paths"]["/api/v1" + path][method]

    assert set(call["responses"]) - {"default"} == codes
    assert {p["name"] for p in call["parameters"] if p["in"] == "header"} == headers


@pytest.mark.parametrize("path", ["/process-definitions", "/plans"])
def test_the_contract_names_both_answers_to_what_may_be_there_already(anyone: Web, path: str) -> None:
    call = told(anyone.get("/openapi.json"))["paths"]["/api/v1" + path]["post"]

    assert {"200", "201"} <= set(call["responses"])


def test_the_page_for_people_says_how_to_call(anyone: Web) -> None:
    page = anyone.get("/docs").text

    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert len(headings) == len(set(headings))
    assert all(word in page for word in ("X-CSRF-Token", "If-Match", "Idempotency-Key", "new_due_date"))
    assert all(word in page for word in ("ngày YYYY-MM-DD", "số nguyên (1–200)", "một trong: open, completed"))
    assert "Hoàn thành công việc" in page


def test_every_answer_carries_headers_that_keep_browsers_careful(web: Enter, anyone: Web) -> None:
    for answer in (web(OFFICER).get("/tasks"), anyone.get("/tasks"), anyone.get("/nowhere"), anyone.get("/docs")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-Id"]


def test_a_request_id_that_is_no_id_is_not_repeated(anyone: Web) -> None:
    answer = anyone.get("/healthz", {"X-Request-Id": "<script>"})

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
