"""Promises of a reorganisation over HTTP: names with their days, and who takes single cases over."""

from __future__ import annotations

from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, refused, told
from tests.installed import COMMUNE

NAME = {"valid_from": "2026-03-10", "name_vi": "Phường Thạch Thất", "name_en": "Thach That Ward", "document": "NQ 15"}
SPLIT = {"successor": "c-ba-vi", "document": "NQ 12"}


def test_an_agency_has_the_name_of_each_time(web: Enter) -> None:
    admin = web("sysadmin")

    told(admin.post(f"/agencies/{COMMUNE}/names", NAME), 201)

    names = told(admin.get(f"/agencies/{COMMUNE}/names"))["items"]
    assert [row["name_vi"] for row in names] == ["Xã Thạch Thất", "Phường Thạch Thất"]
    assert told(admin.get(f"/agencies/{COMMUNE}"))["name_vi"] == "Phường Thạch Thất"
    refused(admin.post(f"/agencies/{COMMUNE}/names", NAME), 409)
    refused(admin.post(f"/agencies/{COMMUNE}/names", NAME | {"document": ""}), 422)
    refused(admin.get("/agencies/nowhere/names"), 404)
    refused(web(HEAD).post(f"/agencies/{COMMUNE}/names", NAME), 403)


def test_the_history_names_agencies_in_the_reader_s_language(web: Enter) -> None:
    officer = web(OFFICER)
    started = {"process_key": "task_lifecycle", "agency": COMMUNE, "variables": {}}
    case = told(officer.post("/process-instances", started), 201)

    events = told(officer.get(f"/process-instances/{case['id']}/history"))["items"]

    assert events[0]["agencies"] == {COMMUNE: "Xã Thạch Thất"}


def test_single_cases_of_a_split_agency_get_a_successor_of_their_own(web: Enter) -> None:
    started = {"process_key": "task_lifecycle", "agency": COMMUNE, "variables": {}}
    case = told(web(OFFICER).post("/process-instances", started), 201)
    path, body = f"/agencies/{COMMUNE}/successors", SPLIT | {"process_instances": [case["id"], "none"]}

    answer = told(web("sysadmin").post(path, body))

    assert (answer["succeeded"], [item["status"] for item in answer["items"]]) == (1, [200, 404])
    assert answer["items"][0]["result"]["successor"] == "c-ba-vi"
    assert [i["status"] for i in told(web(HEAD).post(path, body))["items"]] == [403, 403]
