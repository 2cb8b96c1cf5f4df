"""Promises to those who keep cases running: each turn with its reason, and only by those who may."""

from __future__ import annotations

from tests.api.web import HEAD, OFFICER
from tests.web.conftest import Enter, Open
from tests.web.reader import seen, sent_to


def test_a_head_suspends_and_resumes_a_case_with_a_reason(web: Enter, reader: Open) -> None:
    case, head = web(OFFICER).start()["id"], reader(HEAD)

    paused = head.post(f"/process-instances/{case}/suspend", reason="Chờ hướng dẫn của Sở.")
    assert "Tạm dừng" in seen(head.get(sent_to(paused)))

    resumed = head.post(f"/process-instances/{case}/resume", reason="Đã có hướng dẫn.")
    assert "Đang xử lý" in seen(head.get(sent_to(resumed)))


def test_a_turn_without_a_reason_is_refused(web: Enter, reader: Open) -> None:
    case = web(OFFICER).start()["id"]

    assert reader(HEAD).post(f"/process-instances/{case}/cancel").status_code == 422


def test_an_officer_manages_no_case(web: Enter, reader: Open) -> None:
    case, officer = web(OFFICER).start()["id"], reader(OFFICER)

    assert "Quản lý hồ sơ" not in seen(officer.get(f"/process-instances/{case}"))
    assert officer.post(f"/process-instances/{case}/suspend", reason="thử").status_code == 403


def test_no_incident_is_said_so(reader: Open) -> None:
    assert "Không có sự cố nào" in seen(reader("sysadmin").get("/incidents"))
