"""Promises of the pages of commendation: the pile with its evidence, one dossier, and a vote that leaves no trace."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from bench.pages import statements
from engine.access import SYSTEM
from engine.models.audit import AuditEvent
from engine.models.plan import PlanTask
from engine.runtime import Engine, Transaction
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, STRANGER, engine_of
from tests.commending import CONTENT, DossierScene, done_task
from tests.web.conftest import Enter, Open
from tests.web.reader import seen, sent_to
from tests.web.test_every_page import MOST_STATEMENTS

COMMENDER, SECRETARY, MEMBER = "skhcn.commendation_aggregator", "snv.council_secretary", "hd-tdkt.council_member"
MINUTES = {"meeting_on": "2026-03-09", "meeting_present": 9, "meeting_in_favour": 9, "meeting_minutes": "Nhất trí."}


def proposed(app: Flask, web: Enter, title: str) -> tuple[str, str]:
    """A dossier of the commune that waits for its head, with a claim: its id, and the task of the head."""
    officer = web(OFFICER)
    content = CONTENT | {"achievement_title": title, "evidence": [done_task(engine_of(app), title=f"Nhiệm vụ {title}")]}
    made = officer.post("/dossiers", {"agency": "c-thach-that"} | content).json
    assert made is not None
    case = made["process_instance_id"]
    officer.complete(case, "nominate", decision="propose", **content)
    officer.complete(case, "unit_meeting", decision="agree", **MINUTES)
    return made["id"], web(HEAD).task(case, "head_sign")["id"]


@pytest.fixture
def pile(app: Flask, web: Enter) -> dict[str, str]:
    """Two dossiers that wait for the head of the commune: their tasks, by dossier."""
    return dict(proposed(app, web, title) for title in ("Chữ ký số", "Học bạ số"))


@pytest.fixture
def scene(app: Flask) -> DossierScene:
    """A dossier of the commune that was handed in."""
    made = DossierScene(engine_of(app))
    made.hand_in(evidence=[done_task(engine_of(app))])
    return made


@pytest.fixture
def voting(scene: DossierScene) -> DossierScene:
    """The same before the council."""
    scene.convene()
    return scene


def test_the_pile_shows_what_is_claimed_and_the_decisions(pile: dict[str, str], reader: Open) -> None:
    shown = reader(HEAD).get("/dossiers/decisions")

    assert "Xem xét, ký tờ trình 2" in seen(shown)
    assert "Nhiệm vụ Chữ ký số" in seen(shown) and "Nhiệm vụ Học bạ số" in seen(shown)
    assert all(f'value="{task}"' in shown.text and f"/dossiers/{one}" in shown.text for one, task in pile.items())


def test_a_pile_is_approved_at_once(pile: dict[str, str], reader: Open) -> None:
    head = reader(HEAD)

    shown = head.post("/dossiers/decisions", task=list(pile.values()), decision="submit")

    assert "Đã quyết định 2 hồ sơ" in seen(shown)
    assert "Không có hồ sơ khen thưởng nào đang chờ" in seen(shown)
    assert all("Đã trình" in seen(head.get(f"/dossiers/{one}")) for one in pile)


def test_what_one_is_refused_for_holds_up_no_other(pile: dict[str, str], reader: Open) -> None:
    head, (first, second) = reader(HEAD), pile.values()
    head.post(f"/tasks/{first}/complete", v__decision="submit")

    shown = seen(head.post("/dossiers/decisions", task=[first, second], decision="submit"))

    assert "Đã quyết định 1 hồ sơ" in shown and "1 hồ sơ chưa quyết định được" in shown


def test_a_return_needs_a_reason_and_keeps_the_name_of_the_nominee(pile: dict[str, str], reader: Open) -> None:
    shown = seen(reader(HEAD).post("/dossiers/decisions", task=list(pile.values()), decision="return_for_rework"))

    assert "2 hồ sơ chưa quyết định được" in shown and f"{CONTENT['nominee_name']}:" in shown
    assert "đánh dấu ít nhất một hồ sơ" in seen(reader(HEAD).post("/dossiers/decisions", decision="submit"))


def test_the_pile_costs_the_same_however_many_there_are(app: Flask, pile: dict[str, str], reader: Open) -> None:
    head = reader(HEAD)
    head.get("/dossiers/decisions")

    with statements(engine_of(app)) as asked:
        head.get("/dossiers/decisions")

    assert len(asked) <= MOST_STATEMENTS


def test_the_general_queue_leads_to_the_dossier(pile: dict[str, str], reader: Open) -> None:
    shown = reader(HEAD).get("/decisions")

    assert f"Chọn: {CONTENT['nominee_name']}" in shown.text
    assert all(f"/dossiers/{one}" in shown.text for one in pile)


def test_a_dossier_is_found_without_diacritics_and_by_state(scene: DossierScene, reader: Open) -> None:
    leader = reader(LEADER)

    assert CONTENT["nominee_name"] in seen(leader.get("/dossiers?q=cong+nghe+so"))
    assert CONTENT["nominee_name"] in seen(leader.get("/dossiers?state=submitted&award_form=merit_certificate"))
    assert "Không có hồ sơ khen thưởng nào phù hợp" in seen(leader.get("/dossiers?state=decided"))
    assert "Không có hồ sơ khen thưởng nào phù hợp" in seen(reader(STRANGER).get("/dossiers"))


def test_a_dossier_tells_what_changed_in_its_evidence(app: Flask, scene: DossierScene, reader: Open) -> None:
    def change(tx: Transaction) -> None:
        tx.session.scalars(select(PlanTask)).one().deliverable = "6 tin, bài"

    engine_of(app).run(SYSTEM, change)

    shown = seen(reader(LEADER).get(f"/dossiers/{scene.id}"))
    assert "Minh chứng đã thay đổi" in shown and "12 tin, bài → 6 tin, bài" in shown


def test_a_dossier_asks_the_database_no_more_than_a_page_may(app: Flask, voting: DossierScene, reader: Open) -> None:
    secretary = reader(SECRETARY)
    secretary.get(f"/dossiers/{voting.id}")

    with statements(engine_of(app)) as asked:
        secretary.get(f"/dossiers/{voting.id}")

    assert len(asked) <= MOST_STATEMENTS


def test_a_dossier_is_held_and_let_go_by_whoever_may(scene: DossierScene, reader: Open) -> None:
    secretary, path = reader(SECRETARY), f"/dossiers/{scene.id}"
    why = {"ground": "complaint", "reason": "Có đơn.", "version": str(scene.dossier.version)}

    assert sent_to(secretary.post(f"{path}/hold", **why)).endswith("note=held")
    assert "Có khiếu nại, tố cáo" in seen(secretary.get(path))
    assert sent_to(secretary.post(f"{path}/release", reason="Đã rõ.")).endswith("note=released")
    assert "Xử lý hồ sơ" not in seen(reader(HEAD).get(path))
    assert reader(HEAD).post(f"{path}/hold", **why).status_code == 403
    assert reader(STRANGER).post(f"{path}/hold", **why).status_code == 404


def test_what_is_refused_comes_back_on_the_dossier(scene: DossierScene, reader: Open) -> None:
    secretary = reader(SECRETARY)

    assert "Phải nêu lý do" in seen(secretary.post(f"/dossiers/{scene.id}/hold", ground="press", reason=" "), 422)
    assert "không có quyết định đang có hiệu lực" in seen(
        secretary.post(f"/dossiers/{scene.id}/revoke", ground="fraud", reason="Gian dối."), 409
    )


def test_a_member_votes_and_nothing_of_the_choice_comes_back(
    app: Flask, voting: DossierScene, reader: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    member, path = reader(MEMBER), f"/dossiers/{voting.id}/ballot"
    assert "Phiếu kín của anh/chị" in seen(member.get(path))

    address = sent_to(member.post(path, choice="against"))

    after = member.get(address)
    assert "against" not in address and "Đã bỏ" not in address
    assert "Anh/chị đã trả lời" in seen(after) and 'name="choice"' not in after.text
    assert "against" not in "".join(capsys.readouterr())
    assert "against" not in told_of(engine_of(app), voting)
    assert "Anh/chị đã biểu quyết" in seen(member.post(path, choice="in_favour"), 409)


def test_what_is_no_choice_is_refused_without_being_repeated(voting: DossierScene, reader: Open) -> None:
    answer = reader(MEMBER).post(f"/dossiers/{voting.id}/ballot", choice="phieu-bi-mat")

    assert "Lựa chọn không hợp lệ" in seen(answer, 422) and "phieu-bi-mat" not in answer.text


def test_a_member_writes_an_opinion_that_is_read_after_the_count(voting: DossierScene, reader: Open) -> None:
    path = f"/dossiers/{voting.id}"
    sent_to(reader(MEMBER).post(f"{path}/written-opinion", choice="in_favour", comment="Đồng ý."))
    before = seen(reader(SECRETARY).get(path))

    voting.count()

    after = seen(reader(SECRETARY).get(path))
    assert "ý kiến bằng văn bản: Đồng ý" not in before and "ý kiến bằng văn bản: Đồng ý" in after
    assert "kết quả chỉ có sau khi kiểm phiếu" in before and "1 đồng ý, 0 không đồng ý" in after


def test_who_has_no_seat_has_no_paper(voting: DossierScene, reader: Open) -> None:
    assert "không có phiếu" in seen(reader(SECRETARY).get(f"/dossiers/{voting.id}/ballot"))
    assert "Hội đồng, phiên" not in seen(reader(HEAD).get(f"/dossiers/{voting.id}"))
    assert reader(STRANGER).get(f"/dossiers/{voting.id}/ballot").status_code == 404


def test_the_vote_is_no_bulk_decision(voting: DossierScene, reader: Open) -> None:
    shown = reader(MEMBER).get("/dossiers/decisions")

    assert f"/dossiers/{voting.id}/ballot" in shown.text
    assert 'name="decision"' not in shown.text and 'name="task"' not in shown.text


def test_campaigns_are_listed_for_everybody(web: Enter, reader: Open) -> None:
    assert "Chưa có đợt khen thưởng nào" in seen(reader(OFFICER).get("/dossiers/campaigns"))
    campaign = {"code": "cds-2026", "title_vi": "Đợt 10/10", "title_en": "10 October", "opens_on": "2026-03-01"}
    web(COMMENDER).post("/campaigns", campaign)

    assert "Đợt 10/10" in seen(reader(AGGREGATOR).get("/dossiers/campaigns"))


def told_of(engine: Engine, scene: DossierScene) -> str:
    """Everything that the history of the case says, and what is kept of its tasks."""

    def find(tx: Transaction) -> str:
        events = tx.session.scalars(select(AuditEvent).where(AuditEvent.instance_id == scene.dossier.instance_id))
        drafts = tx.session.execute(text("SELECT variables FROM task_draft")).all()
        return repr([event.data for event in events]) + repr(drafts) + repr(scene.variables)

    return engine.read(SYSTEM, find)
