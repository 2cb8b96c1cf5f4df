"""Promises of the receivers: a row for every recipient, in the transaction of the event, and none of a refused one."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import tasks
from engine.errors import ConflictError
from engine.models import OutboxMessage
from engine.runtime import Engine, Transaction
from tests.installed import COMMUNE, actor, begin, do, offered

OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
PROPOSAL = {"title": "Phối hợp báo chí", "deliverable": "12 tin, bài", "due_date": "2026-04-10"}


def messages(engine: Engine) -> list[OutboxMessage]:
    """All that is to be told."""
    return list(engine.read(SYSTEM, lambda tx: tx.session.scalars(select(OutboxMessage)).all()))


def test_a_new_task_is_told_once_to_everybody_it_is_offered_to(installed: Engine) -> None:
    case = begin(installed, actor(installed, OFFICER))

    told = [m for m in messages(installed) if m.topic == "task-offered"]

    assert {m.recipient for m in told} == {f"agency_officer@{COMMUNE}"}
    assert {m.instance_id for m in told} == {case.id}
    assert max(Counter(m.dedupe_key for m in messages(installed)).values()) == 1


def test_what_is_told_of_a_step_is_written_with_it(installed: Engine) -> None:
    officer = actor(installed, OFFICER)
    case = begin(installed, officer)
    before = {m.id for m in messages(installed)}

    do(installed, officer, case, "propose", **PROPOSAL)

    fresh = [m for m in messages(installed) if m.id not in before]
    assert {(m.topic, m.recipient) for m in fresh} == {("task-offered", f"agency_head@{COMMUNE}")}


def test_of_a_refused_command_nobody_is_told(installed: Engine) -> None:
    officer = actor(installed, OFFICER)
    case = begin(installed, officer)
    task_id = offered(installed, officer, case)["propose"]
    before = {m.id for m in messages(installed)}

    def complete_and_refuse(tx: Transaction) -> None:
        tasks.complete(tx, task_id, PROPOSAL)
        raise ConflictError("không", "no")

    with pytest.raises(ConflictError):
        installed.run(officer, complete_and_refuse)

    assert {m.id for m in messages(installed)} == before


def test_taking_a_task_oneself_is_told_to_nobody(installed_sqlite: Engine) -> None:
    officer = actor(installed_sqlite, OFFICER)
    case = begin(installed_sqlite, officer)
    before = len(messages(installed_sqlite))

    installed_sqlite.run(officer, tasks.claim, offered(installed_sqlite, officer, case)["propose"])

    assert len(messages(installed_sqlite)) == before


def test_a_task_given_by_the_head_is_told_to_the_officer_alone(installed_sqlite: Engine) -> None:
    engine, officer = installed_sqlite, actor(installed_sqlite, OFFICER)
    case = begin(engine, officer)
    before = {m.id for m in messages(engine)}

    engine.run(actor(engine, HEAD), tasks.assign, offered(engine, officer, case)["propose"], officer.person_id or "")

    fresh = [m for m in messages(engine) if m.id not in before]
    assert {(m.topic, m.recipient) for m in fresh} == {("task-given", f"person:{officer.person_id}")}
