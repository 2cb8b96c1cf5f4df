"""Trying a step: what goes wrong in it is told as a ProcessError that knows how to be tried again.

Rule: a refusal of what a person submitted is theirs to hear and nobody's incident; the database's own troubles pass, so
that the command is run again; everything else is a failure of the step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from engine.bpmn.step import BusinessError
from engine.database import RetryTransactionError
from engine.errors import Attempt, BusyError, EngineError, ProcessError, StorageError
from engine.runtime import Transaction

_PASSING = (ProcessError, BusinessError, BusyError, StorageError, RetryTransactionError)

log = structlog.get_logger("engine.steps")


@contextmanager
def attempting(tx: Transaction, attempt: Attempt, element_id: str) -> Iterator[None]:
    """Have whatever fails inside be a ProcessError that carries the attempt; the innermost attempt counts.

    `element_id` is where the step begins: it is named when the system's own attempt fails by something that names none.
    """
    try:
        with failing(tx, element_id, by_defect=tx.actor.is_system):
            yield
    except ProcessError as error:
        if error.attempt is None:
            error.instance_id, error.attempt = attempt.instance_id, attempt
        raise


@contextmanager
def failing(tx: Transaction, element_id: str, *, by_defect: bool = True) -> Iterator[None]:
    """Have an error that no person can mend be a ProcessError naming the element.

    Its type and its trace stand in the log alone, under the trace id. Without `by_defect` only deliberate errors are
    turned, and a defect stays one.
    """
    try:
        yield
    except Exception as error:
        if _passes(tx, error) or not (by_defect or isinstance(error, EngineError)):
            raise
        raise _failure(tx, element_id, error) from error


def unexplained(element_id: str) -> ProcessError:
    """What is told of a defect: its cause stands in the log alone."""
    return ProcessError(element_id, "an internal error; see the log", reason_vi="lỗi nội bộ, xem nhật ký hệ thống")


def _passes(tx: Transaction, error: Exception) -> bool:
    if isinstance(error, EngineError) and not isinstance(error, _PASSING):
        return not tx.actor.is_system
    return isinstance(error, _PASSING) or tx.is_transient(error)


def _failure(tx: Transaction, element_id: str, error: Exception) -> ProcessError:
    kind, trace_id = type(error).__name__, tx.actor.request_id
    log.error("step-failed", element_id=element_id, error_type=kind, trace_id=trace_id, exc_info=error)
    if isinstance(error, EngineError):
        reason, reason_vi = str(error).rstrip("."), error.message_vi.rstrip(".")
        return ProcessError(element_id, reason, reason_vi=reason_vi)
    return unexplained(element_id)
