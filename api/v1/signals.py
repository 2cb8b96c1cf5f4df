"""Sending a signal to every case that waits for it."""

from __future__ import annotations

from flask import Response

from api.bodies import body
from api.contract import Answer, perform
from api.schemas.messages import SignalIn, SignalOut
from api.v1.noun import Noun
from engine.commands import broadcasts
from engine.runtime import Transaction

blueprint = Noun("signals", "/api/v1/signals", "Tín hiệu")


@blueprint.at("", methods=["POST"])
@blueprint.takes(SignalIn)
@blueprint.gives(200, SignalOut)
def broadcast() -> Response:
    """Send a signal: how many waiting cases it goes to, and how many it begins."""
    given = body(SignalIn())

    def act(tx: Transaction) -> Answer:
        sent = broadcasts.broadcast(tx, given["name"], given["variables"])
        return Answer({"delivered": sent.delivered, "started": sent.started})

    return perform(act)
