"""Reading the history of an instance, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from engine import deadlines
from engine.bpmn.definition import Element
from engine.commands import definitions
from engine.models.audit import AuditEvent
from engine.models.definition import ProcessDefinition
from engine.models.directory import Person
from engine.models.instance import ProcessInstance
from engine.queries import instances
from engine.queries.agency_names import Named, Names
from engine.runtime import Transaction


@dataclass(frozen=True)
class HistoryEvent:
    """One event as its reader sees it. `hash` is hexadecimal; `actor` is None for the system,
    `on_behalf_of` None for whoever acts by their own right.

    `element_names` are the Vietnamese and the English name of the element (empty where there is none); `agencies` what
    those whose roles or tasks it speaks of were called that day, by code.
    """

    seq: int
    type: str
    at: datetime
    actor: dict[str, str] | None
    on_behalf_of: dict[str, str] | None
    roles: list[str]
    element_id: str | None
    element_names: tuple[str, str]
    task_id: str | None
    data: Any
    hash: str
    agencies: Mapping[str, Named]


def of_instance(tx: Transaction, instance_id: str, after_seq: int = 0, limit: int = 200) -> list[HistoryEvent]:
    """Up to `limit` events after `after_seq`. Raises NotFoundError as the instance itself would."""
    instance = instances.get(tx, instance_id)
    rows = tx.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.instance_id == instance_id, AuditEvent.seq > after_seq)
        .order_by(AuditEvent.seq)
        .limit(limit)
    ).all()
    names, elements = _names(tx, rows), _elements(tx, instance, {r.element_id for r in rows if r.element_id})
    called = Names(tx, {code for row in rows for code in _codes(row)})
    return [_event(row, names, elements, called) for row in rows]


def length(tx: Transaction, instance_id: str) -> int:
    """How many events the history of an instance has. Raises NotFoundError as the instance itself would."""
    return instances.get(tx, instance_id).audit_seq


def _elements(tx: Transaction, instance: ProcessInstance, named: set[str]) -> Mapping[str, Element]:
    """The elements of the version that a case is of; those that it does not have, of the newest that has them."""
    elements = definitions.compiled(tx, instance.definition_id).elements
    if named <= elements.keys():
        return elements
    found = dict(elements)
    query = select(ProcessDefinition.id).where(ProcessDefinition.key == instance.process_key)
    for definition_id in tx.session.scalars(query.order_by(ProcessDefinition.version.desc())):
        found = {**definitions.compiled(tx, definition_id).elements, **found}
        if named <= found.keys():
            break
    return found


def _codes(row: AuditEvent) -> set[str]:
    """The agencies whose roles an event speaks of: of whoever acted, and of whom a task is offered to."""
    told = orjson.loads(row.data) if row.data is not None else None
    offered = told.get("groups") if isinstance(told, dict) else None
    groups = [*orjson.loads(row.canonical).get("roles", []), *(offered if isinstance(offered, list) else [])]
    return {str(group).partition("@")[2].partition(" ")[0] for group in groups} - {""}


def _event(row: AuditEvent, names: dict[str, str], elements: Mapping[str, Element], called: Names) -> HistoryEvent:
    told, day = orjson.loads(row.canonical), deadlines.local_date(row.at)
    element = elements.get(row.element_id or "")
    return HistoryEvent(
        seq=row.seq,
        type=row.type,
        at=row.at,
        actor=_person(row.actor_id, names),
        on_behalf_of=_person(told.get("on_behalf_of"), names),
        roles=told.get("roles", []),
        element_id=row.element_id,
        element_names=(element.name, element.name_en) if element else ("", ""),
        task_id=row.task_id,
        data=orjson.loads(row.data) if row.data is not None else None,
        hash=row.hash.hex(),
        agencies={code: name for code in sorted(_codes(row)) if (name := called.on(code, day)) is not None},
    )


def _person(person_id: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    return {"id": person_id, "full_name": names.get(person_id, "")} if person_id else None


def _names(tx: Transaction, rows: Sequence[AuditEvent]) -> dict[str, str]:
    absent = {orjson.loads(row.canonical).get("on_behalf_of") for row in rows}
    people = ({row.actor_id for row in rows} | absent) - {None}
    found = tx.session.execute(select(Person.id, Person.full_name).where(Person.id.in_(people)))
    return {person_id: name for person_id, name in found}
