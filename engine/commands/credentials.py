"""Tokens of programs, sessions of browsers, and slowing down those who guess passwords.

Rule: secrets are shown once and only their hash is kept; guessing slows an account down and never locks it out.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from engine.access import Actor
from engine.commands.journal import record_system
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, NotFoundError, TooManyAttemptsError
from engine.models.columns import new_id
from engine.models.directory import Account, ApiToken, LoginFailure, LoginSession
from engine.queries.directory import IDLE_LENGTH, secret_hash
from engine.runtime import Transaction

SECRET_BYTES = 32
SESSION_LENGTH = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=5)
READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=5)


def create_token(
    tx: Transaction, name: str, expires_at: datetime | None = None, scopes: Sequence[str] = (), account_id: str = ""
) -> tuple[ApiToken, str]:
    """A new token of the actor's account (or, for the system, of `account_id`) and its secret, never shown again.

    `scopes` narrow it to what SCOPES names; none at all means everything that the account may do. Raises
    ForbiddenError for whoever came with a token that may do less, or ends earlier, than the new one.
    """
    account = tx.actor.account_id or (account_id if tx.actor.is_system else "")
    if not account:
        raise ForbiddenError("create-token", "Không có tài khoản để cấp mã.", "There is no account to give it to.")
    if not name.strip():
        raise InvalidDataError([FieldProblem("name", "required", "Phải có tên.", "A name is required.")])
    if expires_at is not None and expires_at <= tx.now:
        message_vi = "Thời điểm hết hạn phải ở tương lai."
        raise InvalidDataError([FieldProblem("expires_at", "past", message_vi, "It must be in the future.")])
    _require_known(scopes)
    _require_within(tx.actor, scopes, expires_at)
    secret = "dd_" + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        id=new_id(),
        account_id=account,
        name=name.strip(),
        secret_hash=secret_hash(secret),
        scopes=sorted(set(scopes)),
        created_at=tx.now,
        expires_at=expires_at,
    )
    tx.session.add(token)
    record_system(tx, "token-created", {"token": token.id, "account": account})
    return token, secret


def tokens(tx: Transaction) -> Sequence[ApiToken]:
    """The actor's tokens that are not revoked, oldest first."""
    query = select(ApiToken).where(ApiToken.account_id == tx.actor.account_id, ApiToken.revoked_at.is_(None))
    return tx.session.scalars(query.order_by(ApiToken.created_at, ApiToken.id)).all()


def revoke_token(tx: Transaction, token_id: str) -> None:
    """Close one of the actor's tokens. Raises NotFoundError for somebody else's."""
    token = tx.session.get(ApiToken, token_id)
    if token is None or token.account_id != tx.actor.account_id or token.revoked_at is not None:
        raise NotFoundError("token", token_id)
    token.revoked_at = tx.now
    record_system(tx, "token-revoked", {"token": token.id})


def open_session(tx: Transaction, account_id: str) -> str:
    """A new browser session of an account whose password was right; the session's secret."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    account = tx.session.get_one(Account, account_id)
    tx.session.add(
        LoginSession(
            secret_hash=secret_hash(secret),
            account_id=account.id,
            created_at=tx.now,
            seen_at=tx.now,
            expires_at=tx.now + SESSION_LENGTH,
        )
    )
    tx.session.execute(delete(LoginFailure).where(LoginFailure.username == account.username))
    record_system(tx, "logged-in", {"account": account.id})
    return secret


def close_session(tx: Transaction, secret: str) -> None:
    """End a browser session."""
    tx.session.execute(delete(LoginSession).where(LoginSession.secret_hash == secret_hash(secret)))
    record_system(tx, "logged-out", {"account": tx.actor.account_id})


def note_use(tx: Transaction, secret: str) -> None:
    """Note that a browser session is in use, so that it does not count as idle."""
    query = update(LoginSession).where(LoginSession.secret_hash == secret_hash(secret))
    tx.session.execute(query.values(seen_at=tx.now))


def forget_old(tx: Transaction) -> None:
    """Delete sessions that are over or long unused, and failures that slow nobody down any more."""
    over = or_(LoginSession.expires_at <= tx.now, LoginSession.seen_at <= tx.now - IDLE_LENGTH)
    tx.session.execute(delete(LoginSession).where(over))
    tx.session.execute(delete(LoginFailure).where(LoginFailure.last_at < tx.now - LONGEST_WAIT))


def require_patience(tx: Transaction, username: str) -> None:
    """Raise TooManyAttemptsError while a user name that failed too often lately has to wait."""
    failure = tx.session.get(LoginFailure, username)
    if failure is None or failure.count < FREE_FAILURES:
        return
    doublings = min(failure.count - FREE_FAILURES, 10)  # 2**10 seconds is beyond the longest wait already
    wait = min(timedelta(seconds=2**doublings), LONGEST_WAIT)
    left = failure.last_at + wait - tx.now
    if left > timedelta(0):
        raise TooManyAttemptsError(left)


def note_failure(tx: Transaction, username: str) -> None:
    """Count a wrong password."""
    failure = tx.session.get(LoginFailure, username)
    if failure is None:
        failure = LoginFailure(username=username, count=0)
        tx.session.add(failure)
    quiet = failure.count and tx.now - failure.last_at > LONGEST_WAIT
    failure.count, failure.last_at = 1 if quiet else failure.count + 1, tx.now


def _require_known(scopes: Sequence[str]) -> None:
    listed = ", ".join(SCOPES)
    problems = [
        FieldProblem(f"scopes[{n}]", "option", f"Phải là một trong: {listed}.", f"Must be one of: {listed}.")
        for n, scope in enumerate(scopes)
        if scope not in SCOPES
    ]
    if problems:
        raise InvalidDataError(problems)


def _require_within(actor: Actor, scopes: Sequence[str], expires_at: datetime | None) -> None:
    is_wider = bool(actor.scopes) and not (scopes and set(scopes) <= set(actor.scopes))
    is_longer = actor.ends_at is not None and (expires_at is None or expires_at > actor.ends_at)
    if is_wider or is_longer:
        message_vi = "Mã mới không được có phạm vi rộng hơn hoặc thời hạn dài hơn mã đang dùng."
        message_en = "A new token may neither do more nor last longer than the one in use."
        raise ForbiddenError("create-token", message_vi, message_en)
