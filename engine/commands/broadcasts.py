"""Signals from people and programs: to every case that waits for one, and every process that one starts.

Rule: who hears it is settled when it is sent; each then goes on in a transaction of its own, in the order of the
cases' ids, so that one that fails holds up no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine import access
from engine.commands import definitions, exchange
from engine.commands.correlation import reaches
from engine.commands.journal import record_system
from engine.models.instance import ProcessInstance
from engine.models.message_statements import INSERT_THROWN
from engine.models.subscription import EventSubscription, StartSubscription
from engine.runtime import Transaction


@dataclass(frozen=True)
class Broadcast:
    """How many cases a signal goes to, and how many it begins."""

    delivered: int
    started: int


def broadcast(tx: Transaction, name: str, variables: Mapping[str, Any]) -> Broadcast:
    """Send a signal to everything within the actor's reach that waits for it; it gets there right after the commit."""
    posted = exchange.posted_row(
        tx,
        "signal",
        name,
        agency=exchange.agency_of(variables),
        variables=dict(variables),
        sent_by=tx.actor.person_id,
    )
    listeners = _listeners(tx, name)
    starts = [s for s in exchange.signal_starts(tx, name) if _may_start(tx, posted["agency"], s)]
    rows = exchange.signal_rows(posted, listeners, starts)
    tx.write(INSERT_THROWN, *rows)
    record_system(tx, "signal-sent", {"name": name, "receivers": len(rows)})
    exchange.deliver_soon(tx, [row["id"] for row in rows])
    return Broadcast(len(listeners), len(starts))


def _listeners(tx: Transaction, name: str) -> list[EventSubscription]:
    query = select(EventSubscription).join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
    waiting = (EventSubscription.kind == "signal") & (EventSubscription.name == name)
    return list(tx.session.scalars(query.where(waiting, reaches(tx.actor))))


def _may_start(tx: Transaction, agency: str | None, start: StartSubscription) -> bool:
    return access.may_start(tx.actor, definitions.compiled(tx, start.definition_id).starter_groups, agency)
