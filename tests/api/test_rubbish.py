"""Promise of every route: whatever nonsense comes in, the answer is a refusal and never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.api.web import AGGREGATOR, OFFICER, Web
from tests.installed import COMMUNE, PLAN

PARTS = ["a%00b", "%ED%A0%80", "9" * 40, "a" * 3000, "..%2F..", "-1"]
BODIES = [
    b"",
    b"{",
    b"[]",
    b'"x"',
    b"1e999",
    b'{"a":"\\ud800"}',
    b'{"a":"\\u0000"}',
    b"[" * 2000,
    b"\xff\xfe",
    b'{"variables":[],"action":1,"ids":{}}',
    b'{"variables":{"x":18446744073709551615},"reason":"\\ud83d\\ude00"}',
    b'{"variables":{"due_date":"9999-12-31"},"due_date":"9999-12-31","new_due_date":"0001-01-01","reason":"r"}',
    b'{"name":{},"username":[],"text":1,"person":{"a":1},"process_key":1e308,"version":true}',
]
TYPES = ["application/json", "application/xml", "application/yaml", "multipart/form-data; boundary=x", "\xe9"]
QUERIES = [
    "limit=99999999999999999999",
    "limit=-1&total=maybe",
    "cursor=%00",
    "cursor=WzkyMjMzNzIwMzY4NTQ3NzU4MDhd",
    "cursor=WyJhIiw5MjIzMzcyMDM2ODU0Nzc1ODA4XQ",
    "cursor=WyItc3RhcnRlZF9hdCIsIjAwMDEtMDEtMDFUMDA6MDA6MDArMTQ6MDAiLCJhIl0",
    "cursor=W3RydWVd",
    "cursor=%E2%82%AC",
    "started_after=0001-01-01T00:00:00%2B14:00",
    "due_before=9999-12-31T23:59:59-14:00",
    "q=%5B%5E%5C*%3F",
    "q=%ED%A0%80",
    "at=0001-01-01&from=0001-01-01&to=9999-12-31",
    "agency=" + "x" * 5000,
    "business_key=%FF%00",
    "sort=;",
]
HEADERS = [{}, {"If-Match": '"v99999999999999999999"'}, {"If-Match": '"v1"', "Idempotency-Key": "k" * 300}]
REAL = {"code": COMMUNE, "plan_id": PLAN, "obligation_id": f"{PLAN}.V.2.d", "key": "task_lifecycle", "version": "1"}
_PLACE = re.compile(r"<(?:[^:<>]*:)?(\w+)>")


def rules(app: Flask, *methods: str) -> Iterator[tuple[Rule, str]]:
    """Every route of the interface with each of these methods that it has."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("pages."):
            continue
        yield from ((rule, method) for method in methods if method in (rule.methods or ()))


def filled(rule: Rule, names: dict[str, str], otherwise: str) -> str:
    """A path of the route with these things in its places."""
    return _PLACE.sub(lambda place: names.get(place[1], otherwise), rule.rule)


def known(officer: Web) -> dict[str, str]:
    """Things that are really there, by the name of their place in a route."""
    started = officer.start()
    task = officer.task(started["id"])["id"]
    return REAL | {"instance_id": started["id"], "task_id": task, "plan_task_id": started["plan_task_id"]}


@pytest.fixture
def told_wrong(both: Flask) -> Iterator[list[tuple[object, ...]]]:
    """Where a test notes the answers that are no clean refusals; it must stay empty."""
    wrong: list[tuple[object, ...]] = []
    yield wrong
    assert wrong == []


def test_a_rubbish_id_is_never_a_defect(both: Flask, told_wrong: list[tuple[object, ...]]) -> None:
    web = Web(both, "sysadmin")

    for rule, method in rules(both, "GET", "POST", "PUT", "PATCH", "DELETE"):
        for part in PARTS if "<" in rule.rule else []:
            answer = web.send(method, filled(rule, {}, part), {"If-Match": '"v1"'}, json={"reason": "thử"})
            if answer.status_code >= 500:
                told_wrong.append((method, rule.rule, part[:20], answer.status_code))


def test_a_rubbish_query_is_never_a_defect(both: Flask, told_wrong: list[tuple[object, ...]]) -> None:
    web = Web(both, OFFICER)
    names = known(web)

    for rule, _ in rules(both, "GET"):
        for query in QUERIES:
            answer = web.send("GET", f"{filled(rule, names, 'none')}?{query}")
            if answer.status_code >= 500:
                told_wrong.append((rule.rule, query[:40], answer.status_code))


@pytest.mark.parametrize("who", ["sysadmin", AGGREGATOR])
def test_a_rubbish_body_is_never_a_defect(both: Flask, told_wrong: list[tuple[object, ...]], who: str) -> None:
    web, names = Web(both, who), known(Web(both, OFFICER))

    for rule, method in rules(both, "POST", "PUT", "PATCH", "DELETE"):
        for number, content in enumerate(BODIES):
            for media_type in (TYPES[0], TYPES[1 + number % 4]):
                headers = HEADERS[number % 3]
                path = filled(rule, names, "none")
                answer = web.send(method, path, headers, data=content, content_type=media_type)
                if answer.status_code >= 500:
                    told_wrong.append((method, path, media_type, content[:40], answer.status_code))
