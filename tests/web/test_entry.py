"""Promises of the door: who is not in comes back to where they wanted to go, and nobody is sent elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from api.passwords import hash_password
from engine.access import SYSTEM
from engine.models import Account
from engine.runtime import Transaction
from tests.api.web import OFFICER, PASSWORD, engine_of, token_of
from tests.web.conftest import Open
from tests.web.reader import Reader, seen, sent_to

PASSWORD_HASH = hash_password(PASSWORD)


@pytest.fixture
def with_password(app: Flask) -> None:
    """The officer's account, with a password."""

    def give(tx: Transaction) -> None:
        tx.session.execute(update(Account).where(Account.username == OFFICER).values(password_hash=PASSWORD_HASH))

    engine_of(app).run(SYSTEM, give)


def test_whoever_is_not_in_is_asked_and_comes_back(with_password: None, anyone: Reader) -> None:
    asked = sent_to(anyone.get("/work?view=offered"))
    assert asked.startswith("/login?next=")

    entered = anyone.http.post("/login", data={"username": OFFICER, "password": PASSWORD, "next": "/work?view=offered"})

    assert sent_to(entered) == "/work?view=offered"
    assert "Việc của tôi" in seen(anyone.get("/work?view=offered"))


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(reader: Open, elsewhere: str) -> None:
    assert sent_to(reader(OFFICER).http.get("/login", query_string={"next": elsewhere})) == "/"


def test_a_wrong_password_is_said_so_and_the_name_is_kept(anyone: Reader) -> None:
    refused = anyone.http.post("/login", data={"username": "ai-do", "password": "khong-dung-dau"})

    assert "không đúng" in seen(refused, 401)
    assert 'value="ai-do"' in refused.text


def test_a_log_in_that_another_site_sends_is_refused(with_password: None, anyone: Reader) -> None:
    given = {"username": OFFICER, "password": PASSWORD}

    refused = anyone.http.post("/login", data=given, headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 401
    assert "Set-Cookie" not in refused.headers


def test_whoever_goes_out_is_out(reader: Open) -> None:
    officer = reader(OFFICER)

    gone = officer.post("/logout")

    assert sent_to(gone).startswith("/login")
    assert sent_to(officer.get("/work")).startswith("/login")


def test_the_language_is_kept_and_vietnamese_is_the_first(anyone: Reader) -> None:
    assert 'lang="vi"' in anyone.get("/public", Accept_Language="en").text

    anyone.http.post("/language", data={"language": "en", "next": "/public"})

    assert "Public information" in seen(anyone.get("/public"))


def test_a_form_without_the_token_of_its_session_changes_nothing(reader: Open) -> None:
    officer = reader(OFFICER)
    officer.token = "0" * 64

    assert "tải lại trang" in seen(officer.post("/logout"), 403)
    assert officer.get("/work").status_code == 200


def test_a_token_for_programs_opens_no_page(app: Flask, anyone: Reader) -> None:
    secret = token_of(engine_of(app), OFFICER)

    assert sent_to(anyone.get("/work", Authorization=f"Bearer {secret}")).startswith("/login")


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(anyone: Reader) -> None:
    assert "Không tìm thấy trang" in seen(anyone.get("/khong-co"), 404)
    assert anyone.http.get("/khong-co").content_type == "application/problem+json"


def test_whoever_is_in_keeps_the_menu_at_an_unknown_address(reader: Open) -> None:
    assert "Việc của tôi" in seen(reader(OFFICER).get("/khong-co"), 404)
