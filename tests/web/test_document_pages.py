"""Promises of the pages of documents: the register, one document, its files, and declaring it void."""

from __future__ import annotations

import pytest
from flask import Flask

from api import pdf
from engine.access import SYSTEM
from engine.commands import documents
from tests.api.web import LEADER, STRANGER, engine_of
from tests.papers import SAID, paper
from tests.web.conftest import Open
from tests.web.reader import seen, sent_to

CLERK = "svhtt.records_clerk"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def issued(app: Flask) -> str:
    """A report that Sở VHTT has issued."""
    return engine_of(app).run(SYSTEM, documents.issue, paper()).id


def test_the_register_of_a_year_says_whether_its_numbers_are_whole(issued: str, reader: Open) -> None:
    shown = seen(reader(CLERK).get("/documents?agency=svhtt&year=2026"))

    assert "01/BC-SVHTT" in shown and "số cuối cùng 1, không có số nào bị bỏ trống; đã hủy 0" in shown
    assert "Không có văn bản nào phù hợp" in seen(reader(CLERK).get("/documents?year=2025"))
    assert "01/BC-SVHTT" in seen(reader(LEADER).get("/documents?q=tuyen+truyen"))


def test_the_register_of_others_is_not_shown(issued: str, reader: Open) -> None:
    shown = seen(reader(STRANGER).get("/documents?agency=svhtt&year=2026"))

    assert "Sổ đăng ký" not in shown and "01/BC-SVHTT" not in shown
    assert reader(STRANGER).get(f"/documents/{issued}").status_code == 404
    assert reader(STRANGER).get(f"/documents/{issued}/file").status_code == 404


@pytest.mark.parametrize("kind", sorted(SAID))
def test_every_type_of_document_is_shown_with_what_it_says(app: Flask, reader: Open, kind: str) -> None:
    made = engine_of(app).run(SYSTEM, documents.issue, paper(kind))

    shown = seen(reader(LEADER).get(f"/documents/{made.id}"))

    assert made.symbol in shown and made.subject in shown and made.sha256 in shown


def test_a_document_comes_as_a_file_to_keep(issued: str, reader: Open) -> None:
    answer = reader(CLERK).get(f"/documents/{issued}/file?as=docx")

    assert (answer.status_code, answer.content_type) == (200, DOCX)
    assert 'filename="01-BC-SVHTT.docx"' in answer.headers["Content-Disposition"]


def test_where_no_pdf_can_be_made_the_page_says_so(issued: str, reader: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert pdf.program() is None

    assert "chưa có bản PDF" in seen(reader(CLERK).get(f"/documents/{issued}"))
    assert "hãy tải bản .docx" in seen(reader(CLERK).get(f"/documents/{issued}/file?as=pdf"), 501)


def test_a_document_is_declared_void_with_a_reason(issued: str, reader: Open) -> None:
    clerk, path = reader(CLERK), f"/documents/{issued}"
    assert "Phải nêu lý do" in seen(clerk.post(f"{path}/void", reason=" "), 422)

    assert sent_to(clerk.post(f"{path}/void", reason="Sai số liệu.")).endswith("note=voided")

    assert "Văn bản đã hủySai số liệu." in seen(clerk.get(path))
    assert "đã được hủy" in seen(clerk.post(f"{path}/void", reason="Lần nữa."), 409)
    assert "đã hủy 1" in seen(clerk.get("/documents?agency=svhtt&year=2026"))


def test_only_the_issuing_agency_declares_it_void(issued: str, reader: Open) -> None:
    leader = reader(LEADER)

    assert "Văn bản không còn hiệu lực" not in seen(leader.get(f"/documents/{issued}"))
    assert "Chỉ văn thư" in seen(leader.post(f"/documents/{issued}/void", reason="Không."), 403)
