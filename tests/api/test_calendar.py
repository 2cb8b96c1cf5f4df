"""Promises of the calendar over HTTP: anybody reads it, two offices change it, and open due dates follow at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Enter
from tests.api.web import OFFICER, Web, refused, told
from tests.installed import COMMUNE

OFFICE = "vpub.city_office"
DAY_OFF = {"kind": "day_off", "document": "Công văn 15/UBND-NC"}
FRIDAY = "/calendar/days/2026-03-13"


def decide(web: Web, path: str, **more: Any) -> Any:
    """Decide about a day as it stands now."""
    agency = f"?agency={more['agency']}" if "agency" in more else ""
    tag = web.get(f"{path}{agency}").headers["ETag"]
    return told(web.change("PUT", path, DAY_OFF | more, If_Match=tag))


def test_a_stretch_of_days_says_what_is_worked_and_by_which_document(web: Enter) -> None:
    listed = told(web(OFFICER).get("/calendar?from=2026-08-21&to=2026-09-03"))

    days = {day["date"]: day for day in listed["items"]}
    assert len(days) == listed["page"]["total"] == 14
    assert (days["2026-08-22"]["kind"], days["2026-08-22"]["is_working_day"]) == ("swap_workday", True)
    assert (days["2026-08-31"]["kind"], days["2026-08-31"]["worked"]) == ("swap_off", 0)
    assert days["2026-08-31"]["document"] == "Công văn 9859/VPCP-KGVX năm 2025"
    assert (days["2026-08-23"]["kind"], days["2026-08-23"]["version"]) == ("weekend", None)
    assert (days["2026-09-03"]["kind"], days["2026-09-03"]["worked"]) == ("working_day", 1)


def test_days_are_named_in_the_reader_s_language(web: Enter) -> None:
    path = "/calendar?from=2026-02-17&to=2026-02-17"

    named = [told(web(OFFICER).get(path, {"Accept-Language": lang}))["items"][0]["name"] for lang in ("vi", "en")]

    assert named == ["Tết Nguyên Đán", "Lunar New Year"]


@pytest.mark.parametrize(
    "query",
    ["", "from=2026-01-01", "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01", "from=x&to=2026-01-01"],
)
def test_a_stretch_without_sense_is_refused(web: Enter, query: str) -> None:
    refused(web(OFFICER).get(f"/calendar?{query}"), 422)


@pytest.mark.parametrize(
    ("query", "due"),
    [
        ("from=2026-02-13&working_days=3", "2026-02-25T23:59:59+07:00"),
        ("from=2026-02-13&working_days=-1", "2026-02-12T23:59:59+07:00"),
        ("from=2026-04-26", "2026-04-28T23:59:59+07:00"),
        ("from=2026-04-26&roll=previous", "2026-04-24T23:59:59+07:00"),
        ("from=2026-04-26&roll=none", "2026-04-26T23:59:59+07:00"),
    ],
)
def test_a_due_date_is_counted_and_explained(web: Enter, query: str, due: str) -> None:
    found = told(web(OFFICER).get(f"/calendar/due?{query}"))

    assert found["due_at"] == due
    assert found["explanation"]["text"] == found["explanation"]["text_vi"]
    assert found["explanation"]["due"] == due[:10]


def test_a_due_date_is_explained_in_english_too(web: Enter) -> None:
    found = told(web(OFFICER).get("/calendar/due?from=2026-03-10&working_days=3", {"Accept-Language": "en"}))

    assert found["explanation"]["text"] == "End of 13/03/2026: 3 working days from 10/03/2026 (first day not counted)."


@pytest.mark.parametrize("query", ["working_days=3", "from=2026-01-01&working_days=99999", "from=2026-01-01&roll=up"])
def test_a_question_without_sense_is_refused(web: Enter, query: str) -> None:
    refused(web(OFFICER).get(f"/calendar/due?{query}"), 422)


def test_an_agency_that_is_not_there_is_not_found(web: Enter) -> None:
    refused(web(OFFICER).get("/calendar/due?from=2026-03-10&working_days=3&agency=nowhere"), 404)


def test_open_tasks_follow_a_changed_day_and_their_history_tells_it(both: Flask) -> None:
    officer, office = Web(both, OFFICER), Web(both, OFFICE)
    case = officer.start()
    before = officer.task(case["id"])

    changed = decide(office, FRIDAY)

    after = officer.task(case["id"])
    assert (changed["kind"], changed["version"], changed["is_working_day"]) == ("day_off", 2, False)
    assert (before["due_at"], after["due_at"]) == ("2026-03-17T23:59:59+07:00", "2026-03-18T23:59:59+07:00")
    assert after["due_explanation"]["calendar_version"] == 2
    assert "Ngày nghỉ (13/03/2026)" in after["due_explanation"]["text"]
    events = told(officer.get(f"/process-instances/{case['id']}/history?limit=200"))["items"]
    moved = next(event for event in events if event["type"] == "due-changed")
    assert moved["task_id"] == after["id"]
    assert moved["data"]["due"] == {"old": "2026-03-17T16:59:59+00:00", "new": "2026-03-18T16:59:59+00:00"}


def test_an_agency_s_exception_is_its_own(web: Enter) -> None:
    decide(web(OFFICE), "/calendar/days/2026-03-14", kind="working_day", agency=COMMUNE, name="Trực một cửa")

    path = "/calendar?from=2026-03-14&to=2026-03-14"
    own = told(web(OFFICER).get(f"{path}&agency={COMMUNE}"))["items"][0]
    all_others = told(web(OFFICER).get(path))["items"][0]

    assert (own["name"], own["worked"], own["agency"]) == ("Trực một cửa", 1, COMMUNE)
    assert (all_others["kind"], all_others["agency"]) == ("weekend", None)


def test_a_day_changes_only_under_the_version_that_was_read(web: Enter) -> None:
    office = web("sysadmin")
    tag = office.get(FRIDAY).headers["ETag"]

    refused(office.change("PUT", FRIDAY, DAY_OFF), 428)
    told(office.change("PUT", FRIDAY, DAY_OFF, If_Match=tag))
    refused(office.change("PUT", FRIDAY, DAY_OFF | {"kind": "half_day"}, If_Match=tag), 412)


def test_nobody_else_changes_a_day(web: Enter) -> None:
    for username in (OFFICER, "ubnd.city_leader", "auditor"):
        refused(web(username).change("PUT", FRIDAY, DAY_OFF, If_Match="*"), 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "holy_day", "document": "x"}, "kind"),
        ({"kind": "day_off"}, "document"),
        ({"kind": "day_off", "document": ""}, "document"),
        ({"kind": "day_off", "document": "x", "agency": "nowhere"}, "agency"),
        ({"kind": "day_off", "document": "x", "colour": "red"}, "colour"),
    ],
)
def test_a_decision_without_sense_is_refused_by_name(web: Enter, body: dict[str, Any], field: str) -> None:
    problem = refused(web(OFFICE).change("PUT", FRIDAY, body, If_Match="*"), 422)

    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "0001-01-01"])
def test_a_day_that_does_not_exist_is_not_found(web: Enter, day: str) -> None:
    refused(web(OFFICE).get(f"/calendar/days/{day}"), 404)
    refused(web(OFFICE).change("PUT", f"/calendar/days/{day}", DAY_OFF, If_Match="*"), 404)
