"""How a person wants to be told.

Rule: everybody sets their own preferences and nobody else's; what is not said is as it is for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from sqlalchemy import delete

from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, StaleVersionError
from engine.models.notification import NotificationMute, NotificationPreference
from engine.runtime import Transaction


@dataclass(frozen=True)
class Wishes:
    """What a person prefers. `quiet` are local hours, from and to; `silenced` are (topic, channel)."""

    digest: bool = False
    quiet: tuple[time, time] | None = None
    language: str | None = None
    silenced: frozenset[tuple[str, str]] = frozenset()


def set_preferences(tx: Transaction, wishes: Wishes, expected: int | None = None) -> NotificationPreference:
    """Put the actor's wishes in the place of the former ones, whose version is 0 where there were none."""
    person_id = tx.actor.person_id
    if person_id is None:
        raise ForbiddenError("set-preferences", "Hệ thống không nhận thông báo.", "The system is not told anything.")
    row = tx.session.get(NotificationPreference, person_id, with_for_update=True)
    version = row.version if row is not None else 0
    if expected is not None and expected != version:
        raise StaleVersionError(expected, version)
    _require_hours(wishes.quiet)
    if row is None:
        row = NotificationPreference(person_id=person_id)
        tx.session.add(row)
    _fill(tx, row, wishes, version + 1)
    _silence(tx, person_id, wishes)
    return row


def _fill(tx: Transaction, row: NotificationPreference, wishes: Wishes, version: int) -> None:
    row.digest, row.language = wishes.digest, wishes.language
    row.quiet_from, row.quiet_to = wishes.quiet or (None, None)
    row.version, row.changed_at = version, tx.now


def _silence(tx: Transaction, person_id: str, wishes: Wishes) -> None:
    tx.session.execute(delete(NotificationMute).where(NotificationMute.person_id == person_id))
    for topic, channel in sorted(wishes.silenced):
        tx.session.add(NotificationMute(person_id=person_id, topic=topic, channel=channel))


def _require_hours(quiet: tuple[time, time] | None) -> None:
    if quiet is not None and quiet[0] == quiet[1]:
        message_vi = "Giờ yên lặng phải bắt đầu và kết thúc vào hai thời điểm khác nhau."
        problem = FieldProblem("quiet_hours", "empty", message_vi, "Quiet hours must not end when they begin.")
        raise InvalidDataError([problem])
