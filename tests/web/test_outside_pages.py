"""Promises of the pages about outside bodies: a request is seen by those who see its case, and is never due."""

from __future__ import annotations

import pytest

from tests.api.web import LEADER, STRANGER
from tests.web.conftest import Enter, Open
from tests.web.reader import seen

OFFICE = "vpub.city_office"
SAID = {"subject": "Đề nghị phối hợp tuyên truyền", "content": "Kính đề nghị quý cơ quan phối hợp."}


@pytest.fixture
def requested(web: Enter) -> str:
    """A request to the Front that waits for the leader; its id."""
    office = web(OFFICE)
    case = office.start(process_key="external_request", agency="vpub")["id"]
    office.complete(case, "draft_request", decision="submit", body="mttq", **SAID)
    found = office.get("/external-requests").json
    assert found is not None
    return str(found["items"][0]["id"])


def test_a_request_is_listed_and_shown_without_a_due_date(requested: str, reader: Open) -> None:
    leader = reader(LEADER)
    listed, shown = leader.get("/external-requests"), leader.get(f"/external-requests/{requested}")

    assert SAID["subject"] in seen(listed) and SAID["content"] in seen(shown)
    assert 'class="due' not in listed.text + shown.text


def test_a_draft_is_nobody_elses(requested: str, reader: Open) -> None:
    stranger = reader(STRANGER)

    assert "Chưa có đề nghị nào" in seen(stranger.get("/external-requests"))
    assert stranger.get(f"/external-requests/{requested}").status_code == 404
    assert stranger.get("/supervisions/unknown").status_code == 404
    assert "Chưa có yêu cầu giám sát nào" in seen(stranger.get("/supervisions"))
