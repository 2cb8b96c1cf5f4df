"""Documents: the register of what agencies issued, each as a file and with its metadata, and declaring one void."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import pdf
from api.auth import actor, engine
from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.downloads import download
from api.pages import page, sorted_cursor
from api.schemas.documents import (
    ContentQuery,
    DocumentDetailOut,
    DocumentOut,
    DocumentQuery,
    MetadataOut,
    MetadataQuery,
    RegisterOut,
    RegisterQuery,
    VoidOut,
)
from api.schemas.fields import Problem, Reason, listing
from api.v1.noun import Noun
from engine.commands import documents
from engine.documents import metadata, setting
from engine.documents.types import TYPES
from engine.queries import documents as queries
from engine.queries.documents import DocumentFilter, Entry
from engine.runtime import Transaction

_XML = "application/xml; charset=utf-8"

blueprint = Noun("documents", "/api/v1/documents", "Văn bản đi")


@blueprint.at("", methods=["GET"])
@blueprint.takes(DocumentQuery, "query")
@blueprint.gives(200, listing(DocumentOut))
def list_documents() -> Response:
    """The documents that the actor may see, the latest first."""
    given = arguments(DocumentQuery())
    sort, limit = given["sort"], given["limit"]
    order = queries.ORDERS[sort]
    after = sorted_cursor(given["cursor"], sort, order.kind)
    wanted = DocumentFilter(*(given[n] for n in ("agency", "year", "type", "state", "process_instance", "q")))

    def position(one: Entry) -> tuple[Any, ...]:
        return sort, *order.place(getattr(one.document, order.name), one.document.id)

    def query(tx: Transaction) -> Answer:
        found = queries.entries(tx, wanted, after, limit + 1, sort)
        return page(found, limit, document_json, position, queries.count(tx, wanted) if given["total"] else None)

    return look(query)


@blueprint.at("/register", methods=["GET"])
@blueprint.takes(RegisterQuery, "query")
@blueprint.gives(200, RegisterOut)
def get_register() -> Response:
    """The numbers of an agency in a year, in their order, with what is void."""
    given = arguments(RegisterQuery())

    def query(tx: Transaction) -> Answer:
        found = queries.register(tx, given["agency"], given["year"])
        entries = [document_json(entry) for entry in found.entries]
        return Answer(given | {"last_number": found.last_number, "gaps": list(found.gaps), "entries": entries})

    return look(query)


@blueprint.at("/<document_id>", methods=["GET"])
@blueprint.gives(200, DocumentDetailOut)
def get_document(document_id: str) -> Response:
    """One document, with the content that it is set from."""
    return look(lambda tx: _shown(tx, queries.entry(tx, document_id)))


@blueprint.at("/<document_id>/content", methods=["GET"])
@blueprint.takes(ContentQuery, "query")
@blueprint.gives(200, content_type=setting.MEDIA_TYPE)
@blueprint.also(501, Problem)
def get_content(document_id: str) -> Response:
    """The document as a file: .docx, or PDF where LibreOffice is installed."""
    form = arguments(ContentQuery())["form"]
    symbol, content = engine().read(actor(), _content, document_id)
    file = setting.render(content)
    name = f"{symbol.replace('/', '-')}.{form}"
    if form == "pdf":
        return download(pdf.converted(file), pdf.MEDIA_TYPE, name)
    return download(file, setting.MEDIA_TYPE, name)


@blueprint.at("/<document_id>/metadata", methods=["GET"])
@blueprint.takes(MetadataQuery, "query")
@blueprint.gives(200, MetadataOut)
def get_metadata(document_id: str) -> Response:
    """The metadata of Phụ lục VI of Nghị định 30/2020/NĐ-CP, as JSON or XML."""
    form = arguments(MetadataQuery())["form"]
    if form == "json":
        return look(lambda tx: Answer(_metadata(tx, document_id)))
    told = engine().read(actor(), _metadata, document_id)
    return download(metadata.as_xml(told), _XML, f"{document_id}.xml")


@blueprint.at("/<document_id>/void", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, DocumentDetailOut)
def void_document(document_id: str) -> Response:
    """Declare a document void, with a reason; its number stays used."""
    given, expected = body(Reason()), expected_version()

    def act(tx: Transaction) -> Answer:
        documents.void(tx, document_id, given["reason"], expected)
        return _shown(tx, queries.entry(tx, document_id))

    return perform(act)


def document_json(entry: Entry) -> dict[str, Any]:
    """A document as lists have it."""
    shown: dict[str, Any] = DocumentOut(exclude=["state", "void", "type_name"]).dump(entry.document)
    void = VoidOut().dump(entry.void) if entry.void is not None else None
    return shown | {"state": entry.state, "void": void, "type_name": TYPES[entry.document.type].name_vi}


def _shown(tx: Transaction, entry: Entry) -> Answer:
    alike = [one.id for one in queries.duplicates(tx, entry.document)]
    detail = {"content": queries.content_of(entry.document), "duplicates": alike}
    return Answer(document_json(entry) | detail, version=entry.version)


def _content(tx: Transaction, document_id: str) -> tuple[str, dict[str, Any]]:
    found = queries.document(tx, document_id)
    return found.symbol, queries.content_of(found)


def _metadata(tx: Transaction, document_id: str) -> dict[str, Any]:
    found = queries.document(tx, document_id)
    return metadata.metadata(found, queries.content_of(found), queries.metadata_facts(tx, found))
