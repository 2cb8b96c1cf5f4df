"""Sending a message to the one case that waits for it."""

from __future__ import annotations

from flask import Response

from api.auth import actor, engine
from api.bodies import body
from api.contract import Answer, perform
from api.schemas.messages import MessageIn, MessageOut
from api.v1.noun import Noun
from engine.commands import messages
from engine.commands.messages import Posted, Published
from engine.errors import AmbiguousMessageError

blueprint = Noun("messages", "/api/v1/messages", "Thông điệp")


@blueprint.at("", methods=["POST"])
@blueprint.takes(MessageIn)
@blueprint.gives(200, MessageOut)
@blueprint.also(202, MessageOut)
def publish() -> Response:
    """Send a message: 200 when a case took it or began with it, 202 when it waits for one, 409 when several wait."""
    posted = Posted(**body(MessageIn()))
    try:
        return perform(
            lambda tx: _answer(messages.publish(tx, posted)),
            settled=lambda tx, case: _answer(messages.keep(tx, posted)),
        )
    except AmbiguousMessageError as error:
        engine().run(actor(), messages.note_ambiguity, error)
        raise


def _answer(published: Published) -> Answer:
    shown = {
        "state": published.state,
        "process_instance_id": published.instance_id,
        "message_id": published.message_id,
        "expires_at": published.expires_at,
    }
    return Answer(shown, 202 if published.state == "buffered" else 200)
