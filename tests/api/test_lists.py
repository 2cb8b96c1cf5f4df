"""Promises of lists: pages join without gap or repeat, totals are exact, filters and searches find what they name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, OFFICER, PROPOSAL, Web, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE, PLAN

LISTS = [
    "/tasks?sort=created_at",
    "/tasks?sort=-created_at",
    "/tasks?sort=due_at",
    "/tasks?sort=-due_at",
    "/tasks?candidate=me",
    "/tasks?candidate=me&sort=-due_at",
    "/process-instances",
    "/process-instances?sort=started_at",
    "/plan-tasks",
    "/plan-tasks?sort=-due_date",
    "/plan-tasks?sort=-created_at",
    "/agencies?q=xa",
    "/people",
    "/memberships",
    "/process-definitions",
    "/plans",
    f"/plans/{PLAN}/obligations",
]


def pages(web: Web, path: str, limit: int = 2, most: int = 12) -> list[dict[str, Any]]:
    """The items of the first pages of a list, page after page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    joint = "&" if "?" in path else "?"
    for _ in range(most):
        answer = told(web.get(f"{path}{joint}limit={limit}" + (f"&cursor={cursor}" if cursor else "")))
        found += answer["items"]
        cursor = answer["page"]["next_cursor"]
        if cursor is None:
            break
    return found


def names(items: list[dict[str, Any]]) -> set[str]:
    """The elements of tasks."""
    return {item["element_id"] for item in items}


@pytest.mark.parametrize("path", LISTS)
def test_pages_join_without_gap_or_repeat(both: Flask, clock: MovableClock, path: str) -> None:
    officer = Web(both, OFFICER)
    for number in range(5):
        started = officer.start(business_key=f"số {number}")
        clock.forward(timedelta(days=number % 2))
    officer.complete(started["id"], "propose", **PROPOSAL)

    paged = pages(officer, path)

    whole = told(officer.get(path + ("&" if "?" in path else "?") + "limit=200"))["items"]
    assert paged == whole[: len(paged)]
    assert len(paged) == min(len(whole), 24)


@pytest.mark.parametrize("path", LISTS)
def test_a_total_is_exact_and_told_when_asked_for(web: Enter, path: str) -> None:
    officer = web(OFFICER)
    for _ in range(3):
        officer.start()
    joint = "&" if "?" in path else "?"

    answer = told(officer.get(f"{path}{joint}limit=1&total=true"))

    assert answer["page"]["total"] == len(pages(officer, path, limit=200))
    assert "total" not in told(officer.get(path))["page"]


def test_the_pages_of_a_history_join(web: Enter) -> None:
    officer = web(OFFICER)
    path = f"/process-instances/{officer.start()['id']}/history"

    events = pages(officer, path)

    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    assert told(officer.get(path, total="true"))["page"]["total"] == len(events)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/tasks?limit=0", "limit"),
        ("/tasks?limit=201", "limit"),
        ("/tasks?limit=x", "limit"),
        ("/tasks?cursor=x", "cursor"),
        ("/tasks?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiYSJd", "cursor"),
        ("/process-definitions?cursor=WyJhIiw5MjIzMzcyMDM2ODU0Nzc1ODA4XQ", "cursor"),
        (f"/plans/{PLAN}/obligations?cursor=W3RydWVd", "cursor"),
        ("/tasks?sort=name", "sort"),
        ("/tasks?state=lost", "state"),
        ("/tasks?assignee=you", "assignee"),
        ("/tasks?due_before=0001-01-01T00:00:00%2B14:00", "due_before"),
        ("/tasks?due_before=tomorrow", "due_before"),
        ("/tasks?surprise=1", "surprise"),
        ("/tasks?q=a%00b", "q"),
        ("/process-instances?started_after=9999-12-31T23:59:59-14:00", "started_after"),
        ("/plan-tasks?bucket=none", "bucket"),
        ("/agencies?at=32-01-2026", "at"),
    ],
)
def test_a_wrong_parameter_is_named(web: Enter, path: str, field: str) -> None:
    problem = refused(web(OFFICER).get(path), 422, "invalid-data")

    assert [e["field"] for e in problem["errors"]] == [field]


def test_a_cursor_of_another_order_is_refused(web: Enter) -> None:
    officer = web(OFFICER)
    for _ in range(2):
        officer.start()
    cursor = told(officer.get("/tasks", limit=1))["page"]["next_cursor"]

    refused(officer.get("/tasks", limit=1, sort="-created_at", cursor=cursor), 422, "invalid-data")


def test_tasks_are_mine_or_offered_to_me(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    first, second = (officer.start()["id"] for _ in range(2))
    told(officer.post(f"/tasks/{officer.task(first)['id']}/claim"))
    officer.complete(second, "propose", **PROPOSAL)

    mine = told(officer.get("/tasks", assignee="me"))["items"]

    assert [t["process_instance_id"] for t in mine] == [first]
    assert told(officer.get("/tasks", candidate="me"))["items"] == []
    assert names(told(head.get("/tasks", candidate="me"))["items"]) == {"head_review"}
    done = told(officer.get("/tasks", state="completed", assignee="me"))["items"]
    assert [t["process_instance_id"] for t in done] == [second]


def test_a_task_held_by_somebody_who_no_longer_sees_the_case_is_not_listed(web: Enter) -> None:
    officer, admin = web(OFFICER), web("sysadmin")
    started = web(HEAD).start()
    told(officer.post(f"/tasks/{officer.task(started['id'])['id']}/claim"))
    person = told(officer.get("/me"))["person"]["id"]
    role = told(admin.get("/memberships", person=person))["items"][0]["id"]
    told(admin.change("DELETE", f"/memberships/{role}", If_Match='"v1"'), 204)

    assert told(officer.get("/tasks", assignee="me"))["items"] == []
    assert told(officer.get("/tasks", assignee="me", sort="due_at", total=1))["page"]["total"] == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"process_key": "task_lifecycle"}, True),
        ({"process_key": "other"}, False),
        ({"agency": COMMUNE}, True),
        ({"agency": "c-soc-son"}, False),
        ({"due_before": "2026-03-17"}, False),
        ({"due_before": "2026-03-18"}, True),
        ({"due_before": "2026-03-17T23:59:59+07:00"}, False),
        ({"due_before": "2026-03-18T00:00:00 07:00"}, True),
        ({"q": "soạn đề xuất"}, True),
        ({"q": "SOAN DE XUAT"}, True),
        ({"q": "draft the"}, True),
        ({"q": "so 1%"}, True),
        ({"q": "so_1"}, False),
        ({"q": "*"}, False),
        ({"q": "[số]"}, True),
        ({"q": "^"}, False),
        ({"q": "\\"}, True),
        ({"q": "báo chí"}, True),
        ({"q": "bao chi thanh pho"}, False),
    ],
)
def test_filters_and_searches_find_what_they_name(both: Flask, query: dict[str, Any], found: bool) -> None:
    officer = Web(both, OFFICER)
    officer.start(business_key="Số 1% \\ [số]", variables={"title": "Phối hợp báo chí"})

    assert bool(told(officer.get("/tasks", **query))["items"]) is found
    assert told(officer.get("/tasks", total=1, **query))["page"]["total"] == int(found)


def test_nguyen_finds_people_called_nguyen_with_diacritics(both: Flask) -> None:
    admin = Web(both, "sysadmin")

    plain, accented = (told(admin.get("/people", q=q, limit=200))["items"] for q in ("nguyen", "NGUYỄN"))

    assert plain == accented
    assert plain and all("Nguyễn" in person["full_name"] for person in plain)


def test_a_holder_is_found_by_name(both: Flask) -> None:
    officer = Web(both, OFFICER)
    task = officer.task(officer.start()["id"])
    name = told(officer.get("/me"))["person"]["full_name"]
    assert told(officer.get("/tasks", q=name))["items"] == []

    told(officer.post(f"/tasks/{task['id']}/claim"))

    assert [t["id"] for t in told(officer.get("/tasks", q=name))["items"]] == [task["id"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"process_key": "task_lifecycle"}, True),
        ({"state": "active"}, True),
        ({"state": "completed"}, False),
        ({"agency": COMMUNE}, True),
        ({"agency": "c-soc-son"}, False),
        ({"business_key": "số 1"}, True),
        ({"business_key": "số"}, False),
        ({"plan": PLAN}, True),
        ({"plan": "180"}, False),
        ({"started_after": "2026-03-10"}, True),
        ({"started_after": "2026-03-10T09:00:00+07:00"}, False),
    ],
)
def test_instances_are_filtered(web: Enter, query: dict[str, Any], found: bool) -> None:
    officer = web(OFFICER)
    officer.start(business_key="số 1", variables={"obligation": f"{PLAN}.V.2.d"})

    assert bool(told(officer.get("/process-instances", **query))["items"]) is found
    assert told(officer.get("/process-instances", total=1, **query))["page"]["total"] == int(found)


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/tasks", {"candidate": "me"}),
        ("/process-instances", {"state": "active"}),
        ("/plan-tasks", {"agency": COMMUNE}),
    ],
)
def test_a_search_is_the_list_asked_for_by_a_body(web: Enter, path: str, filters: dict[str, Any]) -> None:
    officer = web(AGGREGATOR if path != "/tasks" else OFFICER)
    for _ in range(3):
        web(OFFICER).start()

    first = told(officer.post(f"{path}/search", {"filter": filters, "page": {"limit": 2, "total": True}}))
    rest = told(
        officer.post(
            f"{path}/search", {"filter": filters, "sort": None, "page": {"cursor": first["page"]["next_cursor"]}}
        )
    )

    assert first["page"]["total"] == 3
    assert first["items"] + rest["items"] == told(officer.get(path, **filters))["items"]


def test_a_search_that_names_what_no_list_has_is_refused(web: Enter) -> None:
    problem = refused(web(OFFICER).post("/tasks/search", {"filter": {"surprise": 1}}), 422)

    assert [e["field"] for e in problem["errors"]] == ["surprise"]
