"""How people want to be told, and the endpoints of other systems that are told too."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class NotificationPreference(Row):
    """A person's wishes: one mail a morning, local hours of quiet (both or neither), another language than usual."""

    __tablename__ = "notification_preference"

    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[bool]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    language: Mapped[Code | None]
    version: Mapped[int]
    changed_at: Mapped[datetime]


class NotificationMute(Row):
    """A topic that a person does not want to hear of through a channel."""

    __tablename__ = "notification_mute"

    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[Code] = mapped_column(primary_key=True)
    channel: Mapped[Code] = mapped_column(primary_key=True)


class Webhook(Row):
    """An endpoint that is told of events: those for one agency, or all of them (`agency_code` None).

    No topics means every topic. Its secret is derived from the installation's key, its id and `generation`; the one
    before is valid too until `previous_until`. `disabled_reason` is set where it was switched off by itself.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_agency", "agency_code"),)

    id: Mapped[Id]
    name: Mapped[str]
    url: Mapped[str]
    agency_code: Mapped[Code | None] = mapped_column(ForeignKey("agency.code"))
    topics: Mapped[list[str]]
    active: Mapped[bool]
    disabled_reason: Mapped[Code | None]
    generation: Mapped[int]
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]
    version: Mapped[int]

    def switch_off(self, reason: str) -> None:
        """Tell it nothing more until somebody switches it on again."""
        self.active, self.disabled_reason = False, reason
        self.version += 1
