"""Firing timers whose time has come.

Rule: the instance is locked before its timer is looked at, so that a timer fires once, whoever else tries.
"""

from __future__ import annotations

import structlog

from engine.access import SYSTEM
from engine.bpmn import process
from engine.commands import advance, definitions, instances
from engine.commands.case import lock_case
from engine.errors import BusyError, ProcessError
from engine.models.statements import DUE_TIMERS, FIND_TIMER
from engine.runtime import Engine, Transaction

log = structlog.get_logger("engine.timers")


def fire(tx: Transaction, timer_id: str, instance_id: str) -> bool:
    """Fire one timer if it still waits and is due; False when somebody else was first or the case is suspended."""
    case = lock_case(tx, instance_id)
    timer = tx.fetch(FIND_TIMER, timer_id=timer_id)
    if timer is None or timer["due_at"] > tx.now or case.state != "active":
        return False
    definition = definitions.compiled(tx, case.definition_id)
    host = advance.StepHost(tx, case)
    step = process.fire(definition, case.tree, case.variables, timer_id, host)
    advance.apply(tx, case, step, host)
    return True


def due(tx: Transaction, limit: int) -> list[tuple[str, str]]:
    """Up to `limit` due timers of running cases, longest due first, as (timer id, instance id)."""
    return [(row["id"], row["instance_id"]) for row in tx.fetch_all(DUE_TIMERS, now=tx.now, limit=limit)]


def fire_due(engine: Engine, limit: int = 100) -> int:
    """Fire what is due, each timer in a transaction of its own; returns how many fired.

    A timer whose step fails makes its case an incident, so that it does not hold up the others.
    """
    waiting = engine.read(SYSTEM, due, limit)
    return sum(_fire_one(engine, timer_id, instance_id) for timer_id, instance_id in waiting)


def _fire_one(engine: Engine, timer_id: str, instance_id: str) -> bool:
    try:
        return engine.run(SYSTEM, fire, timer_id, instance_id)
    except BusyError:
        log.info("timer-postponed", timer_id=timer_id, instance_id=instance_id)
        return False
    except ProcessError as error:
        log.error("timer-failed", timer_id=timer_id, instance_id=instance_id, element_id=error.element_id)
        engine.run(SYSTEM, instances.raise_incident, instance_id, error)
        return False
