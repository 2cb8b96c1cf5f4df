"""Starting, suspending, resuming and cancelling process instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import forms, signals
from engine.access import UNBOUND_ROLES, Actor
from engine.audit.chain import Happening
from engine.bpmn import process
from engine.bpmn.definition import Definition
from engine.commands import advance, definitions
from engine.commands.case import Case, lock_case, open_case
from engine.commands.definitions import Version
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError, ProcessError
from engine.models.directory import Agency
from engine.models.statements import DELETE_CANDIDATES, DELETE_TIMER, OPEN_TASKS, TIMERS_OF, WITHDRAW_TASK
from engine.queries.directory import require_agencies
from engine.runtime import Transaction

_MANAGERS = frozenset({"sysadmin", "city_leader", "report_aggregator"})


@dataclass(frozen=True)
class Start:
    """What is to be started: the current version of a process (or `version`), for an agency, with these values.

    `variables` come from people and must fit the start form; `prepared` come from the engine's own commands.
    """

    process_key: str
    version: int | None = None
    business_key: str | None = None
    agency: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    prepared: Mapping[str, Any] = field(default_factory=dict)


def start(tx: Transaction, wanted: Start) -> Case:
    """Start an instance for a person and run it to its first wait.

    Raises NotFoundError for an unknown process, InvalidDataError for variables its start form does not take or an
    unknown agency, ForbiddenError when the process names starters and the actor is none of them at that agency.
    """
    row = _definition(tx, wanted)
    _require_starter(tx.actor, definitions.compiled(tx, row.id), wanted.agency)
    return begin(tx, wanted)


def begin(tx: Transaction, wanted: Start) -> Case:
    """Start an instance for a command that has checked the actor's right itself, such as the opening of a round."""
    row = _definition(tx, wanted)
    if row.state != "published":
        raise ConflictError("Phiên bản quy trình chưa được phát hành.", "This version is not published yet.")
    definition = definitions.compiled(tx, row.id)
    _require_agency(tx, wanted.agency)
    given = _start_variables(tx, definition, wanted) | dict(wanted.prepared)
    case = open_case(tx, row, business_key=wanted.business_key, agency=wanted.agency)
    data = {"process": row.key, "version": row.version, "checksum": row.checksum, "variables": given}
    case.record(Happening("process-started", data=data))
    signals.process_started.send(tx, case=case)
    host = advance.StepHost(tx, case)
    step = process.start(definition, given, host)
    advance.apply(tx, case, step, host)
    return case


def suspend(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """Stop the clock and refuse work on the case until it is resumed."""
    case = _managed(tx, instance_id, expected_version, "suspend")
    case.require_active()
    return _turn(case, "suspended", "process-suspended", reason)


def resume(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """Let a suspended case go on."""
    case = _managed(tx, instance_id, expected_version, "resume")
    if case.state not in ("suspended", "incident"):
        raise ConflictError("Hồ sơ không ở trạng thái tạm dừng.", "The process instance is not suspended.")
    return _turn(case, "active", "process-resumed", reason)


def cancel(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """End the case at once: its open tasks are withdrawn, its timers disarmed."""
    case = _managed(tx, instance_id, expected_version, "cancel")
    case.require_held()
    case.record(Happening("process-cancel-requested", data={"reason": reason}))
    for task in tx.fetch_all(OPEN_TASKS, instance_id=case.id):
        case.write(WITHDRAW_TASK, {"task_id": task["id"], "new_closed_at": tx.now})
        case.write(DELETE_CANDIDATES, {"closed_id": task["id"]})
        case.record(Happening("element-cancelled", task["element_id"], task["id"]))
        signals.task_withdrawn.send(tx, case=case, task_id=task["id"])
    case.write(DELETE_TIMER, *({"timer_id": t["id"]} for t in tx.fetch_all(TIMERS_OF, instance_id=case.id)))
    advance.end(tx, case, "cancelled")
    return case


def raise_incident(tx: Transaction, instance_id: str, error: ProcessError) -> Case:
    """Stop a case whose step failed without a person to tell, until somebody resumes it."""
    case = lock_case(tx, instance_id)
    case.record(Happening("incident-raised", error.element_id, data={"reason": error.reason}))
    case.state = "incident"
    return case


def _turn(case: Case, state: str, event: str, reason: str) -> Case:
    case.record(Happening(event, data={"reason": reason, "state": {"old": case.state, "new": state}}))
    case.state = state
    return case


def _managed(tx: Transaction, instance_id: str, expected_version: int | None, verb: str) -> Case:
    case = lock_case(tx, instance_id)
    if not _may_manage(tx.actor, case):
        raise ForbiddenError(
            verb, "Anh/chị không có quyền đối với hồ sơ quy trình này.", "You may not do this to the process instance."
        )
    case.require_version(expected_version)
    return case


def _may_manage(actor: Actor, case: Case) -> bool:
    if actor.is_system or actor.roles & _MANAGERS:
        return True
    if case.agency is None:
        return case.started_by == actor.person_id
    return actor.holds("agency_head", case.agency)


def _require_agency(tx: Transaction, agency: str | None) -> None:
    if agency is None:
        return
    known = tx.session.get(Agency, agency)
    if known is None:
        raise _invalid("agency", "unknown", "Không có cơ quan này.", "There is no such agency.")


def _require_starter(actor: Actor, definition: Definition, agency: str | None) -> None:
    if actor.is_system or not definition.starter_groups:
        return
    for group in definition.starter_groups:
        role, _, fixed = group.partition("@")
        if actor.holds(role, fixed or (None if role in UNBOUND_ROLES else agency)):
            return
    raise ForbiddenError(
        "start",
        "Anh/chị không được khởi tạo quy trình này cho cơ quan đã chọn.",
        "You may not start this process for that agency.",
    )


def _definition(tx: Transaction, wanted: Start) -> Version:
    if wanted.version is None:
        return definitions.current(tx, wanted.process_key)
    return definitions.named(tx, wanted.process_key, wanted.version)


def _start_variables(tx: Transaction, definition: Definition, wanted: Start) -> dict[str, Any]:
    given = dict(wanted.variables)
    if definition.start_form is not None:
        given = forms.validate(definition.start_form, given, given)
        require_agencies(tx, forms.agencies_in(definition.start_form, given))
    return given | {"agency": wanted.agency} if wanted.agency is not None else given


def _invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
