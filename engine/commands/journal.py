"""Recording what belongs to no instance: logins, deployments, imports, changes of the directory."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.audit.chain import GENESIS, Chain, Happening
from engine.models.audit import SYSTEM_STREAM, AuditStream
from engine.models.statements import INSERT_EVENT
from engine.runtime import Transaction


def record_system(tx: Transaction, kind: str, data: dict[str, Any] | None = None) -> None:
    """Append one event to the system's own chain, whose head stays locked until the transaction ends."""
    stream = _head(tx)
    chain = Chain(SYSTEM_STREAM, stream.seq, stream.head, simulated=tx.simulated)
    row = chain.append(tx.actor, tx.now, Happening(kind, data=data))
    stream.seq, stream.head = chain.seq, chain.head
    tx.write(INSERT_EVENT, row)


def _head(tx: Transaction) -> AuditStream:
    query = select(AuditStream).where(AuditStream.id == SYSTEM_STREAM).with_for_update()
    stream = tx.session.scalars(query).first()
    if stream is None:
        stream = AuditStream(id=SYSTEM_STREAM, seq=0, head=GENESIS)
        tx.session.add(stream)
        tx.session.flush()
    return stream
