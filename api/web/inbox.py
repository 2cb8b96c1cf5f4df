"""One's notices, how many are unread, and how one wants to be told."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, Response, request

from api.pages import cursor_at, cursor_values
from api.web.catalogues import language
from api.web.door import change, onward, page, read, text
from engine.errors import FieldProblem, InvalidDataError
from engine.queries.ordering import count_of
from engine.runtime import Transaction
from notifications import queries, wording
from notifications.commands import inbox, preferences
from notifications.commands.preferences import Wishes
from notifications.facts import read as read_facts
from notifications.topics import PERSONAL_CHANNELS, TOPICS

blueprint = Blueprint("inbox", __name__)

PAGE = 30
_MOST_SHOWN = 99


@blueprint.get("/notifications")
def messages() -> str:
    """One's messages, newest first."""
    only_unread = True if text("only") == "unread" else None

    def query(tx: Transaction) -> str:
        after = cursor_values(text("cursor", 2000), datetime, str)
        wanted = queries.inbox(tx, unread=only_unread, topic=None)
        found = queries.page_of(tx, wanted, (after[0], after[1]) if after else None, PAGE + 1)
        facts = read_facts(tx, found)
        shown = [(m, facts[m.id], wording.section(m.topic, m.payload, facts[m.id], language())) for m in found[:PAGE]]
        more = cursor_at((found[PAGE - 1].created_at, found[PAGE - 1].id)) if len(found) > PAGE else None
        return page("inbox.html", messages=shown, more=more, only_unread=only_unread)

    return read(query)


@blueprint.get("/notifications/unread")
def unread() -> Response:
    """How many messages are unread, for the bell of every page; nothing is sent again where that is still so."""
    number = read(lambda tx: count_of(tx, queries.inbox(tx, unread=True, topic=None)))
    shown = str(number) if number <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
    answer = Response(page("unread.html", number=number, shown=shown))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.post("/notifications/<message_id>/read")
def mark_read(message_id: str) -> Response:
    """Note that one has seen a message."""
    change(lambda tx: inbox.mark_read(tx, message_id))
    return onward("pages.inbox.messages", "read")


@blueprint.route("/notification-preferences", methods=["GET", "POST"])
def wishes() -> Response | str:
    """How one is told: a digest, quiet hours, and which topics by which channel."""
    if request.method == "GET":
        return read(_wishes_page)
    wanted = _wanted()
    change(lambda tx: preferences.set_preferences(tx, wanted))
    return onward("pages.inbox.wishes", "preferred")


def _wishes_page(tx: Transaction) -> str:
    known, _ = queries.preferences(tx)
    topics = [(code, titles[language() == "en"]) for code, titles in TOPICS.items()]
    return page("preferences.html", wishes=known, topics=topics, channels=PERSONAL_CHANNELS)


def _wanted() -> Wishes:
    form = request.form
    told = set(form.getlist("told"))
    silenced = {(t, c) for t in TOPICS for c in PERSONAL_CHANNELS if f"{t} {c}" not in told}
    start, end = _hour("quiet_from"), _hour("quiet_to")
    quiet = (start, end) if start and end else None
    spoken = form.get("language") if form.get("language") in ("vi", "en") else None
    return Wishes(form.get("digest") == "yes", quiet, spoken, frozenset(silenced))


def _hour(name: str) -> time | None:
    given = request.form.get(name, "")
    try:
        return time.fromisoformat(given) if given else None
    except ValueError as error:
        problem = FieldProblem(name, "type", "Phải là giờ dạng HH:MM.", "Must be an hour as HH:MM.")
        raise InvalidDataError([problem]) from error
