"""Promises of the commendation diagrams: a dossier's whole course, every way back and every way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor, Grant, Lent
from engine.audit.verify import verify
from engine.commands import ballots, dossiers, instances, timers
from engine.commands.case import Case, hold_case
from engine.commands.instances import Start
from engine.errors import ConflictError, InvalidDataError
from engine.models.commendation import AgencyOpinion, Award, CouncilMeeting, Dossier
from engine.models.document import Document
from engine.models.instance import ProcessInstance
from engine.queries import dossiers as queries
from engine.queries import history
from engine.runtime import Engine
from tests.commending import CONTENT, MINUTES, add_members, done_task
from tests.conftest import MovableClock
from tests.engine.handlers.cast import Cast
from tests.installed import COMMUNE, actor, do, offered

MEETING = {"council_meeting_on": "2026-03-12", "closes_on": "2026-03-13"}
FORM = {"decision": "propose", **CONTENT}
REFUSED = {"decision": "reject", "comment": "Thành tích thuộc nhiệm vụ thường xuyên."}
RETURNED = {"decision": "return_for_rework", "comment": "Thiếu báo cáo thành tích."}


class Course:
    """A commune's dossier just opened, and everybody on its way."""

    def __init__(self, engine: Engine, **content: Any) -> None:
        self.engine = engine
        self.officer, self.head = (actor(engine, f"{COMMUNE}.{role}") for role in ("agency_officer", "agency_head"))
        self.hub, self.hub_head = (actor(engine, f"skhcn.{r}") for r in ("commendation_aggregator", "agency_head"))
        self.secretary = actor(engine, "snv.council_secretary")
        self.member = actor(engine, "hd-tdkt.council_member")
        self.office = actor(engine, "vpub.city_office")
        self.chairman = actor(engine, "ubnd.city_leader")
        self.content = content
        self.id = engine.run(self.officer, dossiers.open_dossier, COMMUNE, CONTENT | content).id

    @property
    def dossier(self) -> Dossier:
        """The dossier as stored."""
        return self.engine.read(SYSTEM, lambda tx: tx.session.get_one(Dossier, self.id))

    @property
    def case(self) -> Case:
        """Its case."""
        return self.engine.run(SYSTEM, lambda tx: hold_case(tx, self.dossier.instance_id or ""))

    @property
    def award(self) -> Award:
        """What was decided on it."""
        found = self.engine.read(SYSTEM, queries.award_of, self.id)
        assert found is not None
        return found

    def do(self, who: Actor, element: str, **values: Any) -> None:
        """Complete a step of the case."""
        do(self.engine, who, self.case, element, **values)

    def waits(self, who: Actor) -> set[str]:
        """The steps offered to somebody."""
        return set(offered(self.engine, who, self.case))

    def hand_in(self) -> None:
        """Nominate, meet and sign."""
        self.do(self.officer, "nominate", **FORM | self.content)
        if "unit_meeting" in self.waits(self.officer):
            self.do(self.officer, "unit_meeting", decision="agree", **MINUTES)
        self.do(self.head, "head_sign", decision="submit", proposal_number="12/TTr-UBND")

    def forward(self) -> None:
        """Go through Sở KHCN."""
        self.do(self.hub, "completeness_check", decision="forward")
        self.do(self.hub, "consolidate_proposal", campaign_proposal_number="45/TTr-SKHCN")
        self.do(self.hub_head, "sign_consolidated", decision="approve")

    def appraise(self, *agencies: str) -> None:
        """Go through the standing body; the agencies asked agree."""
        self.do(self.secretary, "check_validity", decision="accept", related_agencies=list(agencies))
        for code in agencies:
            self.do(actor(self.engine, f"{code}.agency_head"), "agency_opinion", decision="agree")
        self.do(self.secretary, "appraise", decision="submit")

    def meet(self) -> None:
        """Convene the council."""
        self.do(self.secretary, "convene", **MEETING)

    def vote(self, *choices: str) -> None:
        """The members vote in secret, the demo's own one first; the minutes are written."""
        members = [self.member, *add_members(self.engine, [f"Ủy viên {n}" for n in range(1, len(choices))])]
        self.meet()
        for who, choice in zip(members, choices, strict=True):
            self.engine.run(who, ballots.cast, self.id, choice)

    def put_forward(self) -> None:
        """Draft the submission and put it before the Chairman."""
        self.do(self.secretary, "draft_submission", submission_text="Kính trình Chủ tịch.")
        self.do(self.office, "office_check", decision="forward")

    def decide(self) -> None:
        """All the way to the Chairman's signature, without the council where the rules need none."""
        self.hand_in()
        self.forward()
        self.appraise()
        if "convene" in self.waits(self.secretary):
            self.vote("in_favour")
            self.do(self.secretary, "write_minutes", council_minutes="Nhất trí.")
        self.put_forward()
        self.do(self.chairman, "chairman_decision", decision="approve")

    def pass_time(self, clock: MovableClock, by: timedelta) -> None:
        """Let time pass, and what is due happen."""
        clock.forward(by)
        timers.fire_due(self.engine)


@pytest.fixture
def course(installed: Engine) -> Course:
    """A dossier that the council is needed for, on each database."""
    return Course(installed)


@pytest.fixture
def alone(installed_sqlite: Engine) -> Course:
    """The same on SQLite only."""
    return Course(installed_sqlite)


@pytest.fixture
def urgent(installed_sqlite: Engine) -> Course:
    """A sudden achievement, on SQLite only."""
    return Course(installed_sqlite, achievement_type="sudden")


def test_a_dossier_goes_over_both_hubs_and_the_council_to_a_numbered_decision(
    course: Course, clock: MovableClock
) -> None:
    course.content["evidence"] = [done_task(course.engine)]

    course.hand_in()
    assert (course.dossier.state, str(course.dossier.received_on)) == ("submitted", "2026-03-10")
    course.forward()
    course.appraise("stc", "svhtt")
    course.vote("in_favour", "in_favour", "in_favour", "in_favour", "against")
    course.do(course.secretary, "write_minutes", council_minutes="4/5 phiếu đồng ý.")
    course.put_forward()
    course.do(course.chairman, "chairman_decision", decision="approve")
    assert (course.dossier.state, course.award.decision_number) == ("decided", "01/QĐ-UBND")
    course.do(course.office, "announce_award", publish_decision=True)
    course.do(course.secretary, "present_award", presented_on="2026-03-20", money_paid=True)
    course.pass_time(clock, timedelta(days=91))

    assert (course.case.state, course.dossier.state) == ("completed", "published")
    assert course.dossier.closed_at is not None
    assert course.engine.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def test_the_number_is_taken_in_the_transaction_that_signs(alone: Course) -> None:
    alone.decide()

    issued = alone.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(Document)).one())
    assert (issued.symbol, issued.instance_id, issued.type) == (alone.award.decision_number, alone.case.id, "qd")


def test_no_choice_of_a_member_is_in_the_case_or_its_history(alone: Course) -> None:
    alone.hand_in()
    alone.forward()
    alone.appraise()

    alone.vote("against")

    told = str(alone.case.variables["declarations"])
    assert "voted" in told and "against" not in told
    meeting = alone.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(CouncilMeeting)).one())
    assert (meeting.state, meeting.against, alone.case.variables["threshold_met"]) == ("closed", 1, False)


def test_what_the_council_refuses_is_refused_with_its_reason(alone: Course) -> None:
    alone.hand_in()
    alone.forward()
    alone.appraise()
    alone.vote("against")

    with pytest.raises(InvalidDataError):
        alone.do(alone.secretary, "write_minutes", council_minutes="Không thông qua.")
    alone.do(alone.secretary, "write_minutes", council_minutes="Không thông qua.", comment="Chưa đủ tỷ lệ phiếu.")

    assert (alone.case.state, alone.dossier.state, alone.dossier.reason) == (
        "completed",
        "refused",
        "Chưa đủ tỷ lệ phiếu.",
    )


def test_a_council_without_a_quorum_meets_again(alone: Course, clock: MovableClock) -> None:
    alone.hand_in()
    alone.forward()
    alone.appraise()
    alone.meet()

    alone.pass_time(clock, timedelta(days=7))

    assert "convene" in alone.waits(alone.secretary)
    assert "ballot" not in alone.waits(alone.member)


def test_a_member_with_an_interest_declares_it_and_has_no_ballot(alone: Course) -> None:
    add_members(alone.engine, ["Ủy viên 1"])
    alone.hand_in()
    alone.forward()
    alone.appraise()
    alone.meet()

    alone.do(alone.member, "ballot", decision="declare_conflict", comment="Là người thân của người được đề nghị.")

    with pytest.raises(ConflictError):
        alone.engine.run(alone.member, ballots.cast, alone.id, "in_favour")


def test_a_sudden_achievement_needs_neither_the_units_meeting_nor_the_council(urgent: Course) -> None:
    urgent.hand_in()
    urgent.forward()
    urgent.appraise()

    assert urgent.waits(urgent.secretary) == {"draft_submission"}
    assert urgent.dossier.unit_minutes is None


def test_silence_of_a_related_agency_is_no_opinion(alone: Course, clock: MovableClock) -> None:
    alone.hand_in()
    alone.forward()
    alone.do(alone.secretary, "check_validity", decision="accept", related_agencies=["stc", "svhtt"])
    alone.do(actor(alone.engine, "stc.agency_head"), "agency_opinion", decision="disagree", comment="Nợ thuế.")

    alone.pass_time(clock, timedelta(days=30))

    query = select(AgencyOpinion.agency, AgencyOpinion.opinion).order_by(AgencyOpinion.agency)
    said = alone.engine.read(SYSTEM, lambda tx: [tuple(row) for row in tx.session.execute(query)])
    assert said == [("stc", "disagree"), ("svhtt", "no_opinion")]
    assert alone.dossier.state == "appraising"


def test_the_proposing_agency_is_not_asked_about_itself(alone: Course) -> None:
    alone.hand_in()
    alone.forward()

    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.secretary, "check_validity", decision="accept", related_agencies=[COMMUNE])

    assert [(p.field, p.rule) for p in refused.value.problems] == [("related_agencies", "own-proposal")]


@pytest.mark.parametrize("step", ["completeness_check", "check_validity", "appraise"])
def test_a_returned_dossier_comes_back_under_the_rules_of_its_first_receipt(
    alone: Course, clock: MovableClock, step: str
) -> None:
    alone.hand_in()
    who = alone.hub if step == "completeness_check" else alone.secretary
    if step != "completeness_check":
        alone.forward()
    if step == "appraise":
        alone.do(alone.secretary, "check_validity", decision="accept")

    alone.do(who, step, **RETURNED)
    assert (alone.dossier.state, alone.dossier.reason) == ("returned", RETURNED["comment"])
    clock.forward(timedelta(days=300))
    alone.hand_in()

    assert (alone.case.variables["round"], str(alone.dossier.received_on)) == (2, "2026-03-10")
    assert alone.waits(alone.hub) == {"completeness_check"}


@pytest.mark.parametrize("step", ["completeness_check", "check_validity", "appraise", "chairman_decision"])
def test_a_refusal_ends_the_dossier_and_keeps_its_reason(urgent: Course, step: str) -> None:
    urgent.hand_in()
    who = {"completeness_check": urgent.hub, "chairman_decision": urgent.chairman}.get(step, urgent.secretary)
    if step != "completeness_check":
        urgent.forward()
    if step == "appraise":
        urgent.do(urgent.secretary, "check_validity", decision="accept")
    if step == "chairman_decision":
        urgent.appraise()
        urgent.put_forward()

    with pytest.raises(InvalidDataError):
        urgent.do(who, step, decision="reject")
    urgent.do(who, step, **REFUSED)

    assert (urgent.case.state, urgent.dossier.state, urgent.dossier.reason) == (
        "completed",
        "refused",
        REFUSED["comment"],
    )


def test_the_head_may_praise_refuse_or_return(alone: Course) -> None:
    alone.do(alone.officer, "nominate", **FORM)
    alone.do(alone.officer, "unit_meeting", decision="agree", **MINUTES)
    alone.do(alone.head, "head_sign", **RETURNED)
    alone.do(alone.officer, "nominate", **FORM)
    alone.do(alone.officer, "unit_meeting", decision="agree", **MINUTES)

    alone.do(alone.head, "head_sign", decision="praise_only")

    assert alone.case.state == "completed"
    assert alone.dossier.praised_at is not None


def test_an_agency_may_withdraw_what_it_has_not_handed_in(alone: Course) -> None:
    alone.do(alone.officer, "nominate", **FORM | {"decision": "withdraw", "comment": "Chưa đủ minh chứng."})

    assert (alone.case.state, alone.dossier.reason) == ("completed", "Chưa đủ minh chứng.")


def test_what_the_agency_grants_itself_is_not_submitted_to_the_city(alone: Course) -> None:
    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.officer, "nominate", **FORM | {"award_form": "commendation_certificate"})

    assert [(p.field, p.rule) for p in refused.value.problems] == [("award_form", "grantor")]


def test_the_chairman_and_the_office_return_a_draft(urgent: Course) -> None:
    urgent.hand_in()
    urgent.forward()
    urgent.appraise()
    urgent.do(urgent.secretary, "draft_submission", submission_text="Kính trình.")
    urgent.do(urgent.office, "office_check", **RETURNED)
    urgent.put_forward()

    urgent.do(urgent.chairman, "chairman_decision", **RETURNED)

    assert urgent.waits(urgent.secretary) == {"draft_submission"}


def test_every_return_on_the_way_up_is_counted(urgent: Course) -> None:
    urgent.hand_in()
    urgent.do(urgent.hub, "completeness_check", decision="forward")
    urgent.do(urgent.hub, "consolidate_proposal", campaign_proposal_number="45/TTr-SKHCN")
    urgent.do(urgent.hub_head, "sign_consolidated", **RETURNED)
    urgent.forward()
    urgent.appraise()
    urgent.do(urgent.secretary, "draft_submission", submission_text="Kính trình.")
    urgent.do(urgent.office, "office_check", **RETURNED)
    urgent.put_forward()
    urgent.do(urgent.chairman, "chairman_decision", **RETURNED)

    counted = [urgent.case.variables[name] for name in ("round", "consolidation_round", "draft_round")]

    assert counted == [1, 2, 3]


@pytest.mark.parametrize(
    ("is_lent", "said", "lines"),
    [
        (False, {}, ["CHỦ TỊCH"]),
        (False, {"signing_capacity": "deputy"}, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        (True, {}, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        (True, {"signing_capacity": "head"}, ["CHỦ TỊCH"]),
    ],
)
def test_a_vice_chairman_signs_in_the_chairmans_place(
    urgent: Course, is_lent: bool, said: dict[str, str], lines: list[str]
) -> None:
    urgent.hand_in()
    urgent.forward()
    urgent.appraise()
    urgent.put_forward()
    own = urgent.chairman
    lent = (Lent(Grant("city_leader", "ubnd"), "the-chairman"),) if is_lent else ()

    urgent.do(replace(own, lent=lent), "chairman_decision", decision="approve", **said)

    kept = urgent.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(Document)).one())
    signer = orjson.loads(kept.content)["signer"]
    assert [*signer["capacity"], signer["position"]] == lines


def test_a_late_check_is_told_once_and_holds_nothing_up(alone: Course, clock: MovableClock) -> None:
    alone.hand_in()

    alone.pass_time(clock, timedelta(days=6))

    assert alone.waits(alone.hub) == {"completeness_check"}
    assert history_of(alone).count("dossier-overdue") == 1


def test_a_dossier_on_hold_stands_still_until_it_is_released(alone: Course) -> None:
    alone.hand_in()
    alone.engine.run(alone.hub, dossiers.hold, alone.id, "discipline", "Đang xem xét kỷ luật.")

    with pytest.raises(ConflictError):
        alone.do(alone.hub, "completeness_check", decision="forward")
    alone.engine.run(alone.hub, dossiers.release, alone.id, "Không có vi phạm.")
    alone.do(alone.hub, "completeness_check", decision="forward")

    assert alone.dossier.state == "submitted"


def test_a_revoked_award_ends_its_dossier_and_is_recovered(urgent: Course, clock: MovableClock) -> None:
    urgent.decide()
    urgent.engine.run(urgent.secretary, dossiers.revoke, urgent.id, "fraud", "Khai man thành tích.")
    revocation = revocation_of(urgent)

    do(urgent.engine, urgent.secretary, revocation, "assess_revocation", decision="submit")
    do(urgent.engine, urgent.chairman, revocation, "decide_revocation", decision="revoke", comment="Khai man.")
    do(urgent.engine, urgent.secretary, revocation, "recover_award", recovered_on="2026-03-20", money_recovered=True)

    assert (urgent.dossier.state, urgent.award.state, urgent.award.revocation_number) == (
        "revoked",
        "revoked",
        "02/QĐ-UBND",
    )
    assert (str(urgent.award.recovered_on), urgent.case.state) == ("2026-03-20", "completed")


def test_an_award_is_kept_when_the_grounds_do_not_hold(urgent: Course) -> None:
    urgent.decide()
    urgent.engine.run(urgent.secretary, dossiers.revoke, urgent.id, "fraud", "Đơn tố cáo.")

    do(urgent.engine, urgent.secretary, revocation_of(urgent), "assess_revocation", decision="submit")
    kept = {"decision": "reject", "comment": "Không có căn cứ."}
    do(urgent.engine, urgent.chairman, revocation_of(urgent), "decide_revocation", **kept)

    assert (urgent.dossier.state, urgent.award.state) == ("decided", "active")


def test_a_wish_to_commend_for_a_task_done_opens_a_dossier_that_rests_on_it(installed_sqlite: Engine) -> None:
    task = Cast(installed_sqlite)
    task.approve()
    task.report()
    task.do(task.monitor, "review_result", decision="accept")

    task.do(task.head, "nominate", decision="recommend", comment="Tổ công nghệ số cộng đồng.")

    found = installed_sqlite.read(SYSTEM, lambda tx: tx.session.scalars(select(Dossier)).one())
    claimed = installed_sqlite.read(SYSTEM, queries.evidence, found.id)
    assert (found.state, found.agency, found.achievement_title) == ("draft", COMMUNE, task.plan_task().title)
    assert [one.plan_task_id for one in claimed] == [task.plan_task().id]
    opened = installed_sqlite.run(SYSTEM, lambda tx: hold_case(tx, found.instance_id or ""))
    assert set(offered(installed_sqlite, task.officer, opened)) == {"nominate"}


def test_what_is_started_by_itself_gets_a_dossier(alone: Course) -> None:
    begun = alone.engine.run(alone.officer, instances.start, Start("commendation", agency=COMMUNE))

    found = alone.engine.read(SYSTEM, lambda tx: tx.session.get_one(Dossier, begun.variables["dossier"]))
    assert (found.instance_id, found.state) == (begun.id, "draft")


def history_of(course: Course) -> list[str]:
    """The types of the events of the case."""
    return [event.type for event in course.engine.read(SYSTEM, history.of_instance, course.case.id)]


def revocation_of(course: Course) -> Case:
    """The case of the revocation."""
    query = select(ProcessInstance.id).where(ProcessInstance.process_key == "commendation_revocation")
    return course.engine.run(SYSTEM, lambda tx: hold_case(tx, tx.session.scalars(query).one()))
