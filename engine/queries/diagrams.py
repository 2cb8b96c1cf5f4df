"""The diagrams that a case runs on, and how far it has come on each of them.

Rule: they are those that its version is pinned to; which steps are done and how often, the history says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.commands import definitions
from engine.errors import NotFoundError
from engine.models.audit import AuditEvent
from engine.models.definition import ProcessDefinition
from engine.models.instance import ProcessInstance
from engine.runtime import Transaction


@dataclass(frozen=True)
class Diagram:
    """One diagram of a case: the tokens that stand on it by element, and how often each element was completed."""

    definition: ProcessDefinition
    tokens: Mapping[str, int]
    completed: Mapping[str, int]

    @property
    def is_live(self) -> bool:
        """Whether a token stands on it."""
        return bool(self.tokens)


def of_case(tx: Transaction, instance: ProcessInstance) -> list[Diagram]:
    """The diagrams of a case that the actor has been found to see: its own, then those that it calls."""
    return drawn(tx, instance, Counter(element for element, _ in instance.tokens), _completed(tx, instance.id))


def drawn(
    tx: Transaction, instance: ProcessInstance, tokens: Mapping[str, int], completed: Mapping[str, int]
) -> list[Diagram]:
    """The same diagrams with other tokens on them, such as those of an earlier moment."""
    return on_version(tx, instance.definition_id, tokens, completed)


def on_version(
    tx: Transaction, definition_id: str, tokens: Mapping[str, int], completed: Mapping[str, int]
) -> list[Diagram]:
    """The diagrams of a version, with tokens on them: its own, then those that it calls."""
    return [_diagram(row, tokens, completed) for row in _pinned(tx, definition_id)]


def xml_of(tx: Transaction, instance: ProcessInstance, key: str) -> bytes:
    """One of these diagrams as it was deployed. Raises NotFoundError."""
    for row in _pinned(tx, instance.definition_id):
        if row.key == key:
            return row.xml
    raise NotFoundError("process-definition", key)


def _diagram(row: ProcessDefinition, tokens: Mapping[str, int], completed: Mapping[str, int]) -> Diagram:
    text = row.xml.decode()
    inside = {element for element in {*tokens, *completed} if f'id="{element}"' in text}
    return Diagram(
        row, {e: tokens[e] for e in inside & set(tokens)}, {e: completed[e] for e in inside & set(completed)}
    )


def _pinned(tx: Transaction, definition_id: str) -> Sequence[ProcessDefinition]:
    """The version and the diagrams that it calls, each once, in the order of calling."""
    own = tx.session.get_one(ProcessDefinition, definition_id)
    called = definitions.reach(tx, own)
    query = select(ProcessDefinition).where(ProcessDefinition.id.in_(called), ProcessDefinition.kind == "bpmn")
    rows = {row.id: row for row in tx.session.scalars(query)} if called else {}
    return [own, *(rows[one] for one in called if one in rows)]


def _completed(tx: Transaction, instance_id: str) -> dict[str, int]:
    query = (
        select(AuditEvent.element_id, func.count())
        .where(AuditEvent.instance_id == instance_id, AuditEvent.type == "element-completed")
        .group_by(AuditEvent.element_id)
    )
    return {element: number for element, number in tx.session.execute(query) if element is not None}
