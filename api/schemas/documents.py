"""Schemas of the register of documents."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Day, Input, Output, PageQuery, sorts
from engine.documents.types import CODES
from engine.queries import documents

_YEARS = validate.Range(1900, 2999)


class DocumentQuery(PageQuery):
    """Which documents to list; `q` is looked for in number, symbol and subject."""

    agency = fields.String(load_default=None)
    year = fields.Integer(load_default=None, validate=_YEARS)
    type = fields.String(load_default=None, validate=validate.OneOf(CODES))
    state = fields.String(load_default=None, validate=validate.OneOf(documents.STATES))
    process_instance = fields.String(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(1, 200))
    sort = sorts(*documents.ORDERS)


class RegisterQuery(Input):
    """Whose numbers, of which year."""

    agency = fields.String(required=True)
    year = fields.Integer(required=True, validate=_YEARS)


class ContentQuery(Input):
    """As which kind of file."""

    form = fields.String(data_key="as", load_default="docx", validate=validate.OneOf(("docx", "pdf")))


class MetadataQuery(Input):
    """In which notation."""

    form = fields.String(data_key="as", load_default="json", validate=validate.OneOf(("json", "xml")))


class UrgingLetterIn(Input):
    """What an urging letter demands: an answer by a day (usually in two working days), drafted by a unit."""

    answer_by = Day(load_default=None, allow_none=True)
    unit = fields.String(load_default="VP", validate=validate.Length(1, 20))


class VoidOut(Output):
    """Why a document holds no more."""

    reason = fields.String()
    voided_at = fields.AwareDateTime()
    voided_by = fields.String(allow_none=True)


class DocumentOut(Output):
    """A document of the register. `number` is null when another register gave the symbol."""

    id = fields.String()
    agency = fields.String()
    year = fields.Integer()
    series = fields.String()
    number = fields.Integer(allow_none=True)
    type = fields.String(metadata={"enum": list(CODES)})
    type_name = fields.String()
    symbol = fields.String()
    subject = fields.String()
    issued_on = fields.Date()
    issued_at = fields.AwareDateTime()
    issued_by = fields.String(allow_none=True)
    instance_id = fields.String(data_key="process_instance_id", allow_none=True)
    sha256 = fields.String()
    state = fields.String(metadata={"enum": list(documents.STATES)})
    void = fields.Nested(VoidOut, allow_none=True)
    simulated = fields.Boolean()


class DocumentDetailOut(DocumentOut):
    """A document with what it is set from, and those of the same number and symbol, of which there should be none."""

    content = fields.Dict()
    duplicates = fields.List(fields.String())


class RegisterOut(Output):
    """An agency's numbers of a year, all from 1 to the last one; `gaps` are those that name no document: none."""

    agency = fields.String()
    year = fields.Integer()
    last_number = fields.Integer()
    gaps = fields.List(fields.Integer())
    entries = fields.List(fields.Nested(DocumentOut))


class MetadataOut(Output):
    """The fields of Phụ lục VI of Nghị định 30/2020/NĐ-CP, by their names there."""

    FileCode = fields.Dict()
    DocOrdinal = fields.Integer()
    TypeName = fields.String()
    CodeNumber = fields.String()
    CodeNotation = fields.String()
    IssuedDate = fields.String()
    OrganName = fields.String()
    Subject = fields.String()
    Language = fields.String()
    SignerInfo = fields.Dict()
    To = fields.List(fields.Dict())
    Priority = fields.Integer()
