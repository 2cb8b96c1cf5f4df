"""Promises of campaigns on both databases: quotas, one proposal for all that wait, and no race for an award."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from engine.commands import ballots, campaigns, dossiers, plans
from engine.commands.campaigns import CampaignText
from engine.errors import ConflictError, ForbiddenError, InvalidDataError
from engine.handlers import awards, dossier_content
from engine.models.commendation import Campaign
from engine.runtime import Engine
from tests.commending import DossierScene, add_members
from tests.conftest import MovableClock
from tests.engine.handlers.test_commendation import RETURNED, Course
from tests.installed import COMMUNE, PLAN, actor

COMMENDER = "skhcn.commendation_aggregator"


def announced(engine: Engine, **changes: object) -> Campaign:
    """A campaign of Sở KHCN."""
    said: dict[str, object] = {"code": "cds", "title_vi": "Đợt 10/10", "title_en": "10 October"}
    text = CampaignText(**{**said, "opens_on": date(2026, 3, 1), **changes})  # type: ignore[arg-type]
    return engine.run(actor(engine, COMMENDER), campaigns.announce, text)


def handed_in(engine: Engine, campaign: Campaign, title: str) -> Course:
    """A dossier of the campaign that Sở KHCN has checked."""
    course = Course(engine, campaign=campaign.id, achievement_title=title)
    course.hand_in()
    course.do(course.hub, "completeness_check", decision="forward")
    return course


def test_one_proposal_takes_every_dossier_that_waits(installed: Engine) -> None:
    campaign = announced(installed)
    waiting = [handed_in(installed, campaign, f"Việc {number}") for number in range(3)]
    held = handed_in(installed, campaign, "Việc của người bị khiếu nại")
    installed.run(held.chairman, dossiers.hold, held.id, "complaint", "Có đơn.")

    made = installed.run(actor(installed, COMMENDER), campaigns.consolidate, campaign.id, "45/TTr-SKHCN")

    assert {row["dossier"] for row in made.proposal} == {course.id for course in waiting}
    assert {row["proposal_number"] for row in made.proposal} == {"45/TTr-SKHCN"}
    assert all("sign_consolidated" in course.waits(course.hub_head) for course in waiting)
    with pytest.raises(ConflictError):
        installed.run(actor(installed, COMMENDER), campaigns.consolidate, campaign.id, "46/TTr-SKHCN")


def test_the_leader_does_not_consolidate(installed_sqlite: Engine) -> None:
    campaign = announced(installed_sqlite)

    with pytest.raises(ForbiddenError):
        installed_sqlite.run(actor(installed_sqlite, "ubnd.city_leader"), campaigns.consolidate, campaign.id, "1/TTr")


def test_an_agency_hands_in_no_more_than_its_quota(installed_sqlite: Engine) -> None:
    campaign = announced(installed_sqlite, quota=1)
    handed_in(installed_sqlite, campaign, "Việc một")

    with pytest.raises(InvalidDataError) as error:
        handed_in(installed_sqlite, campaign, "Việc hai")

    assert [(p.field, p.rule) for p in error.value.problems] == [("campaign", "quota")]


def test_a_returned_dossier_does_not_count_against_itself(installed_sqlite: Engine) -> None:
    campaign = announced(installed_sqlite, quota=1)
    course = Course(installed_sqlite, campaign=campaign.id)
    course.hand_in()
    course.do(course.hub, "completeness_check", **RETURNED)

    course.hand_in()

    assert course.dossier.state == "submitted"


@pytest.mark.parametrize(
    ("changes", "days"),
    [({"opens_on": date(2026, 4, 1)}, 0), ({"closes_on": date(2026, 3, 11)}, 2)],
)
def test_a_campaign_takes_dossiers_in_its_days(
    installed_sqlite: Engine, clock: MovableClock, changes: dict[str, object], days: int
) -> None:
    campaign = announced(installed_sqlite, **changes)
    clock.forward(timedelta(days=days))

    with pytest.raises(InvalidDataError) as error:
        handed_in(installed_sqlite, campaign, "Việc một")

    assert [(p.field, p.rule) for p in error.value.problems] == [("campaign", "closed")]


def test_commendation_is_not_opened_as_tasks(installed_sqlite: Engine) -> None:
    aggregator = actor(installed_sqlite, "svhtt.report_aggregator")

    with pytest.raises(ConflictError):
        installed_sqlite.run(aggregator, plans.open_round, f"{PLAN}.V.2.c")


def test_two_signatures_at_once_give_one_award(installed: Engine) -> None:
    scenes = [DossierScene(installed), DossierScene(installed)]
    for scene in scenes:
        scene.act(scene.officer, dossier_content.checked, rules=scene.rules())
        scene.hand_in()

    def sign(number: int) -> bool:
        try:
            scenes[number].act(scenes[number].leader, awards.decided, doc_number=f"{number}/QĐ-UBND")
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        signed = list(pool.map(sign, range(2)))

    assert sorted(signed) == [False, True]
    assert sorted(scene.dossier.state for scene in scenes) == ["decided", "submitted"]


def test_members_who_vote_at_once_are_all_counted(installed: Engine) -> None:
    members = [actor(installed, "hd-tdkt.council_member"), *add_members(installed, [f"Ủy viên {n}" for n in range(5)])]
    scene = DossierScene(installed)
    scene.hand_in()
    scene.convene()

    with ThreadPoolExecutor(6) as pool:
        turns = list(pool.map(lambda who: installed.run(who, ballots.cast, scene.id, "in_favour"), members))

    assert sorted(turns) == [1, 2, 3, 4, 5, 6]
    assert scene.count()["tally"] == {"in_favour": 6, "against": 0, "blank": 0}


def test_one_member_who_votes_twice_at_once_has_one_vote(installed: Engine) -> None:
    scene = DossierScene(installed)
    scene.hand_in()
    scene.convene()
    member = actor(installed, "hd-tdkt.council_member")

    def vote(choice: str) -> bool:
        try:
            installed.run(member, ballots.cast, scene.id, choice)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        voted = list(pool.map(vote, ("in_favour", "against")))

    assert sorted(voted) == [False, True]
    assert sum(scene.count()["tally"].values()) == 1


def test_a_dossier_comes_back_to_a_campaign_that_closed_meanwhile(installed_sqlite: Engine) -> None:
    campaign = announced(installed_sqlite)
    course = Course(installed_sqlite, campaign=campaign.id)
    course.hand_in()
    course.do(course.hub, "completeness_check", **RETURNED)
    installed_sqlite.run(actor(installed_sqlite, COMMENDER), campaigns.close, campaign.id, "Hết hạn.")

    course.hand_in()

    assert course.dossier.state == "submitted"


def test_a_closed_campaign_lets_those_handed_in_go_on(installed_sqlite: Engine) -> None:
    campaign = announced(installed_sqlite)
    course = handed_in(installed_sqlite, campaign, "Việc một")
    installed_sqlite.run(actor(installed_sqlite, COMMENDER), campaigns.close, campaign.id, "Hết hạn.")

    installed_sqlite.run(actor(installed_sqlite, COMMENDER), campaigns.consolidate, campaign.id, "45/TTr-SKHCN")

    assert "sign_consolidated" in course.waits(course.hub_head)
    assert course.dossier.agency == COMMUNE
