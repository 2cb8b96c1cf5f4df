"""Deploying diagrams and decision tables, and having the compiled form of a deployed one.

Rule: a version never changes; identical content is not deployed twice; a diagram is checked before it is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.access import Actor
from engine.bpmn.definition import Definition, Element
from engine.bpmn.parser import ProcessFile, assemble, compile_definition, read_keys
from engine.commands import start_events
from engine.commands.journal import record_system
from engine.errors import ConflictError, DefinitionError, Finding, ForbiddenError, NotFoundError
from engine.handlers.registry import HANDLERS
from engine.models.columns import new_id
from engine.models.definition import ProcessDefinition
from engine.models.statements import CURRENT_DEFINITION
from engine.runtime import Transaction

DEPLOYERS = frozenset({"designer", "publisher", "sysadmin"})
_COMPILED = "compiled-definition:"


@dataclass(frozen=True)
class Version:
    """What starting an instance needs to know of a version."""

    id: str
    key: str
    version: int
    checksum: str
    state: str


@dataclass(frozen=True)
class Deployment:
    """The outcome of deploying one file: its version, and whether it is a new one."""

    definition: ProcessDefinition
    created: bool
    warnings: tuple[Finding, ...] = ()


def deploy(tx: Transaction, files: Mapping[str, bytes], *, publish: bool) -> list[Deployment]:
    """Deploy files (name → content) together, decisions and called diagrams first; all of them or none.

    With `publish` a new version is current at once; otherwise it waits for a second person. Raises DefinitionError
    with the findings of the first file that cannot be deployed, ForbiddenError unless the actor may deploy.
    """
    _require_deployer(tx.actor)
    heads = {name: read_keys(data, name) for name, data in files.items()}
    fresh: dict[str, ProcessDefinition] = {}
    return [_deploy_one(tx, heads[name], files[name], fresh, publish=publish) for name in _in_order(heads)]


def examine(tx: Transaction, name: str, xml: bytes) -> tuple[Finding, ...]:
    """The warnings that deploying one file would give; nothing is deployed. Raises as `deploy` does."""
    _require_deployer(tx.actor)
    head = read_keys(xml, name)
    pinned = {key: _pin(tx, head, key, {}) for key in (*head.calls, *head.decisions)}
    return _checked(tx, _row(tx, head, xml, pinned, 0, publish=False))


def publish(tx: Transaction, key: str, version: int) -> ProcessDefinition:
    """Make a draft version current.

    Raises ForbiddenError for the person who deployed it: two persons, four eyes. Raises ConflictError while something
    that it runs is a draft itself: nobody has looked at that yet.
    """
    definition = version_of(tx, key, version)
    if not tx.actor.is_system:
        if not tx.actor.roles & {"publisher", "sysadmin"}:
            raise ForbiddenError("publish", "Anh/chị không có quyền phát hành.", "You may not publish versions.")
        if definition.deployed_by == tx.actor.person_id:
            raise ForbiddenError(
                "publish", "Người tải lên không được tự phát hành.", "Whoever deployed a version may not publish it."
            )
    if definition.state != "published":
        _require_published(tx, definition)
        definition.state, definition.published_at, definition.published_by = "published", tx.now, tx.actor.person_id
        record_system(tx, "definition-published", {"key": key, "version": version, "checksum": definition.checksum})
        _take_over_starts(tx, definition)
    return definition


def current(tx: Transaction, key: str) -> Version:
    """The newest published version of a process. Raises NotFoundError when there is none."""
    found = tx.fetch(CURRENT_DEFINITION, key=key)
    if found is None:
        raise NotFoundError("process-definition", key)
    return Version(**found)


def named(tx: Transaction, key: str, version: int) -> Version:
    """That version of a process, for starting it. Raises NotFoundError when there is none."""
    row = version_of(tx, key, version)
    return Version(row.id, row.key, row.version, row.checksum, row.state)


def by_id(tx: Transaction, definition_id: str) -> Version:
    """A version that is known by its id, for starting it."""
    row = tx.session.get_one(ProcessDefinition, definition_id)
    return Version(row.id, row.key, row.version, row.checksum, row.state)


def version_of(tx: Transaction, key: str, version: int) -> ProcessDefinition:
    """That version of a process. Raises NotFoundError when there is none."""
    found = tx.session.scalars(
        select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == version)
    ).first()
    if found is None:
        raise NotFoundError("process-definition", f"{key}/{version}")
    return found


def compiled(tx: Transaction, definition_id: str) -> Definition:
    """The executable form of a deployed version; parsed once in the life of the process."""
    name = _COMPILED + definition_id
    found: Definition | None = tx.shared.get(name)
    if found is None:
        row = tx.session.get_one(ProcessDefinition, definition_id)
        found = tx.shared[name] = assemble(row.file, _genuine(row), *_needed(tx, row))
    return found


def _needed(tx: Transaction, row: ProcessDefinition) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The called diagrams and the decision tables of a version, by key."""
    pinned = [tx.session.get_one(ProcessDefinition, i) for i in reach(tx, row)]
    called = {p.key: _genuine(p) for p in pinned if p.kind == "bpmn"}
    decisions = {p.key: _genuine(p) for p in pinned if p.kind == "dmn"}
    return called, decisions


def _genuine(row: ProcessDefinition) -> bytes:
    """The content of a stored version. Raises DefinitionError when it is not the one that was deployed."""
    if hashlib.sha256(row.xml).hexdigest() != row.checksum:
        message_vi = (
            f"Nội dung lưu trữ của phiên bản {row.version} không khớp mã kiểm tra SHA-256, không được thực hiện."
        )
        message_en = f"The stored content of version {row.version} does not match its SHA-256 checksum: it is not run."
        raise DefinitionError(row.file, [Finding(row.key, "checksum-differs", message_vi, message_en)])
    return row.xml


def reach(tx: Transaction, row: ProcessDefinition) -> list[str]:
    """The ids of everything pinned by a version, directly or through what it calls."""
    found: dict[str, None] = {}
    waiting = list(row.pinned.values())
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting.extend(tx.session.get_one(ProcessDefinition, one).pinned.values())
    return list(found)


def _require_published(tx: Transaction, definition: ProcessDefinition) -> None:
    """Raise ConflictError naming the drafts among everything that a version is pinned to."""
    pinned = [tx.session.get_one(ProcessDefinition, i) for i in reach(tx, definition)]
    drafts = ", ".join(sorted(f"{p.key}/{p.version}" for p in pinned if p.state != "published"))
    if drafts:
        raise ConflictError(f"Phải phát hành trước các bản nháp được gọi: {drafts}.", f"Publish first: {drafts}.")


def _deploy_one(
    tx: Transaction, head: ProcessFile, xml: bytes, fresh: dict[str, ProcessDefinition], *, publish: bool
) -> Deployment:
    pinned = {key: _pin(tx, head, key, fresh) for key in (*head.calls, *head.decisions)}
    checksum = hashlib.sha256(xml).hexdigest()
    newest = _newest(tx, head.key)
    if newest is not None and newest.checksum == checksum and newest.pinned == pinned:
        fresh[head.key] = newest
        return Deployment(newest, created=False)
    row = _row(tx, head, xml, pinned, (newest.version if newest else 0) + 1, publish=publish)
    warnings = _checked(tx, row)
    tx.session.add(row)
    fresh[head.key] = row
    facts = {"key": row.key, "version": row.version, "checksum": checksum, "state": row.state}
    record_system(tx, "definition-deployed", facts)
    if publish:
        _take_over_starts(tx, row)
    return Deployment(row, created=True, warnings=warnings)


def _take_over_starts(tx: Transaction, row: ProcessDefinition) -> None:
    """Let the start events of a version that is now current take the place of those before it."""
    if row.kind == "bpmn" and current(tx, row.key).id == row.id:
        start_events.replace(tx, row, compiled(tx, row.id))


def _row(
    tx: Transaction,
    head: ProcessFile,
    xml: bytes,
    pinned: dict[str, str],
    version: int,
    *,
    publish: bool,
) -> ProcessDefinition:
    return ProcessDefinition(
        id=new_id(),
        kind=head.kind,
        key=head.key,
        version=version,
        name=head.name,
        name_en=head.name_en,
        file=head.file,
        checksum=hashlib.sha256(xml).hexdigest(),
        xml=xml,
        pinned=pinned,
        state="published" if publish else "draft",
        deployed_at=tx.now,
        deployed_by=tx.actor.person_id,
        published_at=tx.now if publish else None,
        published_by=None,
    )


def _checked(tx: Transaction, row: ProcessDefinition) -> tuple[Finding, ...]:
    if row.kind == "dmn":
        return ()
    _require_one_version(tx, row)
    definition = compile_definition(row.file, row.xml, *_needed(tx, row), tx.engine.shortest_cycle)
    unknown = [e for e in definition.elements.values() if e.handler is not None and e.handler not in HANDLERS]
    if unknown:
        raise DefinitionError(row.file, [_unknown_handler(element) for element in unknown])
    return definition.warnings


def _require_one_version(tx: Transaction, row: ProcessDefinition) -> None:
    """Refuse a version that would reach two versions of a process or decision, or an older one of its own."""
    seen = {row.key: row.id}
    for one in (tx.session.get_one(ProcessDefinition, i) for i in reach(tx, row)):
        if seen.setdefault(one.key, one.id) == one.id:
            continue
        if one.key == row.key:
            message_vi, rule = "Các quy trình gọi nhau thành vòng.", "call-cycle"
            raise DefinitionError(row.file, [Finding(one.key, rule, message_vi, "Processes call in a circle.")])
        message_vi = f"Sơ đồ dẫn tới hai phiên bản của “{one.key}”: hãy triển khai lại những sơ đồ gọi phiên bản cũ."
        message_en = f"It leads to two versions of “{one.key}”: deploy anew what calls the older one."
        raise DefinitionError(row.file, [Finding(one.key, "two-versions", message_vi, message_en)])


def _unknown_handler(element: Element) -> Finding:
    message_vi, message_en = f"Không có bộ xử lý “{element.handler}”.", f"There is no handler “{element.handler}”."
    return Finding(element.id, "unknown-handler", message_vi, message_en)


def _pin(tx: Transaction, head: ProcessFile, key: str, fresh: Mapping[str, ProcessDefinition]) -> str:
    if key in fresh:
        return fresh[key].id
    try:
        return current(tx, key).id
    except NotFoundError as error:
        message_vi = f"Quy trình hoặc bảng quyết định “{key}” chưa được triển khai."
        finding = Finding(key, "unknown-reference", message_vi, f"No process or decision “{key}” is deployed.")
        raise DefinitionError(head.file, [finding]) from error


def _newest(tx: Transaction, key: str) -> ProcessDefinition | None:
    return tx.session.scalars(
        select(ProcessDefinition).where(
            ProcessDefinition.key == key,
            ProcessDefinition.version
            == select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == key).scalar_subquery(),
        )
    ).first()


def _in_order(heads: Mapping[str, ProcessFile]) -> list[str]:
    """File names, those that others refer to first. Raises DefinitionError for diagrams that call in a circle."""
    by_key = {head.key: name for name, head in heads.items()}
    order: list[str] = []
    path: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in path:
            head = heads[name]
            message_vi = "Các quy trình gọi nhau thành vòng."
            raise DefinitionError(name, [Finding(head.key, "call-cycle", message_vi, "Processes call in a circle.")])
        path.append(name)
        for key in (*heads[name].calls, *heads[name].decisions):
            if key in by_key:
                visit(by_key[key])
        path.pop()
        order.append(name)

    for name in heads:
        visit(name)
    return order


def _require_deployer(actor: Actor) -> None:
    if not actor.is_system and not actor.roles & DEPLOYERS:
        raise ForbiddenError("deploy", "Anh/chị không có quyền triển khai quy trình.", "You may not deploy processes.")
