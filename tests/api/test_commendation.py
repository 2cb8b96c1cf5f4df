"""Promises of commendation over HTTP: campaigns, dossiers, the rules of a day, holds, and a vote without a name."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engine.access import SYSTEM
from engine.models.outbox import StoredAnswer
from engine.models.plan import PlanTask
from engine.runtime import Transaction
from tests.api.conftest import Enter
from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, STRANGER, engine_of, refused, told
from tests.commending import CONTENT, DossierScene, done_task
from tests.installed import COMMUNE

COMMENDER, SECRETARY, MEMBER = "skhcn.commendation_aggregator", "snv.council_secretary", "hd-tdkt.council_member"
CAMPAIGN = {"code": "cds-2026", "title_vi": "Đợt 10/10", "title_en": "10 October", "opens_on": "2026-03-01"}
ASKED: dict[str, Any] = {"award_form": "merit_certificate", "nominee_kind": "collective", "achievement_type": "sudden"}


@pytest.fixture
def scene(app: Flask) -> DossierScene:
    """A dossier of the commune, over a drawing of the test's own."""
    return DossierScene(engine_of(app))


@pytest.fixture
def voting(scene: DossierScene) -> DossierScene:
    """A dossier that the council votes on."""
    scene.hand_in()
    scene.convene()
    return scene


def test_an_officer_opens_a_dossier(web: Enter) -> None:
    content = CONTENT | {"nominee_name": "Đội phản ứng nhanh", "achievement_title": "Việc khác"}

    made = told(web(OFFICER).post("/dossiers", {"agency": COMMUNE} | content), 201)

    assert (made["state"], made["nominee_name"], made["award"]) == ("draft", "Đội phản ứng nhanh", None)
    assert told(web(HEAD).get(f"/dossiers/{made['id']}"))["achievement_title"] == "Việc khác"
    refused(web(STRANGER).get(f"/dossiers/{made['id']}"), 404)
    refused(web(STRANGER).post("/dossiers", {"agency": COMMUNE} | content), 403)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"identity_card": "001"}, "identity_card"),
        ({"nominee_kind": "company"}, "nominee_kind"),
        ({"agency": "nowhere"}, "agency"),
        ({"publish_basis": "habit"}, "publish_basis"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    scene: DossierScene, web: Enter, change: dict[str, Any], field: str
) -> None:
    problem = refused(web(OFFICER).post("/dossiers", {"agency": COMMUNE} | CONTENT | change), 422)

    assert [error["field"] for error in problem["errors"]] == [field]


def test_dossiers_are_listed_and_found(scene: DossierScene, web: Enter) -> None:
    assert [one["id"] for one in told(web(OFFICER).get("/dossiers", q="cong nghe so"))["items"]] == [scene.id]
    assert told(web(STRANGER).get("/dossiers", total="true"))["page"]["total"] == 0
    found = told(web(LEADER).post("/dossiers/search", {"filter": {"state": "draft", "agency": COMMUNE}}))
    assert [one["id"] for one in found["items"]] == [scene.id]


def test_the_two_hubs_are_kept_apart(scene: DossierScene, web: Enter) -> None:
    made = told(web(COMMENDER).post("/campaigns", CAMPAIGN), 201)

    for username in (AGGREGATOR, OFFICER, HEAD):
        refused(web(username).post("/campaigns", CAMPAIGN | {"code": "khac"}), 403)
        refused(web(username).post(f"/campaigns/{made['id']}/proposal", {"proposal_number": "1/TTr"}), 403)
    refused(web(AGGREGATOR).post(f"/dossiers/{scene.id}/hold", {"ground": "press", "reason": "Báo nêu."}), 403)
    refused(web(COMMENDER).post("/report-rounds", {"regime": "trial"}), 403)


def test_a_campaign_is_announced_once_and_closed(web: Enter) -> None:
    commender = web(COMMENDER)
    made = told(commender.post("/campaigns", CAMPAIGN), 201)
    refused(commender.post("/campaigns", CAMPAIGN), 409)
    refused(commender.post(f"/campaigns/{made['id']}/proposal", {"proposal_number": "1/TTr-SKHCN"}), 409)

    closed = told(commender.post(f"/campaigns/{made['id']}/close", {"reason": "Hết hạn."}))

    assert closed["state"] == "closed"
    assert [one["id"] for one in told(web(OFFICER).get("/campaigns", state="closed"))["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_on": "2026-02-01"}, "closes_on"),
        ({"obligation": "nowhere"}, "obligation"),
        ({"quota": 0}, "quota"),
        ({"achievement_type": "luck"}, "achievement_type"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused_by_field(web: Enter, change: dict[str, Any], field: str) -> None:
    problem = refused(web(COMMENDER).post("/campaigns", CAMPAIGN | change), 422)

    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("day", "version", "days"),
    [
        ("2025-06-30", "98/2023/NĐ-CP", 25),
        ("2025-07-01", "152/2025/NĐ-CP", 10),
        ("2026-10-01", "06/2026/QH16", 10),
    ],
)
def test_the_rules_are_those_of_the_day_asked_for(web: Enter, day: str, version: str, days: int) -> None:
    found = told(web(OFFICER).get("/award-rules", on=day, **ASKED))

    assert (found["rule_version"], found["appraisal_days"], found["money_multiple"]) == (version, days, 3.0)
    assert found["council_required"] is False


def test_the_rules_need_a_day(web: Enter) -> None:
    refused(web(OFFICER).get("/award-rules", **ASKED), 422)


def test_a_hold_minds_the_version(scene: DossierScene, web: Enter) -> None:
    scene.hand_in()
    secretary = web(SECRETARY)
    tag = secretary.get(f"/dossiers/{scene.id}").headers["ETag"]
    why = {"ground": "complaint", "reason": "Có đơn."}
    refused(secretary.post(f"/dossiers/{scene.id}/hold", why, If_Match='"v1"'), 412)

    held = told(secretary.post(f"/dossiers/{scene.id}/hold", why, If_Match=tag))

    assert (held["state"], held["hold_ground"]) == ("on_hold", "complaint")
    refused(secretary.post(f"/dossiers/{scene.id}/hold", why), 409)
    assert told(secretary.post(f"/dossiers/{scene.id}/release", {"reason": "Đã rõ."}))["state"] == "submitted"
    refused(secretary.post(f"/dossiers/{scene.id}/release", {"reason": "Đã rõ."}), 409)


def test_who_may_ask_for_a_revocation(scene: DossierScene, web: Enter) -> None:
    why = {"ground": "fraud", "reason": "Gian dối."}

    refused(web(OFFICER).post(f"/dossiers/{scene.id}/revoke", why), 403)
    refused(web(STRANGER).post(f"/dossiers/{scene.id}/revoke", why), 404)
    refused(web(SECRETARY).post(f"/dossiers/{scene.id}/revoke", why), 409)


def test_a_ballot_leaves_no_trace_of_its_choice(
    app: Flask, voting: DossierScene, web: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"/dossiers/{voting.id}/ballots"
    answer = web(MEMBER).post(path, {"choice": "against"}, Idempotency_Key="phieu-1")
    again = web(MEMBER).post(path, {"choice": "against"}, Idempotency_Key="phieu-1")

    kept = engine_of(app).read(SYSTEM, lambda tx: tx.session.scalars(select(StoredAnswer)).one())
    assert (told(answer, 201), told(again, 201)) == ({"voted": 1}, {"voted": 1})
    assert bytes(kept.fingerprint) not in _guesses(path)
    assert b"against" not in bytes(kept.answer)
    assert "against" not in "".join(capsys.readouterr())


def test_another_choice_under_the_same_key_tells_nothing(voting: DossierScene, web: Enter) -> None:
    path = f"/dossiers/{voting.id}/ballots"
    told(web(MEMBER).post(path, {"choice": "against"}, Idempotency_Key="phieu-1"), 201)

    again = web(MEMBER).post(path, {"choice": "in_favour"}, Idempotency_Key="phieu-1")

    assert told(again, 201) == {"voted": 1}
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_changed_task_is_flagged(app: Flask, scene: DossierScene, web: Enter) -> None:
    task = done_task(engine_of(app))
    scene.hand_in(evidence=[task])
    before = told(web(HEAD).get(f"/dossiers/{scene.id}"))

    def change(tx: Transaction) -> None:
        tx.session.get_one(PlanTask, task).deliverable = "6 tin, bài"

    engine_of(app).run(SYSTEM, change)

    after = told(web(HEAD).get(f"/dossiers/{scene.id}"))
    assert (before["stale_evidence"], after["stale_evidence"]) == ([], [task])
    assert after["evidence"][0]["stale"] is True
    assert after["evidence"][0]["snapshot"]["deliverable"] == "12 tin, bài"


def test_counts_are_told_after_the_closing(voting: DossierScene, web: Enter) -> None:
    told(web(MEMBER).post(f"/dossiers/{voting.id}/ballots", {"choice": "in_favour"}), 201)
    (before,) = told(web(SECRETARY).get(f"/dossiers/{voting.id}/council"))["items"]

    voting.count()

    (after,) = told(web(SECRETARY).get(f"/dossiers/{voting.id}/council"))["items"]
    assert (before["in_favour"], before["result"], before["members"][0]["has_voted"]) == (None, None, True)
    assert (after["in_favour"], after["result"]) == (1, "in_favour")
    assert told(web(HEAD).get(f"/dossiers/{voting.id}/council"))["items"] == []


def test_who_may_not_vote_is_told_so(voting: DossierScene, web: Enter) -> None:
    path = f"/dossiers/{voting.id}/ballots"

    refused(web(SECRETARY).post(path, {"choice": "in_favour"}), 403)
    refused(web(STRANGER).post(path, {"choice": "in_favour"}), 404)
    refused(web(MEMBER).post(path, {"choice": "maybe"}), 422)
    told(web(MEMBER).post(path, {"choice": "blank"}), 201)
    refused(web(MEMBER).post(path, {"choice": "blank"}), 409)


def test_a_written_opinion_is_read_after_the_closing(voting: DossierScene, web: Enter) -> None:
    opinion = {"choice": "in_favour", "comment": "Đồng ý."}
    given = told(web(MEMBER).post(f"/dossiers/{voting.id}/written-opinions", opinion), 201)
    (before,) = told(web(SECRETARY).get(f"/dossiers/{voting.id}/council"))["items"]

    voting.count()

    (after,) = told(web(SECRETARY).get(f"/dossiers/{voting.id}/council"))["items"]
    assert given["attendance"] == "written_opinion"
    assert (before["members"][0]["opinion"], after["members"][0]["opinion"]) == (None, "in_favour")


def _guesses(path: str) -> set[bytes]:
    """What the digest of the request would be for each choice, as clients spell it."""
    head = f"POST /api/v1{path}?\n".encode()
    spelled = [f'{{"choice":{gap}"{choice}"}}' for choice in ("in_favour", "against", "blank") for gap in ("", " ")]
    return {hashlib.sha256(head + one.encode()).digest() for one in spelled}
