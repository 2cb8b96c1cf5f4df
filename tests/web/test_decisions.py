"""Promises to those who decide: many at once, each by itself, and what is refused is told."""

from __future__ import annotations

import pytest

from tests.api.web import HEAD, OFFICER, PROPOSAL
from tests.web.conftest import Enter, Open
from tests.web.reader import seen


@pytest.fixture
def waiting(web: Enter) -> list[str]:
    """Two proposals that wait for the head; their tasks."""
    officer, head = web(OFFICER), web(HEAD)
    cases = [officer.start()["id"] for _ in range(2)]
    for case in cases:
        officer.complete(case, "propose", **PROPOSAL)
    return [head.task(case, "head_review")["id"] for case in cases]


def test_what_waits_is_shown_by_step_with_its_decisions(waiting: list[str], reader: Open) -> None:
    shown = reader(HEAD).get("/decisions")

    assert "Xem xét đề xuất 2" in seen(shown)
    assert all(task in shown.text for task in waiting)


def test_many_are_decided_at_once(waiting: list[str], reader: Open) -> None:
    head = reader(HEAD)

    assert "Đã quyết định 2 việc" in seen(head.post("/decisions", task=waiting, decision="submit"))

    left = head.get("/decisions").text
    assert not any(task in left for task in waiting)


def test_what_is_refused_is_told_and_holds_up_no_other(waiting: list[str], reader: Open) -> None:
    head = reader(HEAD)
    head.post(f"/tasks/{waiting[0]}/complete", v__decision="submit")

    shown = seen(head.post("/decisions", task=waiting, decision="submit"))

    assert "Đã quyết định 1 việc" in shown and "1 việc chưa quyết định được" in shown


def test_a_return_needs_its_reason_and_the_decision_is_not_taken(waiting: list[str], reader: Open) -> None:
    shown = seen(reader(HEAD).post("/decisions", task=waiting, decision="return_for_rework"))

    assert "2 việc chưa quyết định được" in shown


def test_nothing_marked_is_said_in_plain_words(waiting: list[str], reader: Open) -> None:
    assert "đánh dấu ít nhất một việc" in seen(reader(HEAD).post("/decisions", decision="submit"))
