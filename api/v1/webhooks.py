"""Endpoints of other systems, their secrets, and what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, current_app

from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.pages import cursor_values, page
from api.schemas.fields import Nothing, PageQuery, listing
from api.schemas.notifications import DeliveryOut, DeliveryQuery, WebhookChange, WebhookIn, WebhookOut
from api.v1.noun import Noun
from engine.models.notification import Webhook
from engine.queries.ordering import count_of
from engine.runtime import Transaction
from notifications import queries
from notifications.channels.webhook.connection import Gate
from notifications.channels.webhook.signing import secret_of
from notifications.commands import redelivery, webhooks
from notifications.commands.webhooks import Draft

blueprint = Noun("webhooks", "/api/v1/webhooks", "Webhook")

_SHOWN = WebhookOut(exclude=["secret"])
_SECRET = ("secret",)


@blueprint.at("", methods=["GET"])
@blueprint.takes(PageQuery, "query")
@blueprint.gives(200, listing(WebhookOut))
def list_webhooks() -> Response:
    """The webhooks that the actor keeps: all for system administrators, those of their agency for its head."""
    given = arguments(PageQuery())
    (after,) = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.page_of_webhooks(tx, after, given["limit"] + 1))
        total = count_of(tx, queries.webhooks(tx)) if given["total"] else None
        return page(found, given["limit"], _SHOWN.dump, lambda w: (w.id,), total)

    return look(query)


@blueprint.at("", methods=["POST"])
@blueprint.takes(WebhookIn)
@blueprint.gives(201, WebhookOut)
def add_webhook() -> Response:
    """A new webhook; its secret is shown this once, not even a repeated Idempotency-Key tells it again."""
    given, gate, key = body(WebhookIn()), _gate(), _key()
    draft = Draft(**given | {"topics": tuple(given["topics"])})

    def act(tx: Transaction) -> Answer:
        return _with_secret(webhooks.add_webhook(tx, draft, gate), key, 201)

    return perform(act, conceal=_SECRET)


@blueprint.at("/<webhook_id>", methods=["GET"])
@blueprint.gives(200, WebhookOut)
def get_webhook(webhook_id: str) -> Response:
    """One webhook."""
    return look(lambda tx: _answer(queries.webhook(tx, webhook_id)))


@blueprint.at("/<webhook_id>", methods=["PATCH"])
@blueprint.takes(WebhookChange)
@blueprint.gives(200, WebhookOut)
def change_webhook(webhook_id: str) -> Response:
    """Change its name, address or topics, or switch it off and on."""
    given, gate, expected = body(WebhookChange()), _gate(), expected_version(required=True)
    return perform(lambda tx: _answer(webhooks.change_webhook(tx, webhook_id, given, gate, expected)))


@blueprint.at("/<webhook_id>", methods=["DELETE"])
@blueprint.gives(204)
def remove_webhook(webhook_id: str) -> Response:
    """Forget a webhook; what waits for it is cancelled."""
    expected = expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        webhooks.remove_webhook(tx, webhook_id, expected)
        return Answer(None, 204)

    return perform(act)


@blueprint.at("/<webhook_id>/rotation", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, WebhookOut)
def rotate_secret(webhook_id: str) -> Response:
    """A new secret, shown this once; for a day everything is signed with the former one too."""
    body(Nothing())
    key, expected = _key(), expected_version()
    return perform(lambda tx: _with_secret(webhooks.rotate_secret(tx, webhook_id, expected), key, 200), conceal=_SECRET)


@blueprint.at("/<webhook_id>/deliveries", methods=["GET"])
@blueprint.takes(DeliveryQuery, "query")
@blueprint.gives(200, listing(DeliveryOut))
def list_deliveries(webhook_id: str) -> Response:
    """What it was, and is to be, told, newest first."""
    given = arguments(DeliveryQuery())
    after = cursor_values(given["cursor"], datetime, str)

    def query(tx: Transaction) -> Answer:
        wanted = queries.deliveries(tx, webhook_id, given["state"])
        found = queries.page_of(tx, wanted, after, given["limit"] + 1)
        total = count_of(tx, wanted) if given["total"] else None
        return page(found, given["limit"], DeliveryOut().dump, lambda d: (d.created_at, d.id), total)

    return look(query)


@blueprint.at("/<webhook_id>/deliveries/<message_id>/redeliver", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, DeliveryOut)
def redeliver(webhook_id: str, message_id: str) -> Response:
    """Tell it of an event once more, under the same id."""
    body(Nothing())
    return perform(lambda tx: Answer(DeliveryOut().dump(redelivery.redeliver(tx, webhook_id, message_id))))


def _gate() -> Gate:
    return Gate(in_development=current_app.config["IS_DEVELOPMENT"])


def _key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key


def _answer(row: Webhook) -> Answer:
    return Answer(_SHOWN.dump(row), version=row.version)


def _with_secret(row: Webhook, key: str, status: int) -> Answer:
    shown: dict[str, Any] = _SHOWN.dump(row) | {"secret": secret_of(key, row.id, row.generation)}
    return Answer(shown, status, row.version)
