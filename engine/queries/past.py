"""A case as it was after one of its events: where its tokens stood, what was done, what was filled in.

Rule: told by the history alone, so that whoever verifies the history can count on it. What a step of the system worked
out is not in the history and not here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from engine.models.audit import AuditEvent
from engine.models.instance import ProcessInstance
from engine.runtime import Transaction


@dataclass
class Past:
    """The case after the event `seq` of its history, which happened `at`."""

    seq: int
    at: datetime
    tokens: Counter[str] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    variables: dict[str, Any] = field(default_factory=dict)


def of_case(tx: Transaction, instance: ProcessInstance, seq: int) -> Past:
    """A case that the actor has been found to see, after that event (the nearest one that there is)."""
    wanted = min(max(seq, 1), instance.audit_seq)
    past = Past(wanted, instance.started_at)
    query = select(AuditEvent).where(AuditEvent.instance_id == instance.id, AuditEvent.seq <= wanted)
    for event in tx.session.scalars(query.order_by(AuditEvent.seq)):
        past.at = event.at
        _follow(past, event, orjson.loads(event.data) if event.data else {})
    past.tokens = +past.tokens
    return past


def _follow(past: Past, event: AuditEvent, told: Mapping[str, Any]) -> None:
    element = event.element_id or ""
    if event.type == "element-activated":
        past.tokens[element] += 1
    elif event.type in ("element-completed", "element-cancelled"):
        past.tokens[element] -= 1 if past.tokens[element] > 0 else 0
        past.completed[element] += event.type == "element-completed"
    elif event.type == "process-started":
        past.variables |= told.get("variables") or {}
    elif event.type == "process-migrated":
        _rename(past, told.get("maps"))
    if event.type == "element-completed":
        past.variables |= _submitted(told)


def _rename(past: Past, maps: Any) -> None:
    """Tokens that went over to elements of another name."""
    for old, new in (maps if isinstance(maps, Mapping) else {}).items():
        if isinstance(new, str) and old != new:
            past.tokens[new] += past.tokens.pop(old, 0)


def _submitted(told: Mapping[str, Any]) -> dict[str, Any]:
    changes = told.get("variables")
    pairs = changes.items() if isinstance(changes, Mapping) else ()
    return {name: change["new"] for name, change in pairs if isinstance(change, Mapping) and "new" in change}
