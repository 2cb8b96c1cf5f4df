"""Beginning cases whose time has come: start events with a timer.

Rule: the start event is locked before its time is looked at, and moves on in the transaction that begins the case; so
each occurrence begins one case, whoever else tries.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM
from engine.bpmn import timers
from engine.bpmn.network import TimerRule
from engine.bpmn.timers import Schedule
from engine.commands import definitions, instances
from engine.commands.instances import Start, Trigger
from engine.commands.journal import record_system
from engine.deadlines import derivation_of
from engine.errors import BusyError, EngineError
from engine.models.definition import ProcessDefinition
from engine.models.subscription import StartSubscription
from engine.queries import calendar as calendars
from engine.runtime import Engine, Transaction

log = structlog.get_logger("engine.timers")


def fire(tx: Transaction, start_id: str) -> bool:
    """Begin the case of one due start event; False when it is not due (any more), or the occurrence is skipped."""
    start = _claimed(tx, start_id)
    if start is None or start.next_due is None:
        return False
    rule, occurrence = _rule(tx, start), _schedule(start, start.next_due)
    _move_on(tx, start, rule, occurrence)
    if timers.is_missed(rule, occurrence, calendars.functions(tx), tx.now):
        return False
    version = tx.session.get_one(ProcessDefinition, start.definition_id)
    trigger = Trigger(version.id, start.element_id, "timer", person_id=version.published_by or version.deployed_by)
    instances.begin(tx, Start(start.process_key, trigger=trigger))
    return True


def skip(tx: Transaction, start_id: str, error: EngineError) -> None:
    """After an occurrence that could begin no case: record it and wait for the next one."""
    start = _claimed(tx, start_id)
    if start is None or start.next_due is None:
        return
    facts = {"process": start.process_key, "element": start.element_id, "reason": str(error)}
    record_system(tx, "timed-start-failed", facts | {"due": start.next_due.isoformat()})
    _move_on(tx, start, _rule(tx, start), _schedule(start, start.next_due))


def recount(tx: Transaction) -> int:
    """Count the start events anew that count working days, on the calendar in force; how many moved.

    What is due already stays as it is.
    """
    waiting = StartSubscription.derivation.is_not(None) & (StartSubscription.next_due > tx.now)
    starts = tx.session.scalars(select(StartSubscription).where(waiting).with_for_update()).all()
    return sum(_recounted(tx, start) for start in starts)


def due(tx: Transaction, limit: int) -> list[str]:
    """Up to `limit` start events whose time has come, longest due first."""
    query = select(StartSubscription.id).where(StartSubscription.next_due <= tx.now)
    return list(tx.session.scalars(query.order_by(StartSubscription.next_due, StartSubscription.id).limit(limit)))


def fire_due(engine: Engine, limit: int = 100) -> int:
    """Begin what is due, each case in a transaction of its own; returns how many began."""
    return sum(_fire_one(engine, start_id) for start_id in engine.read(SYSTEM, due, limit))


def _fire_one(engine: Engine, start_id: str) -> bool:
    try:
        return engine.run(SYSTEM, fire, start_id)
    except BusyError:
        log.info("timed-start-postponed", start_id=start_id)
    except EngineError as error:
        log.error("timed-start-failed", start_id=start_id, code=error.code)
        engine.run(SYSTEM, skip, start_id, error)
    return False


def _recounted(tx: Transaction, start: StartSubscription) -> bool:
    calendar, old, before = calendars.current(tx), start.next_due, derivation_of(start.derivation or {})
    again = before.again(calendar, deadlines.local_date(tx.now))
    new = again.instant(calendar)
    if old is None or new == old:
        return False
    start.next_due, start.anchor, start.derivation = new, new, again.as_json()
    facts = {"process": start.process_key, "element": start.element_id, "calendar_version": calendar.version}
    moved = {"due": {"old": old.isoformat(), "new": new.isoformat()}}
    decided = calendars.decided_since(tx, before.calendar_version)
    record_system(tx, "timed-start-moved", facts | moved | {"decided": decided})
    return True


def _claimed(tx: Transaction, start_id: str) -> StartSubscription | None:
    """The start event, locked, if it is due and no other worker has it."""
    query = select(StartSubscription).where(StartSubscription.id == start_id, StartSubscription.next_due <= tx.now)
    return tx.session.scalars(query.with_for_update(skip_locked=True)).first()


def _rule(tx: Transaction, start: StartSubscription) -> TimerRule:
    network = definitions.compiled(tx, start.definition_id).networks[start.process_key]
    rule = network.nodes[start.element_id].events[start.position].timer
    assert rule is not None, start.element_id
    return rule


def _schedule(start: StartSubscription, due_at: datetime) -> Schedule:
    return Schedule(due_at, start.remaining, start.anchor or due_at, start.turn)


def _move_on(tx: Transaction, start: StartSubscription, rule: TimerRule, occurrence: Schedule) -> None:
    """Set the start event to its next occurrence; to none when that was the last."""
    following = timers.following(rule, occurrence, calendars.functions(tx), tx.now)
    start.derivation = None
    if following is None:
        start.next_due = None
        return
    start.next_due, start.turn, start.remaining = following.due, following.turn, following.remaining
