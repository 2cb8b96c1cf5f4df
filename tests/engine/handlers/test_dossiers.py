"""Promises of a dossier on both databases: what may be handed in, one award an achievement, hold, revocation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import signals
from engine.access import SYSTEM, Actor, Grant
from engine.commands import dossiers, instances
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError, SeparationOfDutiesError
from engine.handlers import awards, dossier_content
from engine.models.commendation import AwardClaim
from engine.models.plan import PlanTask
from engine.queries import dossiers as queries
from engine.queries import history
from engine.runtime import Engine, Transaction
from tests.commending import CONTENT, MINUTES, DossierScene, done_task
from tests.conftest import MovableClock
from tests.engine.handlers.cast import Cast
from tests.installed import COMMUNE, actor

OTHER = "c-ba-vi"
SIGNED = {"doc_number": "1234/QĐ-UBND", "decided_on": "2026-03-10"}


@pytest.fixture
def scene(installed: Engine) -> DossierScene:
    """A dossier on each database."""
    return DossierScene(installed)


@pytest.fixture
def alone(installed_sqlite: Engine) -> DossierScene:
    """The same on SQLite only."""
    return DossierScene(installed_sqlite)


def problems(error: pytest.ExceptionInfo[InvalidDataError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in error.value.problems]


def events(scene: DossierScene) -> list[str]:
    instance_id = scene.dossier.instance_id or ""
    return [event.type for event in scene.engine.read(SYSTEM, history.of_instance, instance_id)]


def award(scene: DossierScene) -> None:
    """Bring the dossier to its award."""
    scene.hand_in()
    scene.act(scene.leader, awards.decided, **SIGNED)


def test_a_dossier_begins_as_a_draft_of_its_agency(scene: DossierScene) -> None:
    found = scene.dossier

    assert (found.state, found.agency, found.proposer_level, found.nominee_name) == (
        "draft",
        COMMUNE,
        "commune",
        CONTENT["nominee_name"],
    )
    assert scene.variables["rule_date"] == "2026-03-10"


def test_the_day_of_reception_stays(scene: DossierScene, clock: MovableClock) -> None:
    scene.hand_in()
    clock.forward(timedelta(days=365))

    scene.act(scene.aggregator, dossier_content.received)
    scene.act(scene.aggregator, dossier_content.duplicates_found, rules=scene.rules())

    assert scene.dossier.received_on is not None
    assert scene.dossier.received_on.isoformat() == "2026-03-10"
    assert scene.dossier.rule_version == "152/2025/NĐ-CP"


def test_everything_wrong_is_told_at_once(alone: DossierScene) -> None:
    task = done_task(alone.engine, status="in_progress")
    foreign = done_task(alone.engine, OTHER)
    wrong = {"achievement_summary": "", "nominee_kind": "individual", "publish": True, "evidence": [task, foreign]}

    with pytest.raises(InvalidDataError) as error:
        alone.act(alone.officer, dossier_content.checked, rules={"allowed": False}, **wrong)

    assert sorted(problems(error)) == [
        ("achievement_summary", "required"),
        ("award_form", "not-allowed"),
        ("evidence", "foreign"),
        ("evidence", "not-accepted"),
        ("publish_basis", "required"),
    ]


@pytest.mark.parametrize("field", ["nominee_kind", "award_form", "achievement_type", "publish_basis"])
def test_a_word_that_is_none_is_refused(alone: DossierScene, field: str) -> None:
    with pytest.raises(InvalidDataError) as error:
        alone.act(alone.officer, dossier_content.checked, rules=alone.rules(), **{field: "medal"})

    assert problems(error) == [(field, "unknown")]


def test_a_claim_of_nothing_is_refused(alone: DossierScene) -> None:
    with pytest.raises(InvalidDataError) as error:
        alone.act(alone.officer, dossier_content.checked, rules=alone.rules(), evidence=["nowhere"])

    assert problems(error) == [("evidence", "unknown")]


def test_minutes_are_needed_but_for_a_sudden_achievement(alone: DossierScene) -> None:
    alone.act(alone.officer, dossier_content.checked, rules=alone.rules())
    with pytest.raises(InvalidDataError) as error:
        alone.act(alone.head, dossier_content.submitted)
    assert problems(error) == [("meeting_minutes", "required")]

    sudden = DossierScene(alone.engine, achievement_type="sudden", achievement_title="Cứu dữ liệu trong đêm bão")
    sudden.act(sudden.officer, dossier_content.checked, rules=sudden.rules())
    sudden.act(sudden.head, dossier_content.submitted)

    assert sudden.dossier.state == "submitted"
    assert sudden.variables["urgent"] is True


def test_a_claim_links_the_audited_result(scene: DossierScene) -> None:
    cast = Cast(scene.engine)
    cast.approve()
    cast.report()
    cast.do(cast.monitor, "review_result", decision="accept")
    task = cast.plan_task()

    scene.hand_in(evidence=[task.id])

    (claim,) = scene.engine.read(SYSTEM, queries.evidence, scene.id)
    chain = scene.engine.read(SYSTEM, history.of_instance, cast.case.id)
    assert claim.audit_head == chain[claim.audit_seq - 1].hash
    assert claim.snapshot["status"] == "done"
    assert scene.engine.read(SYSTEM, lambda tx: dossier_content.stale(tx, scene.dossier)) == []


def test_a_claim_whose_task_changed_afterwards_is_flagged(scene: DossierScene) -> None:
    task = done_task(scene.engine)
    scene.hand_in(evidence=[task])

    def change(tx: Transaction) -> None:
        tx.session.get_one(PlanTask, task).status = "rework"

    scene.engine.run(SYSTEM, change)
    scene.act(scene.aggregator, dossier_content.duplicates_found)

    assert scene.variables["stale_evidence"] == [task]


@pytest.mark.parametrize(
    ("same", "field"),
    [
        ("task", "evidence"),
        ("title", "achievement_title"),
    ],
)
def test_one_achievement_is_rewarded_once(scene: DossierScene, same: str, field: str) -> None:
    task = done_task(scene.engine)
    scene.hand_in(evidence=[task])
    scene.act(scene.leader, awards.decided, **SIGNED)
    title = "đưa dịch vụ công trực tuyến đến TỪNG HỘ gia đình!" if same == "title" else "Việc khác"
    again = DossierScene(scene.engine, achievement_title=title, evidence=[task] if same == "task" else [])

    with pytest.raises(InvalidDataError) as error:
        again.act(again.officer, dossier_content.checked, rules=again.rules())

    assert problems(error) == [(field, "rewarded")]


def test_a_second_award_for_it_is_refused_at_the_last_moment(scene: DossierScene) -> None:
    scene.hand_in()
    again = DossierScene(scene.engine)
    again.hand_in()
    assert again.variables["duplicates"] == 1
    scene.act(scene.leader, awards.decided, **SIGNED)

    with pytest.raises(ConflictError):
        again.act(again.leader, awards.decided, **SIGNED | {"doc_number": "1235/QĐ-UBND"})

    assert again.dossier.state == "submitted"


def test_the_award_says_what_it_rests_on(scene: DossierScene) -> None:
    award(scene)

    found = scene.engine.read(SYSTEM, queries.award_of, scene.id)
    assert found is not None
    assert (found.decision_number, found.grantor, found.rule_version) == (
        "1234/QĐ-UBND",
        "city_chairman",
        "152/2025/NĐ-CP",
    )
    assert (found.amount, found.decided_by) == (7_020_000, scene.leader.person_id)
    assert "award-decided" in events(scene)


def test_nobody_decides_what_they_proposed(alone: DossierScene) -> None:
    alone.hand_in()
    leading = Actor(alone.head.person_id, None, (*alone.head.grants, Grant("city_leader", "ubnd")))

    with pytest.raises(SeparationOfDutiesError):
        alone.act(leading, awards.decided, **SIGNED)


def test_a_revoked_award_frees_its_achievement(scene: DossierScene) -> None:
    award(scene)
    heard: list[str] = []

    def listen(tx: Transaction, *, outcome: str, **facts: Any) -> None:
        heard.append(outcome)

    with signals.dossier_decided.connected_to(listen):
        told = scene.act(scene.leader, awards.revoked, reason="Gian dối.", revocation_ground="fraud")

    claims = scene.engine.read(SYSTEM, lambda tx: tx.session.scalars(select(AwardClaim.state)).all())
    assert told == {"recover": 7_020_000}
    assert (scene.dossier.state, scene.dossier.reason, set(claims), heard) == (
        "revoked",
        "Gian dối.",
        {"revoked"},
        ["revoked"],
    )


def test_a_refusal_is_told_with_its_reason(scene: DossierScene) -> None:
    scene.hand_in()

    scene.act(scene.leader, dossier_content.refused, comment="Thành tích chưa rõ.")

    assert (scene.dossier.state, scene.dossier.reason) == ("refused", "Thành tích chưa rõ.")
    assert scene.dossier.closed_at is not None


def test_a_hold_stops_the_case_and_its_release_goes_on(scene: DossierScene) -> None:
    scene.hand_in()
    held = scene.engine.run(scene.secretary, dossiers.hold, scene.id, "complaint", "Có đơn khiếu nại.")
    assert (held.state, held.hold_ground) == ("on_hold", "complaint")
    with pytest.raises(ConflictError):
        scene.complete(scene.officer, "prepare", members=[])

    scene.engine.run(scene.secretary, dossiers.release, scene.id, "Đơn không có cơ sở.")

    assert (scene.dossier.state, scene.dossier.hold_ground) == ("submitted", None)
    assert [event for event in events(scene) if event.startswith("dossier-")][-4:] == [
        "dossier-changed",
        "dossier-held",
        "dossier-changed",
        "dossier-released",
    ]


def test_the_head_of_the_agency_cannot_undo_a_hold(alone: DossierScene) -> None:
    alone.hand_in()
    alone.engine.run(alone.aggregator, dossiers.hold, alone.id, "press", "Báo nêu.")

    with pytest.raises(ConflictError):
        alone.engine.run(alone.head, instances.resume, alone.dossier.instance_id or "", "Cho tiếp tục")


def test_no_nominee_on_hold_is_proposed_again(alone: DossierScene) -> None:
    alone.hand_in()
    alone.engine.run(alone.leader, dossiers.hold, alone.id, "discipline", "Đang xem xét kỷ luật.")
    again = DossierScene(alone.engine, achievement_title="Việc khác")

    with pytest.raises(InvalidDataError) as error:
        again.act(again.officer, dossier_content.checked, rules=again.rules())

    assert problems(error) == [("nominee_name", "on-hold")]


@pytest.mark.parametrize("username", [f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head", "svhtt.report_aggregator"])
def test_who_may_not_hold(alone: DossierScene, username: str) -> None:
    alone.hand_in()

    with pytest.raises(ForbiddenError):
        alone.engine.run(actor(alone.engine, username), dossiers.hold, alone.id, "press", "Báo nêu.")


def test_a_stranger_knows_nothing_of_a_dossier(alone: DossierScene) -> None:
    stranger = actor(alone.engine, f"{OTHER}.agency_officer")

    with pytest.raises(NotFoundError):
        alone.engine.read(stranger, queries.dossier, alone.id)
    assert alone.engine.read(stranger, queries.dossiers, queries.DossierFilter()) == []


def test_a_revocation_is_a_process_of_its_own(scene: DossierScene) -> None:
    award(scene)

    scene.engine.run(scene.leader, dossiers.revoke, scene.id, "fraud", "Gian dối.")

    with pytest.raises(ConflictError):
        scene.engine.run(scene.leader, dossiers.revoke, scene.id, "fraud", "Gian dối.")
    assert scene.dossier.state == "decided"
    assert "award-revocation-begun" in events(scene)


def test_nothing_is_revoked_that_was_not_awarded(alone: DossierScene) -> None:
    with pytest.raises(ConflictError):
        alone.engine.run(alone.leader, dossiers.revoke, alone.id, "fraud", "Gian dối.")


def test_a_cancelled_case_withdraws_its_dossier(scene: DossierScene) -> None:
    scene.hand_in()

    scene.engine.run(scene.head, instances.cancel, scene.dossier.instance_id or "", "Rút hồ sơ.")

    assert (scene.dossier.state, scene.dossier.reason) == ("refused", "Hồ sơ đã được rút.")


def test_silence_of_a_related_agency_is_no_opinion(scene: DossierScene) -> None:
    scene.hand_in()
    given = [{"related_agency": "stc", "decision": "disagree", "comment": "Còn nợ thuế.", "by": scene.head.person_id}]

    told = scene.act(
        scene.secretary,
        dossier_content.opinions_recorded,
        related_agencies=["stc", "snv"],
        opinions=given,
    )

    found = scene.engine.read(SYSTEM, queries.opinions, scene.id)
    assert [(one.agency, one.opinion) for one in found] == [("snv", "no_opinion"), ("stc", "disagree")]
    assert told == {"objections": 1}


def test_a_person_is_not_named_without_a_ground(alone: DossierScene) -> None:
    person = DossierScene(alone.engine, nominee_kind="individual", nominee_name="Nguyễn Văn Thử", publish=False)
    award(person)
    person.act(person.leader, lambda tx, case: setattr(dossier_content.dossier_of(tx, case), "publish", True))

    with pytest.raises(InvalidDataError) as error:
        person.act(person.leader, awards.published)
    assert problems(error) == [("publish_basis", "required")]

    person.act(
        person.leader, lambda tx, case: setattr(dossier_content.dossier_of(tx, case), "publish_basis", "consent")
    )
    person.act(person.leader, awards.published)
    assert person.dossier.state == "published"


def test_the_minutes_of_the_unit_are_kept(alone: DossierScene) -> None:
    alone.hand_in()

    assert (alone.dossier.unit_minutes or {})["minutes"] == MINUTES["meeting_minutes"]
