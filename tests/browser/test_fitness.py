"""Promises of every page in a real browser: nothing that axe finds serious, no wider than a phone, light enough."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.web import HEAD, OFFICER, PROPOSAL, Web
from tests.browser.conftest import Visit

MOST_BYTES = 150_000
PAGES = {
    None: ("/login", "/public"),
    OFFICER: ("/work?view=offered", "/account", "/notification-preferences"),
    HEAD: ("/decisions", "/notifications"),
    "svhtt.report_aggregator": (
        "/report-rounds",
        "/report-rounds/new",
        "/results",
        "/plan-tasks",
        "/process-instances",
    ),
    "ubnd.city_leader": ("/dashboard", "/escalations", "/documents", "/dossiers", "/external-requests", "/incidents"),
    "auditor": ("/history", "/agencies", "/people", "/calendar", "/process-definitions"),
}


@pytest.fixture(scope="module")
def paths(site: Flask) -> dict[str | None, tuple[str, ...]]:
    """What each of them reads, a task and a case included."""
    officer = Web(site, OFFICER)
    case = officer.start()["id"]
    officer.complete(case, "propose", **(PROPOSAL | {"due_date": "2030-04-10"}))
    task = Web(site, HEAD).task(case, "head_review")["id"]
    return PAGES | {HEAD: (*PAGES[HEAD], f"/tasks/{task}", f"/process-instances/{case}")}


@pytest.mark.parametrize("width", [1366, 360])
def test_no_page_has_a_serious_fault_or_is_too_wide_or_heavy(
    paths: dict[str | None, tuple[str, ...]], visit: Visit, width: int
) -> None:
    wrong: list[str] = []
    for username, read in paths.items():
        visitor = visit(username, width=width, language="vi" if width == 360 else "en")
        for path in read:
            visitor.go(path).wait_for_load_state("networkidle")
            wrong += visitor.faults()
            wrong += [f"{path} is {visitor.overflow()} px too wide"] if visitor.overflow() > 0 else []
            wrong += [f"{path} weighs {visitor.weight()} bytes"] if visitor.weight() > MOST_BYTES else []

    assert wrong == []
