"""Work on many cases: ordered once, done by the worker case by case.

Rule: each case is a transaction of its own that settles its item; what was not done when a process ended is done by the
next. An operation is done when no item waits: nobody has to notice that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import insert, literal, select

from engine import access
from engine.access import SYSTEM, Actor
from engine.commands import definitions, migration
from engine.commands.journal import record_system
from engine.commands.migration import Migration
from engine.errors import BusyError, ConflictError, EngineError, Finding
from engine.models.columns import new_id
from engine.models.instance import ProcessInstance
from engine.models.operation import Operation, OperationItem
from engine.runtime import Engine, Transaction

MIGRATION = "migration"

log = structlog.get_logger("engine.operations")


@dataclass(frozen=True)
class BulkMigration:
    """All running cases of one version of a process to another one."""

    process_key: str
    from_version: int
    target_version: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    dry_run: bool = False


def order_migration(tx: Transaction, wanted: BulkMigration) -> Operation:
    """Have every running case of a version taken over to another one, or only find out what would become of it.

    Raises ForbiddenError unless the actor is a system administrator, NotFoundError for versions that are not there,
    ConflictError when the target is not published or is the same.
    """
    if not access.keeps_cases(tx.actor):
        raise access.upkeep_refusal("migrate")
    source = definitions.named(tx, wanted.process_key, wanted.from_version)
    target = definitions.named(tx, wanted.process_key, wanted.target_version)
    if target.state != "published" or target.id == source.id:
        raise ConflictError("Không thể chuyển sang phiên bản này.", "Cases cannot go over to that version.")
    operation = _operation(tx, wanted)
    tx.session.add(operation)
    tx.session.flush()
    _add_items(tx, operation, source.id)
    facts = {"operation": operation.id, "process": wanted.process_key} | operation.arguments
    record_system(tx, "migration-ordered", facts)
    return operation


def waiting(tx: Transaction, limit: int) -> list[tuple[OperationItem, Operation]]:
    """Up to `limit` items that wait, of the oldest operation first."""
    query = select(OperationItem, Operation).join(Operation, Operation.id == OperationItem.operation_id)
    query = query.where(OperationItem.state == "waiting").order_by(
        Operation.created_at, Operation.id, OperationItem.instance_id
    )
    return [(item, operation) for item, operation in tx.session.execute(query.limit(limit))]


def work(engine: Engine, limit: int = 50) -> int:
    """Do what waits, each case in a transaction of its own; returns how many items were settled."""
    found = engine.read(SYSTEM, waiting, limit)
    return sum(_work_one(engine, item, operation) for item, operation in found)


def settle(tx: Transaction, operation_id: str, instance_id: str) -> bool:
    """Do one item; False when it is settled, or another worker has it in hand."""
    item = _claimed(tx, operation_id, instance_id)
    if item is None:
        return False
    operation = tx.session.get_one(Operation, operation_id)
    item.state, item.result = _migrated(tx, operation, instance_id)
    item.finished_at = tx.now
    return True


def note_failure(tx: Transaction, operation_id: str, instance_id: str, error: Exception) -> bool:
    """Settle an item whose transaction failed; the case is as it was."""
    item = _claimed(tx, operation_id, instance_id)
    if item is None:
        return False
    element = getattr(error, "element_id", "")
    finding = Finding(element, "internal", "Lỗi nội bộ, xem nhật ký hệ thống.", "An internal error; see the log.")
    if isinstance(error, EngineError):
        finding = Finding(element, error.code, error.message_vi, error.message_en)
    item.state, item.result, item.finished_at = "failed", _result((), (finding,), executed=False), tx.now
    return True


def _operation(tx: Transaction, wanted: BulkMigration) -> Operation:
    arguments = {
        "from_version": wanted.from_version,
        "target_version": wanted.target_version,
        "mapping": dict(wanted.mapping),
        "reason": wanted.reason,
        "dry_run": wanted.dry_run,
    }
    return Operation(
        id=new_id(),
        kind=MIGRATION,
        process_key=wanted.process_key,
        arguments=arguments,
        trace_id=tx.actor.request_id or new_id(),
        created_at=tx.now,
        created_by=tx.actor.person_id,
    )


def _add_items(tx: Transaction, operation: Operation, definition_id: str) -> None:
    """One item for every case of that version that has not ended, in one statement however many they are."""
    cases = select(literal(operation.id), ProcessInstance.id, literal("waiting"), literal("{}")).where(
        ProcessInstance.definition_id == definition_id, ProcessInstance.ended_at.is_(None)
    )
    tx.session.execute(insert(OperationItem).from_select(["operation_id", "instance_id", "state", "result"], cases))


def _work_one(engine: Engine, item: OperationItem, operation: Operation) -> bool:
    actor = _on_behalf(operation)
    try:
        return engine.run(actor, settle, item.operation_id, item.instance_id)
    except BusyError:
        return False
    except Exception as error:
        log.error("operation-item-failed", instance_id=item.instance_id, trace_id=operation.trace_id, exc_info=error)
        return engine.run(actor, note_failure, item.operation_id, item.instance_id, error)


def _on_behalf(operation: Operation) -> Actor:
    """The system itself, for whoever ordered it, so that both stand in the history."""
    return replace(SYSTEM, on_behalf_of=operation.created_by, request_id=operation.trace_id)


def _claimed(tx: Transaction, operation_id: str, instance_id: str) -> OperationItem | None:
    query = select(OperationItem).where(
        OperationItem.operation_id == operation_id,
        OperationItem.instance_id == instance_id,
        OperationItem.state == "waiting",
    )
    return tx.session.scalars(query.with_for_update(skip_locked=True)).first()


def _migrated(tx: Transaction, operation: Operation, instance_id: str) -> tuple[str, dict[str, Any]]:
    told = operation.arguments
    row = tx.session.get_one(ProcessInstance, instance_id)
    if row.process_version != told["from_version"] or row.ended_at is not None:
        return "skipped", _result((), (), executed=False)
    wanted = Migration(told["target_version"], told["mapping"], told["reason"])
    found = migration.plan(tx, instance_id, wanted)
    if found.refused or told["dry_run"]:
        return "refused" if found.refused else "done", _result(found.maps, found.refused, executed=False)
    migration.migrate(tx, instance_id, wanted)
    return "done", _result(found.maps, (), executed=True)


def _result(maps: tuple[tuple[str, str], ...], refused: tuple[Finding, ...], *, executed: bool) -> dict[str, Any]:
    return {
        "maps": [{"from": old, "to": new} for old, new in maps],
        "refused": [vars(finding) for finding in refused],
        "executed": executed,
    }
