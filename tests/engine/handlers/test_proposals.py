"""Promises of a proposal: what cannot be meant is refused to the officer who writes it, by the name of its field."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidDataError
from tests.engine.handlers.cast import PROPOSAL, Cast
from tests.installed import PLAN, begin, do


@pytest.mark.parametrize(
    ("field", "rule", "values"),
    [
        ("due_date", "past", {"due_date": "2026-02-02"}),
        ("start_date", "order", {"start_date": "2026-04-11"}),
        ("obligation", "unknown", {"obligation": f"{PLAN}.khong-co"}),
        ("content_tags", "unknown", {"content_tags": ["II.1.1", "khong-co"]}),
        ("channel_tags", "unknown", {"channel_tags": ["II.1.1"]}),
    ],
)
def test_what_cannot_be_meant_is_refused_to_the_officer(
    alone: Cast, field: str, rule: str, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.officer, "propose", **PROPOSAL | values)

    assert [(p.field, p.rule) for p in refused.value.problems] == [(field, rule)]


def test_all_that_is_wrong_with_a_proposal_is_told_at_once(alone: Cast) -> None:
    wrong = {"due_date": "2026-02-02", "channel_tags": ["khong-co"], "obligation": "khong-co"}

    with pytest.raises(InvalidDataError) as refused:
        alone.do(alone.officer, "propose", **PROPOSAL | wrong)

    assert {p.field for p in refused.value.problems} == {"due_date", "channel_tags", "obligation"}


def test_what_was_given_at_the_start_is_judged_with_the_proposal(alone: Cast) -> None:
    case = begin(alone.engine, alone.officer, content_tags=["khong-co"], start_date="2026-03-20")

    with pytest.raises(InvalidDataError) as refused:
        do(alone.engine, alone.officer, case, "propose", **PROPOSAL)

    assert [p.field for p in refused.value.problems] == ["content_tags"]


def test_tags_of_the_plan_are_taken(alone: Cast) -> None:
    alone.do(alone.officer, "propose", **PROPOSAL, content_tags=["II.1.1"], channel_tags=["III.1"])

    assert (alone.plan_task().content_tags, alone.plan_task().channel_tags) == (["II.1.1"], ["III.1"])


def test_a_proposed_task_is_proposed_until_it_is_decided(alone: Cast) -> None:
    alone.do(alone.officer, "propose", **PROPOSAL)
    first = alone.plan_task()
    alone.do(alone.head, "head_review", decision="return_for_rework", comment="Thiếu số lượng.")
    returned = alone.plan_task().status
    alone.do(alone.officer, "propose", **PROPOSAL)

    assert (first.status, first.title, returned) == ("proposed", PROPOSAL["title"], "returned")
    assert alone.plan_task().status == "proposed"


def test_what_the_officer_empties_is_empty_in_the_plan_task(alone: Cast) -> None:
    alone.do(alone.officer, "propose", **PROPOSAL, start_date="2026-03-20", content_tags=["II.1.1"])
    alone.do(alone.head, "head_review", decision="return_for_rework", comment="Bỏ ngày bắt đầu.")

    alone.do(alone.officer, "propose", **PROPOSAL, start_date=None, content_tags=[])

    assert (alone.plan_task().start_date, alone.plan_task().content_tags) == (None, [])
