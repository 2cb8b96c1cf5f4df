"""Starting, restarting, suspending, resuming and cancelling process instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import select

from engine import access, forms, signals
from engine.access import Actor
from engine.audit.chain import Happening
from engine.bpmn import process
from engine.bpmn.definition import Definition
from engine.commands import advance, definitions
from engine.commands.attempts import attempting
from engine.commands.case import Case, lock_case, open_case
from engine.commands.definitions import Version
from engine.commendation_rules import AWARDED
from engine.errors import Attempt, ConflictError, FieldProblem, ForbiddenError, InvalidDataError
from engine.models.audit import AuditEvent
from engine.models.directory import Agency
from engine.models.message_statements import DELETE_SUBSCRIPTIONS_OF
from engine.models.statements import DELETE_CANDIDATES, DELETE_TIMER, OPEN_TASKS, TIMERS_OF, WITHDRAW_TASK
from engine.queries import dossiers
from engine.queries.directory import require_agencies
from engine.runtime import Transaction


@dataclass(frozen=True)
class Trigger:
    """The start event that begins a case: of that version, by a message, signal or timer (`kind`).

    `name` and `message_id` are those of what arrived (None for a timer); `person_id` is whom the case is for, where
    nobody asks: who sent it, or who answers for the version.
    """

    definition_id: str
    element_id: str
    kind: str
    name: str | None = None
    message_id: str | None = None
    person_id: str | None = None


@dataclass(frozen=True)
class Start:
    """What is to be started: the current version of a process (or `version`), for an agency, with these values.

    `variables` come from people and must fit the start form; `prepared` come from the engine's own commands. With a
    `trigger` the case begins at that start event of that version, else at the one that waits for nothing.
    """

    process_key: str
    version: int | None = None
    business_key: str | None = None
    agency: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    prepared: Mapping[str, Any] = field(default_factory=dict)
    trigger: Trigger | None = None


@dataclass(frozen=True)
class Opening:
    """What a case consists of before its first step, checked: its version, variables, and what begins it."""

    version: Version
    variables: dict[str, Any]
    business_key: str | None
    agency: str | None
    trigger: Trigger | None = None


def start(tx: Transaction, wanted: Start) -> Case:
    """Start an instance for a person and run it to its first wait.

    Raises NotFoundError for an unknown process, InvalidDataError for variables its start form does not take or an
    unknown agency, ForbiddenError when the process names starters and the actor is none of them at that agency.
    A ProcessError has an attempt, with which `open_failed` makes the instance that waits to be begun again.
    """
    definition = definitions.compiled(tx, _definition(tx, wanted).id)
    _require_starter(tx.actor, definition, wanted.agency)
    _require_alone(definition)
    return _begun(tx, _opening(tx, wanted))


def begin(tx: Transaction, wanted: Start) -> Case:
    """Start an instance for a command that has checked the actor's right itself, such as the opening of a round.

    When the start fails the whole command has failed; by a trigger, a ProcessError has an attempt as in `start`.
    """
    opening = _opening(tx, wanted)
    if opening.trigger is not None:
        return _begun(tx, opening)
    case = _open(tx, opening)
    _run(tx, case)
    return case


def carry_on(
    tx: Transaction, case: Case, element_id: str | None = None, facts: Mapping[str, Any] | None = None
) -> None:
    """Run a case that has not begun to its first wait, from that start event (None: the plain one).

    `facts` hold its `opening` as long as the case is not kept.
    """
    begin = element_id if facts else _same_start(tx, case, {"element": element_id} if element_id else None)
    with attempting(tx, Attempt("start", case.id, element_id, facts or {}), element_id or case.process_key):
        _run(tx, case, begin)


def open_failed(tx: Transaction, attempt: Attempt) -> Case:
    """The instance whose start failed, with its variables and its history so far, under the id that it had."""
    opening: Opening = attempt.facts["opening"]
    return _open(tx, opening, attempt.instance_id)


def restart(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """Begin an ended case anew: the current version, with the same business key, agency and start variables.

    Both histories name the other. Raises ConflictError while the case has not ended, or when the variables it began
    with have been erased.
    """
    ended = _managed(tx, instance_id, expected_version, "restart")
    if ended.ended_at is None:
        raise ConflictError("Hồ sơ quy trình chưa kết thúc.", "The process instance has not ended.")
    first = _first_data(tx, ended)
    wanted = Start(ended.process_key, business_key=ended.business_key, agency=ended.agency)
    case = _open(tx, replace(_opening(tx, wanted, checked=False), variables=first["variables"]))
    case.record(Happening("process-restarted", data={"from": ended.id, "reason": reason}))
    ended.record(Happening("process-restarted", data={"into": case.id, "reason": reason}))
    _run(tx, case, _same_start(tx, case, first.get("trigger")))
    return case


def suspend(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """Stop the clock and refuse work on the case until it is resumed."""
    case = _managed(tx, instance_id, expected_version, "suspend")
    case.require_active()
    return turn_case(case, "suspended", "process-suspended", reason)


def resume(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """Let a suspended case go on."""
    case = _managed(tx, instance_id, expected_version, "resume")
    if case.state == "incident":
        raise ConflictError(
            "Hồ sơ có sự cố: hãy thử lại hoặc xác nhận đã xử lý sự cố.", "It has an incident: retry or resolve that."
        )
    if case.state != "suspended":
        raise ConflictError("Hồ sơ không ở trạng thái tạm dừng.", "The process instance is not suspended.")
    _require_released(tx, case)
    return turn_case(case, "active", "process-resumed", reason)


def cancel(tx: Transaction, instance_id: str, reason: str, expected_version: int | None = None) -> Case:
    """End the case at once: its open tasks are withdrawn, its timers disarmed."""
    case = _managed(tx, instance_id, expected_version, "cancel")
    case.require_held()
    _require_undecided(tx, case)
    case.record(Happening("process-cancel-requested", data={"reason": reason}))
    for task in tx.fetch_all(OPEN_TASKS, instance_id=case.id):
        case.write(WITHDRAW_TASK, {"task_id": task["id"], "new_closed_at": tx.now})
        case.write(DELETE_CANDIDATES, {"closed_id": task["id"]})
        case.record(Happening("element-cancelled", task["element_id"], task["id"]))
        signals.task_withdrawn.send(tx, case=case, task_id=task["id"])
    case.write(DELETE_TIMER, *({"timer_id": t["id"]} for t in tx.fetch_all(TIMERS_OF, instance_id=case.id)))
    case.write(DELETE_SUBSCRIPTIONS_OF, {"of_instance": case.id})
    advance.end(tx, case, "cancelled")
    return case


def turn_case(case: Case, state: str, event: str, reason: str) -> Case:
    """The case, stopped or let go on, for a command that has checked the actor's right."""
    case.record(Happening(event, data={"reason": reason, "state": {"old": case.state, "new": state}}))
    case.state = state
    return case


def _opening(tx: Transaction, wanted: Start, *, checked: bool = True) -> Opening:
    """What is wanted, of a published version. Unless `checked`, its variables are as they stand."""
    row = _definition(tx, wanted)
    if row.state != "published":
        raise ConflictError("Phiên bản quy trình chưa được phát hành.", "This version is not published yet.")
    _require_agency(tx, wanted.agency)
    definition = definitions.compiled(tx, row.id)
    if checked:
        _require_begin(definition, wanted)
    given = _start_variables(tx, definition, wanted) if checked else dict(wanted.variables)
    return Opening(row, given | dict(wanted.prepared), wanted.business_key, wanted.agency, wanted.trigger)


def _begun(tx: Transaction, opening: Opening) -> Case:
    case = _open(tx, opening)
    at = opening.trigger.element_id if opening.trigger is not None else None
    carry_on(tx, case, at, {"opening": opening})
    return case


def _open(tx: Transaction, opening: Opening, instance_id: str | None = None) -> Case:
    """A new case before its first step, with its first event."""
    row, trigger = opening.version, opening.trigger
    case = open_case(tx, row, business_key=opening.business_key, agency=opening.agency, instance_id=instance_id)
    case.variables = opening.variables
    data = {"process": row.key, "version": row.version, "checksum": row.checksum, "variables": opening.variables}
    if trigger is not None:
        case.started_by = case.started_by or trigger.person_id
        data["trigger"] = _told(trigger)
    case.record(Happening("process-started", data=data))
    signals.process_started.send(tx, case=case)
    return case


def _run(tx: Transaction, case: Case, element_id: str | None = None) -> None:
    host = advance.StepHost(tx, case)
    step = process.start(definitions.compiled(tx, case.definition_id), case.variables, host, element_id)
    advance.apply(tx, case, step, host)


def _first_data(tx: Transaction, case: Case) -> dict[str, Any]:
    """What the first event of a case tells: its variables, and what triggered it."""
    payload = tx.session.scalars(
        select(AuditEvent.data).where(AuditEvent.instance_id == case.id, AuditEvent.type == "process-started")
    ).first()
    if payload is None:
        raise ConflictError("Dữ liệu khởi tạo đã được xóa.", "The variables it began with have been erased.")
    found: dict[str, Any] = orjson.loads(payload)
    return found


def _same_start(tx: Transaction, case: Case, trigger: Mapping[str, Any] | None) -> str | None:
    """The start event at which a case began, in the version of the new one; None for the plain one.

    Raises ConflictError when that version has neither.
    """
    network = definitions.compiled(tx, case.definition_id).networks[case.process_key]
    element = trigger["element"] if trigger is not None else None
    if element in network.starts:
        return str(element)
    if network.start is None:
        message_vi = "Phiên bản hiện hành không còn sự kiện bắt đầu của hồ sơ này."
        raise ConflictError(message_vi, "The current version has no such start event any more.")
    return None


def _require_released(tx: Transaction, case: Case) -> None:
    if dossiers.is_in(tx, case.id, "on_hold"):
        raise ConflictError(
            "Hồ sơ khen thưởng đang tạm dừng xét; chỉ cơ quan đã tạm dừng được cho xét tiếp.",
            "The dossier is on hold: release that.",
        )


def _require_undecided(tx: Transaction, case: Case) -> None:
    """Raise ConflictError where cancelling the case would undo the hold of its dossier, or leave its award behind."""
    _require_released(tx, case)
    if dossiers.is_in(tx, case.id, *AWARDED):
        raise ConflictError(
            "Đã có quyết định khen thưởng; muốn hủy bỏ phải qua thủ tục thu hồi.", "There is an award: revoke that."
        )


def _managed(tx: Transaction, instance_id: str, expected_version: int | None, verb: str) -> Case:
    case = lock_case(tx, instance_id)
    if not access.manages_case(tx.actor, case.agency, case.started_by, case.process_key):
        raise ForbiddenError(
            verb, "Anh/chị không có quyền đối với hồ sơ quy trình này.", "You may not do this to the process instance."
        )
    case.require_version(expected_version)
    return case


def _require_agency(tx: Transaction, agency: str | None) -> None:
    if agency is None:
        return
    known = tx.session.get(Agency, agency)
    if known is None:
        raise _invalid("agency", "unknown", "Không có cơ quan này.", "There is no such agency.")


def _require_starter(actor: Actor, definition: Definition, agency: str | None) -> None:
    if not access.may_start(actor, definition.starter_groups, agency):
        raise ForbiddenError(
            "start",
            "Anh/chị không được khởi tạo quy trình này cho cơ quan đã chọn.",
            "You may not start this process for that agency.",
        )


def _definition(tx: Transaction, wanted: Start) -> Version:
    if wanted.trigger is not None:
        return definitions.by_id(tx, wanted.trigger.definition_id)
    if wanted.version is None:
        return definitions.current(tx, wanted.process_key)
    return definitions.named(tx, wanted.process_key, wanted.version)


def _require_alone(definition: Definition) -> None:
    """Raise InvalidDataError for a process that other processes call or commands begin, and nobody starts."""
    if not definition.starts_alone:
        message_vi = "Quy trình này chỉ được mở từ quy trình hoặc thao tác khác, không khởi tạo riêng."
        raise _invalid(
            "process_key",
            "called-only",
            message_vi,
            "Other processes call it or commands begin it; it never starts alone.",
        )


def _require_begin(definition: Definition, wanted: Start) -> None:
    """Raise InvalidDataError for a process that begins by a message, signal or timer only."""
    if wanted.trigger is None and definition.networks[definition.key].start is None:
        message_vi = "Quy trình này chỉ bắt đầu bằng thông điệp, tín hiệu hoặc hẹn giờ."
        raise _invalid("process_key", "event-start", message_vi, "It begins by a message, signal or timer only.")


def _start_variables(tx: Transaction, definition: Definition, wanted: Start) -> dict[str, Any]:
    """What the case begins with: the start form is for people, and an event does not fill it in."""
    given = dict(wanted.variables)
    if wanted.trigger is None and wanted.agency is None and "agency" in given:
        message_vi = "Cơ quan của hồ sơ được nêu ở trường agency, không nêu trong variables."
        raise _invalid("variables.agency", "reserved", message_vi, "Whose case it is goes into the field agency.")
    if wanted.trigger is None and definition.start_form is not None:
        given = forms.validate(definition.start_form, given, given)
        require_agencies(tx, forms.agencies_in(definition.start_form, given))
    return given | {"agency": wanted.agency} if wanted.agency is not None else given


def _told(trigger: Trigger) -> dict[str, Any]:
    return {
        "kind": trigger.kind,
        "element": trigger.element_id,
        "name": trigger.name,
        "message": trigger.message_id,
        "for": trigger.person_id,
    }


def _invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])
