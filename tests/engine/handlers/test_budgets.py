"""Promises of funding proposals: every end, each return, the balance of the year, money freed with its task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import instances, timers
from engine.errors import ConflictError, InvalidDataError
from engine.models import PlanTask
from engine.queries import documents
from engine.queries.documents import DocumentFilter
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.handlers.cast import Cast
from tests.funding import BACK, DRAFT, ITEMS, Money

CUT = {"decision": "reduced", "recommended": 10_000_000, "comment": "Chưa cân đối đủ."}
COUNTER = {"decision": "counter_propose", "comment": "Đề nghị giảm."}


def problems(error: pytest.ExceptionInfo[InvalidDataError]) -> list[tuple[str, str]]:
    """What was refused, by field and rule."""
    return [(p.field, p.rule) for p in error.value.problems]


def test_what_the_city_allocates_is_noted_until_the_year_is_settled(installed: Engine) -> None:
    money = Money(installed)

    money.approve()
    money.do(money.officer, "note_execution", decision="note", comment="Đã ký hợp đồng in.")
    money.do(money.officer, "note_execution", decision="finish")
    money.do(money.officer, "settle_budget", unspent=1_000_000)

    found = money.proposal
    assert (found.state, found.requested, found.allocated, found.unspent) == ("settled", 50_000_000, 50_000_000, 10**6)
    assert (found.submission_number, found.decision_number) == ("01/TTr-STC", "01/QĐ-UBND")
    assert (found.supplementary, money.ended) == (True, "completed")
    assert installed.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def test_before_the_estimate_closes_the_council_is_not_asked(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.propose(budget_year=2027)
    money.appraise()

    money.do(money.director, "sign_submission", decision="approve")

    assert (money.proposal.supplementary, money.offered(money.leader)) == (False, {"decide_budget"})


def test_a_commune_decides_on_its_own_budget(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.propose(budget_source="commune")

    money.do(
        money.head, "decide_commune_budget", decision_number="15/QĐ-UBND", decided_on="2026-03-09", amount=40_000_000
    )

    found = money.proposal
    assert (found.state, found.decision_number, found.allocated) == ("commune_decided", "15/QĐ-UBND", 40_000_000)
    assert money.ended == "completed"


@pytest.mark.parametrize(
    ("agency", "changes", "refused"),
    [
        ("skhcn", {"budget_source": "commune"}, ("budget_source", "commune")),
        ("skhcn", {"budget_year": 2025}, ("budget_year", "range")),
        ("skhcn", {"lines": {"In": 0}}, ("lines", "amount")),
        ("skhcn", {"lines": {"In": "nhiều"}}, ("lines", "amount")),
        ("skhcn", {"line_tasks": {"Khác": "x"}}, ("line_tasks", "unknown")),
        ("skhcn", {"line_tasks": {"In tờ rơi": "x"}}, ("line_tasks", "unknown")),
    ],
)
def test_a_draft_that_cannot_be_meant_is_refused_to_its_officer(
    installed_sqlite: Engine, agency: str, changes: dict[str, Any], refused: tuple[str, str]
) -> None:
    money = Money(installed_sqlite, agency)

    with pytest.raises(InvalidDataError) as error:
        money.draft(**changes)

    assert problems(error) == [refused]


def test_the_head_refuses_and_the_officer_withdraws(installed_sqlite: Engine) -> None:
    refused, withdrawn = Money(installed_sqlite), Money(installed_sqlite)

    refused.draft()
    refused.do(refused.head, "review_budget", decision="reject", comment="Chưa cần.")
    withdrawn.draft(decision="withdraw", comment="Lập nhầm.")

    assert {one.proposal.state for one in (refused, withdrawn)} == {"withdrawn"}
    assert {one.ended for one in (refused, withdrawn)} == {"completed"}


def test_finance_counter_proposes_and_the_unit_agrees(installed: Engine) -> None:
    money = Money(installed)
    money.propose()

    money.appraise(CUT, **COUNTER)
    money.do(money.head, "answer_counter", decision="accept")
    money.do(money.director, "sign_submission", decision="approve")

    assert (money.proposal.recommended, [line.opinion for line in money.lines]) == (20_000_000, ["reduced"] * 2)


def test_after_a_counter_proposal_the_unit_drafts_again_or_gives_up(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.propose()
    money.appraise(CUT, **COUNTER)

    money.do(money.head, "answer_counter", decision="revise", comment="Bỏ một khoản.")
    money.propose(lines={"In tờ rơi": 25_000_000})
    money.appraise(CUT, **COUNTER)
    money.do(money.head, "answer_counter", decision="withdraw", comment="Dùng nguồn khác.")

    assert (money.proposal.state, money.proposal.round, money.ended) == ("withdrawn", 2, "completed")
    assert [line.item for line in money.lines] == ["In tờ rơi"]


def test_returns_of_finance_its_director_and_the_leader_come_round_again(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.propose()
    money.do(money.appraiser, "check_funding", **BACK)
    assert money.proposal.state == "returned"

    money.propose()
    money.appraise()
    money.do(money.director, "sign_submission", **BACK)
    for _ in ITEMS:
        money.do(money.appraiser, "appraise_line", decision="full")
    money.do(money.appraiser, "balance_budget", decision="submit", budget_balance=10**9)
    money.do(money.director, "sign_submission", decision="approve")
    money.do(money.office, "consult_council", decision="disagree", council_number="9/HĐND", comment="Chưa rõ.")
    money.do(money.leader, "decide_budget", **BACK)

    assert money.offered(money.officer) == {"draft_budget"}


def test_the_leader_refuses(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.submit()

    money.do(money.leader, "decide_budget", decision="reject", comment="Không ưu tiên.")

    assert (money.proposal.state, money.proposal.allocated, money.ended) == ("refused", None, "completed")


def test_what_is_submitted_together_is_within_the_balance_of_the_year(installed: Engine) -> None:
    first, second = Money(installed), Money(installed, "skhcn")
    first.submit()
    second.propose()

    with pytest.raises(InvalidDataError) as error:
        second.appraise(budget_balance=99_999_999)

    assert problems(error) == [("budget_balance", "exceeded")]
    second.do(second.appraiser, "balance_budget", decision="submit", budget_balance=100_000_000)


def test_a_balance_that_others_used_up_meanwhile_is_noticed_at_the_signature(installed_sqlite: Engine) -> None:
    first, second = Money(installed_sqlite), Money(installed_sqlite, "skhcn")
    for money in (first, second):
        money.propose()
        money.appraise(budget_balance=60_000_000)
    first.do(first.director, "sign_submission", decision="approve")

    with pytest.raises(ConflictError):
        second.do(second.director, "sign_submission", decision="approve")


def task_of(cast: Cast) -> PlanTask:
    """The approved plan task of a commune."""
    cast.approve()
    return cast.plan_task()


def test_money_of_a_cancelled_task_is_released_and_the_rest_goes_on(cast: Cast) -> None:
    task = task_of(cast)
    money = Money(cast.engine)
    money.propose(line_tasks={"In tờ rơi": task.id})
    money.appraise()
    money.do(money.director, "sign_submission", decision="approve")
    money.do(money.office, "consult_council", decision="agree", council_number="12/HĐND")
    money.do(money.leader, "decide_budget", decision="approve")

    cast.engine.run(cast.head, instances.cancel, cast.case.id, "Không còn cần.")

    assert (money.proposal.state, money.proposal.allocated) == ("allocated", 20_000_000)
    assert [bool(line.released_at) for line in money.lines] == [True, False]
    assert money.offered(money.officer) == {"note_execution"}


def test_when_all_tasks_are_cancelled_the_proposal_ends_released(cast: Cast) -> None:
    task = task_of(cast)
    money = Money(cast.engine, plan_task=task.id)
    money.approve()

    cast.do(cast.officer, "execute", decision="request_cancellation", comment="Không còn cần.")
    cast.do(cast.head, "decide_request", decision="approve")

    assert (money.proposal.state, money.proposal.allocated, money.ended) == ("released", 0, "completed")


def test_nothing_is_allocated_to_a_task_that_was_cancelled_before_the_decision(alone: Cast) -> None:
    task = task_of(alone)
    money = Money(alone.engine, plan_task=task.id)
    money.submit()

    alone.engine.run(alone.head, instances.cancel, alone.case.id, "Không còn cần.")
    money.do(money.leader, "decide_budget", decision="approve")

    assert (money.proposal.state, money.proposal.allocated, money.ended) == ("released", 0, "completed")


def test_at_the_end_of_the_year_what_is_unspent_is_asked_for(installed_sqlite: Engine, clock: MovableClock) -> None:
    money = Money(installed_sqlite)
    money.approve()

    clock.moment = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    timers.fire_due(installed_sqlite)

    assert money.offered(money.officer) == {"settle_budget"}
    with pytest.raises(InvalidDataError) as error:
        money.do(money.officer, "settle_budget", unspent=50_000_001)
    assert problems(error) == [("unspent", "exceeded")]


def test_a_case_ended_by_hand_leaves_no_proposal_open(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)

    installed_sqlite.run(money.head, instances.cancel, money.case.id, "Mở nhầm.")

    assert (money.proposal.state, money.proposal.closed_at is not None) == ("cancelled", True)


def test_the_decision_names_each_item_and_its_amount(installed_sqlite: Engine) -> None:
    money = Money(installed_sqlite)
    money.approve()

    found = installed_sqlite.read(SYSTEM, documents.entries, DocumentFilter(instance_id=money.case.id))

    assert {one.document.symbol for one in found} == {"01/TTr-STC", "01/QĐ-UBND"}
    assert all("30.000.000 đồng" in one.document.content.decode() for one in found)
    assert set(DRAFT["lines"]) == set(ITEMS)
