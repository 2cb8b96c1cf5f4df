"""Promises of the screen of a Monday morning: each task in its list, found as people type, with why it came back."""

from __future__ import annotations

from tests.api.web import HEAD, OFFICER, PROPOSAL, STRANGER
from tests.web.conftest import Enter, Open
from tests.web.reader import seen, sent_to

REASON = "Nêu rõ số lượng tin, bài."


def returned(web: Enter) -> str:
    """A case of the commune whose proposal came back; its open task."""
    officer, head = web(OFFICER), web(HEAD)
    case = officer.start()["id"]
    officer.complete(case, "propose", **PROPOSAL)
    head.complete(case, "head_review", decision="return_for_rework", comment=REASON)
    task: str = officer.task(case)["id"]
    return task


def test_what_came_back_is_shown_with_the_reason(web: Enter, reader: Open) -> None:
    returned(web)

    shown = seen(reader(OFFICER).get("/work?view=returned"))

    assert REASON in shown and PROPOSAL["title"] in shown


def test_a_search_needs_no_diacritics(web: Enter, reader: Open) -> None:
    returned(web)
    officer = reader(OFFICER)

    assert PROPOSAL["title"] in seen(officer.get("/work?view=offered&q=phoi+hop+bao+chi"))
    assert "Không tìm thấy việc nào" in seen(officer.get("/work?view=offered&q=khong+co+gi"))


def test_a_script_is_given_the_list_alone(web: Enter, reader: Open) -> None:
    returned(web)

    part = reader(OFFICER).get("/work?view=offered", HX_Request="true").text

    assert PROPOSAL["title"] in part and "<html" not in part


def test_a_task_is_claimed_from_the_list_and_then_held(web: Enter, reader: Open) -> None:
    task, officer = returned(web), reader(OFFICER)

    assert sent_to(officer.post(f"/tasks/{task}/claim")).endswith("note=claimed")

    assert PROPOSAL["title"] in seen(officer.get("/work?view=held"))
    assert PROPOSAL["title"] not in seen(officer.get("/work?view=offered"))


def test_another_commune_sees_nothing_of_it(web: Enter, reader: Open) -> None:
    task, stranger = returned(web), reader(STRANGER)

    assert PROPOSAL["title"] not in seen(stranger.get("/work?view=offered"))
    assert "Không tìm thấy" in seen(stranger.get(f"/tasks/{task}"), 404)


def test_an_empty_list_says_what_to_do(reader: Open) -> None:
    assert "Việc mới của cơ quan sẽ hiện ở đây" in seen(reader(OFFICER).get("/work?view=offered"))


def test_a_cursor_that_was_not_made_here_is_refused(reader: Open) -> None:
    assert "Con trỏ trang không hợp lệ" in seen(reader(OFFICER).get("/work?cursor=abc"), 422)
