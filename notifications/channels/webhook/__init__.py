"""Webhooks: telling another system of an event, signed, and only where it is safe to connect to."""

from notifications.channels.webhook.channel import WebhookChannel

__all__ = ["WebhookChannel"]
