"""Schemas of agencies, people, accounts and memberships."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.passwords import LONGEST, SHORTEST
from api.schemas.fields import Day, Input, Output, PageQuery, Problem, sorts

_NAME = validate.Length(1, 500)
_USERNAME = validate.Length(1, 100)
_PASSWORD = validate.Length(SHORTEST, LONGEST)
_CODE = validate.Length(1, 64)
_WORDS = validate.Length(1, 200)
_LANGUAGE = validate.OneOf(["vi", "en"])


class AgencyQuery(PageQuery):
    """Which agencies to list."""

    at = Day(load_default=None)
    q = fields.String(attribute="text", load_default=None, validate=_WORDS)
    sort = sorts("code")


class AgencyOut(Output):
    """An agency."""

    code = fields.String()
    name_vi = fields.String()
    name_en = fields.String()
    abbr = fields.String(allow_none=True)
    type = fields.String()
    relation = fields.String()
    parent_code = fields.String(data_key="parent", allow_none=True)
    gso_code = fields.String(allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    successor_code = fields.String(data_key="successor", allow_none=True)


class AgencyChange(Input):
    """What may change of an agency."""

    name_vi = fields.String(validate=_NAME)
    name_en = fields.String(validate=_NAME)
    abbr = fields.String(allow_none=True)
    parent_code = fields.String(data_key="parent", allow_none=True, validate=_CODE)
    valid_from = Day(allow_none=True)
    valid_to = Day(allow_none=True)
    successor_code = fields.String(data_key="successor", allow_none=True, validate=_CODE)


class AgencyIn(AgencyChange):
    """A new agency."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]{1,64}$"))
    name_vi = fields.String(required=True, validate=_NAME)
    name_en = fields.String(required=True, validate=_NAME)
    type = fields.String(required=True, validate=validate.Length(1, 64))
    relation = fields.String(required=True, validate=validate.Length(1, 64))
    gso_code = fields.String(load_default=None, allow_none=True)


class AgencyNameIn(Input):
    """Another name of an agency, from a day on."""

    valid_from = Day(required=True)
    name_vi = fields.String(required=True, validate=_NAME)
    name_en = fields.String(required=True, validate=_NAME)
    abbr = fields.String(load_default=None, allow_none=True)
    document = fields.String(required=True, validate=_NAME)


class AgencyNameOut(Output):
    """What an agency is called from a day on."""

    agency = fields.String()
    valid_from = fields.Date()
    name_vi = fields.String()
    name_en = fields.String()
    abbr = fields.String(allow_none=True)
    document = fields.String()


class CaseSuccessorsIn(Input):
    """Which cases another agency takes over from one that is split."""

    successor = fields.String(required=True, validate=_CODE)
    document = fields.String(required=True, validate=_NAME)
    process_instances = fields.List(fields.String(), required=True, validate=validate.Length(1, 200))


class CaseSuccessorOut(Output):
    """Who takes one case over."""

    instance_id = fields.String(data_key="process_instance_id")
    agency = fields.String()
    successor = fields.String()
    document = fields.String()


class NamedSuccessorOut(Output):
    """What came of it for one case: `result`, or `problem` says why not."""

    id = fields.String()
    status = fields.Integer()
    result = fields.Nested(CaseSuccessorOut)
    problem = fields.Nested(Problem)
    replayed = fields.Boolean()


class CaseSuccessorsOut(Output):
    """What came of it for each case."""

    items = fields.List(fields.Nested(NamedSuccessorOut))
    succeeded = fields.Integer()
    failed = fields.Integer()


class AccountIn(Input):
    """A further account of a person."""

    username = fields.String(required=True, validate=_USERNAME)
    password = fields.String(load_default=None, allow_none=True, load_only=True, validate=_PASSWORD)


class AccountOut(Output):
    """An account."""

    id = fields.String()
    person_id = fields.String(data_key="person")
    username = fields.String()


class PersonOut(Output):
    """A person."""

    id = fields.String()
    full_name = fields.String()
    email = fields.String(allow_none=True)
    language = fields.String()
    disabled = fields.Boolean()


class PersonIn(Input):
    """A new person."""

    full_name = fields.String(required=True, validate=_NAME)
    email = fields.Email(load_default=None, allow_none=True)
    language = fields.String(load_default="vi", validate=_LANGUAGE)
    username = fields.String(load_default=None, allow_none=True, validate=_USERNAME)
    password = fields.String(load_default=None, allow_none=True, load_only=True, validate=_PASSWORD)

    @validates_schema
    def _has_a_door(self, data: dict[str, Any], **_: Any) -> None:
        if data["password"] and not data["username"]:
            raise ValidationError("A password needs a user name.", "username")


class PersonChange(Input):
    """What may change of a person."""

    full_name = fields.String(validate=_NAME)
    email = fields.Email(allow_none=True)
    language = fields.String(validate=_LANGUAGE)
    disabled = fields.Boolean()


class PersonQuery(PageQuery):
    """Which people to list."""

    agency = fields.String(load_default=None)
    q = fields.String(attribute="text", load_default=None, validate=_WORDS)
    sort = sorts("id")


class MembershipIn(Input):
    """A role for a person."""

    person = fields.String(required=True)
    role = fields.String(required=True)
    agency = fields.String(load_default=None, allow_none=True)
    valid_from = Day(load_default=None, allow_none=True)
    valid_to = Day(load_default=None, allow_none=True)
    document = fields.String(load_default=None, allow_none=True)


class MembershipOut(Output):
    """A role of a person."""

    id = fields.String()
    person_id = fields.String(data_key="person")
    role = fields.String()
    agency_code = fields.String(data_key="agency", allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    document = fields.String(allow_none=True)


class MembershipQuery(PageQuery):
    """Which memberships to list."""

    person = fields.String(load_default=None)
    agency = fields.String(load_default=None)
    sort = sorts("id")
