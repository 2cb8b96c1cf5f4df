"""What agencies publish about the plan, channel by channel, and what press bodies report of their own.

Rule: only what is in state `published` may be shown to the public.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Publication(Row):
    """Content of an agency: a read model of where its case stands.

    `summary` is what the public reads. Of a press body (`is_press`) the content is the pack that was offered to it;
    nobody approves what it publishes. `notice` tells what was corrected, or why it was withdrawn.
    """

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_list", "created_at", "id"),
        Index("ix_publication_agency", "agency", "state"),
        Index("ix_publication_public", "state", "published_at"),
    )

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    is_press: Mapped[bool]
    title: Mapped[str | None]
    summary: Mapped[str | None]
    content: Mapped[str | None]
    audience: Mapped[str | None]
    language: Mapped[Code | None]
    content_tags: Mapped[list[str]]
    channel_tags: Mapped[list[str]]
    column_name: Mapped[str | None]
    state: Mapped[Code]
    round: Mapped[int]
    approved_by: Mapped[Key | None]
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    notice: Mapped[str | None]
    reach: Mapped[int | None]
    instance_id: Mapped[Key]
    correction_instance_id: Mapped[Key | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class PublicationChannel(Row):
    """One channel of a publication, or one item of a press body, with the proof: link, time and archived copy."""

    __tablename__ = "publication_channel"
    __table_args__ = (UniqueConstraint("publication_id", "position"),)

    id: Mapped[Id]
    publication_id: Mapped[Key] = mapped_column(ForeignKey("publication.id"))
    position: Mapped[int]
    channel: Mapped[Code]
    title: Mapped[str | None]
    state: Mapped[Code]
    url: Mapped[str | None]
    published_at: Mapped[datetime | None]
    archived_copy: Mapped[list[Any]]
    changed_at: Mapped[datetime | None]
    reach: Mapped[int | None]
    note: Mapped[str | None]
