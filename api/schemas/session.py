"""Schemas of logging in, and of tokens."""

from __future__ import annotations

from marshmallow import fields, validate

from api.passwords import LONGEST
from api.schemas.directory import PersonOut
from api.schemas.fields import Input, Moment, Output


class SessionIn(Input):
    """Logging in."""

    username = fields.String(required=True, validate=validate.Length(1, 100))
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, LONGEST))
    otp = fields.String(load_default=None)


class SessionOut(Output):
    """Who has logged in, and the token that changes need."""

    person = fields.Nested(PersonOut)
    csrf_token = fields.String()


class HeldRole(Output):
    """A role held today."""

    agency = fields.String(allow_none=True)
    role = fields.String()


class ActingForOut(Output):
    """An absent person in whose place the actor acts today, and the office lent."""

    person = fields.String(attribute="membership.person_id")
    full_name = fields.String(attribute="absent_name")
    role = fields.String(attribute="membership.role")
    agency = fields.String(attribute="membership.agency_code", allow_none=True)
    valid_to = fields.Date(attribute="row.valid_to")
    document = fields.String(attribute="row.document")


class MeOut(Output):
    """The actor of the request."""

    person = fields.Nested(PersonOut)
    memberships = fields.List(fields.Nested(HeldRole))
    acting_for = fields.List(fields.Nested(ActingForOut))


class TokenIn(Input):
    """A new token."""

    name = fields.String(required=True, validate=validate.Length(1, 100))
    expires_at = Moment(load_default=None, allow_none=True)
    scopes = fields.List(fields.String(), load_default=list, validate=validate.Length(max=10))


class TokenOut(Output):
    """A token; its secret is in `token` only in the answer to its creation."""

    id = fields.String()
    name = fields.String()
    token = fields.String()
    scopes = fields.List(fields.String())
    created_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime(allow_none=True)
