"""What whoever keeps a case running sees of it: where it stands, what failed, what they may do. Not its content.

Rule: system administrators see this of every case; others of the cases that they see and manage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from engine import access
from engine.bpmn.definition import Element
from engine.commands import definitions
from engine.errors import NotFoundError
from engine.models.definition import ProcessDefinition
from engine.models.incident import Incident
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.models.timer import Timer
from engine.queries import incidents
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

# What can be done to a case in each state, besides going over to another version as long as it has not ended.
_TURNS = {"active": ("suspend", "cancel"), "suspended": ("resume", "cancel"), "incident": ("cancel",)}
_MOVABLE = ("active", "incident")


@dataclass(frozen=True)
class Upkeep:
    """A case to be kept running. `is_read`: the actor sees its content too. `other_versions` are published ones."""

    case: ProcessInstance
    definition: ProcessDefinition
    elements: Mapping[str, Element]
    incidents: Sequence[Incident]
    open_tasks: int
    timers: int
    other_versions: Sequence[ProcessDefinition]
    allowed_actions: tuple[str, ...]
    is_read: bool


def of_case(tx: Transaction, instance_id: str) -> Upkeep:
    """What is to be known of a case. Raises NotFoundError for those who do not keep it running."""
    case = tx.session.get(ProcessInstance, instance_id)
    is_read = case is not None and _is_read(tx, instance_id)
    known = case is not None and (case.agency, case.started_by, case.process_key)
    manages = bool(known and is_read and access.manages_case(tx.actor, *known))
    if case is None or not (manages or access.keeps_cases(tx.actor)):
        raise NotFoundError("process-instance", instance_id)
    allowed = _allowed(tx, case, manages=manages)
    return Upkeep(
        case,
        tx.session.get_one(ProcessDefinition, case.definition_id),
        definitions.compiled(tx, case.definition_id).elements,
        incidents.open_of(tx, case.id),
        _count(tx, select(func.count()).where(UserTask.instance_id == case.id, UserTask.state == "open")),
        _count(tx, select(func.count()).where(Timer.instance_id == case.id)),
        _other_versions(tx, case) if "migrate" in allowed else (),
        allowed,
        is_read,
    )


def _is_read(tx: Transaction, instance_id: str) -> bool:
    query = select(ProcessInstance.id).where(ProcessInstance.id == instance_id, sees_instance(tx.actor))
    return tx.session.scalar(query) is not None


def _allowed(tx: Transaction, case: ProcessInstance, *, manages: bool) -> tuple[str, ...]:
    found: list[str] = []
    if access.keeps_cases(tx.actor) and case.ended_at is None:
        found += ["move"] if case.state in _MOVABLE and case.tree else []
        found += ["migrate"]
    if manages:
        found += _TURNS.get(case.state, ()) if case.ended_at is None else ("restart",)
    return tuple(found)


def _other_versions(tx: Transaction, case: ProcessInstance) -> Sequence[ProcessDefinition]:
    """The published versions that the case could go over to, newest first."""
    table = ProcessDefinition
    query = select(table).where(
        table.key == case.process_key, table.state == "published", table.id != case.definition_id
    )
    return tx.session.scalars(query.order_by(table.version.desc())).all()


def _count(tx: Transaction, query: Select[int]) -> int:
    return tx.session.scalar(query) or 0
