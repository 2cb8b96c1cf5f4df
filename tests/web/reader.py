"""People who read the pages: a Flask test client each, with a session of their own, as a browser has it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from api.auth import csrf_token
from engine.commands import credentials
from tests.api.web import engine_of
from tests.installed import actor

COOKIE = "dondoc_session"
_SPACE = re.compile(r"\s+")


class Reader:
    """One person in front of a browser without JavaScript."""

    def __init__(self, app: Flask, username: str | None = None, language: str | None = None) -> None:
        self.app = app
        self.http = app.test_client()
        self.token = ""
        if language is not None:
            self.http.set_cookie("dondoc_language", language)
        if username is not None:
            self._enter(username)

    def get(self, path: str, /, **headers: str) -> TestResponse:
        """Open a page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(path, headers={"Accept": "text/html", **named})

    def post(self, path: str, /, **fields: Any) -> TestResponse:
        """Send a form, with the token that its page has in a hidden field; `__` for the dots in names of fields."""
        named = {name.replace("__", "."): value for name, value in fields.items()}
        return self.http.post(path, data={"csrf_token": self.token, **named})

    def _enter(self, username: str) -> None:
        who = actor(engine_of(self.app), username)
        secret = engine_of(self.app).run(who, credentials.open_session, who.account_id or "")
        self.http.set_cookie(COOKIE, secret)
        with self.app.app_context():
            self.token = csrf_token(secret)


def seen(answer: TestResponse, status: int = 200) -> str:
    """The words of a page, which must have that status."""
    assert answer.status_code == status, (answer.request.path, answer.status_code, answer.text[:2000])
    found = "".join(str(t) for t in html.fromstring(answer.text).itertext()) if answer.text.strip() else ""
    return _SPACE.sub(" ", unescape(found)).strip()


def sent_to(answer: TestResponse) -> str:
    """Where a form sends its reader on to."""
    assert answer.status_code == 303, (answer.status_code, seen(answer, answer.status_code))
    return answer.location
