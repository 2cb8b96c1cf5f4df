"""Promises of the register over HTTP: files, metadata, voids, and who may see what."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import docx
import pytest
from lxml import etree

from api import pdf
from engine.access import SYSTEM
from engine.commands import documents
from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import refused, told
from tests.conftest import MovableClock
from tests.papers import paper
from tests.reporting import FEW, RoundScene

CLERK, READER, STRANGER = "svhtt.records_clerk", "auditor", "w-ba-dinh.agency_officer"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def issued(installed_sqlite: Engine) -> str:
    """A report that Sở VHTT has issued."""
    return installed_sqlite.run(SYSTEM, documents.issue, paper()).id


def test_documents_are_listed_with_number_and_state(web: Enter, issued: str) -> None:
    (listed,) = told(web(CLERK).get("/documents", agency="svhtt", year=2026, type="bc", q="TUYEN TRUYEN"))["items"]

    assert (listed["id"], listed["symbol"], listed["number"]) == (issued, "01/BC-SVHTT", 1)
    assert (listed["state"], listed["type_name"], listed["issued_on"]) == ("issued", "Báo cáo", "2026-03-10")


def test_who_does_not_know_of_a_document_finds_none(web: Enter, issued: str) -> None:
    stranger = web(STRANGER)

    assert told(stranger.get("/documents"))["items"] == []
    for path in ("", "/content", "/metadata"):
        refused(stranger.get(f"/documents/{issued}{path}"), 404, "not-found")
    refused(stranger.get("/documents/register", agency="svhtt", year=2026), 403, "forbidden")


def test_a_document_comes_as_a_file_to_keep(web: Enter, issued: str) -> None:
    answer = web(READER).get(f"/documents/{issued}/content")

    assert (answer.status_code, answer.content_type) == (200, DOCX)
    assert 'filename="01-BC-SVHTT.docx"' in answer.headers["Content-Disposition"]
    assert docx.Document(BytesIO(answer.data)).core_properties.title == "BÁO CÁO 01/BC-SVHTT"


@pytest.mark.skipif(pdf.program() is None, reason="LibreOffice is not installed")
def test_a_document_comes_as_pdf_where_libreoffice_is(web: Enter, issued: str) -> None:
    answer = web(READER).get(f"/documents/{issued}/content?as=pdf")

    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_without_libreoffice_a_pdf_is_refused_in_both_languages(
    web: Enter, issued: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    answers = [
        refused(web(READER).get(f"/documents/{issued}/content?as=pdf", {"Accept-Language": language}), 501)
        for language in ("vi", "en")
    ]

    assert [answer["code"] for answer in answers] == ["pdf-unavailable", "pdf-unavailable"]
    assert ["LibreOffice" in answer["detail"] for answer in answers] == [True, True]
    assert answers[0]["detail"] != answers[1]["detail"]


def test_a_conversion_that_hangs_is_ended_and_told(
    web: Enter, issued: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\n/bin/sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "LONGEST", timedelta(seconds=0.2))

    refused(web(READER).get(f"/documents/{issued}/content?as=pdf"), 503, "pdf-failed")


def test_another_kind_of_file_is_refused(web: Enter, issued: str) -> None:
    problem = refused(web(READER).get(f"/documents/{issued}/content?as=odt"), 422)

    assert problem["errors"][0]["field"] == "as"


def test_metadata_come_as_json_and_xml_with_the_same_fields(web: Enter, issued: str) -> None:
    reader = web(READER)
    told_json = told(reader.get(f"/documents/{issued}/metadata"))
    xml = etree.fromstring(reader.get(f"/documents/{issued}/metadata?as=xml").data)

    assert (told_json["CodeNumber"], told_json["CodeNotation"]) == ("01", "BC-SVHTT")
    assert told_json["SignerInfo"] == {"Position": "GIÁM ĐỐC", "FullName": "Nguyễn Văn An"}
    assert [one["OrganName"] for one in told_json["To"]] == [
        "Ủy ban nhân dân thành phố Hà Nội",
        "Văn phòng UBND Thành phố",
    ]
    assert {child.tag for child in xml} == set(told_json)
    assert xml.findtext("Subject") == told_json["Subject"]


def test_a_void_is_recorded_and_the_register_has_no_gap(web: Enter, issued: str) -> None:
    clerk = web(CLERK)
    tag = clerk.get(f"/documents/{issued}").headers["ETag"]

    made = told(clerk.post(f"/documents/{issued}/void", {"reason": "Sai thể thức"}, If_Match=tag))

    register = told(clerk.get("/documents/register", agency="svhtt", year=2026))
    assert (made["state"], made["void"]["reason"]) == ("void", "Sai thể thức")
    assert (register["last_number"], register["gaps"], register["entries"][0]["state"]) == (1, [], "void")
    refused(clerk.post(f"/documents/{issued}/void", {"reason": "Lần nữa"}), 409, "conflict")
    refused(clerk.post(f"/documents/{issued}/void", {"reason": "Lần nữa"}, If_Match=tag), 412, "stale-version")
    refused(web(READER).post(f"/documents/{issued}/void", {"reason": "thử"}), 403, "forbidden")


def test_the_aggregators_head_signs_an_urging_letter(web: Enter, installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed_sqlite, FEW)
    report = scene.report("c-ba-vi")
    path, director = f"/reports/{report.id}/urging-letters", web("svhtt.agency_head")
    refused(director.post(path), 409, "conflict")
    clock.forward(timedelta(days=10))

    letter = told(director.post(path, {"unit": "QLVHGĐ"}), 201)

    assert (letter["symbol"], letter["type"]) == ("01/SVHTT-QLVHGĐ", "cv")
    assert letter["process_instance_id"] == report.instance_id
    owed = told(web("c-ba-vi.agency_head").get("/documents", process_instance=report.instance_id))["items"]
    assert [one["id"] for one in owed] == [letter["id"]]
    refused(web("c-ba-vi.agency_head").post(path), 403, "forbidden")
    refused(web(STRANGER).post(path), 404, "not-found")
    refused(web("svhtt.agency_head").post(path, {"answer_by": "2026-03-01"}), 422)
