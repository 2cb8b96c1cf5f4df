"""The prepared statements that tell of an event: one INSERT finds the recipients and writes their messages.

Rule: a notice costs one statement and no reading, however many people and channels it reaches; who has the role,
an address and an open ear is decided in the transaction of the event.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from engine.models.columns import Instant, Json, table_of
from engine.models.directory import Membership, Person
from engine.models.notification import NotificationMute, Webhook
from engine.models.outbox import OutboxMessage
from engine.models.prepared import Prepared
from engine.models.substitution import Substitution

_person, _held = table_of(Person).c, table_of(Membership).c
_lent = table_of(Substitution).c
_mute, _hook = table_of(NotificationMute).c, table_of(Webhook).c
_COLUMNS = (
    "id",
    "dedupe_key",
    "topic",
    "channel",
    "recipient",
    "recipient_id",
    "instance_id",
    "payload",
    "state",
    "attempts",
    "fence",
    "next_at",
    "created_at",
    "sent_at",
)


class fresh_id(FunctionElement[str]):
    """A random UUID as text, made by the database for each row."""

    type = String()
    inherit_cache = True


@compiles(fresh_id, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return "CAST(gen_random_uuid() AS VARCHAR)"


@compiles(fresh_id, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    tail = "substr('89AB', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2)"
    parts = ("hex(randomblob(4))", "hex(randomblob(2))", "'4' || substr(hex(randomblob(2)), 2)", tail)
    joined = " || '-' || ".join((*parts, "hex(randomblob(6))"))
    return f"lower({joined})"


def _text(name: str) -> ColumnElement[str]:
    return cast(bindparam(name, type_=String()), String())


def _row(recipient_id: Any, channel: ColumnElement[str]) -> tuple[Any, ...]:
    now = cast(bindparam("now", type_=Instant()), Instant())
    key = _text("stage") + literal(":") + recipient_id + literal(":") + channel
    in_inbox = channel == literal("inbox")
    return (
        fresh_id(),
        key,
        _text("topic"),
        channel,
        _text("recipient"),
        recipient_id,
        _text("instance_id"),
        cast(bindparam("payload", type_=Json()), Json()),
        case((in_inbox, literal("sent")), else_=literal("new")),
        cast(literal(0), Integer()),
        cast(literal(0), Integer()),
        now,
        now,
        case((in_inbox, now), else_=null()),
    )


def _to_people(audience: ColumnElement[bool]) -> Select[Any]:
    """A message in the inbox of everybody meant, and one by mail for those with an address, unless they said no."""
    channels = union_all(select(literal("inbox").label("channel")), select(literal("email"))).subquery("channels")
    channel = channels.c.channel
    silenced = select(_mute.topic).where(
        _mute.person_id == _person.id, _mute.topic == _text("topic"), _mute.channel == channel
    )
    return (
        select(*_row(_person.id, channel))
        .select_from(table_of(Person).join(channels, true()))
        .where(
            audience,
            _person.disabled.is_(False),
            or_(channel == literal("inbox"), _person.email.is_not(None)),
            ~silenced.exists(),
        )
    )


def _to_webhooks() -> Select[Any]:
    """A message to every endpoint that listens to the topic, at the agency concerned."""
    named = _hook.topics.cast(String()).like(literal('%"') + _text("topic") + literal('"%'))
    return select(*_row(_hook.id, literal("webhook"))).where(
        _hook.active.is_(True),
        or_(_hook.agency_code.is_(None), _hook.agency_code == _text("agency")),
        or_(_hook.topics.cast(String()) == literal("[]"), named),
    )


def _notice(audience: ColumnElement[bool]) -> Prepared:
    rows: CompoundSelect[Any] = union_all(_to_people(audience), _to_webhooks())
    insert = postgresql.insert(table_of(OutboxMessage)).from_select(list(_COLUMNS), rows)
    return Prepared(insert.on_conflict_do_nothing(index_elements=["dedupe_key"]))


def _holders(at: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whoever holds the role today, and whoever stands in for one who does."""
    today = cast(bindparam("today", type_=Date()), Date())
    in_force = (
        _held.role == _text("role"),
        at,
        or_(_held.valid_from.is_(None), _held.valid_from <= today),
        or_(_held.valid_to.is_(None), _held.valid_to >= today),
    )
    own = select(_held.person_id).where(*in_force)
    lent = (
        select(_lent.substitute_id)
        .join(table_of(Membership), _held.id == _lent.membership_id)
        .where(*in_force, _lent.valid_from <= today, _lent.valid_to >= today)
    )
    return _person.id.in_(union_all(own, lent))


#: Tell one person: stage, topic, recipient, instance_id, payload, agency, now; person_id.
TELL_PERSON = _notice(_person.id == _text("person_id"))
#: Tell whoever holds a role at an agency on the local day `today`: `role`, `agency` instead of person_id.
TELL_OFFICE = _notice(_holders(_held.agency_code == _text("agency")))
#: Tell whoever holds a role of the whole installation: `role`; `agency` is that of the case.
TELL_ROLE = _notice(_holders(_held.agency_code.is_(None)))
