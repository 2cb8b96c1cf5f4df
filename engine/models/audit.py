"""The append-only history: one hash chain per instance, and one for what belongs to no instance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Key, Row

SYSTEM_STREAM = "system"


class AuditEvent(Row):
    """One event. `canonical` is what was hashed, verbatim; the other columns repeat parts of it for queries.

    `data` is the payload as canonical JSON; the chain holds only SHA-256(salt + data), so that a payload can be
    erased by law without breaking the chain. `instance_id` is `system` for what belongs to no instance.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("instance_id", "seq"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    instance_id: Mapped[Key]
    seq: Mapped[int]
    type: Mapped[Code]
    at: Mapped[datetime]
    actor_id: Mapped[Key | None]
    element_id: Mapped[str | None]
    task_id: Mapped[Key | None]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    data: Mapped[str | None] = mapped_column(Text)


class AuditStream(Row):
    """The head of a chain that belongs to no instance."""

    __tablename__ = "audit_stream"

    id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary)
