"""Firing timers whose time has come.

Rule: the instance is locked before its timer is looked at, and each occurrence has a row of its own, so that it fires
once, whoever else tries; a case that somebody else has in hand is left for the next turn. A few fire in one
transaction, which the disk confirms once; where one of them fails none of it is kept, and each fires alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select

from engine.access import SYSTEM
from engine.bpmn import process
from engine.commands import advance, definitions, incidents
from engine.commands.attempts import attempting
from engine.commands.case import Case, lock_free_case
from engine.errors import Attempt, BusyError, EngineError
from engine.models.columns import new_id
from engine.models.instance import ProcessInstance
from engine.models.prepared import Prepared
from engine.models.statements import DUE_TIMERS, FIND_TIMER, INSERT_FIRING
from engine.models.timer import Timer
from engine.runtime import Engine, Transaction

AT_ONCE = 10
_NEXT = Prepared(
    select(Timer.due_at)
    .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
    .where(ProcessInstance.state == "active")
    .order_by(Timer.due_at, Timer.id)
    .limit(1)
)

log = structlog.get_logger("engine.timers")


def fire(tx: Transaction, timer_id: str, instance_id: str) -> bool:
    """Fire one timer if it still waits and is due; False when somebody else was first or the case is suspended."""
    case = lock_free_case(tx, instance_id)
    if case is None or case.state != "active":
        return False
    timer = tx.fetch(FIND_TIMER, timer_id=timer_id)
    if timer is None or timer["due_at"] > tx.now:
        return False
    _go_off(tx, case, timer)
    return True


def again(tx: Transaction, case: Case, timer_id: str) -> None:
    """Run the step of a timer of a locked case once more; nothing where it waits no longer."""
    timer = tx.fetch(FIND_TIMER, timer_id=timer_id)
    if timer is not None:
        _go_off(tx, case, timer)


def due(tx: Transaction, limit: int) -> list[tuple[str, str]]:
    """Up to `limit` due timers of running cases, longest due first, as (timer id, instance id)."""
    return [(row["id"], row["instance_id"]) for row in tx.fetch_all(DUE_TIMERS, now=tx.now, limit=limit)]


def next_due(tx: Transaction) -> datetime | None:
    """When the next timer of a running case is due; None when none waits."""
    found = tx.fetch(_NEXT)
    return found["due_at"] if found is not None else None


def fire_due(engine: Engine, limit: int = 100) -> int:
    """Fire what is due, a few timers of different cases in one transaction; returns how many fired.

    A timer whose step fails makes its case an incident, so that it does not hold up the others.
    """
    waiting = engine.read(SYSTEM, due, limit)
    return sum(_fire_group(engine, group) for group in _groups(waiting))


def fire_group(tx: Transaction, group: Sequence[tuple[str, str]]) -> int:
    """Fire timers of different cases, each as (timer id, instance id); how many of them fired."""
    return sum(fire(tx, timer_id, instance_id) for timer_id, instance_id in group)


def _groups(waiting: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Due timers in their order, up to AT_ONCE together; a second one of a case begins the next group."""
    group: list[tuple[str, str]] = []
    for timer_id, instance_id in waiting:
        if len(group) == AT_ONCE or any(instance_id == other for _, other in group):
            yield group
            group = []
        group.append((timer_id, instance_id))
    if group:
        yield group


def _fire_group(engine: Engine, group: Sequence[tuple[str, str]]) -> int:
    if len(group) > 1:
        try:
            return engine.run(SYSTEM.tracing(new_id()), fire_group, group)
        except Exception as error:
            log.info("timers-separated", timers=len(group), error_type=type(error).__name__)
    return sum(_fire_one(engine, timer_id, instance_id) for timer_id, instance_id in group)


def _go_off(tx: Transaction, case: Case, timer: Mapping[str, Any]) -> None:
    timer_id, element_id = timer["id"], timer["element_id"]
    occurrence = {"timer_id": timer_id, "occurrence": timer["occurrence"], "due_at": timer["due_at"]}
    case.write(INSERT_FIRING, occurrence | {"instance_id": case.id, "element_id": element_id, "fired_at": tx.now})
    with attempting(tx, Attempt("timer", case.id, timer_id), element_id):
        definition = definitions.compiled(tx, case.definition_id)
        host = advance.StepHost(tx, case)
        step = process.fire(definition, case.tree, case.variables, timer_id, host)
        advance.apply(tx, case, step, host)


def _fire_one(engine: Engine, timer_id: str, instance_id: str) -> bool:
    attempt = Attempt("timer", instance_id, timer_id)
    try:
        return incidents.carried_out(engine, SYSTEM, lambda tx: fire(tx, timer_id, instance_id), otherwise=attempt)
    except BusyError:
        log.info("timer-postponed", timer_id=timer_id, instance_id=instance_id)
        return False
    except EngineError as error:
        log.error("timer-failed", timer_id=timer_id, instance_id=instance_id, code=error.code)
        return False
