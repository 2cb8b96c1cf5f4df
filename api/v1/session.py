"""Logging in and out, who I am, and tokens for programs."""

from __future__ import annotations

from flask import Response

from api import entering
from api.auth import csrf_token, engine
from api.bodies import body
from api.contract import Answer, look, perform, respond
from api.pages import whole
from api.schemas.directory import PersonOut
from api.schemas.fields import listing
from api.schemas.session import ActingForOut, MeOut, SessionIn, SessionOut, TokenIn, TokenOut
from api.v1.noun import Noun
from engine.access import SYSTEM
from engine.commands import credentials
from engine.models.directory import Person
from engine.queries.substitutions import acting_for
from engine.runtime import Transaction

blueprint = Noun("session", "/api/v1", "Đăng nhập, người dùng hiện tại, mã truy cập")


@blueprint.at("/session", methods=["POST"])
@blueprint.takes(SessionIn)
@blueprint.gives(200, SessionOut)
def open_session() -> Response:
    """Log in with a user name and password; the answer sets the session cookie."""
    given = body(SessionIn())
    account, secret = entering.enter(given["username"], given["password"])
    person = engine().read(SYSTEM, lambda tx: PersonOut().dump(tx.session.get_one(Person, account.person_id)))
    answer = respond(Answer({"person": person, "csrf_token": csrf_token(secret)}))
    entering.set_cookie(answer, secret)
    return answer


@blueprint.at("/session", methods=["DELETE"])
@blueprint.gives(204)
def close_session() -> Response:
    """Log out."""
    entering.leave()
    answer = Response(status=204)
    entering.drop_cookie(answer)
    return answer


@blueprint.at("/me", methods=["GET"])
@blueprint.gives(200, MeOut)
def me() -> Response:
    """Who asks, and the roles held today."""

    def query(tx: Transaction) -> Answer:
        person = PersonOut().dump(tx.session.get_one(Person, tx.actor.person_id))
        lent = {one.grant for one in tx.actor.lent if not one.is_own_too}
        roles = [{"agency": g.agency, "role": g.role} for g in tx.actor.grants if g not in lent]
        absent = ActingForOut(many=True).dump(acting_for(tx))
        return Answer({"person": person, "memberships": roles, "acting_for": absent})

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
