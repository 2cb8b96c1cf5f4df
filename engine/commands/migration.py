"""Taking a running case over to another version of its process.

Rule: a case is taken over wholly or not at all; a dry run says the same as the real one and changes nothing.
Reasons: docs/decisions/0010-incidents-and-migration.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from engine import access
from engine.audit.chain import Happening
from engine.bpmn import relocation
from engine.bpmn.definition import Definition, Element
from engine.bpmn.relocation import Carried, Relocation, Versions
from engine.commands import advance, definitions
from engine.commands.case import Case, lock_for_upkeep, require_visible
from engine.commands.definitions import Version
from engine.errors import (
    ConflictError,
    FieldProblem,
    Finding,
    InvalidDataError,
    MigrationRefusedError,
    NotFoundError,
    ProcessError,
)
from engine.models.instance import ProcessInstance
from engine.models.message_statements import RENAME_SUBSCRIPTION
from engine.models.statements import MIGRATE_CASE, RENAME_TASK, RENAME_TIMER
from engine.queries import calendar as calendars
from engine.runtime import Transaction


@dataclass(frozen=True)
class Migration:
    """Where cases are to go: a version of their process. `mapping` names elements whose id has changed."""

    target_version: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def plan(tx: Transaction, instance_id: str, wanted: Migration) -> Relocation:
    """What would become of a case; nothing is changed, no handler is called.

    Raises NotFoundError and ForbiddenError as `migrate` does, ConflictError when the case has ended or is of that
    version, InvalidDataError for a mapping of elements that are not there.
    """
    row = tx.session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFoundError("process-instance", instance_id)
    if not access.keeps_cases(tx.actor):
        require_visible(tx, row.parties, row.started_by, "process-instance", instance_id)
        raise access.upkeep_refusal("migrate")
    _require_held(row)
    versions, _ = _versions(tx, row, wanted)
    found = relocation.plan(versions, bytes(row.tree))
    if found.refused or not row.tree:
        return found
    return _rehearsed(tx, row, versions, found)


def migrate(tx: Transaction, instance_id: str, wanted: Migration, expected_version: int | None = None) -> Relocation:
    """Take a case over to another version and run on to the next wait.

    Raises MigrationRefusedError naming what cannot be carried over, ForbiddenError unless the actor is a system
    administrator, NotFoundError, ConflictError, InvalidDataError, and ProcessError when something cannot be armed.
    """
    case = lock_for_upkeep(tx, instance_id, "migrate")
    case.require_version(expected_version)
    _require_held(case)
    versions, version = _versions(tx, case, wanted)
    found = relocation.plan(versions, case.tree)
    if found.refused:
        raise MigrationRefusedError(found.refused)
    _carry_over(tx, case, versions, version, Happening("process-migrated", data=_told(case, versions, wanted, found)))
    return found


def _carry_over(tx: Transaction, case: Case, versions: Versions, version: Version, told: Happening) -> None:
    case.definition_id, case.process_version = version.id, version.version
    row = {"case_id": case.id, "new_definition_id": version.id, "new_process_version": version.version}
    case.write(MIGRATE_CASE, row)
    case.record(told)
    if not case.tree:  # its start has failed: it begins on the new version when that is tried again
        return
    host = advance.StepHost(tx, case)
    carried = relocation.relocate(versions, case.tree, case.variables, host)
    advance.apply(tx, case, carried.step, host)
    _rename_rows(case, versions.target, carried)


def _rename_rows(case: Case, target: Definition, carried: Carried) -> None:
    elements = {task_id: target.elements[element_id] for task_id, element_id in carried.tasks.items()}
    case.write(
        RENAME_TASK,
        *(
            {"task_id": i, "new_element_id": e.id, "new_name": e.name, "new_name_en": e.name_en}
            for i, e in elements.items()
        ),
    )
    case.write(RENAME_TIMER, *({"timer_id": i, "new_element_id": e} for i, e in carried.timers.items()))
    waits = carried.subscriptions.items()
    case.write(RENAME_SUBSCRIPTION, *({"subscription_id": i, "new_element_id": e} for i, e in waits))


def _versions(tx: Transaction, case: Case | ProcessInstance, wanted: Migration) -> tuple[Versions, Version]:
    version = definitions.named(tx, case.process_key, wanted.target_version)
    if version.state != "published":
        raise ConflictError("Phiên bản quy trình chưa được phát hành.", "This version is not published yet.")
    if version.id == case.definition_id:
        raise ConflictError("Hồ sơ đã ở phiên bản này.", "The case is of that version already.")
    source, target = definitions.compiled(tx, case.definition_id), definitions.compiled(tx, version.id)
    _require_known(wanted.mapping, source, target)
    return Versions(source, target, wanted.mapping), version


def _require_known(mapping: Mapping[str, str], source: Definition, target: Definition) -> None:
    lost = [old for old in mapping if old not in source.nodes] + [n for n in mapping.values() if n not in target.nodes]
    problems = [
        FieldProblem("mapping", "unknown", f"Không có phần tử “{name}”.", f"There is no element “{name}”.")
        for name in lost
    ]
    if problems:
        raise InvalidDataError(problems)


def _require_held(case: Case | ProcessInstance) -> None:
    if case.ended_at is not None:
        raise ConflictError("Hồ sơ quy trình đã kết thúc.", "The process instance has ended.")


def _told(case: Case, versions: Versions, wanted: Migration, found: Relocation) -> dict[str, Any]:
    return {
        "from": {"version": case.process_version, "checksum": versions.source.checksum},
        "to": {"version": wanted.target_version, "checksum": versions.target.checksum},
        "maps": [{"from": old, "to": new} for old, new in found.maps],
        "mapping": dict(wanted.mapping),
        "reason": wanted.reason,
    }


def _rehearsed(tx: Transaction, row: ProcessInstance, versions: Versions, found: Relocation) -> Relocation:
    """The plan, with what could not be armed among what is refused."""
    try:
        relocation.rehearse(versions, bytes(row.tree), row.variables, _Onlooker(tx))
    except ProcessError as error:
        finding = Finding(error.element_id, "process", error.message_vi, error.message_en)
        return Relocation(found.maps, (finding,))
    return found


class _Onlooker:
    """The host of a dry run: it knows the time and calls nothing."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.now = tx.now
        self.person = tx.actor.person_id
        self.shortest_cycle = tx.engine.shortest_cycle

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that expressions may call."""
        return calendars.functions(self._tx)

    def call(self, handler: str, element: Element, variables: Mapping[str, Any]) -> NoReturn:
        """Nothing runs in a dry run."""
        raise ProcessError(element.id, f"the handler “{handler}” is not called in a dry run")
