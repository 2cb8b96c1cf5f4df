"""Verifying hash chains: recompute every link, name the first event that does not fit.

Rule: verification trusts only the bytes; the columns kept for queries must say the same as the bytes. No cell is
trusted to have its type: SQLite keeps whatever is written into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from engine.audit import contents
from engine.audit.chain import GENESIS, commitment, link
from engine.errors import NotFoundError
from engine.models.audit import SYSTEM_STREAM, AuditEvent, AuditStream
from engine.models.columns import instant_text, table_of
from engine.models.definition import ProcessDefinition
from engine.models.directory import Person
from engine.models.instance import ProcessInstance

_INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


@dataclass(frozen=True)
class Fault:
    """The first event of a chain that does not fit, and why."""

    instance_id: str
    seq: int
    reason: str


@dataclass(frozen=True)
class Verification:
    """What was checked, and the first fault of each broken chain (none: everything fits)."""

    chains: int
    events: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether every chain is whole."""
        return not self.faults


def verify(session: Session, instance_id: str | None = None) -> Verification:
    """Check one chain, or all of them, against the heads that the instances remember.

    Raises NotFoundError when there is nothing of the one that is asked for.
    """
    with _any_text(session):
        return _verified(session, instance_id)


def first_fault(chain_id: str, rows: Iterable[AuditEvent | Row[Any]], head: tuple[int, bytes] | None) -> Fault | None:
    """The first bad event of one chain whose remembered head is (seq, hash); None when it is whole."""
    previous, seq = GENESIS, 0
    for row in rows:
        seq += 1
        reason = _reason(row, seq, previous)
        if reason:
            return Fault(chain_id, min(row.seq, seq) if isinstance(row.seq, int) else seq, reason)
        previous = row.hash
    if head is None:
        return Fault(chain_id, 1, "unknown-instance")
    if head != (seq, previous):
        is_cut = isinstance(head[0], int) and head[0] > seq
        return Fault(chain_id, seq + 1, "tail-missing" if is_cut else "head-differs")
    return None


def _verified(session: Session, instance_id: str | None) -> Verification:
    heads = _heads(session, instance_id)
    is_known = bool(heads)
    chains = events = 0
    faults: list[Fault] = []
    said: dict[contents.Place, tuple[int, str]] = {}
    for chain_id, rows in groupby(_events(session, instance_id), key=lambda row: row.instance_id):
        listed = list(rows)
        chains, events = chains + 1, events + len(listed)
        fault = first_fault(chain_id, listed, heads.pop(chain_id, None))
        faults += [fault] if fault else []
        said |= {} if fault else dict(contents.told(listed))
    if instance_id is not None and not chains and not is_known:
        raise NotFoundError("process-instance", instance_id)
    faults += [Fault(chain_id, 1, "missing") for chain_id in heads]
    broken = {fault.instance_id for fault in faults}
    faults += [Fault(*found) for found in contents.differing(session, said, broken, instance_id)]
    return Verification(chains, events, tuple(faults))


def _reason(row: AuditEvent | Row[Any], seq: int, previous: bytes) -> str | None:
    if row.seq != seq:
        return "gap"
    if not isinstance(row.canonical, bytes) or link(previous, row.canonical) != row.hash:
        return "hash-differs"
    told = _told(row.canonical)
    if any(told.get(name) != value for name, value in _columns(row).items()):
        return "columns-differ"
    if row.data is None:
        return "data-missing" if "data" in told else None
    if not isinstance(row.salt, bytes) or not isinstance(row.data, str):
        return "data-differs"
    return None if told.get("data") == commitment(row.salt, row.data.encode()) else "data-differs"


def _told(canonical: bytes) -> dict[str, Any]:
    """What the bytes say; nothing when they are not those of an event, though their hash fits."""
    try:
        told = orjson.loads(canonical)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _columns(row: AuditEvent | Row[Any]) -> dict[str, Any]:
    return {
        "instance": row.instance_id,
        "seq": row.seq,
        "type": row.type,
        "at": instant_text(row.at) if isinstance(row.at, datetime) else row.at,
        "actor": row.actor_id,
        "element": row.element_id,
        "task": row.task_id,
    }


def _events(session: Session, instance_id: str | None) -> Iterator[Row[Any]]:
    """The events with their cells as the database gives them: what cannot be converted must not stop the rest."""
    columns: dict[str, Any] = dict(table_of(AuditEvent).c)
    if _is_postgresql(session):  # as text, also where it lies beyond the years that Python knows
        columns["at"] = func.to_char(func.timezone("UTC", AuditEvent.at), _INSTANT)
    raw: list[Any] = [type_coerce(column, NullType()).label(name) for name, column in columns.items()]
    query: Select[Any] = select(*raw)
    query = query.order_by(AuditEvent.instance_id, AuditEvent.seq)
    if instance_id is not None:
        query = query.where(AuditEvent.instance_id == instance_id)
    yield from session.execute(query.execution_options(yield_per=1_000))


def _heads(session: Session, instance_id: str | None) -> dict[str, tuple[Any, Any]]:
    """What is remembered of the end of each chain that there must be: number and hash."""
    cases = select(ProcessInstance.id, *_raw(ProcessInstance.audit_seq, ProcessInstance.audit_head))
    streams = select(AuditStream.id, *_raw(AuditStream.seq, AuditStream.head))
    if instance_id is not None:
        cases = cases.where(ProcessInstance.id == instance_id)
        streams = streams.where(AuditStream.id == instance_id)
    heads = {row[0]: (row[1], row[2]) for query in (cases, streams) for row in session.execute(query)}
    if instance_id in (None, SYSTEM_STREAM) and _is_used(session):
        heads.setdefault(SYSTEM_STREAM, (0, GENESIS))
    return heads


def _raw(*columns: Any) -> list[ColumnElement[Any]]:
    return [type_coerce(column, NullType()) for column in columns]


def _is_used(session: Session) -> bool:
    """Whether there is anything whose coming the system's own chain tells of."""
    ids = (ProcessDefinition.id, Person.id, ProcessInstance.id)
    return any(session.scalar(select(column).limit(1)) is not None for column in ids)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@contextmanager
def _any_text(session: Session) -> Iterator[None]:
    """Have SQLite give text that is not UTF-8 as well: it never equals what was written."""
    if _is_postgresql(session):
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    driver.text_factory = lambda text: text.decode(errors="backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str
