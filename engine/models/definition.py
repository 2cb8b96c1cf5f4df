"""Deployed process definitions and decision tables: content by hash, immutable, versioned per key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Row


class ProcessDefinition(Row):
    """One version of one diagram (kind `bpmn`) or decision table file (kind `dmn`).

    `pinned` maps the key of each called process or decision to the definition id that was current at
    deployment: a running instance keeps what it was started with. `checksum` is the SHA-256 of `xml`.
    """

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    kind: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    name: Mapped[str]
    name_en: Mapped[str]
    file: Mapped[str]
    checksum: Mapped[str]
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    pinned: Mapped[dict[str, Any]]
    state: Mapped[Code]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
