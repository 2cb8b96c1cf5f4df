"""Schemas of standing in for somebody."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Day, Input, Output, PageQuery, sorts

_ID = validate.Length(1, 64)


class SubstitutionIn(Input):
    """An office to lend: whose (the membership), to whom, from one local day to another, by which document."""

    membership = fields.String(required=True, validate=_ID)
    substitute = fields.String(required=True, validate=_ID)
    valid_from = Day(required=True)
    valid_to = Day(required=True)
    document = fields.String(required=True, validate=validate.Length(1, 500))


class SubstitutionOut(Output):
    """A substitution: the office lent, and both persons."""

    id = fields.String(attribute="row.id")
    membership = fields.String(attribute="membership.id")
    role = fields.String(attribute="membership.role")
    agency = fields.String(attribute="membership.agency_code", allow_none=True)
    absent = fields.String(attribute="membership.person_id")
    absent_name = fields.String()
    substitute = fields.String(attribute="row.substitute_id")
    substitute_name = fields.String()
    valid_from = fields.Date(attribute="row.valid_from")
    valid_to = fields.Date(attribute="row.valid_to")
    document = fields.String(attribute="row.document")
    ended_by = fields.String(attribute="row.ended_by", allow_none=True)


class SubstitutionQuery(PageQuery):
    """Which substitutions to list."""

    at = Day(load_default=None)
    absent = fields.String(load_default=None, validate=_ID)
    substitute = fields.String(load_default=None, validate=_ID)
    agency = fields.String(load_default=None, validate=_ID)
    sort = sorts("id")
