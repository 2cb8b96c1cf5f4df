"""Promises of what documents say: the consolidated report its frozen figures, a letter whom it urges and how often."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engine.access import SYSTEM
from engine.models import Document
from engine.queries import document_drafts as drafts
from engine.queries import documents as queries
from engine.queries.documents import DocumentFilter, Entry
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, FIGURES, RoundScene

QUOTED = {"outstanding_examples": "Tổ công nghệ số <cộng đồng> & thanh niên"}


def the_documents(engine: Engine) -> list[Entry]:
    """Every document, the oldest first."""
    return engine.read(SYSTEM, queries.entries, DocumentFilter(), sort="issued_at")


def content_of(document: Document) -> dict[str, Any]:
    """What a document is set from."""
    return queries.content_of(document)


def signed(engine: Engine, clock: MovableClock) -> RoundScene:
    """A closed round in which one of three agencies reported, signed by the director."""
    scene = RoundScene(engine, FEW)
    scene.submit(COMMUNE, figures=FIGURES | QUOTED | {"items_published": 1250})
    scene.accept(COMMUNE)
    clock.forward(timedelta(hours=1))
    scene.act(scene.aggregator, "collect_reports", decision="close")
    scene.act(scene.aggregator, "draft_consolidated_report", narrative="Kết quả quý I.\nĐề nghị quan tâm.")
    scene.act(scene.director, "director_review", decision="approve")
    return scene


def test_the_register_numbers_the_consolidated_report(installed: Engine, clock: MovableClock) -> None:
    scene = signed(installed, clock)

    scene.act(scene.clerk, "issue_report")

    ((entry),) = the_documents(installed)
    assert (scene.round.doc_number, entry.document.symbol) == ("01/BC-SVHTT", "01/BC-SVHTT")
    assert (entry.document.agency, entry.document.instance_id) == ("svhtt", scene.round.instance_id)


def test_the_consolidated_report_says_what_was_frozen(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = signed(installed_sqlite, clock)
    scene.act(scene.clerk, "issue_report")

    content = content_of(the_documents(installed_sqlite)[0].document)
    (table,) = [block["table"] for block in content["body"] if isinstance(block, dict) and "table" in block]
    said = [block for block in content["body"] if isinstance(block, str)]
    assert ["6", "Số tin, bài, sản phẩm tuyên truyền", "1.250"] in table["rows"]
    assert [row[2] for row in table["rows"] if "Tỷ lệ" in row[1]] == ["80,5"]
    assert content["addressees"] == ["Ủy ban nhân dân thành phố Hà Nội"]
    assert said[0].startswith("Thực hiện Kế hoạch số 179/KH-UBND ngày 08/7/2025 của Ủy ban nhân dân thành phố Hà Nội")
    assert any("Chưa báo cáo (02): " in text and "Xã Ba Vì" in text for text in said)
    assert said[-1].endswith("xem xét, chỉ đạo./.")
    assert "Đề nghị quan tâm." in said


def test_a_number_from_another_register_is_kept(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = signed(installed_sqlite, clock)

    scene.act(scene.clerk, "issue_report", doc_number="45/BC-SVHTT", issued_on="2026-03-09")

    ((entry),) = the_documents(installed_sqlite)
    assert (scene.round.doc_number, entry.document.number) == ("45/BC-SVHTT", None)
    assert entry.document.issued_on == date(2026, 3, 9)


def test_a_report_that_is_issued_again_replaces_the_one_before(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = signed(installed_sqlite, clock)
    scene.act(scene.clerk, "issue_report")
    scene.act(scene.office, "forward_report", decision="return_for_rework", comment="Bổ sung đánh giá")
    scene.act(scene.aggregator, "draft_consolidated_report", narrative="Đã bổ sung.")
    scene.act(scene.director, "director_review", decision="approve")

    scene.act(scene.clerk, "issue_report")

    found = sorted((entry.document.symbol, entry.state) for entry in the_documents(installed_sqlite))
    assert found == [("01/BC-SVHTT", "void"), ("02/BC-SVHTT", "issued")]
    assert scene.round.doc_number == "02/BC-SVHTT"


def test_an_urging_letter_names_the_report_and_both_dates(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    clock.forward(timedelta(days=10))

    def draft(tx: Any) -> Any:
        return drafts.urging_letter(tx, scene.report("c-ba-vi"), date(2026, 3, 25), "QLVHGĐ")

    wanted = installed_sqlite.read(scene.director, draft)
    told = " ".join(wanted.body)
    assert wanted.addressees == ["Ủy ban nhân dân xã Ba Vì"]
    assert wanted.subject.startswith("đôn đốc gửi báo cáo định kỳ")
    assert "chậm nhất ngày 18/3/2026" in told
    assert "chậm nhất ngày 25/3/2026" in told
    assert wanted.signer.position == "GIÁM ĐỐC"


def test_who_signs_with_a_lent_office_signs_in_the_heads_place(installed_sqlite: Engine) -> None:
    day = date(2026, 3, 10)
    people = {
        user: actor(installed_sqlite, user).person_id for user in ("svhtt.agency_head", "svhtt.report_aggregator")
    }

    signers = [installed_sqlite.read(SYSTEM, drafts.signer_of, "svhtt", person, day) for person in people.values()]

    assert [(*one.capacity, one.position) for one in signers] == [
        ("GIÁM ĐỐC",),
        ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    ]
