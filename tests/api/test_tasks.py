"""Promises of tasks: shown with all that is needed to do them, taken, lent and given back, talked about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, PROPOSAL, STRANGER, Web, refused, told
from tests.conftest import MovableClock
from tests.installed import COMMUNE

FIELDS = {
    "id",
    "element_id",
    "name",
    "process_instance_id",
    "business_key",
    "state",
    "assignee",
    "candidate_groups",
    "created_at",
    "due_at",
    "due_explanation",
    "form",
    "draft",
    "allowed_actions",
}
FORM_FIELD = {"id", "label", "type", "required", "constraints", "options"}


@pytest.fixture
def colleague(web: Enter) -> Web:
    """A second officer of the commune."""
    admin = web("sysadmin")
    made = told(admin.post("/people", {"full_name": "Trần Thị Bạn", "username": "ban"}), 201)
    told(
        admin.post("/memberships", {"person": made["id"], "agency": COMMUNE, "role": "agency_officer"}),
        201,
    )
    return web("ban")


def person(web: Web) -> str:
    """The id of somebody."""
    found: str = told(web.get("/me"))["person"]["id"]
    return found


def opened(web: Web) -> str:
    """The path of an open task of a new case."""
    return f"/tasks/{web.task(web.start()['id'])['id']}"


def test_a_task_shows_all_that_the_contract_names(web: Enter) -> None:
    officer = web(OFFICER)

    task = told(officer.get(opened(officer)))

    assert set(task) >= FIELDS
    assert all(set(field) >= FORM_FIELD for field in task["form"]["fields"])
    assert (task["state"], task["assignee"], task["draft"]) == ("open", None, None)
    assert task["candidate_groups"] == [f"agency_officer@{COMMUNE}"]
    assert task["allowed_actions"] == ["complete", "claim", "draft", "comment", "attach"]
    assert task["due_at"] == "2026-03-17T23:59:59+07:00"
    assert task["due_explanation"]["working_days"] == 5


def test_a_task_speaks_english_when_asked_to(web: Enter) -> None:
    officer = web(OFFICER)

    task = told(officer.get(opened(officer), {"Accept-Language": "en"}))

    assert task["name"] == "Draft the task proposal"
    assert {f["label"] for f in task["form"]["fields"] if f["id"] == "obligation"} == {"Obligation of the plan"}


def test_a_task_is_claimed_by_one_and_given_back(web: Enter, colleague: Web) -> None:
    officer = web(OFFICER)
    path = opened(officer)

    assert told(officer.post(f"{path}/claim"))["assignee"] == person(officer)

    refused(colleague.post(f"{path}/claim"), 403)
    refused(colleague.post(f"{path}/unclaim"), 403)
    assert told(officer.post(f"{path}/unclaim"))["assignee"] is None
    assert told(colleague.post(f"{path}/claim"))["assignee"] == person(colleague)


def test_the_head_assigns_a_task_to_an_officer(web: Enter, colleague: Web) -> None:
    officer, head = web(OFFICER), web(HEAD)
    path = opened(officer)

    for chosen in (colleague, officer):
        assert told(head.post(f"{path}/assign", {"person": person(chosen)}))["assignee"] == person(chosen)

    refused(head.post(f"{path}/assign", {"person": person(web(STRANGER))}), 404)
    refused(head.post(f"{path}/assign", {"person": "none"}), 404)
    refused(head.post(f"{path}/assign", {}), 422)
    refused(colleague.post(f"{path}/assign", {"person": person(colleague)}), 403)


def test_a_lent_task_comes_back_to_its_owner(web: Enter, colleague: Web) -> None:
    officer = web(OFFICER)
    path = opened(officer)
    told(officer.post(f"{path}/claim"))

    lent = told(officer.post(f"{path}/delegate", {"person": person(colleague)}))

    assert (lent["assignee"], lent["owner"]) == (person(colleague), person(officer))
    refused(colleague.post(f"{path}/complete", {"variables": PROPOSAL}), 403)
    back = told(colleague.post(f"{path}/resolve"))
    assert (back["assignee"], back["owner"]) == (person(officer), None)
    told(officer.post(f"{path}/complete", {"variables": PROPOSAL}))


def test_a_completion_names_the_tasks_that_come_next(web: Enter) -> None:
    officer = web(OFFICER)
    started = officer.start()

    done = officer.complete(started["id"], "propose", **PROPOSAL)

    assert (done["task"]["state"], done["task"]["allowed_actions"]) == ("completed", [])
    assert [t["element_id"] for t in done["next_tasks"]] == ["head_review"]
    assert done["next_tasks"][0]["allowed_actions"] == []


def test_a_negative_decision_needs_its_comment(web: Enter) -> None:
    officer, head = web(OFFICER), web(HEAD)
    started = officer.start()
    officer.complete(started["id"], "propose", **PROPOSAL)
    path = f"/tasks/{head.task(started['id'], 'head_review')['id']}/complete"

    problem = refused(head.post(path, {"variables": {"decision": "return_for_rework"}}), 422)

    assert [(e["field"], e["rule"]) for e in problem["errors"]] == [("comment", "required")]
    told(head.post(path, {"variables": {"decision": "return_for_rework", "comment": "Nêu rõ số lượng"}}))


def test_remarks_are_kept_in_the_order_of_writing(web: Enter, colleague: Web, clock: MovableClock) -> None:
    officer = web(OFFICER)
    path = f"{opened(officer)}/comments"

    for writer, text in ((officer, "Đã gửi dự thảo"), (colleague, "Đã xem")):
        assert told(writer.post(path, {"text": text}), 201)["text"] == text
        clock.forward(timedelta(minutes=1))

    listed = told(officer.get(path))["items"]
    assert [c["person"] for c in listed] == [person(officer), person(colleague)]


@pytest.mark.parametrize("text", ["", "  ", "a" * 10_001])
def test_a_remark_that_says_nothing_or_too_much_is_refused(web: Enter, text: str) -> None:
    officer = web(OFFICER)

    problem = refused(officer.post(f"{opened(officer)}/comments", {"text": text}), 422)

    assert [e["field"] for e in problem["errors"]] == ["text"]


def test_a_draft_is_its_writers_alone(web: Enter, colleague: Web) -> None:
    officer = web(OFFICER)
    path = opened(officer)
    told(officer.change("PUT", f"{path}/draft", {"variables": {"title": "Nháp"}}, If_Match='"v1"'))

    assert told(officer.get(path))["draft"] == {"title": "Nháp"}
    assert told(colleague.get(path))["draft"] is None


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("claim", {}),
        ("unclaim", {}),
        ("resolve", {}),
        ("assign", {"person": "x"}),
        ("delegate", {"person": "x"}),
        ("complete", {"variables": {}}),
        ("comments", {"text": "x"}),
    ],
)
def test_whoever_does_not_see_the_case_finds_no_task(web: Enter, verb: str, body: dict[str, object]) -> None:
    path = opened(web(OFFICER))

    refused(web(STRANGER).post(f"{path}/{verb}", body), 404, "not-found")
    refused(web(STRANGER).get(path), 404, "not-found")
