"""Incidents: what becomes of a case whose step failed, until the cause is gone.

Rule: the failed step leaves no trace; the incident is noted in a transaction of its own, and the case takes no work
while it has an open one. Reasons: docs/decisions/0010-incidents-and-migration.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import select

from engine import access, signals
from engine.access import Actor
from engine.audit.chain import Happening
from engine.commands import instances
from engine.commands.attempts import unexplained
from engine.commands.case import Case, hold_case, lock_case
from engine.errors import Attempt, ConflictError, EngineError, NotFoundError, ProcessError
from engine.models.columns import new_id
from engine.models.incident import Incident
from engine.models.statements import FIND_TIMER, INSERT_INCIDENT, OPEN_TASKS
from engine.runtime import Engine, Transaction

T = TypeVar("T")

# The system tries again by itself, so long after each failure: a passing cause is gone by then, or somebody must look.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))

log = structlog.get_logger("engine.incidents")


def carried_out(
    engine: Engine,
    actor: Actor,
    command: Callable[[Transaction], T],
    settled: Callable[[Transaction, Case], T] | None = None,
    otherwise: Attempt | None = None,
) -> T:
    """Run a command; when a step in it fails, have its case show an incident, in a second transaction.

    `settled` gives the answer after a failure that is no error to the caller, such as that of a start: the case
    exists. Without it the ProcessError is raised, after the incident is kept. `otherwise` is what was tried where even
    a defect outside of any step is to be an incident, so that it holds up nobody else.
    """
    asking = _traced(actor)
    try:
        return engine.run(asking, command)
    except EngineError as error:
        if not isinstance(error, ProcessError) or error.attempt is None:
            raise
        return _noted(engine, asking, error, settled)
    except Exception as error:
        if otherwise is None:
            raise
        return _noted(engine, asking, _defect(error, otherwise, asking), settled)


def raise_incident(tx: Transaction, error: ProcessError, attempt: Attempt) -> Case | None:
    """Note that an attempt failed: a new incident, or one more failure of the one that was tried again.

    A case that could not be begun comes to be, with its history so far. None when there is nothing to note any more:
    the case ended or rests, or what was tried is gone.
    """
    case = _case_of(tx, attempt)
    if case is None:
        return None
    known = _same(tx, attempt)
    if known is None:
        _raise_new(tx, case, error, attempt)
    else:
        _note_again(tx, case, known, error)
    return case


def resolve(tx: Transaction, incident_id: str, reason: str) -> Incident:
    """Declare that nothing needs to be tried again; the case goes on unless another incident is open.

    Raises NotFoundError for those who do not manage the case, ConflictError when it is resolved already, or when the
    case has not begun: then it can only be tried again or cancelled.
    """
    incident, case = open_incident(tx, incident_id)
    if incident.kind == "start":
        raise ConflictError(
            "Hồ sơ chưa khởi tạo xong: hãy thử lại hoặc hủy hồ sơ.", "The case has not begun: retry, or cancel it."
        )
    close(tx, case, incident, reason=reason)
    return incident


def open_incident(tx: Transaction, incident_id: str) -> tuple[Incident, Case]:
    """An open incident with its case locked, for somebody who manages the case."""
    found = tx.session.get(Incident, incident_id)
    if found is None:
        raise NotFoundError("incident", incident_id)
    case = _managed(tx, found)
    tx.session.refresh(found)
    if found.state != "open":
        raise ConflictError("Sự cố đã được xử lý.", "The incident has been resolved.")
    return found, case


def close(tx: Transaction, case: Case, incident: Incident, **data: Any) -> None:
    """Resolve an incident whose case is locked; the case is active again unless another one is open."""
    incident.state, incident.next_retry_at = "resolved", None
    incident.resolved_at, incident.resolved_by = tx.now, tx.actor.person_id
    others = select(Incident.id).where(
        Incident.instance_id == case.id, Incident.state == "open", Incident.id != incident.id
    )
    if case.state == "incident" and tx.session.scalars(others).first() is None:
        case.state = "active"
    case.record(Happening("incident-resolved", incident.element_id, data={"incident": incident.id} | data))


def _traced(actor: Actor) -> Actor:
    """The actor with a trace id, so that log, answer and incident name the same one."""
    return actor if actor.request_id else actor.tracing(new_id())


def _noted(engine: Engine, asking: Actor, error: ProcessError, settled: Callable[[Transaction, Case], T] | None) -> T:
    if error.attempt is not None:
        noted, answer = engine.run(asking, _settle, error, error.attempt, settled)
        if noted and settled is not None and answer is not None:
            return answer
    raise error


def _defect(error: Exception, attempt: Attempt, asking: Actor) -> ProcessError:
    log.error("step-failed", error_type=type(error).__name__, trace_id=asking.request_id, exc_info=error)
    found = unexplained(attempt.kind)
    found.instance_id, found.attempt = attempt.instance_id, attempt
    return found


def _settle(
    tx: Transaction, error: ProcessError, attempt: Attempt, settled: Callable[[Transaction, Case], T] | None
) -> tuple[bool, T | None]:
    case = raise_incident(tx, error, attempt)
    if case is None:
        return False, None
    return True, settled(tx, case) if settled is not None else None


def _case_of(tx: Transaction, attempt: Attempt) -> Case | None:
    if "opening" in attempt.facts:
        return instances.open_failed(tx, attempt)
    case = hold_case(tx, attempt.instance_id)
    return case if case.state in ("active", "incident") and _stands(tx, attempt) else None


def _stands(tx: Transaction, attempt: Attempt) -> bool:
    """Whether what was tried still waits: somebody may have been faster between the two transactions."""
    if attempt.kind == "completion":
        return any(row["id"] == attempt.subject for row in tx.fetch_all(OPEN_TASKS, instance_id=attempt.instance_id))
    if attempt.kind == "timer":
        return tx.fetch(FIND_TIMER, timer_id=attempt.subject) is not None
    return True


def _same(tx: Transaction, attempt: Attempt) -> Incident | None:
    query = select(Incident).where(
        Incident.instance_id == attempt.instance_id,
        Incident.state == "open",
        Incident.kind == attempt.kind,
        Incident.subject == attempt.subject if attempt.subject is not None else Incident.subject.is_(None),
    )
    return tx.session.scalars(query).first()


def _raise_new(tx: Transaction, case: Case, error: ProcessError, attempt: Attempt) -> None:
    left = len(BACK_OFF) if tx.actor.is_system else 0
    incident = {
        "id": new_id(),
        "instance_id": case.id,
        "element_id": error.element_id,
        "kind": attempt.kind,
        "subject": attempt.subject,
        "message": error.message_vi,
        "message_en": error.message_en,
        "trace_id": tx.actor.request_id or "",
        "state": "open",
        "created_at": tx.now,
        "retries_left": left,
        "next_retry_at": _next_retry(tx, left),
        "resolved_at": None,
        "resolved_by": None,
    }
    case.write(INSERT_INCIDENT, incident)
    case.incidents.append(incident)
    case.state = "incident"
    case.record(Happening("incident-raised", error.element_id, data=_told(incident, error)))
    signals.incident_raised.send(tx, case=case, incident_id=incident["id"], element_id=error.element_id)
    log.error("incident-raised", instance_id=case.id, element_id=error.element_id, trace_id=incident["trace_id"])


def _note_again(tx: Transaction, case: Case, known: Incident, error: ProcessError) -> None:
    """One more failure: what it was this time, and when the system tries again (somebody's own try costs it none)."""
    if tx.actor.is_system:
        known.retries_left = max(0, known.retries_left - 1)
        known.next_retry_at = _next_retry(tx, known.retries_left)
    known.element_id, known.trace_id = error.element_id, tx.actor.request_id or ""
    known.message, known.message_en = error.message_vi, error.message_en
    told = {"id": known.id, "kind": known.kind, "trace_id": known.trace_id, "next_retry_at": known.next_retry_at}
    case.record(Happening("incident-retry-failed", error.element_id, data=_told(told, error)))


def _told(incident: dict[str, Any], error: ProcessError) -> dict[str, Any]:
    after: datetime | None = incident["next_retry_at"]
    return {
        "incident": incident["id"],
        "kind": incident["kind"],
        "reason": error.reason,
        "trace_id": incident["trace_id"],
        "next_retry_at": after.isoformat() if after else None,
    }


def _next_retry(tx: Transaction, left: int) -> datetime | None:
    return tx.now + BACK_OFF[-left] if left else None


def _managed(tx: Transaction, incident: Incident) -> Case:
    """The locked case of an incident. Whoever does not manage it learns nothing."""
    if access.keeps_cases(tx.actor):
        return hold_case(tx, incident.instance_id)
    try:
        case = lock_case(tx, incident.instance_id)
    except NotFoundError as error:
        raise NotFoundError("incident", incident.id) from error
    if not access.manages_case(tx.actor, case.agency, case.started_by):
        raise NotFoundError("incident", incident.id)
    return case
