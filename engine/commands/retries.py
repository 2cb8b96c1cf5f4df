"""Trying again what failed: by hand, or by the worker after a while.

Rule: the incident is closed and the step run in one transaction; when it fails again nothing of that remains, and the
incident notes it. The case is locked before its incident is looked at, so that it is tried once, whoever else tries.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import incidents, instances, messages, timers
from engine.commands.case import Case, lock_free_case
from engine.errors import Attempt, EngineError
from engine.models.incident import Incident
from engine.runtime import Engine, Transaction

log = structlog.get_logger("engine.incidents")


def retry(tx: Transaction, incident_id: str) -> Incident:
    """Try again what failed. The task of a failed completion is simply open again, for its person to complete.

    Raises NotFoundError for those who do not manage the case, ConflictError when the incident is resolved already,
    ProcessError when it fails again.
    """
    incident, case = incidents.open_incident(tx, incident_id)
    return _again(tx, case, incident)


def retry_if_due(tx: Transaction, incident_id: str, instance_id: str) -> bool:
    """Try again if the incident is still due; False when another worker has the case in hand or was first."""
    case = lock_free_case(tx, instance_id)
    incident = tx.session.get(Incident, incident_id) if case is not None else None
    if case is None or incident is None or not _is_due(tx, incident):
        return False
    _again(tx, case, incident)
    return True


def due(tx: Transaction, limit: int) -> list[tuple[str, Attempt]]:
    """Up to `limit` incidents whose time to try again has come, as (incident id, what is to be tried)."""
    query = select(Incident).where(Incident.state == "open", Incident.next_retry_at <= tx.now)
    rows = tx.session.scalars(query.order_by(Incident.next_retry_at, Incident.id).limit(limit))
    return [(row.id, Attempt(row.kind, row.instance_id, row.subject)) for row in rows]


def retry_due(engine: Engine, limit: int = 100) -> int:
    """Try again what is due, each in a transaction of its own; returns how many succeeded."""
    waiting = engine.read(SYSTEM, due, limit)
    return sum(_retry_one(engine, incident_id, attempt) for incident_id, attempt in waiting)


def _retry_one(engine: Engine, incident_id: str, attempt: Attempt) -> bool:
    def command(tx: Transaction) -> bool:
        return retry_if_due(tx, incident_id, attempt.instance_id)

    try:
        return incidents.carried_out(engine, SYSTEM, command, otherwise=attempt)
    except EngineError as error:
        log.error("incident-retry-failed", incident_id=incident_id, instance_id=attempt.instance_id, code=error.code)
        return False


def _is_due(tx: Transaction, incident: Incident) -> bool:
    return incident.state == "open" and incident.next_retry_at is not None and incident.next_retry_at <= tx.now


def _again(tx: Transaction, case: Case, incident: Incident) -> Incident:
    incidents.close(tx, case, incident, reason="retry")
    step = _STEPS.get(incident.kind)
    if step is not None:
        step(tx, case, incident)
    return incident


_STEPS: dict[str, Callable[[Transaction, Case, Incident], None]] = {
    "start": lambda tx, case, incident: instances.carry_on(tx, case, incident.subject),
    "message": lambda tx, case, incident: messages.again(tx, case, incident.subject or ""),
    "timer": lambda tx, case, incident: timers.again(tx, case, incident.subject or ""),
}
