"""Publications go from the plan's obligation to each of their ends, through the engine, and only then to the public."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.commands import directory, instances, successions
from engine.commands.instances import Start
from engine.errors import ForbiddenError, InvalidDataError
from engine.models import Activity, Publication
from engine.queries import publications
from engine.queries.publications import Public
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, PLAN
from tests.journeys.staging import Stage

OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
MONITOR, PRESS = "svhtt.report_aggregator", "press-bptth"
CONTENT = {
    "title": "Bình dân học vụ số",
    "summary": "Lớp học kỹ năng số cho người dân.",
    "content": "Nội dung đầy đủ.",
    "language": "vi",
    "channels": ["portal", "commune_radio"],
    "content_tags": ["II.1.2"],
}
FIT = {"accurate": True, "no_secrets": True}
COPY = [{"title": "Ảnh chụp màn hình"}]
PROOF = {"decision": "publish", "published_at": "2026-03-10T10:00:00+07:00", "archived_copy": COPY}


@pytest.fixture
def stage(installed: Engine) -> Stage:
    """On each database."""
    return Stage(installed)


@pytest.fixture
def alone(installed_sqlite: Engine) -> Stage:
    """On SQLite only."""
    return Stage(installed_sqlite)


def submitted(stage: Stage, agency: str = COMMUNE, clause: str = "V.2.a", **more: Any) -> None:
    """Content that waits for its review."""
    stage.begin("content_publication", agency, f"{agency}.agency_officer", obligation=f"{PLAN}.{clause}")
    stage.do(f"{agency}.agency_officer", "draft_content", decision="submit", **CONTENT | more)


def approved(stage: Stage, agency: str = COMMUNE, clause: str = "V.2.a") -> None:
    """Content that waits to be published."""
    submitted(stage, agency, clause)
    stage.do(f"{agency}.agency_head", "review_content", decision="forward", **FIT)
    stage.do(f"{agency}.agency_head", "approve_content", decision="approve")


def placed(stage: Stage) -> None:
    """Content on its two channels."""
    approved(stage)
    stage.do_for(OFFICER, "publish_on_channel", "portal", **PROOF, url="https://thachthat.hanoi.gov.vn/tin")
    stage.do_for(OFFICER, "publish_on_channel", "commune_radio", **PROOF)


def public(stage: Stage) -> list[Public]:
    """What anybody reads."""
    return list(stage.engine.read(SYSTEM, publications.published))


@pytest.mark.parametrize(("agency", "clause"), [(COMMUNE, "V.2.a"), ("vpub", "V.4.a")])
def test_content_is_reviewed_approved_published_on_each_channel_and_measured(
    stage: Stage, agency: str, clause: str
) -> None:
    approved(stage, agency, clause)
    officer = f"{agency}.agency_officer"
    assert public(stage) == []
    with pytest.raises(InvalidDataError) as refused:
        stage.do_for(officer, "publish_on_channel", "portal", **PROOF)
    assert [p.field for p in refused.value.problems] == ["url"]
    stage.do_for(officer, "publish_on_channel", "portal", **PROOF, url="https://hanoi.gov.vn/tin")
    assert public(stage) == []
    stage.do_for(officer, "publish_on_channel", "commune_radio", **PROOF)

    (seen,) = public(stage)
    assert (seen.title, seen.summary) == (CONTENT["title"], CONTENT["summary"])
    assert [(p.channel, p.url) for p in seen.places] == [
        ("portal", "https://hanoi.gov.vn/tin"),
        ("commune_radio", None),
    ]
    stage.do(officer, "measure_reach", reach=1200)
    stage.do(officer, "measure_reach", reach=300)
    found = stage.row(Publication)
    assert (found.state, found.reach, found.obligation_id, stage.state) == (
        "published",
        1500,
        f"{PLAN}.{clause}",
        "completed",
    )


def test_content_is_returned_by_the_review_the_check_and_the_head(alone: Stage) -> None:
    submitted(alone)
    alone.do(HEAD, "review_content", decision="return_for_rework", comment="Số liệu sai.")
    again = {"decision": "submit", **CONTENT}
    alone.do(OFFICER, "draft_content", **again)
    with pytest.raises(InvalidDataError):
        alone.do(HEAD, "review_content", decision="forward", accurate=True, no_secrets=False)
    alone.do(HEAD, "review_content", decision="forward", accurate=True, no_secrets=False, comment="Có dữ liệu cá nhân.")
    alone.do(OFFICER, "draft_content", **again)
    alone.do(HEAD, "review_content", decision="ask_check", checker="svhtt", **FIT)
    alone.do(MONITOR, "check_orientation", decision="return_for_rework", comment="Lệch định hướng.")
    alone.do(OFFICER, "draft_content", **again)
    alone.do(HEAD, "review_content", decision="ask_check", checker="svhtt", **FIT)
    alone.do(MONITOR, "check_orientation", decision="approve")
    alone.do(HEAD, "approve_content", decision="return_for_rework", comment="Rút gọn.")
    alone.do(OFFICER, "draft_content", **again)

    assert alone.row(Publication).round == 5
    with pytest.raises(ForbiddenError):
        alone.do(OFFICER, "review_content", decision="forward", **FIT)


@pytest.mark.parametrize(("ending", "state"), [("withdraw", "withdrawn_draft"), ("reject", "refused")])
def test_content_that_is_withdrawn_or_refused_is_never_public(alone: Stage, ending: str, state: str) -> None:
    submitted(alone)
    if ending == "withdraw":
        alone.do(HEAD, "review_content", decision="return_for_rework", comment="Trùng.")
        alone.do(OFFICER, "draft_content", decision="withdraw", comment="Trùng.", **CONTENT)
    else:
        alone.do(HEAD, "review_content", decision="forward", **FIT)
        alone.do(HEAD, "approve_content", decision="reject", comment="Không phù hợp.")

    assert (alone.row(Publication).state, alone.state, public(alone)) == (state, "completed", [])


def test_content_that_no_channel_took_is_not_public(alone: Stage) -> None:
    approved(alone)
    for _ in range(2):
        alone.do(OFFICER, "publish_on_channel", decision="skip", comment="Hệ thống lỗi.")

    assert (alone.row(Publication).state, alone.state, public(alone)) == ("unplaced", "completed", [])


def test_unknown_channels_and_tags_and_portraits_without_consent_are_refused(alone: Stage) -> None:
    alone.begin("content_publication", COMMUNE, OFFICER)

    for wrong, fields in (
        ({"channels": ["loa"], "content_tags": ["X.1"]}, {"channels", "content_tags"}),
        ({"portraits": True}, {"consents"}),
    ):
        with pytest.raises(InvalidDataError) as refused:
            alone.do(OFFICER, "draft_content", decision="submit", **CONTENT | wrong)
        assert {p.field for p in refused.value.problems} == fields


@pytest.mark.parametrize("clause", ["V.5.a", "V.5.c"])
def test_the_press_is_offered_a_pack_and_reports_what_it_published_without_anybodys_approval(
    stage: Stage, clause: str
) -> None:
    stage.begin("content_publication", PRESS, MONITOR, obligation=f"{PLAN}.{clause}")
    stage.do(MONITOR, "offer_pack", title="Chuyển đổi số", content="Gói nội dung.")
    items = [{"title": "Hà Nội số", "url": "https://bao.example/1"}, {"title": "Lớp học số", "note": "Báo in"}]
    stage.do(f"{PRESS}.agency_officer", "report_items", decision="publish", items=items, column_name="Chuyển đổi số")

    found = stage.row(Publication)
    assert (found.state, found.is_press, found.approved_by, stage.state) == ("published", True, None, "completed")
    (seen,) = public(stage)
    assert [(p.title, p.url) for p in seen.places] == [("Hà Nội số", "https://bao.example/1"), ("Lớp học số", None)]
    assert "publication-approved" not in stage.events()


def test_the_press_need_not_use_a_pack_nor_say_why(alone: Stage) -> None:
    alone.begin("content_publication", PRESS, MONITOR, obligation=f"{PLAN}.V.5.a")
    alone.do(MONITOR, "offer_pack", title="Chuyển đổi số", content="Gói nội dung.")
    alone.do(f"{PRESS}.agency_head", "report_items", decision="decline")

    assert (alone.row(Publication).state, alone.state, public(alone)) == ("not_used", "completed", [])


def correction(stage: Stage) -> Publication:
    """Public content whose correction is begun."""
    placed(stage)
    found: Publication = stage.row(Publication)
    stage.begin("content_correction", COMMUNE, OFFICER, publication=found.id)
    return found


def test_public_content_is_corrected_with_a_notice(stage: Stage) -> None:
    found = correction(stage)
    wanted = {"decision": "correct", "notice": "Đính chính số liệu.", "corrected_summary": "Tóm tắt đúng."}
    stage.do(OFFICER, "propose_correction", **wanted)
    stage.do(HEAD, "approve_correction", decision="return_for_rework", comment="Nói rõ.")
    stage.do(OFFICER, "propose_correction", **wanted)
    stage.do(HEAD, "approve_correction", decision="approve")
    for _ in range(2):
        stage.do(OFFICER, "apply_on_channel", applied_at="2026-03-10T11:00:00+07:00", archived_copy=COPY)

    (seen,) = public(stage)
    assert (seen.id, seen.summary, seen.notice) == (found.id, "Tóm tắt đúng.", "Đính chính số liệu.")
    assert (seen.corrected_at is not None, len(seen.places), stage.state) == (True, 2, "completed")


def test_withdrawn_content_is_public_no_more(stage: Stage) -> None:
    found = correction(stage)
    stage.do(OFFICER, "propose_correction", decision="withdraw", notice="Đã gỡ.", comment="Sai sự thật.")
    stage.do(HEAD, "approve_correction", decision="approve")
    for _ in range(2):
        stage.do(OFFICER, "apply_on_channel", applied_at="2026-03-10T11:00:00+07:00", archived_copy=COPY)

    kept = stage.row(Publication, id=found.id)
    assert (kept.state, kept.notice, public(stage)) == ("withdrawn", "Đã gỡ.", [])


@pytest.mark.parametrize("ending", ["dismiss", "reject"])
def test_a_correction_that_is_not_needed_or_refused_leaves_the_content(alone: Stage, ending: str) -> None:
    correction(alone)
    if ending == "dismiss":
        alone.do(OFFICER, "propose_correction", decision="dismiss", comment="Đúng rồi.")
    else:
        alone.do(OFFICER, "propose_correction", decision="withdraw", notice="Gỡ.", comment="Sai.")
        alone.do(HEAD, "approve_correction", decision="reject", comment="Không sai.")

    assert (len(public(alone)), alone.state) == (1, "completed")


def test_only_the_agency_corrects_its_content_and_one_correction_at_a_time(alone: Stage) -> None:
    found = correction(alone)
    again = {"publication": found.id}

    for who, agency, refusal in (
        (OFFICER, COMMUNE, InvalidDataError),
        ("vpub.agency_officer", COMMUNE, ForbiddenError),
        ("vpub.agency_officer", "vpub", InvalidDataError),
    ):
        wanted = Start("content_correction", agency=agency, variables=again)
        with pytest.raises(refusal):
            alone.engine.run(alone.person(who), instances.start, wanted)


def test_content_on_its_way_goes_to_the_agency_that_follows(alone: Stage, clock: MovableClock) -> None:
    submitted(alone)
    ended = {"valid_to": date(2026, 3, 10), "successor_code": "c-ba-vi"}
    alone.engine.run(SYSTEM, directory.change_agency, COMMUNE, ended)
    clock.forward(timedelta(days=1))

    successions.hand_over_due(alone.engine)

    assert alone.row(Publication).agency == "c-ba-vi"
    alone.do("c-ba-vi.agency_head", "review_content", decision="forward", **FIT)


def test_a_case_that_is_ended_by_hand_drops_its_own_content_and_no_other(alone: Stage) -> None:
    submitted(alone)
    first = alone.row(Publication)
    alone.begin("event_lifecycle", COMMUNE, OFFICER, publication=first.id)
    alone.engine.run(SYSTEM, instances.cancel, alone.case.id, "Thôi.")
    assert alone.row(Publication, id=first.id).state == "submitted"
    assert alone.row(Activity).state == "cancelled"

    alone.engine.run(SYSTEM, instances.cancel, first.instance_id, "Thôi.")

    assert alone.row(Publication, id=first.id).state == "withdrawn_draft"
