"""Promises of the directory: read by whom it concerns, changed by administrators, never losing what was."""

from __future__ import annotations

import pytest

from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, STRANGER, Web, refused, told
from tests.installed import COMMUNE

AGENCY = {"code": "so-moi", "name_vi": "Sở Mới", "name_en": "New", "type": "department", "relation": "subordinate"}


def person_of(web: Web) -> str:
    """The id of somebody."""
    found: str = told(web.get("/me"))["person"]["id"]
    return found


def role_of(admin: Web, person: str) -> str:
    """The id of somebody's one membership."""
    found: str = told(admin.get("/memberships", person=person))["items"][0]["id"]
    return found


def test_agencies_are_those_in_force_on_a_day(web: Enter) -> None:
    admin = web("sysadmin")
    told(admin.post("/agencies", AGENCY | {"valid_from": "2026-01-01", "valid_to": "2026-06-30"}), 201)

    days = {day: told(admin.get("/agencies", at=day, q="Sở Mới"))["items"] for day in ("2025-12-31", "2026-06-30")}

    assert [len(found) for found in days.values()] == [0, 1]
    assert told(admin.get("/agencies/so-moi"))["valid_to"] == "2026-06-30"


def test_an_agency_is_changed_against_the_version_read(web: Enter) -> None:
    admin = web("sysadmin")
    tag = admin.get(f"/agencies/{COMMUNE}").headers["ETag"]

    changed = admin.change("PATCH", f"/agencies/{COMMUNE}", {"abbr": "TT"}, If_Match=tag)

    assert told(changed)["abbr"] == "TT"
    refused(admin.change("PATCH", f"/agencies/{COMMUNE}", {"abbr": "X"}, If_Match=tag), 412, "stale-version")
    told(admin.change("PATCH", f"/agencies/{COMMUNE}", {"abbr": "X"}, If_Match=changed.headers["ETag"]))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parent": "so-khong-co"}, "parent"),
        ({"parent": COMMUNE}, "parent"),
        ({"successor": "so-khong-co"}, "successor"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"name_vi": ""}, "name_vi"),
        ({"code": "x"}, "code"),
        ({"parent": "x" * 65}, "parent"),
    ],
)
def test_an_agency_that_would_not_fit_names_the_field(web: Enter, change: dict[str, str], field: str) -> None:
    problem = refused(web("sysadmin").change("PATCH", f"/agencies/{COMMUNE}", change, If_Match="*"), 422)

    assert [e["field"] for e in problem["errors"]] == [field]


def test_a_code_is_used_once(web: Enter) -> None:
    refused(web("sysadmin").post("/agencies", AGENCY | {"code": COMMUNE}), 409, "conflict")


def test_a_person_is_added_with_an_account_and_a_role_and_works(web: Enter) -> None:
    admin = web("sysadmin")
    body = {"full_name": "Nguyễn Thị Mới", "email": "moi@example.vn", "username": "moi", "password": "12345678"}

    made = told(admin.post("/people", body), 201)
    role = {"person": made["id"], "agency": COMMUNE, "role": "agency_officer"}
    told(admin.post("/memberships", role), 201)

    assert "password" not in made
    assert web("moi").start()["agency"] == COMMUNE
    refused(admin.post("/people", body), 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "full_name"),
        ({"full_name": "x", "email": "không phải thư"}, "email"),
        ({"full_name": "x", "language": "fr"}, "language"),
        ({"full_name": "x", "password": "12345678"}, "username"),
        ({"full_name": "x", "username": "u", "password": "ngắn"}, "password"),
    ],
)
def test_a_person_who_cannot_be_added_names_the_field(web: Enter, body: dict[str, str], field: str) -> None:
    problem = refused(web("sysadmin").post("/people", body), 422)

    assert [e["field"] for e in problem["errors"]] == [field]


def test_a_disabled_person_is_out_at_once(web: Enter) -> None:
    officer, admin = web(OFFICER), web("sysadmin")
    path = f"/people/{person_of(officer)}"
    tag = admin.get(path).headers["ETag"]

    assert told(admin.change("PATCH", path, {"disabled": True}, If_Match=tag))["disabled"] is True

    refused(officer.get("/me"), 401)


def test_a_further_account_is_the_same_person(web: Enter) -> None:
    person = person_of(web(OFFICER))

    told(web("sysadmin").post(f"/people/{person}/accounts", {"username": "hai"}), 201)

    assert person_of(web("hai")) == person


def test_a_role_ends_once_and_is_gone_with_the_next_request(web: Enter) -> None:
    officer, admin = web(OFFICER), web("sysadmin")
    path = f"/memberships/{role_of(admin, person_of(officer))}"
    tag = admin.get(path).headers["ETag"]

    told(admin.change("DELETE", path, If_Match=tag), 204)

    assert told(officer.get("/me"))["memberships"] == []
    ended = told(admin.get(path))
    assert ended["valid_to"] == "2026-03-09"
    refused(admin.change("DELETE", path, If_Match="*"), 409, "conflict")
    assert told(admin.get(path)) == ended


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "king"}, "role"),
        ({"agency": None}, "agency"),
        ({"agency": "so-khong-co"}, "agency"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
    ],
)
def test_a_role_that_cannot_be_given_names_the_field(web: Enter, change: dict[str, str], field: str) -> None:
    body = {"person": person_of(web(OFFICER)), "agency": COMMUNE, "role": "agency_head"} | change

    problem = refused(web("sysadmin").post("/memberships", body), 422)

    assert [e["field"] for e in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/agencies", AGENCY),
        ("PATCH", f"/agencies/{COMMUNE}", {"abbr": "x"}),
        ("POST", "/people", {"full_name": "x"}),
        ("PATCH", "/people/{person}", {"full_name": "x"}),
        ("POST", "/people/{person}/accounts", {"username": "x"}),
        ("POST", "/memberships", {"person": "x", "role": "auditor"}),
        ("DELETE", "/memberships/none", {}),
    ],
)
def test_only_administrators_change_the_directory(web: Enter, method: str, path: str, body: dict[str, str]) -> None:
    for who in (HEAD, "auditor"):
        actor = web(who)
        where = path.format(person=person_of(actor))
        refused(actor.send(method, where, {"If-Match": "*"}, json=body), 403, "forbidden")


def test_people_outside_ones_agencies_are_not_there(web: Enter) -> None:
    stranger, officer = web(STRANGER), web(OFFICER)
    person = person_of(officer)

    assert person not in {p["id"] for p in told(stranger.get("/people", limit=200))["items"]}
    assert told(stranger.get("/memberships", person=person))["items"] == []
    refused(stranger.get(f"/people/{person}"), 404, "not-found")
    refused(stranger.get(f"/memberships/{role_of(web('sysadmin'), person)}"), 404, "not-found")
    assert told(web(HEAD).get(f"/people/{person}"))["id"] == person


@pytest.mark.parametrize("path", ["/agencies/none", "/people/none", "/memberships/none"])
def test_what_is_not_there_is_not_found(web: Enter, path: str) -> None:
    admin = web("sysadmin")

    refused(admin.get(path), 404, "not-found")
    refused(admin.change("PATCH" if "member" not in path else "DELETE", path, If_Match="*"), 404, "not-found")
