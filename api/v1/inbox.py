"""One's inbox and how one is told; for system administrators, what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.errors import speaks_english
from api.pages import cursor_values, page
from api.schemas.fields import Nothing, listing
from api.schemas.notifications import (
    FailureOut,
    FailureQuery,
    NotificationOut,
    NotificationQuery,
    PreferencesIn,
    PreferencesOut,
    ReplayIn,
    ReplayOut,
)
from api.v1.noun import Noun
from engine.models.outbox import OutboxMessage
from engine.queries.ordering import count_of
from engine.runtime import Transaction
from notifications import queries, wording
from notifications.commands import inbox, preferences, redelivery
from notifications.commands.preferences import Wishes
from notifications.commands.redelivery import Failures
from notifications.facts import Facts
from notifications.facts import read as read_facts
from notifications.topics import PERSONAL_CHANNELS, TOPICS

blueprint = Noun("notifications", "/api/v1", "Thông báo")


@blueprint.at("/notifications", methods=["GET"])
@blueprint.takes(NotificationQuery, "query")
@blueprint.gives(200, listing(NotificationOut))
def list_notifications() -> Response:
    """The actor's own messages, newest first."""
    given, language = arguments(NotificationQuery()), _language()
    after = cursor_values(given["cursor"], datetime, str)

    def query(tx: Transaction) -> Answer:
        wanted = queries.inbox(tx, unread=given["unread"], topic=given["topic"])
        found = queries.page_of(tx, wanted, after, given["limit"] + 1)
        facts = read_facts(tx, found)
        total = count_of(tx, wanted) if given["total"] else None
        return page(found, given["limit"], lambda m: _shown(m, facts[m.id], language), _place, total)

    return look(query)


@blueprint.at("/notifications/<message_id>/read", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, NotificationOut)
def read_notification(message_id: str) -> Response:
    """Note that one has seen a message."""
    body(Nothing())
    language = _language()

    def act(tx: Transaction) -> Answer:
        row = inbox.mark_read(tx, message_id)
        return Answer(_shown(row, read_facts(tx, [row])[row.id], language))

    return perform(act)


@blueprint.at("/notifications/failures", methods=["GET"])
@blueprint.takes(FailureQuery, "query")
@blueprint.gives(200, listing(FailureOut))
def list_failures() -> Response:
    """Messages that are no longer tried, newest first; for system administrators."""
    given = arguments(FailureQuery())
    after = cursor_values(given["cursor"], datetime, str)

    def query(tx: Transaction) -> Answer:
        wanted = queries.failures(tx, given["channel"])
        found = queries.page_of(tx, wanted, after, given["limit"] + 1)
        total = count_of(tx, wanted) if given["total"] else None
        return page(found, given["limit"], FailureOut().dump, _place, total)

    return look(query)


@blueprint.at("/notifications/failures/replay", methods=["POST"])
@blueprint.takes(ReplayIn)
@blueprint.gives(200, ReplayOut)
def replay_failures() -> Response:
    """Try failed messages again, by id or by when they were made, at most a thousand at once."""
    given = body(ReplayIn())
    wanted = Failures(**given | {"ids": tuple(given["ids"])})
    return perform(lambda tx: Answer({"replayed": redelivery.replay(tx, wanted)}))


@blueprint.at("/notification-preferences", methods=["GET"])
@blueprint.gives(200, PreferencesOut)
def get_preferences() -> Response:
    """How one is told."""
    return look(_preferences)


@blueprint.at("/notification-preferences", methods=["PUT"])
@blueprint.takes(PreferencesIn)
@blueprint.gives(200, PreferencesOut)
def put_preferences() -> Response:
    """Say how one wants to be told; what is left out is as it is for everybody."""
    wishes, expected = _wishes(body(PreferencesIn())), expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        preferences.set_preferences(tx, wishes, expected)
        return _preferences(tx)

    return perform(act)


def _language() -> str:
    return "en" if speaks_english() else "vi"


def _place(row: OutboxMessage) -> tuple[datetime, str]:
    return row.created_at, row.id


def _shown(row: OutboxMessage, facts: Facts, language: str) -> dict[str, Any]:
    told = wording.section(row.topic, row.payload, facts, language)
    return {
        "id": row.id,
        "topic": row.topic,
        "title": told.subject,
        "text": "\n".join(told.paragraphs),
        "path": facts.path,
        "data": row.payload,
        "process_instance_id": row.instance_id,
        "due_at": facts.due_at,
        "settled": facts.settled,
        "created_at": row.created_at,
        "read_at": row.read_at,
    }


def _preferences(tx: Transaction) -> Answer:
    wishes, version = queries.preferences(tx)
    quiet = None if wishes.quiet is None else {"from": _hour(wishes.quiet[0]), "to": _hour(wishes.quiet[1])}
    channels = {t: {c: (t, c) not in wishes.silenced for c in PERSONAL_CHANNELS} for t in TOPICS}
    shown = {"digest": wishes.digest, "quiet_hours": quiet, "language": wishes.language, "channels": channels}
    return Answer(shown, version=version)


def _wishes(given: Mapping[str, Any]) -> Wishes:
    silenced = {(topic, c) for topic, wanted in given["channels"].items() for c, on in wanted.items() if not on}
    hours = given["quiet_hours"]
    quiet = None if hours is None else (hours["start"], hours["end"])
    return Wishes(given["digest"], quiet, given["language"], frozenset(silenced))


def _hour(at: time) -> str:
    return at.strftime("%H:%M")
