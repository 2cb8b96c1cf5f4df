"""Promises of a task's page: the form of the diagram, nothing typed is lost, only what one may do, and what is next."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.api.web import HEAD, OFFICER, STRANGER
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import Reader, seen, sent_to

FILLED = {"v__title": "Phối hợp báo chí", "v__deliverable": "12 tin, bài", "v__due_date": "2026-04-10"}


@pytest.fixture
def task(web: Enter) -> str:
    """The path of an open task of a new case."""
    officer = web(OFFICER)
    return f"/tasks/{officer.task(officer.start()['id'])['id']}"


def test_the_form_is_that_of_the_diagram(task: str, reader: Open) -> None:
    answer = reader(OFFICER).get(task)

    assert "Tên nhiệm vụ" in seen(answer)
    assert 'type="date" name="v.due_date"' in answer.text
    assert f'value="{COMMUNE}"' in answer.text


def test_a_completed_task_tells_what_comes_next(task: str, web: Enter, reader: Open) -> None:
    officer = reader(OFFICER)

    done = officer.post(f"{task}/complete", **FILLED)

    assert sent_to(done) == f"{task}?note=completed"
    assert "Việc tiếp theo" in seen(officer.get(task))
    assert [t["element_id"] for t in web(HEAD).get("/tasks", candidate="me").json["items"]] == ["head_review"]  # type: ignore[index]


def test_what_is_refused_stays_on_the_page_with_the_reason_at_its_field(task: str, reader: Open) -> None:
    refused = reader(OFFICER).post(f"{task}/complete", v__title="Chỉ có tên", v__due_date="2026-04-10")

    assert "Trường này là bắt buộc" in seen(refused, 422)
    assert 'value="Chỉ có tên"' in refused.text and 'id="v.deliverable-problem"' in refused.text


def test_a_draft_is_kept_and_shown_again(task: str, reader: Open) -> None:
    officer = reader(OFFICER)

    saved = officer.post(f"{task}/draft", draft_version="0", v__title="Đang viết dở")

    assert sent_to(saved).endswith("note=saved")
    assert 'value="Đang viết dở"' in officer.get(task).text


def test_a_draft_that_saves_itself_tells_its_version_and_refuses_an_old_one(task: str, reader: Open) -> None:
    officer = reader(OFFICER)
    fields = {"csrf_token": officer.token, "draft_version": "0", "v.title": "Một"}

    first = officer.http.put(f"{task}/draft", data=fields, headers={"HX-Request": "true"})
    second = officer.http.put(f"{task}/draft", data=fields, headers={"HX-Request": "true"})

    assert 'name="draft_version" value="1"' in first.text
    assert "Chưa lưu được bản nháp" in seen(second)


def test_a_file_is_attached_and_what_was_typed_is_not_lost(task: str, reader: Open) -> None:
    officer = reader(OFFICER)
    given = {"csrf_token": officer.token, "draft_version": "0", "v.title": "Có tệp"}

    sent = officer.http.post(f"{task}/attachments", data=given | {"file": (BytesIO(b"%PDF-1.7 thu"), "biên bản.pdf")})

    assert "note=attached" in sent_to(sent)
    shown = officer.get(task)
    assert "biên bản.pdf" in seen(shown) and 'value="Có tệp"' in shown.text


def test_a_file_of_another_kind_is_refused_in_plain_words(task: str, reader: Open) -> None:
    officer = reader(OFFICER)
    given = {"csrf_token": officer.token, "v.title": "Có tệp", "file": (BytesIO(b"MZ"), "x.pdf")}

    refused = officer.http.post(f"{task}/attachments", data=given)

    assert refused.status_code == 422 and 'value="Có tệp"' in refused.text


def test_evidence_is_given_line_by_line(task: str, web: Enter, reader: Open) -> None:
    officer, head = web(OFFICER), web(HEAD)
    case = officer.get("/tasks/" + task.rpartition("/")[2]).json["process_instance_id"]  # type: ignore[index]
    reader(OFFICER).post(f"{task}/complete", **FILLED)
    head.complete(case, "head_review", decision="submit")

    assert officer.get(f"/process-instances/{case}").json["variables"]["title"] == FILLED["v__title"]  # type: ignore[index]


def test_whoever_only_sees_the_case_has_no_form(task: str, reader: Open) -> None:
    shown = reader(HEAD).get(task)

    assert 'id="task-form"' not in shown.text
    assert "v.title" not in shown.text


def test_a_remark_is_added(task: str, reader: Open) -> None:
    officer = reader(OFFICER)

    officer.post(f"{task}/comments", text="Đã trao đổi với Đài <b>Hà Nội</b>.")

    shown = officer.get(task).text
    assert "&lt;b&gt;Hà Nội" in shown and "<b>Hà Nội" not in shown


def test_a_task_that_is_closed_meanwhile_is_a_conflict_said_in_words(task: str, reader: Open) -> None:
    officer = reader(OFFICER)
    officer.post(f"{task}/complete", **FILLED)

    assert officer.post(f"{task}/complete", **FILLED).status_code == 409


def test_a_stranger_finds_no_such_task(task: str, reader: Open) -> None:
    stranger = reader(STRANGER)

    assert [stranger.get(task).status_code, stranger.post(f"{task}/complete", **FILLED).status_code] == [404, 404]


def test_the_diagram_of_a_case_speaks_the_readers_language(task: str, web: Enter, reader: Open) -> None:
    officer = reader(OFFICER)
    case = web(OFFICER).get("/tasks/" + task.rpartition("/")[2]).json["process_instance_id"]  # type: ignore[index]
    path = f"/process-instances/{case}/diagrams/task_proposal"
    assert 'name="Soạn đề xuất nhiệm vụ"' in officer.get(path).text

    officer.http.set_cookie("dondoc_language", "en")

    assert 'name="Draft the task proposal"' in officer.get(path).text


def test_a_draft_that_meets_the_end_of_its_session_says_so_and_leaves_the_page(task: str, anyone: Reader) -> None:
    told = anyone.http.put(f"{task}/draft", data={"v.title": "Một"}, headers={"HX-Request": "true"})

    assert "Phiên đăng nhập đã hết" in seen(told, 401)
    assert told.headers["HX-Reswap"] == "innerHTML" and "Location" not in told.headers
