"""Promises of tokens: shown once, as narrow as asked for, dead when revoked or expired."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.models import StoredAnswer
from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, Web, refused, told
from tests.conftest import MovableClock


def bearing(app: Flask, secret: str) -> Web:
    """A programme with that token."""
    web = Web(app)
    web.headers["Authorization"] = f"Bearer {secret}"
    return web


def test_a_token_is_told_once_and_opens_the_door(app: Flask, web: Enter) -> None:
    officer = web(OFFICER)

    made = told(officer.post("/tokens", {"name": "Máy quét"}), 201)

    assert told(bearing(app, made["token"]).get("/me"))["person"] == told(officer.get("/me"))["person"]
    listed = told(officer.get("/tokens"))["items"]
    assert made["id"] in {t["id"] for t in listed}
    assert all("token" not in t for t in listed)


def test_a_repeated_key_does_not_tell_the_secret_again_for_it_is_kept_nowhere(
    web: Enter, installed_sqlite: Engine
) -> None:
    officer = web(OFFICER)
    first = told(officer.post("/tokens", {"name": "Máy quét"}, Idempotency_Key="k"), 201)

    again = officer.post("/tokens", {"name": "Máy quét"}, Idempotency_Key="k")

    assert told(again, 201) == {name: value for name, value in first.items() if name != "token"}
    kept = installed_sqlite.read(SYSTEM, lambda tx: tx.session.query(StoredAnswer.answer).scalar())
    assert first["token"].encode() not in kept


def test_a_revoked_token_is_dead_with_the_next_request(app: Flask, web: Enter) -> None:
    officer = web(OFFICER)
    made = told(officer.post("/tokens", {"name": "Máy quét"}), 201)

    told(officer.change("DELETE", f"/tokens/{made['id']}"), 204)

    refused(bearing(app, made["token"]).get("/me"), 401)
    refused(officer.change("DELETE", f"/tokens/{made['id']}"), 404)


def test_an_expired_token_is_dead(app: Flask, web: Enter, clock: MovableClock) -> None:
    expires = (clock.moment + timedelta(hours=1)).isoformat()
    made = told(web(OFFICER).post("/tokens", {"name": "Máy quét", "expires_at": expires}), 201)

    clock.forward(timedelta(hours=1))

    refused(bearing(app, made["token"]).get("/me"), 401)


def test_somebody_elses_token_is_not_there(web: Enter) -> None:
    made = told(web(OFFICER).post("/tokens", {"name": "Máy quét"}), 201)

    refused(web(HEAD).change("DELETE", f"/tokens/{made['id']}"), 404, "not-found")


def test_a_reading_token_reads_and_changes_nothing(app: Flask, web: Enter) -> None:
    made = told(web(OFFICER).post("/tokens", {"name": "Bảng điện tử", "scopes": ["read"]}), 201)
    reader = bearing(app, made["token"])

    told(reader.get("/tasks"))
    refused(reader.post("/process-instances", {"process_key": "task_lifecycle"}), 403, "scope")
    refused(reader.post("/tokens", {"name": "rộng hơn"}), 403, "scope")


def test_a_writing_token_may_change(app: Flask, web: Enter) -> None:
    made = told(web(OFFICER).post("/tokens", {"name": "Máy nhập", "scopes": ["write"]}), 201)

    assert bearing(app, made["token"]).start()["state"] == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x", "scopes": ["everything"]}, "scopes[0]"),
        ({"name": "x", "expires_at": "2026-03-10T08:00:00"}, "expires_at"),
        ({"name": "x", "expires_at": "2026-03-09T08:00:00+07:00"}, "expires_at"),
        ({"name": "x", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"name": "x", "surprise": 1}, "surprise"),
    ],
)
def test_a_token_that_cannot_be_made_names_the_field(web: Enter, body: dict[str, object], field: str) -> None:
    problem = refused(web(OFFICER).post("/tokens", body), 422, "invalid-data")

    assert [e["field"] for e in problem["errors"]] == [field]
