"""Messages between cases, and from people and programs to cases: to one receiver, by name and correlation.

Rule: exactly one receiver or none. None waits: a start event of that name begins a case, else the message waits until
its time to live is over. A receiver out of the sender's reach is none. See docs/decisions/0009-messages.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from engine import access
from engine.access import SYSTEM, Actor
from engine.audit.chain import Happening
from engine.bpmn.timers import parse_duration
from engine.commands import definitions, exchange, incidents, receiving
from engine.commands.case import Case, lock_case
from engine.commands.correlation import canonical, fits, is_fit, reaches, require_usable
from engine.commands.journal import record_system
from engine.commands.receiving import Receiver
from engine.errors import (
    AmbiguousMessageError,
    Attempt,
    EngineError,
    FieldProblem,
    InvalidDataError,
    NotFoundError,
    ProcessError,
)
from engine.models.columns import new_id
from engine.models.instance import ProcessInstance
from engine.models.message import Message
from engine.models.subscription import EventSubscription, StartSubscription
from engine.queries.directory import grants_of_person
from engine.runtime import Transaction

LONGEST_LIFE = timedelta(days=30)
KEPT = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=1)
_RACES = 3


@dataclass(frozen=True)
class Posted:
    """A message from a person or program.

    `correlation` is an object of properties, or the one value that a receiver with one property demands.
    `time_to_live` is an ISO 8601 duration (None: the usual hour); of no length: the message is not to wait at all.
    """

    name: str
    business_key: str | None = None
    correlation: Any = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    time_to_live: str | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Published:
    """What became of a message: `delivered` to a case, a case `started` by it, or `buffered` (no case yet).

    A buffered one has an id, and waits until `expires_at`; of the others nothing is kept.
    """

    state: str
    instance_id: str | None = None
    message_id: str | None = None
    expires_at: datetime | None = None


def publish(tx: Transaction, posted: Posted, *, by_command: bool = False) -> Published:
    """Hand a message to the one case, or else the one process, that waits for it; where there is none, keep it.

    `by_command`: a command sends it that has asked whether the actor may, and reaches what nobody posts to (an element
    whose property `posted` is false). Raises AmbiguousMessageError when more than one waits, NotFoundError when none
    does and the message may not wait, ProcessError when the receiver cannot carry the step out. What the actor may not
    reach is as if it were not there.
    """
    message = _message(tx, posted)
    outcome = _handed(tx, message, tx.actor, by_command=by_command)
    if outcome is not None:
        return outcome
    if message.expires_at is not None and message.expires_at <= tx.now:
        raise NotFoundError("message-receiver", posted.name)
    exchange.deliver_soon(tx, [message.id])  # somebody may have begun to wait in the meantime
    return _kept(tx, message)


def keep(tx: Transaction, posted: Posted) -> Published:
    """Keep a message whose receiver could not go on with it and is an incident now: it is tried again with that."""
    return _kept(tx, _message(tx, posted))


def deliver(tx: Transaction, message_id: str, *, waits_for_others: bool) -> bool:
    """Hand over one waiting message or signal; False when it is settled, in another's hands, or nobody fits.

    Whoever has just begun to wait must wait for others who have it in hand: they may have looked too early. Raises
    ProcessError when the receiver cannot carry the step out, and whatever beginning a case raises.
    """
    message = _claimed(tx, message_id, waits_for_others=waits_for_others)
    if message is None:
        return False
    try:
        outcome = _signalled(tx, message) if message.kind == "signal" else _handed(tx, message, _sender(tx, message))
    except AmbiguousMessageError as error:
        _settle(tx, message, "ambiguous", str(error))
        _tell_sender(tx, message, str(error))
        return False
    if outcome is None:
        message.next_at = tx.now + AGAIN_AFTER
        return False
    _settle(tx, message, "delivered", to=outcome.instance_id)
    return True


def note_failure(tx: Transaction, message_id: str, error: EngineError) -> None:
    """Settle a message that could begin no case as failed, and tell its sender."""
    message = _claimed(tx, message_id, waits_for_others=True)
    if message is not None:
        _settle(tx, message, "failed", str(error))
        _tell_sender(tx, message, str(error))


def note_ambiguity(tx: Transaction, error: AmbiguousMessageError) -> None:
    """Record that the actor posted a message which more than one waited for: the refusal itself left no trace."""
    record_system(tx, "message-ambiguous", {"name": error.name, "receivers": error.count})


def due(tx: Transaction, limit: int) -> list[str]:
    """Up to `limit` waiting messages that may be tried now, longest waiting first; of a signal by its cases' ids."""
    query = (
        select(Message.id)
        .outerjoin(EventSubscription, EventSubscription.id == Message.target_id)
        .where(Message.state == "waiting", Message.next_at <= tx.now)
        .order_by(Message.next_at, Message.created_at, EventSubscription.instance_id, Message.id)
    )
    return list(tx.session.scalars(query.limit(limit)))


def fitting(tx: Transaction, subscription_ids: list[str]) -> list[str]:
    """The waiting messages that fit one of these subscriptions, oldest first."""
    rows = tx.session.execute(
        select(Message, EventSubscription)
        .join(EventSubscription, EventSubscription.name == Message.name)
        .where(EventSubscription.id.in_(subscription_ids), Message.kind == "message", Message.state == "waiting")
        .order_by(Message.created_at, Message.id)
    )
    return list(dict.fromkeys(message.id for message, subscription in rows if is_fit(message, subscription)))


def again(tx: Transaction, case: Case, message_id: str) -> None:
    """Try a message again that made this case an incident: one that it threw, or one that it could not go on with."""
    message = tx.session.get(Message, message_id, with_for_update=True)
    if message is None:
        return
    if message.state in ("ambiguous", "failed"):
        message.state, message.settled_at, message.next_at = "waiting", None, tx.now
        exchange.deliver_soon(tx, [message.id])
        return
    receiver = _receiver_in(tx, case, message)
    if message.state == "waiting" and receiver is not None:
        receiving.go_on(tx, case, message, receiver)
        _settle(tx, message, "delivered", to=case.id)


def forget_old(tx: Transaction) -> None:
    """Delete what was settled more than seven days ago."""
    tx.session.execute(delete(Message).where(Message.settled_at < tx.now - KEPT))


def _kept(tx: Transaction, message: Message) -> Published:
    tx.session.add(message)
    return Published("buffered", message_id=message.id, expires_at=message.expires_at)


def _message(tx: Transaction, posted: Posted) -> Message:
    require_usable(posted.correlation)
    row = exchange.posted_row(
        tx,
        "message",
        posted.name,
        id=posted.id,
        business_key=posted.business_key,
        agency=exchange.agency_of(posted.variables),
        correlation=canonical({} if posted.correlation is None else posted.correlation),
        variables=dict(posted.variables),
        expires_at=_end_of_life(tx, posted.time_to_live),
        sent_by=tx.actor.person_id,
    )
    return Message(**row)


def _end_of_life(tx: Transaction, time_to_live: str | None) -> datetime:
    if time_to_live is None:
        return tx.now + exchange.TIME_TO_LIVE
    duration = parse_duration(time_to_live)
    if duration is None or duration.months > 1 or duration.rest > LONGEST_LIFE:
        message_vi = "Thời hạn phải theo ISO 8601, ví dụ PT1H, và không quá 30 ngày."
        message_en = "It must be an ISO 8601 duration such as PT1H, of at most 30 days."
        raise InvalidDataError([FieldProblem("time_to_live", "duration", message_vi, message_en)])
    return duration.after(tx.now)


def _handed(tx: Transaction, message: Message, sender: Actor, *, by_command: bool = False) -> Published | None:
    """Have the one receiver within the sender's reach take the message; None when there is none, or it may not now."""
    for _ in range(_RACES):
        found = _receivers(tx, message, sender, by_command=by_command)
        if len(found) > 1:
            raise AmbiguousMessageError(message.name, len(found))
        if not found:
            return None if _is_over(tx, message) else _started(tx, message, sender)
        if found[0].state != "active":
            return None
        case = receiving.receive(tx, message, found[0])
        if case is not None:
            return Published("delivered", case.id)
    return None


def _receivers(tx: Transaction, message: Message, sender: Actor, *, by_command: bool) -> list[Receiver]:
    """The cases that the message fits; those that began to wait after its time was over are too late."""
    waiting = EventSubscription
    query = (
        select(
            ProcessInstance.definition_id,
            waiting.id,
            waiting.instance_id,
            waiting.element_id,
            ProcessInstance.state,
        )
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(fits(message), reaches(sender), EventSubscription.created_at <= message.expires_at)
        .order_by(EventSubscription.instance_id)
    )
    found = [(version, Receiver(*row)) for version, *row in tx.session.execute(query)]
    if by_command or message.from_instance_id is not None:
        return [receiver for _, receiver in found]
    return [receiver for version, receiver in found if _is_posted_to(tx, version, receiver.element_id)]


def _is_posted_to(tx: Transaction, definition_id: str, element_id: str) -> bool:
    """Whether people and programs may post to an element: unless its property `posted` says that nobody does."""
    element = definitions.compiled(tx, definition_id).elements.get(element_id)
    return element is None or element.properties.get("posted") != "false"


def _started(tx: Transaction, message: Message, sender: Actor) -> Published | None:
    """Begin the case of the one process that the message starts and the sender may start."""
    query = select(StartSubscription).where(StartSubscription.kind == "message", StartSubscription.name == message.name)
    found = [start for start in tx.session.scalars(query) if _may_start(tx, message, sender, start)]
    if len(found) > 1:
        raise AmbiguousMessageError(message.name, len(found))
    if not found:
        return None
    return Published("started", receiving.begin(tx, message, found[0]).id)


def _may_start(tx: Transaction, message: Message, sender: Actor, start: StartSubscription) -> bool:
    definition = definitions.compiled(tx, start.definition_id)
    return access.may_start(sender, definition.starter_groups, message.agency)


def _signalled(tx: Transaction, message: Message) -> Published | None:
    """Give a signal to the subscription it is for. One that is gone has missed it, as signals are not kept."""
    target = message.target_id or ""
    start = tx.session.get(StartSubscription, target)
    if start is not None:
        return Published("started", receiving.begin(tx, message, start).id)
    row = tx.session.get(EventSubscription, target)
    if row is None:
        _settle(tx, message, "expired")
        return None
    state = tx.session.scalars(select(ProcessInstance.state).where(ProcessInstance.id == row.instance_id)).one()
    case = receiving.receive(tx, message, Receiver(row.id, row.instance_id, row.element_id, state))
    return Published("delivered", case.id) if case is not None else None


def _claimed(tx: Transaction, message_id: str, *, waits_for_others: bool) -> Message | None:
    """The message, locked, if it waits."""
    query = select(Message).where(Message.id == message_id, Message.state == "waiting")
    return tx.session.scalars(query.with_for_update(skip_locked=not waits_for_others)).first()


def _is_over(tx: Transaction, message: Message) -> bool:
    """Settle a message whose time is over as expired. One that was never tried is not: nothing ran in its time."""
    never_tried = message.next_at <= message.created_at
    if message.expires_at is None or message.expires_at > tx.now or never_tried:
        return False
    _settle(tx, message, "expired")
    return True


def _settle(tx: Transaction, message: Message, state: str, reason: str | None = None, to: str | None = None) -> None:
    message.state, message.settled_at = state, tx.now
    message.reason, message.delivered_to = reason, to


def _sender(tx: Transaction, message: Message) -> Actor:
    """Whose reach counts: a diagram's is everywhere, a person's is what it is today."""
    if message.from_instance_id is not None or message.sent_by is None:
        return SYSTEM
    return Actor(message.sent_by, grants=grants_of_person(tx, message.sent_by))


def _receiver_in(tx: Transaction, case: Case, message: Message) -> Receiver | None:
    wanted = fits(message) if message.target_id is None else EventSubscription.id == message.target_id
    query = select(EventSubscription).where(EventSubscription.instance_id == case.id, wanted)
    row = tx.session.scalars(query.order_by(EventSubscription.created_at, EventSubscription.id)).first()
    return Receiver(row.id, case.id, row.element_id, case.state) if row is not None else None


def _tell_sender(tx: Transaction, message: Message, reason: str) -> None:
    """Make the case that threw the message an incident; what a person posted goes into the system's history."""
    facts = {"message": message.id, "name": message.name, "reason": reason}
    if message.from_instance_id is None:
        record_system(tx, "message-ambiguous" if message.state == "ambiguous" else "message-failed", facts)
        return
    case = lock_case(tx, message.from_instance_id)
    case.record(
        Happening(
            "message-ambiguous" if message.state == "ambiguous" else "message-failed", message.element_id, data=facts
        )
    )
    attempt = Attempt("message", case.id, message.id)
    incidents.raise_incident(tx, ProcessError(message.element_id or "", reason), attempt)
