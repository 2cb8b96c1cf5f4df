"""Events, contests and surveys go from the plan's obligation to each of their ends, through the engine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import activities as commands
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError
from engine.models import Activity, AuditEvent, DocumentVoid, PlanTask, SurveyRespondent
from engine.models.instance import ProcessInstance
from engine.queries import activities as queries
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.installed import PLAN
from tests.journeys.staging import Stage

OFFICER, HEAD, LEADER = "skhcn.agency_officer", "skhcn.agency_head", "ubnd.city_leader"
EVENT = {
    "title": "Diễn đàn chuyển đổi số",
    "plan_text": "Thảo luận về chuyển đổi số.",
    "held_on": "2026-04-10",
    "place": "Hội trường Sở",
    "event_format": "in_person",
}
CONTEST = {
    "title": "Sáng kiến số",
    "rules_text": "Thể lệ.",
    "entries_until": "2026-03-20",
    "jury": ["svhtt", "stc"],
    "complaint_days": 5,
}
SURVEY = {
    "title": "Nhu cầu đổi mới sáng tạo",
    "questionnaire": "Câu 1. Nhu cầu của đơn vị?",
    "privacy_notice": "Dữ liệu chỉ dùng cho khảo sát này.",
    "sample": "100 doanh nghiệp",
    "field_until": "2026-03-31",
}


@pytest.fixture
def stage(installed: Engine) -> Stage:
    """On each database."""
    return Stage(installed)


@pytest.fixture
def alone(installed_sqlite: Engine) -> Stage:
    """On SQLite only."""
    return Stage(installed_sqlite)


def event(stage: Stage, **more: Any) -> None:
    """An event of V.3.a whose plan the head has approved."""
    stage.begin("event_lifecycle", "skhcn", OFFICER, obligation=f"{PLAN}.V.3.a")
    stage.do(OFFICER, "plan_event", decision="submit", **EVENT | more)
    stage.do(HEAD, "review_plan", decision="approve")


def invited(stage: Stage, **more: Any) -> None:
    """An event on its day."""
    event(stage, **more)
    stage.do(OFFICER, "prepare_invitations", invitees=["stc", "svhtt"], invitation_text="Trân trọng kính mời.")
    stage.do(HEAD, "sign_invitations", decision="approve")
    stage.do("tttt-dl-cns.agency_officer", "arrange_logistics", logistics="Đã bố trí hội trường.")


def test_an_event_is_held_and_its_minutes_are_evidence_of_a_plan_task(stage: Stage) -> None:
    task = own_task(stage)
    invited(stage, plan_task=task.id)
    stage.do(OFFICER, "hold_event", decision="finish")
    record = {"attendance": 120, "minutes_text": "Diễn biến.", "report_text": "Kết quả.", "recommendations": "Một\nHai"}
    stage.do(OFFICER, "record_event", **record)
    stage.do(HEAD, "sign_event_report", decision="return_for_rework", comment="Bổ sung.")
    stage.do(OFFICER, "record_event", **record)
    stage.do(HEAD, "sign_event_report", decision="approve")

    found = stage.row(Activity)
    assert (found.state, found.kind, found.obligation_id) == ("done", "event", f"{PLAN}.V.3.a")
    assert found.results["recommendations"] == ["Một", "Hai"]
    assert found.doc_number.split("/")[1] == "QĐ-SKHCN"
    symbols = stage.symbols()
    assert [s.split("/")[1].split("-")[0] for s in symbols] == ["QĐ", "GM", "BB", "BC"]
    told = stage.row(ProcessInstance, id=task.instance_id)
    assert told.variables["evidence"][0]["title"] == f"Biên bản số {found.results['minutes']}"
    assert "evidence-offered" in stage.events(task.instance_id)
    assert stage.state == "completed"


def test_an_event_is_postponed_moved_online_and_cancelled_with_a_letter_each_time(stage: Stage) -> None:
    invited(stage)
    stage.do(OFFICER, "hold_event", decision="postpone", new_date="2026-04-20", comment="Trùng lịch.")
    stage.do(HEAD, "decide_change", decision="reject", comment="Giữ nguyên.")
    assert stage.row(Activity).ends_on == date(2026, 4, 10)

    stage.do(OFFICER, "hold_event", decision="postpone", new_date="2026-04-20", comment="Trùng lịch.")
    stage.do(HEAD, "decide_change", decision="approve")
    found = stage.row(Activity)
    assert (found.ends_on, found.state) == (date(2026, 4, 20), "preparing")
    stage.do(OFFICER, "hold_event", decision="move_online", online_link="https://hop.example", comment="Mưa bão.")
    stage.do(HEAD, "decide_change", decision="approve")
    assert stage.row(Activity).details["event_format"] == "online"
    stage.do(OFFICER, "hold_event", decision="request_cancellation", comment="Không đủ điều kiện.")
    stage.do(HEAD, "decide_change", decision="approve")

    found = stage.row(Activity)
    assert (found.state, stage.state) == ("cancelled", "completed")
    assert len(found.results["changes"]) == len([s for s in stage.symbols() if "SKHCN-VP" in s]) == 3


def test_a_plan_is_submitted_to_the_city_returned_refused_or_withdrawn(alone: Stage) -> None:
    alone.begin("event_lifecycle", "skhcn", OFFICER, obligation=f"{PLAN}.V.3.a")
    alone.do(OFFICER, "plan_event", decision="submit", **EVENT)
    alone.do(HEAD, "review_plan", decision="return_for_rework", comment="Làm rõ.")
    alone.do(OFFICER, "plan_event", decision="submit", **EVENT)
    alone.do(HEAD, "review_plan", decision="submit")
    alone.do(LEADER, "approve_plan", decision="return_for_rework", comment="Làm rõ.")
    alone.do(OFFICER, "plan_event", decision="submit", **EVENT)
    alone.do(HEAD, "review_plan", decision="submit")
    alone.do(LEADER, "approve_plan", decision="reject", comment="Không phù hợp.")
    found = alone.row(Activity)
    assert (found.state, found.round, alone.state) == ("refused", 3, "completed")

    for process, element, content in (
        ("event_lifecycle", "plan_event", EVENT),
        ("contest_lifecycle", "draft_rules", CONTEST),
        ("survey_lifecycle", "design_survey", SURVEY),
    ):
        alone.begin(process, "skhcn", OFFICER)
        alone.do(OFFICER, element, decision="withdraw", comment="Thôi.", **content)
        assert (alone.row(Activity).state, alone.state) == ("withdrawn", "completed")


def test_what_cannot_be_meant_is_refused_by_field(alone: Stage) -> None:
    alone.begin("event_lifecycle", "skhcn", OFFICER)
    wrong = EVENT | {
        "held_on": "2026-03-01",
        "content_tags": ["X.9"],
        "plan_task": "khong-co",
        "funding_proposal": "khong-co",
    }

    with pytest.raises(InvalidDataError) as refused:
        alone.do(OFFICER, "plan_event", decision="submit", **wrong)

    assert {p.field for p in refused.value.problems} == {"held_on", "content_tags", "plan_task", "funding_proposal"}


def test_no_body_outside_the_city_is_given_a_seat_in_a_jury(alone: Stage) -> None:
    alone.begin("contest_lifecycle", "skhcn", OFFICER)

    with pytest.raises(InvalidDataError) as refused:
        alone.do(OFFICER, "draft_rules", decision="submit", **CONTEST | {"jury": ["svhtt", "mttq"]})

    assert [p.field for p in refused.value.problems] == ["jury"]


def test_the_one_who_drafted_does_not_approve_and_approval_by_the_city_numbers_its_decision(alone: Stage) -> None:
    alone.begin("event_lifecycle", "skhcn", OFFICER)
    alone.do(OFFICER, "plan_event", decision="submit", **EVENT)
    assert alone.open(OFFICER, "review_plan") == []
    alone.do(HEAD, "review_plan", decision="submit")
    alone.do(LEADER, "approve_plan", decision="approve")

    assert alone.row(Activity).doc_number.split("/")[1] == "QĐ-UBND"


def contest(stage: Stage, entries: int = 2) -> None:
    """A contest of V.3.e with entries, the second of Sở Tài chính."""
    stage.begin("contest_lifecycle", "skhcn", OFFICER, obligation=f"{PLAN}.V.3.e")
    stage.do(OFFICER, "draft_rules", decision="submit", **CONTEST)
    stage.do(HEAD, "review_plan", decision="approve")
    for number in range(entries):
        named = {"entry_title": f"Bài {number}", "entrant": f"Nhóm {number}"}
        stage.do(OFFICER, "register_entry", decision="register", **named, entrant_agency="stc" if number else None)


def test_a_contest_is_scored_without_conflicts_of_interest_decided_and_awarded(
    stage: Stage, clock: MovableClock
) -> None:
    contest(stage)
    with pytest.raises(InvalidDataError):
        stage.do(OFFICER, "register_entry", decision="register", entry_title="Bài 0", entrant="Nhóm 0")
    stage.fire(clock, timedelta(days=13))
    stage.do(OFFICER, "check_eligibility", decision="accept")
    stage.do(OFFICER, "check_eligibility", decision="accept")
    # Sở Tài chính scores only the entry that is not its own; Sở VHTT declares an interest in one.
    assert (len(stage.open("stc.agency_officer", "score_entry")), stage.open(OFFICER, "score_entry")) == (1, [])
    stage.do("stc.agency_officer", "score_entry", decision="score", points=80)
    stage.do_for("svhtt.agency_officer", "score_entry", "001", decision="score", points=71)
    stage.do("svhtt.agency_officer", "score_entry", decision="declare_conflict", comment="Cố vấn của nhóm.")
    found = stage.row(Activity)
    assert [(r["entry"], r["average"]) for r in found.results["ranking"]] == [("001", "75.50")]
    assert found.results["conflicts"] == [{"juror": "svhtt", "entry": "002"}]

    stage.do(OFFICER, "draft_result", jury_minutes="Đã chấm.", prizes="Giải Nhất: Bài 0")
    stage.do(HEAD, "decide_result", decision="approve")
    stage.do(OFFICER, "award_prizes", awarded_on="2026-03-25")
    assert len(stage.open(OFFICER, "receive_complaint")) == 1
    stage.fire(clock, timedelta(days=14))

    found = stage.row(Activity)
    assert (found.state, stage.state) == ("done", "completed")
    assert found.results["decision"].split("/")[1] == "QĐ-SKHCN"
    published = stage.row(ProcessInstance, id=found.results["publication_case"])
    assert (published.process_key, published.state) == ("content_publication", "active")


def test_a_justified_complaint_annuls_the_decision_and_the_result_is_drafted_anew(alone: Stage) -> None:
    contest(alone, entries=1)
    alone.do(OFFICER, "register_entry", decision="finish")
    alone.do(OFFICER, "check_eligibility", decision="accept")
    for juror in ("stc", "svhtt"):
        alone.do(f"{juror}.agency_head", "score_entry", decision="score", points=50)
    result = {"jury_minutes": "Đã chấm.", "prizes": "Giải Nhất: Bài 0"}
    alone.do(OFFICER, "draft_result", **result)
    alone.do(HEAD, "decide_result", decision="return_for_rework", comment="Bổ sung.")
    alone.do(OFFICER, "draft_result", **result)
    alone.do(HEAD, "decide_result", decision="approve")
    first = alone.row(Activity).results["decision_document"]
    alone.do(OFFICER, "award_prizes", awarded_on="2026-03-25")
    complaint = {"complainant": "Nhóm 1", "complaint": "Chấm sai."}
    alone.do(OFFICER, "receive_complaint", **complaint)
    alone.do(HEAD, "resolve_complaint", decision="dismiss", comment="Chấm đúng thể lệ.")
    alone.do(OFFICER, "receive_complaint", **complaint)
    alone.do(HEAD, "resolve_complaint", decision="revoke", comment="Cộng điểm sai.")

    assert alone.row(DocumentVoid, document_id=first).reason == "Cộng điểm sai."
    assert [c["outcome"] for c in alone.row(Activity).results["complaints"]] == ["kept", "annulled"]
    alone.do(OFFICER, "draft_result", **result)
    alone.do(HEAD, "decide_result", decision="approve")
    assert alone.row(Activity).results["decision_document"] != first


def test_a_contest_without_a_valid_entry_has_no_result(alone: Stage) -> None:
    contest(alone, entries=0)
    alone.do(OFFICER, "register_entry", decision="finish")
    assert (alone.row(Activity).state, alone.state) == ("void", "completed")

    contest(alone, entries=1)
    alone.do(OFFICER, "register_entry", decision="finish")
    alone.do(OFFICER, "check_eligibility", decision="reject", comment="Sai thể lệ.")
    assert (alone.row(Activity).state, alone.state) == ("void", "completed")


def test_the_rules_of_a_contest_and_a_questionnaire_may_be_refused(alone: Stage) -> None:
    for process, element, content in (
        ("contest_lifecycle", "draft_rules", CONTEST),
        ("survey_lifecycle", "design_survey", SURVEY),
    ):
        alone.begin(process, "skhcn", OFFICER)
        alone.do(OFFICER, element, decision="submit", **content)
        alone.do(HEAD, "review_plan", decision="reject", comment="Không cần.")
        assert (alone.row(Activity).state, alone.state) == ("refused", "completed")


def survey(stage: Stage) -> Activity:
    """A survey of V.3.d that takes answers."""
    stage.begin("survey_lifecycle", "skhcn", OFFICER, obligation=f"{PLAN}.V.3.d")
    stage.do(OFFICER, "design_survey", decision="submit", **SURVEY)
    stage.do(HEAD, "review_plan", decision="approve")
    found: Activity = stage.row(Activity)
    return found


def keep(stage: Stage, found: Activity, who: str = OFFICER) -> None:
    """Put three answers and three people to it."""
    answers = [{"q1": f"Nhu cầu {n}"} for n in range(3)]
    people = [{"name": f"Người {n}", "contact": None} for n in range(3)]
    stage.engine.run(stage.person(who), commands.keep_answers, found.id, answers, people)


@pytest.mark.parametrize(("opinion", "opened"), [({"decision": "note"}, False), ({"decision": "take_up"}, True)])
def test_a_survey_leads_to_a_report_and_a_policy_that_the_leader_notes_or_takes_up(
    stage: Stage, opinion: dict[str, str], opened: bool
) -> None:
    found = survey(stage)
    with pytest.raises(InvalidDataError):
        stage.do(OFFICER, "collect_answers", decision="finish")
    keep(stage, found)
    stage.do(OFFICER, "collect_answers", decision="extend", new_until="2026-04-15", comment="Ít phiếu.")
    keep(stage, found)
    stage.do(OFFICER, "collect_answers", decision="finish")
    stage.do(OFFICER, "clean_answers", valid_answers=5, cleaning_notes="Loại 1 phiếu trùng.")
    stage.do(OFFICER, "analyse_answers", findings="Nhu cầu về vốn.")
    report = {"report_text": "Báo cáo.", "policy_text": "Đề xuất hỗ trợ."}
    stage.do(OFFICER, "write_survey_report", **report)
    stage.do(HEAD, "sign_survey_report", decision="return_for_rework", comment="Bổ sung.")
    stage.do(OFFICER, "write_survey_report", **report)
    stage.do(HEAD, "sign_survey_report", decision="approve")
    stage.do(LEADER, "consider_policy", **opinion, **({"deliverable": "Đề án"} if opened else {}))

    done = stage.row(Activity)
    assert (done.state, done.results["answers"], done.results["valid_answers"]) == ("done", 6, 5)
    assert ("task_case" in done.results, stage.state) == (opened, "completed")
    assert [s.split("/")[1] for s in stage.symbols()] == ["QĐ-SKHCN", "BC-SKHCN", "TTr-SKHCN"]


def test_answers_are_kept_apart_from_who_gave_them(stage: Stage) -> None:
    found = survey(stage)
    keep(stage, found)
    keep(stage, found)

    answers = stage.engine.read(stage.person(HEAD), queries.answers_of, found.id)
    assert len(answers) == 6
    people = stage.engine.read(SYSTEM, respondents)
    assert len(people) == 6
    columns = {c.name for c in SurveyRespondent.__table__.columns}
    assert columns == {"activity_id", "id", "name", "contact"}
    told = stage.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(AuditEvent.data)).all())
    assert not any(word in data for data in told if data for word in ("Nhu cầu 1", "Người 1"))


def test_only_the_agency_that_asks_puts_answers_and_only_while_it_asks(alone: Stage) -> None:
    found = survey(alone)

    with pytest.raises(NotFoundError):
        keep(alone, found, "c-thach-that.agency_officer")
    with pytest.raises(ForbiddenError):
        keep(alone, found, "auditor")
    with pytest.raises(InvalidDataError):
        alone.engine.run(alone.person(OFFICER), commands.keep_answers, found.id, [])
    keep(alone, found)
    alone.do(OFFICER, "collect_answers", decision="finish")
    with pytest.raises(ConflictError):
        keep(alone, found)


def own_task(stage: Stage) -> PlanTask:
    """A plan task of Sở KHCN in draft."""
    case = stage.begin("task_lifecycle", "skhcn", OFFICER)
    found: PlanTask = stage.row(PlanTask, instance_id=case.id)
    return found


def respondents(tx: Transaction) -> list[str]:
    """The names of all respondents."""
    return list(tx.session.scalars(select(SurveyRespondent.name)))
