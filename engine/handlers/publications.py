"""What the service tasks of content_publication, content_clearance and press_content do.

Rule: an agency’s content is public only once it was approved and is on a channel; over the content of press bodies
there is no approval at all: they are offered a pack, publish as they see fit, and report what they published.
Source: requirements 2(g); plan 179/KH-UBND, V.2.a, V.4.a, V.5.a, V.5.c; Press Law 2025 (autonomy).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError
from engine.handlers.activity_content import agency_of, turn, unknown_tags
from engine.handlers.content import require_obligation
from engine.models.columns import new_id
from engine.models.publication import Publication, PublicationChannel
from engine.queries.publications import CHANNELS
from engine.runtime import Transaction

__all__ = [
    "approve_publication",
    "drop_publication",
    "offer_content",
    "open_publication",
    "record_items",
    "record_no_items",
    "record_publication",
    "record_reach",
    "submit_content",
]

_PRESS = "press"
_DROPPED = {"withdraw": "withdrawn_draft", "reject": "refused"}
_CONTENT = ("title", "summary", "content", "audience", "language", "content_tags", "channel_tags")


def open_publication(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a publication for the case. Of a press body it begins with a pack that is offered to it."""
    agency = agency_of(tx, case)
    obligation = require_obligation(tx, case.variables.get("obligation"))
    is_press = agency.type == _PRESS
    title = case.variables.get("title") or (obligation.title_vi if obligation else None)
    found = Publication(
        id=new_id(),
        obligation_id=obligation.id if obligation else None,
        agency=agency.code,
        is_press=is_press,
        title=title,
        content_tags=list(obligation.content_tags) if obligation else [],
        channel_tags=list(obligation.channel_tags) if obligation else [],
        state="draft",
        round=1,
        instance_id=case.id,
        created_at=tx.now,
        simulated=tx.simulated,
        version=1,
    )
    tx.session.add(found)
    case.record(Happening("publication-opened", case.element_id, data=_data(found, press=is_press)))
    opened: dict[str, Any] = {"publication": found.id, "is_press": is_press, "round": 1}
    return opened | {"placements": [], "published_channels": [], "reaches": []} | ({"title": title} if title else {})


def submit_content(tx: Transaction, case: Case) -> None:
    """The editor submits; hears at once of what cannot be meant."""
    found, known = _publication(tx, case), case.variables
    problems = [*unknown_tags(tx, known), *_strange_channels(known["channels"])]
    if problems:
        raise InvalidDataError(problems)
    _take(found, known)
    found.round = int(known["round"])
    turn(found, "submitted")
    told = _data(found, round=found.round, channels=known["channels"])
    case.record(Happening("publication-submitted", case.element_id, data=told))


def drop_publication(tx: Transaction, case: Case) -> None:
    """It is withdrawn by its editor or refused by the head."""
    found = _publication(tx, case)
    found.closed_at = tx.now
    turn(found, _DROPPED[case.variables["decision"]])
    reason = case.variables.get("comment")
    told = _data(found, state=found.state) | ({"reason": reason} if reason else {})
    case.record(Happening("publication-closed", case.element_id, data=told))


def approve_publication(tx: Transaction, case: Case) -> None:
    """The head has approved it: its channels wait."""
    found = _publication(tx, case)
    found.approved_by, found.approved_at = tx.actor.person_id, tx.now
    turn(found, "approved")
    tx.session.add_all(
        _channel(found, n, channel, "pending") for n, channel in enumerate(case.variables["channels"], start=1)
    )
    tx.session.flush()
    told = _data(found, channels=case.variables["channels"])
    case.record(Happening("publication-approved", case.element_id, data=told))


def record_publication(tx: Transaction, case: Case) -> dict[str, Any]:
    """Keep the proof of each channel; with the first one that took it, the content is public."""
    found = _publication(tx, case)
    rows = channels_of(tx, found)
    for placed in case.variables["placements"]:
        _prove(rows[placed["channel"]], placed)
    published = [row for row in rows.values() if row.state == "published"]
    found.published_at = min((row.published_at for row in published if row.published_at), default=None)
    found.closed_at = None if published else tx.now
    turn(found, "published" if published else "unplaced")
    told = [{"channel": row.channel, "state": row.state, "url": row.url} for row in rows.values()]
    case.record(Happening("publication-placed", case.element_id, data=_data(found, state=found.state, channels=told)))
    return {"published_channels": [row.channel for row in published]}


def record_reach(tx: Transaction, case: Case) -> None:
    """Keep how many each channel reached."""
    found, rows = _publication(tx, case), channels_of(tx, _publication(tx, case))
    for one in case.variables["reaches"]:
        rows[one["channel"]].reach = int(one["reach"])
    found.reach = sum(row.reach or 0 for row in rows.values())
    found.closed_at = tx.now
    found.version += 1
    case.record(Happening("publication-measured", case.element_id, data=_data(found, reach=found.reach)))


def offer_content(tx: Transaction, case: Case) -> None:
    """The pack goes to the press body, which need not use it."""
    found = _publication(tx, case)
    problems = [*unknown_tags(tx, case.variables)]
    if problems:
        raise InvalidDataError(problems)
    _take(found, case.variables)
    turn(found, "offered")
    case.record(Happening("press-pack-offered", case.element_id, data=_data(found)))


def record_items(tx: Transaction, case: Case) -> None:
    """The press body reports what it published, as it published it."""
    found, known = _publication(tx, case), case.variables
    for position, item in enumerate(known["items"], start=1):
        row = _channel(found, position, _PRESS, "published")
        row.title, row.url, row.note = item["title"], item.get("url"), item.get("note")
        row.published_at = tx.now
        tx.session.add(row)
    found.column_name, found.published_at, found.closed_at = known.get("column_name"), tx.now, tx.now
    found.summary = found.summary or found.title
    turn(found, "published")
    told = _data(found, items=len(known["items"]), column=found.column_name, launched_on=known.get("launched_on"))
    case.record(Happening("press-items-reported", case.element_id, data=told))


def record_no_items(tx: Transaction, case: Case) -> None:
    """The press body does not use the pack, and owes no reason."""
    found = _publication(tx, case)
    found.closed_at = tx.now
    turn(found, "not_used")
    case.record(Happening("publication-closed", case.element_id, data=_data(found, state=found.state)))


def abandoned(tx: Transaction, case: Case) -> None:
    """The case was ended by hand: what is public stays so, anything else is dropped. A correction changes nothing."""
    found = tx.session.get(Publication, case.variables["publication"])
    if found is None or found.instance_id != case.id or found.closed_at is not None:
        return
    found.closed_at = tx.now
    turn(found, found.state if found.state == "published" else "withdrawn_draft")
    case.record(Happening("publication-closed", case.element_id, data=_data(found, state=found.state)))


def channels_of(tx: Transaction, found: Publication) -> dict[str, PublicationChannel]:
    """The channels of a publication by their codes, in order."""
    query = select(PublicationChannel).where(PublicationChannel.publication_id == found.id)
    return {row.channel: row for row in tx.session.scalars(query.order_by(PublicationChannel.position))}


def _strange_channels(given: list[str]) -> list[FieldProblem]:
    unknown = ", ".join(code for code in given if code not in CHANNELS)
    if not unknown:
        return []
    known = ", ".join(CHANNELS)
    message_vi = f"Không có kênh: {unknown}. Các kênh: {known}."
    return [FieldProblem("channels", "unknown", message_vi, f"No such channel: {unknown}. There are: {known}.")]


def _take(found: Publication, known: dict[str, Any]) -> None:
    for name in _CONTENT:
        if known.get(name) is not None:
            setattr(found, name, known[name])


def _prove(row: PublicationChannel, placed: dict[str, Any]) -> None:
    if placed["decision"] != "publish":
        row.state, row.note = "skipped", placed.get("comment")
        return
    row.state, row.url = "published", placed.get("url")
    row.published_at = datetime.fromisoformat(placed["published_at"])
    row.archived_copy = placed["archived_copy"]


def _channel(found: Publication, position: int, channel: str, state: str) -> PublicationChannel:
    return PublicationChannel(
        id=new_id(), publication_id=found.id, position=position, channel=channel, state=state, archived_copy=[]
    )


def _publication(tx: Transaction, case: Case) -> Publication:
    return tx.session.get_one(Publication, case.variables["publication"])


def _data(found: Publication, **facts: Any) -> dict[str, Any]:
    return {"publication": found.id, **facts}
