"""One version of a process for those who decide about it: what its check found, how it differs, what runs on it.

Rule: everybody may read a version; how many cases run on it is told to those who design and keep processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff

from sqlalchemy import func, select

from engine import access
from engine.bpmn.comparison import Difference, compare
from engine.commands import definitions
from engine.errors import Finding
from engine.models.definition import ProcessDefinition
from engine.models.instance import ProcessInstance
from engine.queries import definitions as queries
from engine.runtime import Transaction

PUBLISHERS = frozenset({"publisher", "sysadmin"})


@dataclass(frozen=True)
class Comparison:
    """A version against another one: element by element for a diagram, line by line for a decision table."""

    other: ProcessDefinition
    elements: Sequence[Difference]
    lines: Sequence[str]


@dataclass(frozen=True)
class Version:
    """A version among all of its key, with the warnings of its check.

    `running` counts the cases of each version; None: not told.
    """

    definition: ProcessDefinition
    versions: Sequence[ProcessDefinition]
    warnings: Sequence[Finding]
    comparison: Comparison | None
    running: dict[int, int] | None
    allowed_actions: tuple[str, ...]


def of(tx: Transaction, key: str, version: int, against: int | None = None) -> Version:
    """That version, compared with another one: the current one unless said otherwise. Raises NotFoundError."""
    row = definitions.version_of(tx, key, version)
    other = definitions.version_of(tx, key, against) if against is not None else _usual(tx, row)
    warnings = definitions.compiled(tx, row.id).warnings if row.kind == "bpmn" else ()
    told = access.keeps_cases(tx.actor) or bool(tx.actor.roles & definitions.DEPLOYERS)
    running = _running(tx, key) if told and row.kind == "bpmn" else None
    return Version(row, queries.versions(tx, key), warnings, _compared(other, row), running, _allowed(tx, row))


def _usual(tx: Transaction, row: ProcessDefinition) -> ProcessDefinition | None:
    """The version to compare with: the current one, and for that one the one before it."""
    table = ProcessDefinition
    published = select(table).where(table.key == row.key, table.state == "published", table.id != row.id)
    if row.state == "published":
        published = published.where(table.version < row.version)
    return tx.session.scalars(published.order_by(table.version.desc()).limit(1)).first()


def _compared(old: ProcessDefinition | None, new: ProcessDefinition) -> Comparison | None:
    if old is None or old.id == new.id:
        return None
    if new.kind == "bpmn":
        return Comparison(old, compare(old.xml, new.xml, new.file), ())
    before, after = (xml.decode(errors="replace").splitlines() for xml in (old.xml, new.xml))
    return Comparison(old, (), list(unified_diff(before, after, str(old.version), str(new.version), lineterm="")))


def _running(tx: Transaction, key: str) -> dict[int, int]:
    query = select(ProcessInstance.process_version, func.count()).where(
        ProcessInstance.process_key == key, ProcessInstance.ended_at.is_(None)
    )
    return {version: count for version, count in tx.session.execute(query.group_by(ProcessInstance.process_version))}


def _allowed(tx: Transaction, row: ProcessDefinition) -> tuple[str, ...]:
    may_publish = row.state == "draft" and tx.actor.roles & PUBLISHERS and row.deployed_by != tx.actor.person_id
    may_migrate = row.kind == "bpmn" and row.state == "published" and access.keeps_cases(tx.actor)
    return tuple(verb for verb, may in (("publish", may_publish), ("migrate", may_migrate)) if may)
