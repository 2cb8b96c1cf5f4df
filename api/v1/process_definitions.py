"""Deploying, publishing and reading process definitions."""

from __future__ import annotations

from flask import Response, current_app, request

from api.auth import actor, engine
from api.bodies import MULTIPART, arguments, invalid, raw_body, uploads, wrong_type
from api.contract import Answer, look, perform
from api.errors import RequestError
from api.pages import cursor_values, page
from api.schemas.fields import listing
from api.schemas.processes import DefinitionOut, DefinitionQuery
from api.v1.noun import Noun
from api.v1.views import definition_json, deployment_json
from engine.commands import definitions
from engine.queries import definitions as queries
from engine.runtime import Transaction

blueprint = Noun("process-definitions", "/api/v1/process-definitions", "Định nghĩa quy trình")

LARGEST_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 200
_XML = frozenset({"application/xml", "text/xml"})
_FILES = {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}
_BODY = {"application/xml": {"schema": {"type": "string"}}, MULTIPART: {"schema": _FILES}}


@blueprint.at("", methods=["POST"])
@blueprint.gives(201, DefinitionOut)
@blueprint.also(200, DefinitionOut)
@blueprint.describes(requestBody={"content": _BODY})
def deploy() -> Response:
    """Deploy a diagram (XML) or several files together (multipart); 200 when identical content is deployed."""
    files = _files()

    def act(tx: Transaction) -> Answer:
        done = definitions.deploy(tx, files, publish=current_app.config["IS_DEVELOPMENT"])
        shown = [deployment_json(d) for d in done]
        body = shown[0] if len(shown) == 1 else shown[-1] | {"deployed": shown}
        return Answer(body, 201 if any(d.created for d in done) else 200)

    return perform(act)


@blueprint.at("", methods=["GET"])
@blueprint.takes(DefinitionQuery, "query")
@blueprint.gives(200, listing(DefinitionOut))
def list_definitions() -> Response:
    """All deployed versions."""
    given = arguments(DefinitionQuery())
    after = cursor_values(given["cursor"], str, int)

    def query(tx: Transaction) -> Answer:
        found = list(queries.page(tx, after, given["limit"] + 1))
        total = queries.count(tx) if given["total"] else None
        return page(found, given["limit"], definition_json, lambda d: (d.key, d.version), total)

    return look(query)


@blueprint.at("/<key>", methods=["GET"])
@blueprint.gives(200, DefinitionOut)
def get_definition(key: str) -> Response:
    """The newest version of a key, with the list of all its versions."""

    def query(tx: Transaction) -> Answer:
        found = queries.versions(tx, key)
        listed = [{"version": d.version, "state": d.state, "checksum": d.checksum} for d in found]
        return Answer(definition_json(found[0]) | {"versions": listed})

    return look(query)


@blueprint.at("/<key>/versions/<int:version>", methods=["GET"])
@blueprint.gives(200, DefinitionOut)
def get_version(key: str, version: int) -> Response:
    """One version."""
    return look(lambda tx: Answer(definition_json(definitions.version_of(tx, key, version))))


@blueprint.at("/<key>/versions/<int:version>/xml", methods=["GET"])
@blueprint.gives(200, content_type="application/xml")
def get_xml(key: str, version: int) -> Response:
    """The XML exactly as it was deployed."""
    row = engine().read(actor(), definitions.version_of, key, version)
    return Response(row.xml, content_type="application/xml; charset=utf-8")


@blueprint.at("/<key>/versions/<int:version>/publication", methods=["POST"])
@blueprint.gives(200, DefinitionOut)
def publish(key: str, version: int) -> Response:
    """Make a draft version current; not by the person who deployed it."""
    return perform(lambda tx: Answer(definition_json(definitions.publish(tx, key, version))))


def _files() -> dict[str, bytes]:
    if request.mimetype in _XML:
        name = request.args.get("file", "upload.bpmn")
        _require_name(name)
        return {name: raw_body(LARGEST_BYTES)}
    if request.mimetype != MULTIPART:
        raise wrong_type("application/xml", MULTIPART)
    found = uploads(LARGEST_BYTES)
    if not found:
        raise RequestError(400, "no-file", "Không có tệp nào.", "There is no file.")
    files: dict[str, bytes] = {}
    for field, name, content in found:
        _require_name(name)
        if name in files:
            raise invalid(field, "duplicate", f"Có hai tệp tên “{name}”.", f"There are two files named “{name}”.")
        files[name] = content
    return files


def _require_name(name: str) -> None:
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise invalid("file", "name", "Tên tệp không hợp lệ.", "The file name is not fit.")
