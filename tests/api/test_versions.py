"""Promises of versions and keys: nothing is sent twice in vain, nothing is done twice, nobody overwrites unread."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.access import SYSTEM
from engine.models import ProcessInstance
from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import OFFICER, PROPOSAL, Web, refused, told

START = {"process_key": "task_lifecycle", "agency": "c-thach-that"}
PDF, OTHER_PDF = b"%PDF-1.7\n", b"%PDF-1.4\n"


def test_what_the_reader_has_already_is_not_sent_again(web: Enter) -> None:
    officer = web(OFFICER)
    path = f"/process-instances/{officer.start()['id']}"
    tag = officer.get(path).headers["ETag"]

    for given in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = officer.get(path, {"If-None-Match": given})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)


def test_another_version_or_another_language_is_sent(web: Enter) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])
    tag = officer.get(f"/tasks/{task['id']}").headers["ETag"]

    told(officer.get(f"/tasks/{task['id']}", {"If-None-Match": tag, "Accept-Language": "en"}))
    told(officer.post(f"/tasks/{task['id']}/claim"))
    told(officer.get(f"/tasks/{task['id']}", {"If-None-Match": tag}))


def test_an_action_answers_with_the_version_it_made(web: Enter) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])

    claimed = officer.post(f"/tasks/{task['id']}/claim", If_Match=officer.get(f"/tasks/{task['id']}").headers["ETag"])

    assert officer.get(f"/tasks/{task['id']}").headers["ETag"].startswith('"v2-')
    told(officer.post(f"/tasks/{task['id']}/unclaim", If_Match=claimed.headers["ETag"]))


@pytest.mark.parametrize("given", ["*", '"v1"', 'W/"v1"'])
def test_the_version_may_be_spoken_of_plainly(web: Enter, given: str) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])

    told(officer.post(f"/tasks/{task['id']}/claim", If_Match=given))


def test_a_draft_is_saved_against_the_version_last_read_and_changes_nothing_of_the_case(
    web: Enter, installed_sqlite: Engine
) -> None:
    officer = web(OFFICER)
    started = officer.start()
    path = f"/tasks/{officer.task(started['id'])['id']}"
    first = officer.get(path).headers["ETag"]

    saved = officer.change("PUT", f"{path}/draft", {"variables": {"title": "Nháp"}}, If_Match=first)

    assert told(saved)["variables"] == {"title": "Nháp"}
    refused(officer.change("PUT", f"{path}/draft", {"variables": {}}, If_Match=first), 412, "stale-version")
    read = officer.get(path)
    assert told(read)["draft"] == {"title": "Nháp"}
    for tag in (saved.headers["ETag"], '"v1.2"'):
        told(officer.change("PUT", f"{path}/draft", {"variables": {"title": "Nháp 2"}}, If_Match=tag))
    row = installed_sqlite.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, started["id"]).version)
    assert row == 1


def test_a_draft_needs_the_version_and_fields_of_the_form(web: Enter) -> None:
    officer = web(OFFICER)
    path = f"/tasks/{officer.task(officer.start()['id'])['id']}/draft"

    refused(officer.change("PUT", path, {"variables": {}}), 428)
    problem = refused(officer.change("PUT", path, {"variables": {"surprise": 1}}, If_Match="*"), 422)
    assert [(e["field"], e["rule"]) for e in problem["errors"]] == [("surprise", "undeclared")]


def test_a_repeated_request_is_answered_as_the_first_and_done_once(web: Enter) -> None:
    officer = web(OFFICER)

    first = officer.post("/process-instances", START, Idempotency_Key="một lần".encode().hex())
    again = officer.post("/process-instances", START, Idempotency_Key="một lần".encode().hex())

    assert (again.status_code, again.data, again.headers["ETag"]) == (201, first.data, first.headers["ETag"])
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(told(officer.get("/process-instances"))["items"]) == 1


def test_a_key_is_not_good_for_another_body_or_path(web: Enter) -> None:
    officer = web(OFFICER)
    started = told(officer.post("/process-instances", START, Idempotency_Key="k"), 201)

    other = officer.post("/process-instances", START | {"business_key": "khác"}, Idempotency_Key="k")
    elsewhere = officer.post(f"/tasks/{officer.task(started['id'])['id']}/claim", START, Idempotency_Key="k")

    refused(other, 422, "idempotency-key-reused")
    assert elsewhere.status_code == 422


def test_another_persons_key_is_another_key(web: Enter) -> None:
    told(web(OFFICER).post("/process-instances", START, Idempotency_Key="k"), 201)

    told(web("w-ba-dinh.agency_officer").post("/tokens", {"name": "x"}, Idempotency_Key="k"), 201)


def test_a_refusal_is_not_kept_under_the_key(web: Enter) -> None:
    officer = web(OFFICER)
    task = officer.task(officer.start()["id"])
    path, key = f"/tasks/{task['id']}/complete", {"Idempotency_Key": "k"}
    refused(officer.post(path, {"variables": {}}, **key), 422, "invalid-data")

    done = officer.post(path, {"variables": PROPOSAL}, **key)

    assert told(done)["task"]["state"] == "completed"
    assert told(officer.post(path, {"variables": PROPOSAL}, **key)) == told(done)


@pytest.mark.parametrize("key", ["", "k" * 256, "khóa"])
def test_a_key_that_is_none_is_refused(web: Enter, key: str) -> None:
    answer = web(OFFICER).send("POST", "/process-instances", {"Idempotency-Key": key}, json=START)

    refused(answer, 400, "idempotency-key")


def test_a_file_sent_again_is_the_same_request_whatever_separates_its_parts(web: Enter) -> None:
    officer = web(OFFICER)
    path = f"/tasks/{officer.task(officer.start()['id'])['id']}/attachments"

    first = told(_attach(officer, path, PDF, "một"), 201)
    again = _attach(officer, path, PDF, "hai")

    assert told(again, 201) == first and again.headers["Idempotency-Replayed"] == "true"
    refused(_attach(officer, path, OTHER_PDF, "ba"), 422, "idempotency-key-reused")
    assert len(told(officer.get(path))["items"]) == 1


def test_twins_under_one_key_start_one_case(both: Flask) -> None:
    answers: list[TestResponse] = []
    officers = [Web(both, OFFICER) for _ in range(2)]

    def send(officer: Web) -> None:
        answers.append(officer.post("/process-instances", START, Idempotency_Key="k"))

    threads = [threading.Thread(target=send, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers[0].data == answers[1].data
    assert sorted("Idempotency-Replayed" in a.headers for a in answers) == [False, True]
    assert len(told(officers[0].get("/process-instances"))["items"]) == 1


def test_of_two_windows_that_read_the_same_draft_one_wins(both: Flask) -> None:
    officers = [Web(both, OFFICER) for _ in range(2)]
    path = f"/tasks/{officers[0].task(officers[0].start()['id'])['id']}/draft"
    told(officers[0].change("PUT", path, {"variables": {}}, If_Match='"v1"'))
    statuses: list[int] = []

    def save(officer: Web, number: int) -> None:
        body = {"variables": {"title": f"Cửa sổ {number}"}}
        statuses.append(officer.change("PUT", path, body, If_Match='"v1.1"').status_code)

    threads = [threading.Thread(target=save, args=(officer, n)) for n, officer in enumerate(officers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 412]


def _attach(officer: Web, path: str, content: bytes, boundary: str) -> TestResponse:
    mark = boundary.encode().hex()
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'.encode()
        + content
        + f"\r\n--{mark}--\r\n".encode()
    )
    headers = {"Idempotency-Key": "tệp".encode().hex()}
    return officer.send("POST", path, headers, data=body, content_type=f"multipart/form-data; boundary={mark}")
