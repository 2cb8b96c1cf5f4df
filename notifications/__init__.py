"""From events to people: receivers that turn the engine's signals into outbox rows."""

from notifications.receivers import connect

__all__ = ["connect"]
