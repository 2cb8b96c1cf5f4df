"""Verifying hash chains: recompute every link, name the first event that does not fit.

Rule: verification trusts only the bytes; the columns kept for queries must say the same as the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.chain import GENESIS, commitment, link
from engine.errors import NotFoundError
from engine.models.audit import AuditEvent, AuditStream
from engine.models.columns import instant_text
from engine.models.instance import ProcessInstance


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
    heads = _heads(session, instance_id)
    is_known = bool(heads)
    chains = events = 0
    faults: list[Fault] = []
    for chain_id, rows in groupby(_events(session, instance_id), key=lambda row: row.instance_id):
        listed = list(rows)
        chains, events = chains + 1, events + len(listed)
        fault = first_fault(chain_id, listed, heads.pop(chain_id, None))
        faults += [fault] if fault else []
    if instance_id is not None and not chains and not is_known:
        raise NotFoundError("process-instance", instance_id)
    faults += [Fault(chain_id, seq, "missing") for chain_id, (seq, _) in heads.items() if seq]
    return Verification(chains, events, tuple(faults))


def first_fault(chain_id: str, rows: Iterable[AuditEvent], head: tuple[int, bytes] | None) -> Fault | None:
    """The first bad event of one chain whose remembered head is (seq, hash); None when it is whole."""
    previous, seq = GENESIS, 0
    for row in rows:
        seq += 1
        reason = _reason(row, seq, previous)
        if reason:
            return Fault(chain_id, min(row.seq, seq), reason)
        previous = row.hash
    if head is None:
        return Fault(chain_id, 1, "unknown-instance")
    if head != (seq, previous):
        return Fault(chain_id, seq + 1, "tail-missing" if head[0] > seq else "head-differs")
    return None


def _reason(row: AuditEvent, seq: int, previous: bytes) -> str | None:
    if row.seq != seq:
        return "gap"
    if link(previous, row.canonical) != row.hash:
        return "hash-differs"
    told = orjson.loads(row.canonical)
    if any(told[name] != value for name, value in _columns(row).items()):
        return "columns-differ"
    if row.data is None:
        return "data-missing" if "data" in told else None
    if row.salt is None or told.get("data") != commitment(row.salt, row.data.encode()):
        return "data-differs"
    return None


def _columns(row: AuditEvent) -> dict[str, Any]:
    return {
        "instance": row.instance_id,
        "seq": row.seq,
        "type": row.type,
        "at": instant_text(row.at),
        "actor": row.actor_id,
        "element": row.element_id,
        "task": row.task_id,
    }


def _events(session: Session, instance_id: str | None) -> Iterator[AuditEvent]:
    query = select(AuditEvent).order_by(AuditEvent.instance_id, AuditEvent.seq)
    if instance_id is not None:
        query = query.where(AuditEvent.instance_id == instance_id)
    yield from session.scalars(query.execution_options(yield_per=1_000))


def _heads(session: Session, instance_id: str | None) -> dict[str, tuple[int, bytes]]:
    cases = select(ProcessInstance.id, ProcessInstance.audit_seq, ProcessInstance.audit_head)
    streams = select(AuditStream.id, AuditStream.seq, AuditStream.head)
    if instance_id is not None:
        cases = cases.where(ProcessInstance.id == instance_id)
        streams = streams.where(AuditStream.id == instance_id)
    return {row[0]: (row[1], row[2]) for query in (cases, streams) for row in session.execute(query)}
