"""Coming in and going out through a browser: a user name and a password become a session and its cookie.

Rule: an unknown user name costs the same time and gives the same answer as a wrong password.
"""

from __future__ import annotations

from flask import Response, current_app, g, request

from api.auth import actor, cookie_name, engine, session_secret
from api.passwords import matches
from api.throttle import Throttle, address_of
from engine.access import SYSTEM, Actor
from engine.commands import credentials
from engine.commands.credentials import SESSION_LENGTH
from engine.errors import UnauthenticatedError
from engine.models.directory import Account
from engine.queries.directory import account_of


def enter(username: str, password: str) -> tuple[Account, str]:
    """Open a session for whoever knows the password; the account, and the session's secret.

    Raises UnauthenticatedError, and TooManyAttemptsError for whoever guesses too often.
    """
    account = _account(username, password)
    who = Actor(account.person_id, account.id, request_id=g.request_id)
    return account, engine().run(who, credentials.open_session, account.id)


def leave() -> None:
    """End the session of this request, if it has one."""
    secret = session_secret()
    if secret:
        engine().run(actor(), credentials.close_session, secret)


def set_cookie(answer: Response, secret: str) -> None:
    """Have the browser keep the session."""
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=SESSION_LENGTH,
        httponly=True,
        secure=_is_over_tls(),
        samesite="Lax",
        path="/",
    )


def drop_cookie(answer: Response) -> None:
    """Have the browser forget the session."""
    # Browsers ignore what is said about a `__Host-` cookie without `secure`.
    answer.delete_cookie(cookie_name(), path="/", httponly=True, secure=_is_over_tls(), samesite="Lax")


def _account(username: str, password: str) -> Account:
    """The account with that user name and password; whoever guesses too often has to wait."""
    throttle: Throttle = current_app.extensions["dondoc_throttle"]
    address, now = address_of(request), engine().clock.now()
    throttle.require_patience(address, now)
    engine().read(SYSTEM, credentials.require_patience, username)
    account = engine().read(SYSTEM, account_of, username)
    if not matches(account.password_hash if account else None, password) or account is None:
        throttle.note_failure(address, now)
        engine().run(SYSTEM, credentials.note_failure, username)
        raise UnauthenticatedError
    return account


def _is_over_tls() -> bool:
    return not current_app.config["IS_DEVELOPMENT"]
