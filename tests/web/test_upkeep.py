"""Promises to those who keep cases running: first shown, then done on a second word, and only by those who may."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from engine.access import SYSTEM
from engine.commands import definitions
from engine.handlers.registry import HANDLERS
from tests.api.web import HEAD, OFFICER, STRANGER, engine_of
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import Reader, seen, sent_to

TRIAL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 targetNamespace="urn:test"><process id="kept" name="Thử vận hành" isExecutable="true">
<startEvent id="begin" name="Bắt đầu"/><sequenceFlow id="f1" sourceRef="begin" targetRef="{first}"/>
<userTask id="{first}" name="Bước một" camunda:candidateGroups="agency_officer@{agency}"/>
<sequenceFlow id="f2" sourceRef="{first}" targetRef="second"/>
<serviceTask id="second" name="Bước máy" camunda:delegateExpression="kept_trial"/>
<sequenceFlow id="f3" sourceRef="second" targetRef="third"/>
<userTask id="third" name="Bước ba" camunda:candidateGroups="agency_officer@{agency}"/>
<sequenceFlow id="f4" sourceRef="third" targetRef="done"/><endEvent id="done" name="Xong"/></process></definitions>"""
_VERSION = re.compile(r'name="expected" value="(\d+)"')


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    """What the trial's service task fails with, as long as there is anything in it."""
    failures: list[Exception] = []

    def trial(*_: object) -> None:
        if failures:
            raise failures[0]

    monkeypatch.setitem(HANDLERS, "kept_trial", trial)
    yield failures


def deploy(app: Flask, first: str = "first") -> None:
    """A version of the trial process, current at once."""
    xml = TRIAL.format(first=first, agency=COMMUNE).encode()
    engine_of(app).run(SYSTEM, definitions.deploy, {"kept.bpmn": xml}, publish=True)


def confirmed(who: Reader, path: str, **fields: str) -> str:
    """Ask for a preview, then say yes to it; where the reader is sent."""
    shown = who.post(path, **fields)
    version = _VERSION.search(shown.text)
    assert shown.status_code == 200 and version, seen(shown, shown.status_code)
    return sent_to(who.post(path, confirmed="yes", expected=version[1], **fields))


def test_stopping_a_case_is_shown_before_it_is_done(web: Enter, reader: Open) -> None:
    case, head = web(OFFICER).start()["id"], reader(HEAD)
    path = f"/process-instances/{case}/upkeep"

    preview = seen(head.post(f"{path}/turn", verb="suspend", reason="Chờ hướng dẫn."))
    still = seen(head.get(path))
    then = seen(head.get(confirmed(head, f"{path}/turn", verb="suspend", reason="Chờ hướng dẫn.")))

    assert "Điều sẽ xảy ra" in preview and "Chờ hướng dẫn." in preview
    assert "Đang xử lý" in still and "Tạm dừng" in then
    assert "Đang xử lý" in seen(head.get(confirmed(head, f"{path}/turn", verb="resume", reason="Đã có.")))


def test_a_turn_without_a_reason_is_refused(web: Enter, reader: Open) -> None:
    case = web(OFFICER).start()["id"]

    refused = reader(HEAD).post(f"/process-instances/{case}/upkeep/turn", verb="cancel")

    assert "Hãy nêu lý do" in seen(refused, 422)


def test_what_changed_since_the_preview_is_not_overwritten(web: Enter, reader: Open) -> None:
    case, head = web(OFFICER).start()["id"], reader(HEAD)
    path = f"/process-instances/{case}/upkeep/turn"
    confirmed(head, path, verb="suspend", reason="Chờ.")

    late = head.post(path, verb="cancel", reason="Bỏ.", confirmed="yes", expected="1")

    assert late.status_code == 409 and "Tạm dừng" in seen(late, 409)


def test_tokens_are_moved_by_a_system_administrator_who_does_not_read_the_case(web: Enter, reader: Open) -> None:
    case, keeper = web(OFFICER).start()["id"], reader("sysadmin")
    path = f"/process-instances/{case}/upkeep"
    wanted = {"source": "propose", "target": "head_review", "reason": "Đề xuất đã có bản giấy."}

    preview = seen(keeper.post(f"{path}/move", **wanted))
    moved = seen(keeper.get(confirmed(keeper, f"{path}/move", **wanted)))

    assert keeper.get(f"/process-instances/{case}").status_code == 404
    assert "Sau khi chuyển" in preview and "Xem xét đề xuất" in preview
    assert "Đã chuyển vị trí xử lý" in moved and "head_review" in moved


def test_a_move_that_cannot_be_says_why(web: Enter, reader: Open) -> None:
    case, keeper = web(OFFICER).start()["id"], reader("sysadmin")
    path = f"/process-instances/{case}/upkeep/move"

    assert "Hãy chọn bước đi" in seen(keeper.post(path, reason="thử"), 422)
    assert "Không có bước nào đang ở" in seen(keeper.post(path, source="head_review", reason="thử"), 422)


def test_a_case_goes_over_to_another_version_once_every_step_has_a_place(
    app: Flask, web: Enter, reader: Open, broken: list[Exception]
) -> None:
    deploy(app)
    case, keeper = web(OFFICER).start(process_key="kept")["id"], reader("sysadmin")
    deploy(app, first="renamed")
    path = f"/process-instances/{case}/upkeep/migrate"

    lost = seen(keeper.post(path, target_version="2", reason="Bản mới"))
    mapped = {"target_version": "2", "reason": "Bản mới", "map__first": "renamed"}
    over = seen(keeper.get(confirmed(keeper, path, **mapped)))

    assert "Chưa chuyển được" in lost and "Bước một" in lost
    assert "phiên bản 2" in over and "renamed" in over


def test_an_incident_is_tried_again_or_declared_resolved(
    app: Flask, web: Enter, reader: Open, broken: list[Exception]
) -> None:
    deploy(app)
    broken.append(RuntimeError("broken"))
    officer, keeper = web(OFFICER), reader("sysadmin")
    case = officer.start(process_key="kept")["id"]
    officer.post(f"/tasks/{officer.task(case, 'first')['id']}/complete", {"variables": {}})
    path = f"/process-instances/{case}/upkeep"

    page = keeper.get(path)
    retry = re.search(r'action="([^"]+/retry)"', page.text)
    assert retry is not None and "Sự cố tại bước" in seen(page)
    assert case in keeper.get("/incidents").text

    settled = keeper.post(retry[1].replace("/retry", "/resolve"), reason="Đã sửa bằng tay.")
    assert "Đã xác nhận sự cố được xử lý" in seen(keeper.get(sent_to(settled)))
    assert "Không có sự cố nào" in seen(keeper.get("/incidents"))


def test_nobody_else_is_told_of_it(web: Enter, reader: Open) -> None:
    case = web(OFFICER).start()["id"]

    for username in (STRANGER, "auditor"):
        assert reader(username).get(f"/process-instances/{case}/upkeep").status_code == 404
        refused = reader(username).post(f"/process-instances/{case}/upkeep/turn", verb="cancel", reason="thử")
        assert refused.status_code == 404
    assert "Chuyển vị trí xử lý" not in seen(reader(HEAD).get(f"/process-instances/{case}/upkeep"))
