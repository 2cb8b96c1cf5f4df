"""Versions of processes: uploading one with what its check finds, comparing it with another, publishing it.

Rule: what is uploaded is a draft, whatever the installation; it is published by a second person, who has seen what is
different.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response

from api.bodies import uploads
from api.web import diagrams, refusals
from api.web.catalogues import language
from api.web.door import change, onward, page, read, text
from api.web.given import given, number, reason
from engine.commands import definitions, operations
from engine.commands.operations import BulkMigration
from engine.errors import ConflictError, DefinitionError, EngineError, FieldProblem, Finding, InvalidDataError
from engine.queries import naming, versions
from engine.runtime import Transaction

blueprint = Blueprint("versions", __name__)

LARGEST_BYTES = 8 * 1024 * 1024
_LONGEST_NAME = 200
_ONE = "/process-definitions/<key>/versions/<int:version>"
_MARKS = {"error": "wrong"}


@blueprint.get("/process-uploads")
def upload() -> str:
    """The form for those who design processes."""
    return read(lambda tx: _form(tx, None))


@blueprint.post("/process-uploads")
def check() -> str | Response | tuple[str, int]:
    """Check what is uploaded and, unless it was only to be checked, keep it as a draft."""
    files: dict[str, bytes] = {}
    try:
        files = _files()
        if given("only") == "check":
            return read(lambda tx: _checked(tx, files))
        done = change(lambda tx: definitions.deploy(tx, files, publish=False))
    except DefinitionError as error:
        found, shown = error, files.get(error.file, b"")
        return read(lambda tx: _form(tx, None, file=found.file, xml=_shown(shown), findings=found.findings)), 422
    except InvalidDataError as error:
        message = refusals.told(error)
        return read(lambda tx: _form(tx, message)), 422
    last = done[-1].definition
    note = "uploaded" if any(one.created for one in done) else "known"
    return onward("pages.versions.shown", note, key=last.key, version=last.version)


@blueprint.get(_ONE)
def shown(key: str, version: int) -> str:
    """One version: its check, what is different from another, and what may be done with it."""
    return read(lambda tx: _page(tx, key, version, None))


@blueprint.post(f"{_ONE}/publication")
def publish(key: str, version: int) -> Response | tuple[str, int]:
    """Make a draft current."""
    try:
        change(lambda tx: definitions.publish(tx, key, version))
    except ConflictError as error:
        return _again(key, version, error)
    return onward("pages.versions.shown", "published", key=key, version=version)


@blueprint.post(f"{_ONE}/migrations")
def migrate(key: str, version: int) -> Response | tuple[str, int]:
    """Find out what would become of all cases of another version, or have them taken over to this one."""
    try:
        wanted = BulkMigration(key, number("from_version") or 0, version, {}, reason(), given("sure") != "yes")
        operation = change(lambda tx: operations.order_migration(tx, wanted).id)
    except (ConflictError, InvalidDataError) as error:
        return _again(key, version, error)
    return onward("pages.operations.shown", operation_id=operation)


def _files() -> dict[str, bytes]:
    found = {name: content for field, name, content in uploads(LARGEST_BYTES) if field == "file" and content}
    if not found:
        raise InvalidDataError(
            [FieldProblem("file", "required", "Hãy chọn một tệp trước khi tải lên.", "Choose a file.")]
        )
    if any(not name.isprintable() or len(name) > _LONGEST_NAME for name in found):
        raise InvalidDataError([FieldProblem("file", "name", "Tên tệp không hợp lệ.", "The file name is not fit.")])
    return found


def _checked(tx: Transaction, files: Mapping[str, bytes]) -> str:
    """The page for what can be deployed, with the warnings about the last file."""
    warnings: tuple[Finding, ...] = ()
    for name, xml in files.items():
        warnings = definitions.examine(tx, name, xml)
    return _form(tx, None, file=name, xml=_shown(xml), findings=warnings, is_sound=True)


def _shown(xml: bytes) -> str:
    return diagrams.in_language(xml, language()).decode(errors="replace")


def _form(tx: Transaction, problem: str | None, **facts: Any) -> str:
    findings = facts.get("findings", ())
    may_deploy = bool(tx.actor.roles & definitions.DEPLOYERS)
    return page("upload.html", problem=problem, may_deploy=may_deploy, marks=_marks(findings), **facts)


def _marks(findings: Iterable[Finding]) -> dict[str, str]:
    """The colour of each element that a finding names; what is wrong goes before what is doubtful."""
    ordered = sorted(findings, key=lambda one: one.severity == "error")
    return {one.element: _MARKS.get(one.severity, "doubtful") for one in ordered}


def _again(key: str, version: int, error: EngineError) -> tuple[str, int]:
    message = refusals.told(error)
    return read(lambda tx: _page(tx, key, version, message)), 422 if isinstance(error, InvalidDataError) else 409


def _page(tx: Transaction, key: str, version: int, problem: str | None) -> str:
    asked = text("against") or ""
    against = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    found = versions.of(tx, key, version, against)
    row, compared = found.definition, found.comparison
    kinds = {one.element: one.what for one in compared.elements} if compared else {}
    return page(
        "version.html",
        found=found,
        row=row,
        compared=compared,
        others=[one for one in found.versions if one.id != row.id],
        people=naming.people(tx, [row.deployed_by, row.published_by]),
        marks=_marks(found.warnings),
        new_marks={i: what for i, what in kinds.items() if what != "removed"},
        old_marks={i: what for i, what in kinds.items() if what != "added"},
        is_own=row.deployed_by == tx.actor.person_id,
        problem=problem,
    )
