"""Schemas of the inbox, of preferences, of webhooks and of what could not be delivered."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.fields import Input, Moment, Output, PageQuery
from notifications.topics import EMAIL, PERSONAL_CHANNELS, TOPICS, WEBHOOK

STATES = ("new", "held", "leased", "bundled", "sent", "dead", "cancelled")
_TOPIC = validate.OneOf(list(TOPICS))
_CHANNEL = validate.OneOf(list(PERSONAL_CHANNELS))
_SENT_BY = validate.OneOf([EMAIL, WEBHOOK])
_NAME, _URL = validate.Length(1, 200), validate.Length(1, 2000)
_HOUR = "%H:%M"


class NotificationQuery(PageQuery):
    """Which messages of the inbox to list."""

    unread = fields.Boolean(load_default=None)
    topic = fields.String(load_default=None, validate=_TOPIC)


class NotificationOut(Output):
    """A message in the inbox: its subject and text in the reader's language, and what it is about."""

    id = fields.String()
    topic = fields.String(metadata={"enum": list(TOPICS)})
    title = fields.String()
    text = fields.String()
    path = fields.String(metadata={"description": "where on the site to look"})
    data = fields.Dict(keys=fields.String())
    process_instance_id = fields.String(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    settled = fields.Boolean(metadata={"description": "there is nothing left to do about it"})
    created_at = fields.AwareDateTime()
    read_at = fields.AwareDateTime(allow_none=True)


class QuietHours(Input):
    """Local hours in which no mail is sent."""

    start = fields.Time(format=_HOUR, required=True, data_key="from")
    end = fields.Time(format=_HOUR, required=True, data_key="to")


class PreferencesIn(Input):
    """How one wants to be told; `channels` has, for a topic, the channels that differ from "on"."""

    digest = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    quiet_hours = fields.Nested(QuietHours, load_default=None, allow_none=True)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["vi", "en"]))
    channels = fields.Dict(
        keys=fields.String(validate=_TOPIC),
        values=fields.Dict(keys=fields.String(validate=_CHANNEL), values=fields.Boolean(truthy={True}, falsy={False})),
        load_default=dict,
    )


class PreferencesOut(Output):
    """How one is told: for every topic, each channel on or off."""

    digest = fields.Boolean()
    quiet_hours = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    language = fields.String(allow_none=True)
    channels = fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Boolean()))


class WebhookChange(Input):
    """What may change of a webhook."""

    name = fields.String(validate=_NAME)
    url = fields.String(validate=_URL)
    topics = fields.List(fields.String(validate=_TOPIC), validate=validate.Length(max=len(TOPICS)))
    active = fields.Boolean(truthy={True}, falsy={False})


class WebhookIn(Input):
    """A new webhook."""

    name = fields.String(required=True, validate=_NAME)
    url = fields.String(required=True, validate=_URL)
    agency = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    topics = fields.List(fields.String(validate=_TOPIC), load_default=list, validate=validate.Length(max=len(TOPICS)))


class WebhookOut(Output):
    """A webhook; its secret is in `secret` only in the answers that made it."""

    id = fields.String()
    name = fields.String()
    url = fields.String()
    agency_code = fields.String(data_key="agency", allow_none=True)
    topics = fields.List(fields.String())
    active = fields.Boolean()
    disabled_reason = fields.String(allow_none=True)
    previous_until = fields.AwareDateTime(data_key="previous_secret_until", allow_none=True)
    created_at = fields.AwareDateTime()
    secret = fields.String()


class DeliveryQuery(PageQuery):
    """Which deliveries to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class DeliveryOut(Output):
    """An event that an endpoint was, or is to be, told of; its id is the `webhook-id`."""

    id = fields.String()
    topic = fields.String()
    process_instance_id = fields.String(attribute="instance_id", allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    attempts = fields.Integer()
    next_at = fields.AwareDateTime()
    last_error = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)


class FailureQuery(PageQuery):
    """Which failures to list."""

    channel = fields.String(load_default=None, validate=_SENT_BY)


class FailureOut(DeliveryOut):
    """A message that is no longer tried. `recipient` is the person's or the webhook's id."""

    channel = fields.String(metadata={"enum": [EMAIL, WEBHOOK]})
    recipient = fields.String(attribute="recipient_id")


class ReplayIn(Input):
    """Which failures to try again: by id, or those made in a time."""

    ids = fields.List(fields.String(), load_default=list, validate=validate.Length(max=200))
    since = Moment(load_default=None, allow_none=True)
    until = Moment(load_default=None, allow_none=True)
    channel = fields.String(load_default=None, allow_none=True, validate=_SENT_BY)

    @validates_schema
    def require_something(self, data: dict[str, Any], **_more: Any) -> None:
        """Trying everything again must be meant: by a beginning, at least."""
        if not data["ids"] and data["since"] is None:
            raise ValidationError("Missing data for required field.", "ids")


class ReplayOut(Output):
    """How many messages are tried again."""

    replayed = fields.Integer()
