"""Promises of the access rules: pure, per role, per person."""

from __future__ import annotations

import pytest

from engine import access
from engine.access import Actor, Grant, TaskFacts
from engine.errors import ForbiddenError, SeparationOfDutiesError

OFFICER = Actor("an", "acc-an", (Grant("agency_officer", "c-thach-that"),))
HEAD = Actor("binh", "acc-binh", (Grant("agency_head", "c-thach-that"),))
STRANGER = Actor("chi", "acc-chi", (Grant("agency_officer", "w-ba-dinh"),))
AUDITOR = Actor("dung", "acc-dung", (Grant("auditor", None),))
SYSADMIN = Actor("em", "acc-em", (Grant("sysadmin", None),))
GROUP = "agency_officer@c-thach-that"


def facts(**changes: object) -> TaskFacts:
    """An open task offered to the officers of a commune, with some facts changed."""
    values: dict[str, object] = {
        "is_open": True,
        "assignee_id": None,
        "owner_id": None,
        "groups": [GROUP],
        **changes,
    }
    return TaskFacts(**values)  # type: ignore[arg-type]


def test_a_case_is_seen_by_its_agency_and_by_the_citys_readers_only() -> None:
    parties = ["agency:c-thach-that", GROUP]

    seen = {a.person_id for a in (OFFICER, HEAD, STRANGER, AUDITOR, SYSADMIN) if access.sees_case(a, parties, None)}

    assert seen == {"an", "binh", "dung"}


def test_an_outside_body_sees_only_what_is_addressed_to_it() -> None:
    partner = Actor("g", grants=(Grant("external_partner", "mttq"),))

    assert not access.sees_case(partner, ["agency:mttq"], None)
    assert access.sees_case(partner, ["external_partner@mttq"], None)


def test_whoever_started_a_case_sees_it() -> None:
    assert access.sees_case(STRANGER, [], "chi")


def test_a_candidate_may_claim_and_complete_an_unclaimed_task() -> None:
    assert access.allowed_actions(OFFICER, facts()) == ("complete", "claim", "draft", "comment", "attach")


def test_a_task_that_names_nobody_is_its_starters() -> None:
    task = facts(groups=[access.person_group("an")])

    assert "complete" in access.allowed_actions(OFFICER, task)
    assert "complete" not in access.allowed_actions(STRANGER, task)


def test_the_head_of_the_agency_may_assign() -> None:
    assert access.allowed_actions(HEAD, facts()) == ("assign",)


def test_a_claimed_task_is_its_holders_alone() -> None:
    task = facts(assignee_id="an")
    colleague = Actor("khac", grants=(Grant("agency_officer", "c-thach-that"),))

    assert access.allowed_actions(OFFICER, task) == ("complete", "unclaim", "delegate", "draft", "comment", "attach")
    assert access.allowed_actions(colleague, task) == ()


def test_a_delegated_task_is_resolved_not_completed() -> None:
    task = facts(assignee_id="an", owner_id="binh")

    assert access.allowed_actions(OFFICER, task) == ("resolve", "draft", "comment", "attach")


@pytest.mark.parametrize("verb", ["claim", "complete"])
def test_nobody_does_a_step_set_apart_from_one_they_did_even_by_another_account(verb: str) -> None:
    second_account = Actor("an", "acc-an-2", OFFICER.grants)

    with pytest.raises(SeparationOfDutiesError) as refused:
        access.require(second_account, verb, facts(performers={"propose": ["an"]}))

    assert refused.value.element_id == "propose"


def test_acting_for_somebody_does_not_lift_the_separation_of_duties() -> None:
    substitute = Actor("thay", grants=OFFICER.grants, on_behalf_of="an")

    with pytest.raises(SeparationOfDutiesError):
        access.require(substitute, "complete", facts(performers={"propose": ["an"]}))


def test_a_refusal_names_the_verb() -> None:
    with pytest.raises(ForbiddenError) as refused:
        access.require(STRANGER, "complete", facts())

    assert refused.value.action == "complete"


def test_a_closed_task_offers_nothing() -> None:
    assert access.allowed_actions(OFFICER, facts(is_open=False)) == ()
