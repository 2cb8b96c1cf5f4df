"""Promises of every page: it is there in both languages, under the policy, and does not ask the database row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from api.web import site
from api.web.door import POLICY
from bench.pages import statements
from engine.runtime import Engine
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, PROPOSAL
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import Reader, seen

MOST_STATEMENTS = 25
_PLACE = re.compile(r"<(?:[^:<>]*:)?(\w+)>")
# What is no page, or is nobody's by its address alone.
NO_PAGES = {"pages.static", "pages.public.front", "pages.tasks.attachment", "pages.cases.diagram"}
READERS = (OFFICER, HEAD, AGGREGATOR, LEADER, "auditor", "sysadmin")


@pytest.fixture
def known(web: Enter) -> dict[str, str]:
    """Things that are really there, by the name of their place in a route."""
    officer = web(OFFICER)
    case = officer.start()["id"]
    officer.complete(case, "propose", **PROPOSAL)
    task = web(HEAD).task(case, "head_review")["id"]
    return {"instance_id": case, "task_id": task, "key": "task_lifecycle", "code": COMMUNE, "version": "1"}


def paths(app: Flask, known: dict[str, str]) -> Iterator[str]:
    """The address of every page that can be opened with what is known."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            names = set(_PLACE.findall(rule.rule))
            if names <= known.keys():
                yield _PLACE.sub(lambda place: known[place[1]], rule.rule)


@pytest.mark.parametrize("username", READERS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_there_for_whoever_may_see_it(
    app: Flask, known: dict[str, str], username: str, language: str
) -> None:
    someone = Reader(app, username, language)

    wrong = []
    for path in paths(app, known):
        answer = someone.get(path)
        if answer.status_code not in (200, 303, 403, 404):
            wrong.append((path, answer.status_code, answer.text[-600:]))
        elif answer.status_code == 200 and answer.mimetype == "text/html" and "<main" in answer.text:
            assert f'<html lang="{language}"' in answer.text, path

    assert wrong == []


def test_every_page_stands_under_a_policy_without_inline_code(app: Flask, known: dict[str, str], reader: Open) -> None:
    officer = reader(OFFICER)

    for path in paths(app, known):
        answer = officer.get(path)
        assert answer.headers["Content-Security-Policy"] == POLICY, path
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|<script(?![^>]*\ssrc=)", answer.text), path
    assert "unsafe" not in POLICY and "script-src 'self'" in POLICY


def test_no_page_asks_the_database_row_by_row(
    installed_sqlite: Engine, app: Flask, known: dict[str, str], reader: Open
) -> None:
    officer = reader(OFFICER)
    for path in paths(app, known):
        officer.get(path)

    counted = {}
    for path in paths(app, known):
        with statements(installed_sqlite) as asked:
            officer.get(path)
        counted[path] = len(asked)

    assert {path: number for path, number in counted.items() if number > MOST_STATEMENTS} == {}, counted


def test_nobody_who_is_not_in_reads_more_than_what_is_released(
    app: Flask, known: dict[str, str], anyone: Reader
) -> None:
    open_to_all = {path for path in paths(app, known) if anyone.get(path).status_code == 200}

    assert open_to_all == {"/login", "/public"}
    assert "nội dung giao" in seen(anyone.get("/public"))


def test_static_files_may_be_kept_and_nothing_else_is_served(anyone: Reader, app: Flask) -> None:
    with app.test_request_context("/"):
        address = site.asset("app.css")

    with anyone.http.get(address) as plain:
        assert plain.status_code == 200
        assert plain.headers.getlist("Cache-Control") == [site.A_YEAR]
    with anyone.http.get("/static/../site.py") as outside:
        assert outside.status_code == 404
