"""Promises to those who inspect: found by who, where and what, and verified anew on the spot."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.access import SYSTEM
from engine.runtime import Transaction
from tests.api.web import AGGREGATOR, OFFICER, PROPOSAL, engine_of
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import seen


@pytest.fixture
def case(web: Enter) -> str:
    """A case of the commune with a proposal."""
    officer = web(OFFICER)
    case: str = officer.start()["id"]
    officer.complete(case, "propose", **PROPOSAL)
    return case


def test_events_are_found_by_agency_type_person_and_day(case: str, reader: Open) -> None:
    auditor = reader("auditor")

    assert "propose" in seen(auditor.get(f"/history?agency={COMMUNE}&type=element-completed"))
    assert "Không có sự kiện nào" in seen(auditor.get(f"/history?agency={COMMUNE}&type=process-cancelled"))
    assert "Không có sự kiện nào" in seen(auditor.get("/history?to=2020-01-01"))
    assert "Không có sự kiện nào" in seen(auditor.get("/history?person=khong+ai+ten+nay"))


def test_what_belongs_to_no_case_is_for_auditors(case: str, reader: Open) -> None:
    found = {who: seen(reader(who).get("/history?type=plan-imported")) for who in ("auditor", AGGREGATOR)}

    assert "Nhập kế hoạch toàn" not in found[AGGREGATOR]
    assert "Không có sự kiện nào" in found[AGGREGATOR] and "Không có sự kiện nào" not in found["auditor"]


def test_an_officer_does_not_search_the_whole_history(reader: Open) -> None:
    assert "không được tra cứu" in seen(reader(OFFICER).get("/history"), 403)


def test_the_history_is_verified_on_the_spot(case: str, reader: Open) -> None:
    auditor = reader("auditor")

    assert "Toàn vẹn" in seen(auditor.post("/history/verification"))
    assert "Toàn vẹn" in seen(auditor.post("/history/verification", case=case))


def test_a_changed_event_is_named(case: str, reader: Open) -> None:
    auditor = reader("auditor")

    def forge(tx: Transaction) -> None:
        query = "UPDATE audit_event SET canonical = :other WHERE instance_id = :case AND seq = 2"
        tx.session.execute(text(query), {"other": b"{}", "case": case})

    engine_of(auditor.app).run(SYSTEM, forge)

    shown = seen(auditor.post("/history/verification", case=case))
    assert "Có chuỗi không khớp" in shown and "sự kiện số 2" in shown
