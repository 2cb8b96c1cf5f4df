"""Keeping the installation running: what waits, messages that did not arrive, and endpoints of other systems.

Rule: a secret is in the answer that made it and nowhere else; it cannot be asked for again.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request

from api.web import refusals
from api.web.door import change, onward, page, read, text
from api.web.given import given, number, required
from engine.errors import ConflictError, InvalidDataError
from engine.models.notification import Webhook
from engine.queries import backlog
from engine.runtime import Transaction
from notifications import queries
from notifications.channels.webhook.connection import Gate
from notifications.channels.webhook.signing import secret_of
from notifications.commands import redelivery, webhooks
from notifications.commands.redelivery import Failures
from notifications.commands.webhooks import Draft
from notifications.topics import TOPICS

blueprint = Blueprint("running", __name__)

PAGE = 50
_MANY = 500


@blueprint.get("/jobs")
def jobs() -> str:
    """What the system has yet to do by itself, and since when."""

    def query(tx: Transaction) -> str:
        waiting, depths = backlog.of_system(tx)
        return page("jobs.html", waiting=waiting, depths=depths, late_after=backlog.LATE_AFTER)

    return read(query)


@blueprint.get("/notification-failures")
def failures() -> str:
    """Messages that nobody tries to send any more."""
    channel = text("channel")

    def query(tx: Transaction) -> str:
        found = queries.page_of(tx, queries.failures(tx, channel), None, _MANY)
        return page("failures.html", found=found, channel=channel, is_cut=len(found) == _MANY)

    return read(query)


@blueprint.post("/notification-failures/replay")
def replay() -> Response:
    """Have the marked ones tried again, or all of them."""
    ids = () if given("all") == "yes" else tuple(request.form.getlist("message"))
    if ids or given("all") == "yes":
        change(lambda tx: redelivery.replay(tx, Failures(ids=ids)))
    return onward("pages.running.failures", "replayed" if ids or given("all") == "yes" else None)


@blueprint.get("/webhooks")
def endpoints() -> str:
    """The endpoints that the reader keeps."""
    return read(lambda tx: _endpoints(tx, None))


@blueprint.post("/webhooks")
def add() -> str | tuple[str, int]:
    """A new endpoint; the page shows its secret this once."""
    try:
        draft = Draft(required("name"), required("url"), given("agency") or None, tuple(_topics()))
        row = change(lambda tx: webhooks.add_webhook(tx, draft, _gate()).id)
    except InvalidDataError as error:
        message = refusals.told(error)
        return read(lambda tx: _endpoints(tx, message)), 422
    return read(lambda tx: _endpoint(tx, row, shows_secret=True))


@blueprint.get("/webhooks/<webhook_id>")
def endpoint(webhook_id: str) -> str:
    """One endpoint, and what it was told."""
    return read(lambda tx: _endpoint(tx, webhook_id))


@blueprint.post("/webhooks/<webhook_id>/rotation")
def rotate(webhook_id: str) -> str:
    """A new secret; the page shows it this once."""
    change(lambda tx: webhooks.rotate_secret(tx, webhook_id, number("expected")).id)
    return read(lambda tx: _endpoint(tx, webhook_id, shows_secret=True))


@blueprint.post("/webhooks/<webhook_id>/switch")
def switch(webhook_id: str) -> Response:
    """Switch an endpoint off, or on again."""
    wanted = {"active": given("active") == "yes"}
    change(lambda tx: webhooks.change_webhook(tx, webhook_id, wanted, _gate(), number("expected")).id)
    return onward("pages.running.endpoint", "switched", webhook_id=webhook_id)


@blueprint.post("/webhooks/<webhook_id>/removal")
def remove(webhook_id: str) -> Response:
    """Forget an endpoint."""
    change(lambda tx: webhooks.remove_webhook(tx, webhook_id, number("expected")))
    return onward("pages.running.endpoints", "removed")


@blueprint.post("/webhooks/<webhook_id>/deliveries/<message_id>/redeliver")
def redeliver(webhook_id: str, message_id: str) -> Response | tuple[str, int]:
    """Tell an endpoint of an event once more."""
    try:
        change(lambda tx: redelivery.redeliver(tx, webhook_id, message_id).id)
    except ConflictError as error:
        message = refusals.told(error)
        return read(lambda tx: _endpoint(tx, webhook_id, problem=message)), 409
    return onward("pages.running.endpoint", "replayed", webhook_id=webhook_id)


def _endpoints(tx: Transaction, problem: str | None) -> str:
    found = queries.page_of_webhooks(tx, "", _MANY)
    headed = sorted({g.agency for g in tx.actor.grants if g.role == "agency_head" and g.agency})
    keeps_all = webhooks.keeps(tx.actor, None)
    return page("webhooks.html", found=found, headed=headed, keeps_all=keeps_all, topics=TOPICS, problem=problem)


def _endpoint(tx: Transaction, webhook_id: str, *, shows_secret: bool = False, problem: str | None = None) -> str:
    row = queries.webhook(tx, webhook_id)
    told = queries.page_of(tx, queries.deliveries(tx, webhook_id, None), None, PAGE)
    secret = _secret(row) if shows_secret else None
    return page("webhook.html", row=row, told=told, secret=secret, topics=TOPICS, problem=problem)


def _secret(row: Webhook) -> str:
    return secret_of(current_app.config["SECRET_KEY"], row.id, row.generation)


def _topics() -> list[Any]:
    return [topic for topic in request.form.getlist("topic") if topic in TOPICS]


def _gate() -> Gate:
    return Gate(in_development=current_app.config["IS_DEVELOPMENT"])
