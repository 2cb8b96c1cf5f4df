"""Promises to those who design processes: checked, compared, published by a second person, carried over in bulk."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.commands import operations
from tests.api.web import OFFICER, engine_of
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import Reader, seen, sent_to

DRAWN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 targetNamespace="urn:test"><process id="tried" name="Thử nghiệm" isExecutable="true">
<startEvent id="begin" name="Bắt đầu"/><sequenceFlow id="f1" sourceRef="begin" targetRef="{step}"/>
<userTask id="{step}" name="{name}" camunda:candidateGroups="agency_officer@{agency}"/>
<sequenceFlow id="f2" sourceRef="{step}" targetRef="done"/><endEvent id="done" name="Xong"/>{more}
</process></definitions>"""


def drawn(step: str = "step", name: str = "Bước một", more: str = "") -> bytes:
    return DRAWN.format(step=step, name=name, more=more, agency=COMMUNE).encode()


def upload(who: Reader, xml: bytes, **fields: str) -> TestResponse:
    data = {"csrf_token": who.token, "file": (BytesIO(xml), "tried.bpmn"), **fields}
    return who.http.post("/process-uploads", data=data, content_type="multipart/form-data")


@pytest.fixture
def published(reader: Open) -> str:
    """The address of a first version that is current."""
    address = sent_to(upload(reader("designer"), drawn()))
    return sent_to(reader("publisher").post(address.partition("?")[0] + "/publication")).partition("?")[0]


def test_what_is_uploaded_waits_for_a_second_person(reader: Open) -> None:
    designer, publisher = reader("designer"), reader("publisher")

    address = sent_to(upload(designer, drawn())).partition("?")[0]
    waiting = seen(designer.get(address))
    own = designer.post(f"{address}/publication")
    done = publisher.post(f"{address}/publication")

    assert "người khác phải phát hành" in waiting
    assert own.status_code == 403
    assert "Đã phát hành" in seen(publisher.get(sent_to(done)))


def test_a_diagram_that_cannot_be_run_is_shown_with_what_is_wrong(reader: Open) -> None:
    lost = '<userTask id="lost" name="Lạc"/>'

    refused = upload(reader("designer"), drawn(more=lost))

    assert "Chưa tải lên được" in seen(refused, 422)
    assert 'data-diagram-from="uploaded"' in refused.text and "&#34;lost&#34;:&#34;wrong&#34;" in refused.text
    assert reader("designer").get("/process-definitions/tried").status_code == 404


def test_a_diagram_may_be_checked_without_being_kept(reader: Open) -> None:
    designer = reader("designer")

    assert "Sơ đồ thực hiện được" in seen(upload(designer, drawn(), only="check"))
    assert designer.get("/process-definitions/tried").status_code == 404


def test_what_is_no_diagram_is_refused_in_words(reader: Open) -> None:
    assert "Chưa tải lên được" in seen(upload(reader("designer"), b"<nothing"), 422)
    assert "Hãy chọn một tệp" in seen(upload(reader("designer"), b""), 422)


def test_nobody_else_uploads(reader: Open) -> None:
    officer = reader(OFFICER)

    assert upload(officer, drawn()).status_code == 403
    assert upload(officer, drawn(), only="check").status_code == 403
    assert "Chỉ người thiết kế" in seen(officer.get("/process-uploads"))


def test_a_version_tells_what_is_different_from_the_current_one(reader: Open, published: str) -> None:
    designer = reader("designer")
    more = '<userTask id="extra" name="Bước thêm"/><sequenceFlow id="f3" sourceRef="extra" targetRef="done"/>'
    changed = drawn(name="Bước đã sửa").replace(b'targetRef="done"', b'targetRef="extra"')

    address = sent_to(upload(designer, changed.replace(b"</process>", more.encode() + b"</process>")))
    page = designer.get(address)

    told = seen(page)
    assert "Khác với phiên bản 1" in told and "Bước một → Bước đã sửa" in told and "extra" in told
    assert "&#34;extra&#34;:&#34;added&#34;" in page.text and "&#34;step&#34;:&#34;changed&#34;" in page.text


def test_cases_are_carried_over_in_bulk_after_a_dry_run(app: Flask, web: Enter, reader: Open, published: str) -> None:
    officer, keeper = web(OFFICER), reader("sysadmin")
    cases = [officer.start(process_key="tried")["id"] for _ in range(2)]
    second = sent_to(upload(reader("designer"), drawn(name="Bước hai"))).partition("?")[0]
    reader("publisher").post(f"{second}/publication")

    dry = sent_to(keeper.post(f"{second}/migrations", from_version="1", reason="Bản mới"))
    waiting = seen(keeper.get(dry))
    operations.work(engine_of(app))
    told = seen(keeper.get(dry))
    real = sent_to(keeper.post(f"{second}/migrations", from_version="1", reason="Bản mới", sure="yes"))
    operations.work(engine_of(app))

    assert "Đang làm" in waiting and "0 / 2" in waiting
    assert "2 hồ sơ chuyển được" in told and cases[0] in told
    assert "Chuyển thật" not in seen(keeper.get(real)) and "2 / 2" in seen(keeper.get(real))
    assert officer.get(f"/process-instances/{cases[0]}").json["version"] == 2  # type: ignore[index]
    assert reader(OFFICER).get(dry).status_code == 404
