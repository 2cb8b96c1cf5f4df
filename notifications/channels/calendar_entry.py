"""A due date as a calendar entry (iCalendar, RFC 5545).

Rule: the same thing has the same UID in every mail, so that a later date replaces the earlier one.
"""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event, vText

_PRODUCT = "-//dondoc//Don Doc//VI"


def due_entry(uid: str, summary: str, due_at: datetime, told_at: datetime, link: str | None) -> bytes:
    """A file with one entry at the instant something is due. `told_at` orders the versions of it."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", told_at.astimezone(UTC))
    event.add("sequence", int(told_at.timestamp()))
    event.add("dtstart", due_at.astimezone(UTC))
    event.add("dtend", due_at.astimezone(UTC))
    event.add("summary", summary)
    event["transp"] = vText("TRANSPARENT")
    if link:
        event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    entry: bytes = calendar.to_ical()
    return entry
