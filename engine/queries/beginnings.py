"""Which processes the actor may begin by hand, and for which of their agencies.

Rule: it tells what `commands.instances.start` would allow, no more; whether a process that begins so makes sense of the
values given, its diagram decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from engine import access
from engine.bpmn.definition import Definition
from engine.commands import definitions
from engine.errors import NotFoundError
from engine.forms import Form
from engine.models.definition import ProcessDefinition
from engine.runtime import Transaction


@dataclass(frozen=True)
class Beginning:
    """A process that the actor may begin: for one of these agencies (none: for no agency), with values of a form."""

    key: str
    name_vi: str
    name_en: str
    agencies: tuple[str, ...]
    form: Form | None


def all_of(tx: Transaction) -> list[Beginning]:
    """The processes that the actor may begin, by key."""
    table = ProcessDefinition
    newest = (
        select(table.key, func.max(table.version).label("version"))
        .where(table.kind == "bpmn", table.state == "published")
        .group_by(table.key)
        .subquery()
    )
    query = select(table.id).join(newest, (newest.c.key == table.key) & (newest.c.version == table.version))
    found = (definitions.compiled(tx, one) for one in tx.session.scalars(query.order_by(table.key)))
    return [beginning for definition in found if (beginning := _beginning(tx, definition))]


def one_of(tx: Transaction, key: str) -> Beginning:
    """One of them. Raises NotFoundError."""
    for found in all_of(tx):
        if found.key == key:
            return found
    raise NotFoundError("process-definition", key)


def _beginning(tx: Transaction, definition: Definition) -> Beginning | None:
    if not definition.starts_alone or not definition.starter_groups:
        return None
    own = sorted(tx.actor.agencies)
    fit = tuple(code for code in own if access.may_start(tx.actor, definition.starter_groups, code))
    if not fit and not access.may_start(tx.actor, definition.starter_groups, None):
        return None
    return Beginning(definition.key, definition.name, definition.name_en, fit, definition.start_form)
