"""Promises of the way in: one answer to every wrong login, and nothing opens once it has been closed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from api.app import create_app
from api.passwords import hash_password
from api.settings import Settings
from api.throttle import Throttle
from engine.access import SYSTEM
from engine.models import Account
from engine.runtime import Engine, Transaction
from tests.api.web import OFFICER, PASSWORD, refused, told
from tests.conftest import MovableClock

KEY = "k" * 32


@pytest.fixture(scope="module")
def password_hash() -> str:
    """The password of whoever logs in here."""
    return hash_password(PASSWORD)


@pytest.fixture
def browser(app: Flask, installed_sqlite: Engine, password_hash: str) -> FlaskClient:
    """A browser in front of an installation where the officer has a password."""

    def give(tx: Transaction) -> None:
        tx.session.execute(update(Account).where(Account.username == OFFICER).values(password_hash=password_hash))

    installed_sqlite.run(SYSTEM, give)
    return app.test_client()


def login(browser: FlaskClient, username: str = OFFICER, password: str = PASSWORD) -> str:
    """Log in; the CSRF token."""
    token: str = told(browser.post("/api/v1/session", json={"username": username, "password": password}))["csrf_token"]
    return token


def test_logging_in_tells_who_one_is(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/session", json={"username": OFFICER, "password": PASSWORD, "otp": "123456"})

    assert set(told(answer)) == {"person", "csrf_token"}
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]
    me = told(browser.get("/api/v1/me"))
    assert me["person"] == told(answer)["person"]
    assert (me["memberships"], me["acting_for"]) == ([{"agency": "c-thach-that", "role": "agency_officer"}], [])


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(browser: FlaskClient) -> None:
    wrong = browser.post("/api/v1/session", json={"username": OFFICER, "password": "sai mật khẩu"})
    unknown = browser.post("/api/v1/session", json={"username": "không có ai", "password": "sai mật khẩu"})

    assert refused(wrong, 401) | {"trace_id": ""} == refused(unknown, 401) | {"trace_id": ""}
    assert wrong.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", [None, "", "sai", "é"])
def test_a_cookie_changes_nothing_without_the_csrf_token(browser: FlaskClient, token: str | None) -> None:
    login(browser)

    answer = browser.post("/api/v1/tokens", json={"name": "thử"}, headers={"X-CSRF-Token": token} if token else {})

    refused(answer, 403, "csrf")
    assert told(browser.get("/api/v1/tokens"))["items"] == []


def test_a_cookie_changes_nothing_from_another_site(browser: FlaskClient) -> None:
    headers = {"X-CSRF-Token": login(browser), "Sec-Fetch-Site": "cross-site"}

    refused(browser.post("/api/v1/tokens", json={"name": "thử"}, headers=headers), 403, "csrf")


def test_a_cookie_with_the_csrf_token_may_change(browser: FlaskClient) -> None:
    headers = {"X-CSRF-Token": login(browser)}

    told(browser.post("/api/v1/tokens", json={"name": "thử"}, headers=headers), 201)


def test_a_bearer_token_counts_and_not_the_cookie_beside_it(browser: FlaskClient) -> None:
    login(browser)

    refused(browser.get("/api/v1/me", headers={"Authorization": "Bearer sai"}), 401, "unauthenticated")


def test_nothing_opens_after_logging_out(browser: FlaskClient) -> None:
    csrf = login(browser)
    secret = browser.get_cookie("dondoc_session")
    assert secret is not None

    told(browser.delete("/api/v1/session", headers={"X-CSRF-Token": csrf}), 204)

    assert browser.get_cookie("dondoc_session") is None
    browser.set_cookie("dondoc_session", secret.value)
    refused(browser.get("/api/v1/me"), 401)


def test_a_session_ends_after_twelve_hours_of_use(browser: FlaskClient, clock: MovableClock) -> None:
    login(browser)
    for _ in range(11):
        clock.forward(timedelta(hours=1))
        told(browser.get("/api/v1/me"))

    clock.forward(timedelta(hours=1))

    refused(browser.get("/api/v1/me"), 401)


def test_a_session_ends_after_two_hours_of_rest(browser: FlaskClient, clock: MovableClock) -> None:
    login(browser)

    clock.forward(timedelta(hours=2))

    refused(browser.get("/api/v1/me"), 401)


def test_a_disabled_account_is_out_at_once(browser: FlaskClient, installed_sqlite: Engine) -> None:
    login(browser)

    installed_sqlite.run(SYSTEM, lambda tx: tx.session.execute(update(Account).values(disabled=True)))

    refused(browser.get("/api/v1/me"), 401)
    refused(browser.post("/api/v1/session", json={"username": OFFICER, "password": PASSWORD}), 401)


def test_guessing_a_password_is_slowed_down_and_the_right_one_works_after_the_wait(
    browser: FlaskClient, clock: MovableClock
) -> None:
    guess = {"username": OFFICER, "password": "đoán mò"}
    for _ in range(5):
        refused(browser.post("/api/v1/session", json=guess), 401)

    slowed = browser.post("/api/v1/session", json=guess | {"password": PASSWORD})

    refused(slowed, 429, "too-many-attempts")
    clock.forward(timedelta(seconds=int(slowed.headers["Retry-After"])))
    login(browser)


def test_an_address_that_tries_many_names_is_slowed_down_and_others_are_not(
    app: Flask, browser: FlaskClient, clock: MovableClock
) -> None:
    app.extensions["dondoc_throttle"] = Throttle(most_failures=3)
    guesser = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    for number in range(3):
        body = {"username": f"người {number}", "password": "12345678"}
        refused(browser.post("/api/v1/session", json=body, headers=guesser), 401)

    slowed = browser.post("/api/v1/session", json={"username": OFFICER, "password": PASSWORD}, headers=guesser)

    refused(slowed, 429, "too-many-attempts")
    login(browser)
    clock.forward(timedelta(seconds=int(slowed.headers["Retry-After"])))
    told(browser.post("/api/v1/session", json={"username": OFFICER, "password": PASSWORD}, headers=guesser))


@pytest.mark.parametrize("body", [{}, {"username": OFFICER}, {"username": OFFICER, "password": 1}, {"extra": 1}])
def test_a_login_that_lacks_something_names_its_fields(browser: FlaskClient, body: dict[str, object]) -> None:
    problem = refused(browser.post("/api/v1/session", json=body), 422, "invalid-data")

    assert {e["field"] for e in problem["errors"]} <= {"username", "password", "extra"}


def test_in_production_the_cookie_is_bound_to_this_host_over_tls(
    browser: FlaskClient, installed_sqlite: Engine, tmp_path: Path
) -> None:
    app = create_app(Settings(home=tmp_path, secret_key=KEY), installed_sqlite)
    over_tls = app.test_client()
    body = {"username": OFFICER, "password": PASSWORD}

    opened = over_tls.post("/api/v1/session", json=body, base_url="https://localhost")

    assert opened.headers["Set-Cookie"].startswith("__Host-dondoc=") and "Secure" in opened.headers["Set-Cookie"]
    headers = {"X-CSRF-Token": told(opened)["csrf_token"]}
    closed = over_tls.delete("/api/v1/session", headers=headers, base_url="https://localhost")
    assert "Secure" in closed.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in closed.headers
