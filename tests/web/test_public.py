"""What anybody reads: what was published, with its links and notices, and nothing of what was not."""

from __future__ import annotations

from flask import Flask

from engine.runtime import Engine
from tests.journeys.staging import Stage
from tests.journeys.test_publications import HEAD, OFFICER, approved, correction, placed
from tests.web.conftest import Open
from tests.web.reader import Reader, seen


def test_only_published_content_is_read_by_anybody(installed_sqlite: Engine, app: Flask, anyone: Reader) -> None:
    stage = Stage(installed_sqlite)
    approved(stage)
    assert "Lớp học kỹ năng số" not in seen(anyone.get("/public"))

    placed(stage)

    told = anyone.get("/public")
    assert "Lớp học kỹ năng số" in seen(told)
    assert 'href="https://thachthat.hanoi.gov.vn/tin"' in told.text
    assert "Nội dung đầy đủ." not in told.text


def test_withdrawn_content_is_read_no_more(installed_sqlite: Engine, app: Flask, anyone: Reader) -> None:
    stage = Stage(installed_sqlite)
    correction(stage)
    stage.do(OFFICER, "propose_correction", decision="withdraw", notice="Đã gỡ.", comment="Sai sự thật.")
    stage.do(HEAD, "approve_correction", decision="approve")
    for _ in range(2):
        proof = [{"title": "Ảnh"}]
        stage.do(OFFICER, "apply_on_channel", applied_at="2026-03-10T11:00:00+07:00", archived_copy=proof)

    assert "Lớp học kỹ năng số" not in seen(anyone.get("/public"))


def test_an_editor_chooses_among_the_channels(installed_sqlite: Engine, app: Flask, reader: Open) -> None:
    stage = Stage(installed_sqlite)
    stage.begin("content_publication", "c-thach-that", OFFICER)
    (task,) = stage.open(OFFICER, "draft_content")

    assert "Đài truyền thanh cơ sở" in seen(reader(OFFICER).get(f"/tasks/{task}"))
