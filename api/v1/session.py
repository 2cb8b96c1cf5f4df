"""Logging in and out, who I am, and tokens for programs.

Rule: an unknown user name costs the same time and gives the same answer as a wrong password.
"""

from __future__ import annotations

from flask import Response, current_app, g

from api.auth import actor, cookie_name, csrf_token, engine, session_secret
from api.contract import Answer, body, look, perform, respond
from api.passwords import matches
from api.schemas.directory import PersonOut
from api.schemas.fields import listing
from api.schemas.session import MeOut, SessionIn, SessionOut, TokenIn, TokenOut
from api.v1.noun import Noun
from engine.access import SYSTEM, Actor
from engine.commands import credentials
from engine.commands.credentials import SESSION_LENGTH
from engine.errors import UnauthenticatedError
from engine.models.directory import Person
from engine.queries.directory import account_of
from engine.runtime import Transaction

blueprint = Noun("session", "/api/v1", "Đăng nhập, người dùng hiện tại, mã truy cập")


@blueprint.at("/session", methods=["POST"])
@blueprint.takes(SessionIn)
@blueprint.gives(200, SessionOut)
def open_session() -> Response:
    """Log in with a user name and password; the answer sets the session cookie."""
    given = body(SessionIn())
    engine().read(SYSTEM, credentials.require_patience, given["username"])
    account = engine().read(SYSTEM, account_of, given["username"])
    if not matches(account.password_hash if account else None, given["password"]) or account is None:
        engine().run(SYSTEM, credentials.note_failure, given["username"])
        raise UnauthenticatedError
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
    answer.delete_cookie(cookie_name(), path="/")
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
    """A new token for programs; its secret is shown this once."""
    given = body(TokenIn())

    def act(tx: Transaction) -> Answer:
        token, secret = credentials.create_token(tx, given["name"], given["expires_at"], given["scopes"])
        return Answer(_SHOWN.dump(token) | {"token": secret}, 201)

    return perform(act)


@blueprint.at("/tokens", methods=["GET"])
@blueprint.gives(200, listing(TokenOut))
def list_tokens() -> Response:
    """The actor's own tokens."""

    def query(tx: Transaction) -> Answer:
        found = _SHOWN.dump(credentials.tokens(tx), many=True)
        return Answer({"items": found, "page": {"next_cursor": None, "limit": len(found)}})

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


def _set_cookie(answer: Response, secret: str) -> None:
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=SESSION_LENGTH,
        httponly=True,
        secure=not current_app.config["IS_DEVELOPMENT"],
        samesite="Lax",
        path="/",
    )
