"""Processes: which there are, their versions, and their diagrams as they are executed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from api.web import diagrams
from api.web.catalogues import language
from api.web.door import page, read
from engine.commands import definitions
from engine.queries import definitions as queries
from engine.queries import naming
from engine.runtime import Transaction

blueprint = Blueprint("processes", __name__)

_MANY = 1000


@blueprint.get("/process-definitions")
def listed() -> str:
    """The newest version of each process and decision table."""

    def query(tx: Transaction) -> str:
        newest = {row.key: row for row in queries.page(tx, limit=_MANY)}
        may_deploy = bool(tx.actor.roles & definitions.DEPLOYERS)
        return page("processes.html", processes=list(newest.values()), may_deploy=may_deploy)

    return read(query)


@blueprint.get("/process-definitions/<key>")
def shown(key: str) -> str:
    """One process: the diagram of its newest version, its steps in words, all its versions."""

    def query(tx: Transaction) -> str:
        versions = queries.versions(tx, key)
        names = naming.people(tx, (v.deployed_by for v in versions))
        return page("process.html", versions=versions, newest=versions[0], steps=_steps(tx, versions[0]), people=names)

    return read(query)


@blueprint.get("/process-definitions/<key>/versions/<int:version>/diagram")
def diagram(key: str, version: int) -> Response:
    """The diagram of a version, its names in the reader's language."""
    row = read(lambda tx: definitions.version_of(tx, key, version))
    return Response(diagrams.in_language(row.xml, language()), content_type="application/xml; charset=utf-8")


def _steps(tx: Transaction, newest: Any) -> list[Any]:
    """The steps for people, with who they are for; none of a decision table."""
    if newest.kind != "bpmn":
        return []
    found = definitions.compiled(tx, newest.id).elements.values()
    return [element for element in found if element.kind == "user_task"]
