"""People in front of the interface: a Flask test client each, with a token of their own."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from engine.commands import credentials
from engine.runtime import Engine
from tests.installed import COMMUNE, actor

OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
AGGREGATOR, LEADER = "svhtt.report_aggregator", "ubnd.city_leader"
STRANGER = "w-ba-dinh.agency_officer"
PASSWORD = "mật khẩu thử nghiệm"
PROPOSAL = {"title": "Phối hợp báo chí", "deliverable": "12 tin, bài", "due_date": "2026-04-10"}
PREFIX = "/api/v1"
ROOTED = (PREFIX, "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs")


class Web:
    """One person's programme. What it sends carries its token; answers are given back as they come."""

    def __init__(self, app: Flask, username: str | None = None) -> None:
        self.app = app
        self.http = app.test_client(use_cookies=False)
        self.headers: dict[str, str] = {}
        if username is not None:
            self.headers["Authorization"] = f"Bearer {token_of(engine_of(app), username)}"

    def get(self, path: str, /, headers: dict[str, str] | None = None, **params: Any) -> TestResponse:
        """Read; `params` become the query."""
        return self.send("GET", path, headers, query_string=params or None)

    def post(self, path: str, body: Any = None, /, **headers: str) -> TestResponse:
        """Act; `headers` with `_` for `-`."""
        return self.send("POST", path, _named(headers), json=body if body is not None else {})

    def change(self, method: str, path: str, body: Any = None, /, **headers: str) -> TestResponse:
        """PUT, PATCH or DELETE."""
        return self.send(method, path, _named(headers), json=body if body is not None else {})

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Any request."""
        return self.http.open(
            path if path.startswith(ROOTED) else PREFIX + path,
            method=method,
            headers=self.headers | (headers or {}),
            **more,
        )

    def start(self, **body: Any) -> dict[str, Any]:
        """A new task lifecycle at the commune."""
        wanted = {"process_key": "task_lifecycle", "agency": COMMUNE} | body
        started: dict[str, Any] = told(self.post("/process-instances", wanted), 201)
        return started

    def task(self, instance_id: str, element_id: str = "propose") -> dict[str, Any]:
        """The open task of that element in a case."""
        listed = told(self.get("/tasks", process_instance=instance_id))["items"]
        found: dict[str, Any] = next(t for t in listed if t["element_id"] == element_id)
        return found

    def complete(self, instance_id: str, element_id: str, **variables: Any) -> dict[str, Any]:
        """Finish the task of that element in a case."""
        task_id = self.task(instance_id, element_id)["id"]
        done: dict[str, Any] = told(self.post(f"/tasks/{task_id}/complete", {"variables": variables}))
        return done


def told(answer: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer, which must have that status."""
    assert answer.status_code == status, (answer.request.method, answer.request.path, answer.status_code, answer.text)
    return answer.json if answer.data else None


def refused(answer: TestResponse, status: int, code: str | None = None) -> Any:
    """The problem document of a refusal, which must have that status (and code)."""
    assert answer.content_type == "application/problem+json", answer.text
    problem = told(answer, status)
    assert code in (None, problem["code"]), problem
    return problem


def engine_of(app: Flask) -> Engine:
    """The engine under the interface."""
    found: Engine = app.extensions["dondoc"]
    return found


def token_of(engine: Engine, username: str, **more: Any) -> str:
    """A fresh token of somebody's account."""
    _, secret = engine.run(actor(engine, username), credentials.create_token, "thử", **more)
    return secret


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
