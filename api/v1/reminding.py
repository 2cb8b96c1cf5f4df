"""The reminder that comes next, as the contract has it."""

from __future__ import annotations

from typing import Any

from api.schemas.escalations import ReminderOut
from engine.deadlines import LOCAL
from engine.queries.reminders import Reminder


def reminder_json(found: Reminder | None) -> dict[str, Any] | None:
    """What comes next, in local time; None where nothing does."""
    if found is None:
        return None
    shown: dict[str, Any] = ReminderOut(exclude=["at"]).dump(found)
    return {"at": found.at.astimezone(LOCAL)} | shown
