"""What was told in time: reminders and urging notices by rung, on which days, and what reached the City's leaders.

Rule: read from the history and the messages as they were written, whichever diagram made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, select

from engine import deadlines
from engine.models.audit import AuditEvent
from engine.models.outbox import OutboxMessage
from engine.runtime import Transaction

#: The events that tell somebody of a due date, or of what came of it.
TYPES = (
    "report-reminded",
    "report-urged",
    "plan-task-reminded",
    "plan-task-overdue",
    "plan-task-leader-alerted",
    "escalation-listed",
)
_RUNGS = ("working_days_left", "notice", "notices", "returns")
_LEADERS = ("city_leader@ubnd", "city_office@vpub")
_WORK = ("task-offered", "task-given")


@dataclass(frozen=True)
class Told:
    """One event that told somebody of a due date: its type, its rung (such as `3` working days left), and when."""

    type: str
    rung: str
    at: datetime

    @property
    def day(self) -> date:
        """The local day."""
        return deadlines.local_date(self.at)


def told(tx: Transaction) -> Iterator[Told]:
    """Every reminder and urging notice of the installation, in the order of time."""
    query = select(AuditEvent.type, AuditEvent.at, AuditEvent.data).where(AuditEvent.type.in_(TYPES))
    for kind, at, data in tx.session.execute(query.order_by(AuditEvent.at, AuditEvent.id)):
        yield Told(kind, _rung(orjson.loads(data or b"{}")), at)


def by_rung(found: Sequence[Told]) -> dict[str, int]:
    """How many there were, by type and rung: `report-reminded 3`."""
    counted = Counter(f"{one.type} {one.rung}".strip() for one in found)
    return dict(sorted(counted.items()))


def messages(tx: Transaction) -> dict[str, int]:
    """How many messages are in people's inboxes, by topic."""
    return _by_topic(tx)


def to_leaders(tx: Transaction) -> dict[str, int]:
    """How many messages reached the City's leader and their office, by topic, work that waits for them left out."""
    return _by_topic(tx, OutboxMessage.recipient.in_(_LEADERS), OutboxMessage.topic.not_in(_WORK))


def _by_topic(tx: Transaction, *conditions: ColumnElement[bool]) -> dict[str, int]:
    query = select(OutboxMessage.topic, func.count()).where(OutboxMessage.channel == "inbox", *conditions)
    found = tx.session.execute(query.group_by(OutboxMessage.topic).order_by(OutboxMessage.topic))
    return {topic: count for topic, count in found}


def _rung(data: Mapping[str, Any]) -> str:
    """The rung that an event names; none for a monthly reminder."""
    named = (data.get(name) for name in _RUNGS)
    return next((str(value) for value in named if value is not None), "")
