"""Logging in and out, who I am, and tokens for programs.

Rule: an unknown user name costs the same time and gives the same answer as a wrong password.
"""

from __future__ import annotations

from flask import Response, current_app, g, request

from api.auth import actor, cookie_name, csrf_token, engine, session_secret
from api.bodies import body
from api.contract import Answer, look, perform, respond
from api.pages import whole
from api.passwords import matches
from api.schemas.directory import PersonOut
from api.schemas.fields import listing
from api.schemas.session import MeOut, SessionIn, SessionOut, TokenIn, TokenOut
from api.throttle import Throttle, address_of
from api.v1.noun import Noun
from engine.access import SYSTEM, Actor
from engine.commands import credentials
from engine.commands.credentials import SESSION_LENGTH
from engine.errors import UnauthenticatedError
from engine.models.directory import Account, Person
from engine.queries.directory import account_of
from engine.runtime import Transaction

blueprint = Noun("session", "/api/v1", "Đăng nhập, người dùng hiện tại, mã truy cập")


@blueprint.at("/session", methods=["POST"])
@blueprint.takes(SessionIn)
@blueprint.gives(200, SessionOut)
def open_session() -> Response:
    """Log in with a user name and password; the answer sets the session cookie."""
    given = body(SessionIn())
    account = _account(given["username"], given["password"])
    who = Actor(account.person_id, account.id, request_id=g.request_id)
    secret = engine().run(who, credentials.open_session, account.id)
    person = engine().read(SYSTEM, lambda tx: PersonOut().dump(tx.session.get_one(Person, account.person_id)))
    answer = respond(Answer({"person": person, "csrf_token": csrf_token(secret)}))
    _set_cookie(answer, secret)
    return answer


@blueprint.at("/session", methods=["DELETE"])
@blueprint.gives(204)
def close_session() -> Response:
    """Log out."""
    secret = session_secret()
    if secret:
        engine().run(actor(), credentials.close_session, secret)
    answer = Response(status=204)
    # Browsers ignore what is said about a `__Host-` cookie without `secure`.
    answer.delete_cookie(cookie_name(), path="/", httponly=True, secure=_is_over_tls(), samesite="Lax")
    return answer


@blueprint.at("/me", methods=["GET"])
@blueprint.gives(200, MeOut)
def me() -> Response:
    """Who asks, and the roles held today."""

    def query(tx: Transaction) -> Answer:
        person = PersonOut().dump(tx.session.get_one(Person, tx.actor.person_id))
        roles = [{"agency": grant.agency, "role": grant.role} for grant in tx.actor.grants]
        return Answer({"person": person, "memberships": roles, "acting_for": []})

    return look(query)


@blueprint.at("/tokens", methods=["POST"])
@blueprint.takes(TokenIn)
@blueprint.gives(201, TokenOut)
def create_token() -> Response:
    """A new token for programs; its secret is shown this once, not even a repeated Idempotency-Key tells it again."""
    given = body(TokenIn())

    def act(tx: Transaction) -> Answer:
        token, secret = credentials.create_token(tx, given["name"], given["expires_at"], given["scopes"])
        return Answer(_SHOWN.dump(token) | {"token": secret}, 201)

    return perform(act, conceal=("token",))


@blueprint.at("/tokens", methods=["GET"])
@blueprint.gives(200, listing(TokenOut))
def list_tokens() -> Response:
    """The actor's own tokens."""

    def query(tx: Transaction) -> Answer:
        return whole(_SHOWN.dump(credentials.tokens(tx), many=True))

    return look(query)


@blueprint.at("/tokens/<token_id>", methods=["DELETE"])
@blueprint.gives(204)
def revoke_token(token_id: str) -> Response:
    """Close a token; it stops working with the next request."""

    def act(tx: Transaction) -> Answer:
        credentials.revoke_token(tx, token_id)
        return Answer(None, 204)

    return perform(act)


_SHOWN = TokenOut(exclude=["token"])


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


def _set_cookie(answer: Response, secret: str) -> None:
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=SESSION_LENGTH,
        httponly=True,
        secure=_is_over_tls(),
        samesite="Lax",
        path="/",
    )
