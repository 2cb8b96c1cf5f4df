"""Promises of the one door: all or nothing, no lost update, one answer per key, on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM, Actor
from engine.audit.verify import verify
from engine.commands.idempotency import once
from engine.commands.journal import record_system
from engine.errors import ConflictError, KeyReusedError
from engine.models import AuditEvent, AuditStream
from engine.models.statements import FIND_ANSWER
from engine.runtime import Engine, Transaction

AN = Actor("an", "account-an")


def count_events(tx: Transaction) -> int:
    """How many events are on record."""
    return tx.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def record_and_refuse(tx: Transaction) -> None:
    """A command that writes by both ways and then refuses."""
    record_system(tx, "tested")
    tx.session.flush()
    raise ConflictError("không", "no")


def test_a_refused_command_leaves_no_trace(engine: Engine) -> None:
    with pytest.raises(ConflictError):
        engine.run(SYSTEM, record_and_refuse)

    assert engine.read(SYSTEM, count_events) == 0


def test_what_a_query_writes_is_rolled_back(engine: Engine) -> None:
    engine.run(SYSTEM, record_system, "tested")

    def meddle(tx: Transaction) -> None:
        tx.session.get_one(AuditStream, "system").seq = 99

    engine.read(SYSTEM, meddle)

    assert engine.read(SYSTEM, lambda tx: tx.session.get_one(AuditStream, "system").seq) == 1


def test_eight_writers_lose_nothing(engine: Engine) -> None:
    def write() -> None:
        for _ in range(10):
            engine.run(AN, record_system, "tested", {"by": "thread"})

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    checked = engine.read_frozen(SYSTEM, lambda tx: verify(tx.session))
    assert (checked.events, checked.faults) == (80, ())


def test_prepared_statements_and_the_session_see_each_other(engine: Engine) -> None:
    def both(tx: Transaction) -> tuple[int, bool]:
        record_system(tx, "tested")
        answer, _ = once(tx, "key", b"f", lambda _: b"{}")
        assert answer == b"{}"
        tx.finish()
        return count_events(tx), tx.fetch(FIND_ANSWER, actor_id="account-an", key="key") is not None

    assert engine.run(AN, both) == (1, True)


def test_the_same_key_gives_the_first_answer_again(engine: Engine) -> None:
    def act(tx: Transaction) -> bytes:
        record_system(tx, "tested")
        return b"first"

    answers = [engine.run(AN, once, "key", b"same", act) for _ in range(2)]

    assert answers == [(b"first", False), (b"first", True)]
    assert engine.read(SYSTEM, count_events) == 1


def test_twins_under_one_key_act_once(engine: Engine) -> None:
    answers: list[tuple[bytes, bool]] = []

    def act(tx: Transaction) -> bytes:
        record_system(tx, "tested")
        return b"first"

    def send() -> None:
        answers.append(engine.run(AN, once, "key", b"same", act))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [(b"first", False)] + [(b"first", True)] * 5
    assert engine.read(SYSTEM, count_events) == 1


def test_a_key_is_not_used_for_something_else(engine: Engine) -> None:
    engine.run(AN, once, "key", b"one", lambda _: b"1")

    with pytest.raises(KeyReusedError):
        engine.run(AN, once, "key", b"two", lambda _: b"2")


def test_another_actor_has_keys_of_their_own(engine: Engine) -> None:
    engine.run(AN, once, "key", b"one", lambda _: b"1")

    assert engine.run(Actor("binh", "account-binh"), once, "key", b"two", lambda _: b"2") == (b"2", False)


def test_a_failing_afterthought_does_not_undo_the_command(engine: Engine) -> None:
    def command(tx: Transaction) -> None:
        record_system(tx, "tested")
        tx.after_commit(lambda: 1 / 0)  # type: ignore[arg-type]

    engine.run(SYSTEM, command)

    assert engine.read(SYSTEM, count_events) == 1
