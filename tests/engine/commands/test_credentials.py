"""Promises of credentials: only hashes are kept, guessing slows down and locks nobody out, what is over is swept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM, Actor
from engine.commands import credentials
from engine.errors import ForbiddenError, TooManyAttemptsError
from engine.models import ApiToken, LoginFailure, LoginSession, Row
from engine.queries.directory import IDLE_LENGTH, identity_of_session, identity_of_token
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor

OFFICER = f"{COMMUNE}.agency_officer"


def count(engine: Engine, table: type[Row]) -> int:
    """How many rows a table has."""
    return engine.read(SYSTEM, lambda tx: tx.session.scalar(select(func.count()).select_from(table)) or 0)


def fail(engine: Engine, times: int) -> None:
    """Guess wrongly."""
    for _ in range(times):
        engine.run(SYSTEM, credentials.note_failure, OFFICER)


def opened(engine: Engine) -> str:
    """A session of the officer; its secret."""
    who = actor(engine, OFFICER)
    return engine.run(who, credentials.open_session, who.account_id or "")


def test_of_a_secret_only_the_hash_is_kept(installed_sqlite: Engine) -> None:
    engine = installed_sqlite

    token, secret = engine.run(actor(engine, OFFICER), credentials.create_token, "thử")

    assert len(secret) > 40 and secret not in (token.secret_hash, token.id)
    stored = engine.read(SYSTEM, lambda tx: tx.session.get_one(ApiToken, token.id).secret_hash)
    assert secret not in stored


def test_the_first_failures_are_free_and_then_the_wait_doubles_up_to_five_minutes(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    engine, waits = installed_sqlite, []
    fail(engine, 4)
    engine.read(SYSTEM, credentials.require_patience, OFFICER)

    for _ in range(12):
        fail(engine, 1)
        with pytest.raises(TooManyAttemptsError) as slowed:
            engine.read(SYSTEM, credentials.require_patience, OFFICER)
        waits.append(slowed.value.retry_after.total_seconds())

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    clock.forward(timedelta(seconds=300))
    engine.read(SYSTEM, credentials.require_patience, OFFICER)


def test_the_right_password_forgives_what_was_guessed(installed_sqlite: Engine) -> None:
    engine = installed_sqlite
    fail(engine, 5)

    opened(engine)

    engine.read(SYSTEM, credentials.require_patience, OFFICER)


def test_a_session_in_use_does_not_rest(installed_sqlite: Engine, clock: MovableClock) -> None:
    engine = installed_sqlite
    used, unused = opened(engine), opened(engine)

    clock.forward(IDLE_LENGTH - timedelta(minutes=1))
    engine.run(SYSTEM, credentials.note_use, used)
    clock.forward(timedelta(minutes=2))

    assert engine.read(SYSTEM, identity_of_session, used, None) is not None
    assert engine.read(SYSTEM, identity_of_session, unused, None) is None


def test_what_is_over_is_swept_and_what_counts_is_kept(installed_sqlite: Engine, clock: MovableClock) -> None:
    engine = installed_sqlite
    opened(engine)
    fail(engine, 1)
    clock.forward(timedelta(hours=3))
    fresh = opened(engine)
    engine.run(SYSTEM, credentials.note_failure, "ai đó")

    engine.run(SYSTEM, credentials.forget_old)

    assert (count(engine, LoginSession), count(engine, LoginFailure)) == (1, 1)
    assert engine.read(SYSTEM, identity_of_session, fresh, None) is not None


def test_a_secret_nobody_has_stands_for_nobody(installed: Engine) -> None:
    for secret in ("", "x", "é" * 100):
        assert installed.read(SYSTEM, identity_of_token, secret, None) is None
        assert installed.read(SYSTEM, identity_of_session, secret, None) is None


def bearer(engine: Engine, **narrowed: Any) -> Actor:
    """The officer, with a token of theirs that is narrowed."""
    _, secret = engine.run(actor(engine, OFFICER), credentials.create_token, "thử", **narrowed)
    identity = engine.read(SYSTEM, identity_of_token, secret, None)
    assert identity is not None
    return identity.actor


def test_a_token_makes_none_that_may_do_more(installed_sqlite: Engine) -> None:
    engine = installed_sqlite
    writer = bearer(engine, scopes=["write"])

    for scopes in ([], ["read"], ["read", "write"]):
        with pytest.raises(ForbiddenError):
            engine.run(writer, credentials.create_token, "rộng hơn", None, scopes)

    token, _ = engine.run(writer, credentials.create_token, "như cũ", None, ["write"])
    assert token.scopes == ["write"]


def test_a_token_makes_none_that_lasts_longer(installed_sqlite: Engine, clock: MovableClock) -> None:
    engine = installed_sqlite
    end = clock.moment + timedelta(hours=1)
    ending = bearer(engine, expires_at=end)

    for later in (None, end + timedelta(seconds=1)):
        with pytest.raises(ForbiddenError):
            engine.run(ending, credentials.create_token, "lâu hơn", later)

    token, _ = engine.run(ending, credentials.create_token, "như cũ", end)
    assert token.expires_at == end
