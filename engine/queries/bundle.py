"""The evidence bundle of a case: all that an auditor needs to judge it elsewhere, without asking this system again.

Rule: it is written from one state of the database, with the verification of just that state; what is too large for it
is named with its digest, never left out in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson
from sqlalchemy import select

from engine import access, deadlines
from engine.audit.verify import verify
from engine.commands import definitions
from engine.errors import ForbiddenError
from engine.models.audit import AuditEvent
from engine.models.definition import ProcessDefinition
from engine.models.document import Document
from engine.models.instance import ProcessInstance
from engine.models.task import TaskAttachment, TaskComment, UserTask
from engine.queries import evidence, instances
from engine.runtime import Transaction

MOST_BYTES = 200 * 1024 * 1024
"""What the files of one bundle may hold together before the rest of them are only named."""

_README = """Hồ sơ chứng cứ / Evidence bundle: {case}
Lập lúc / made at {at}

case.json           hồ sơ như đang lưu / the case as it is stored
history.jsonl       mỗi dòng một sự kiện / one event a line: canonical, hash, salt, data
verification.json   kết quả kiểm tra chuỗi / what the verification of the chain found
processes/          sơ đồ và bảng quyết định đã triển khai / diagrams and decision tables as deployed
comments.jsonl      ý kiến trong công việc / remarks on the tasks
files/, documents/  tệp đính kèm, văn bản đi / attachments, documents issued
manifest.json       SHA-256 của từng tệp / the SHA-256 of each file

Kiểm tra lại / check again: hash = SHA-256(0x02 + hash trước / previous hash + canonical);
trước sự kiện đầu tiên không có gì / nothing stands before the first event.
Mã băm của data nằm trong canonical / canonical holds the digest of data: see docs/history.md.
"""


@dataclass
class _Bundle:
    """A zip under way, with what is in it so far."""

    archive: ZipFile
    manifest: list[dict[str, Any]] = field(default_factory=list)
    kept_bytes: int = 0

    def add(self, name: str, content: bytes) -> None:
        """Keep a text."""
        self._write(name, content, ZIP_DEFLATED)

    def add_file(self, name: str, content: bytes | None, size: int, digest: str) -> None:
        """Keep a file that somebody gave, unless it is gone or there is no room for it."""
        if content is None or self.kept_bytes + size > MOST_BYTES:
            why = "erased" if content is None else "too-large"
            self.manifest.append({"name": name, "bytes": size, "sha256": digest, "left_out": why})
            return
        self.kept_bytes += size
        self._write(name, content, ZIP_STORED)

    def _write(self, name: str, content: bytes, compression: int) -> None:
        entry = ZipInfo(name)
        entry.compress_type = compression
        self.archive.writestr(entry, content)
        self.manifest.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})


def write(tx: Transaction, instance_id: str, into: IO[bytes]) -> None:
    """Write the bundle of a case as a zip.

    Raises NotFoundError for those who do not see the case, ForbiddenError unless they inspect or manage it.
    """
    case = instances.get(tx, instance_id)
    _require_inspector(tx, case)
    with ZipFile(into, "w") as archive:
        bundle = _Bundle(archive)
        made_at = tx.now.astimezone(deadlines.LOCAL).isoformat(timespec="seconds")
        bundle.add("README.txt", _README.format(case=case.id, at=made_at).encode())
        bundle.add("case.json", _json(_case(case)))
        bundle.add("history.jsonl", b"".join(_lines(tx, case.id)))
        bundle.add("verification.json", _json(_verified(tx, case)))
        _add_processes(tx, case, bundle)
        _add_given(tx, case.id, bundle)
        _add_documents(tx, case.id, bundle)
        archive.writestr("manifest.json", _json({"case": case.id, "made_at": tx.now, "files": bundle.manifest}))


def may_take(actor: access.Actor, case: ProcessInstance) -> bool:
    """Whether somebody who sees the case may take its evidence along."""
    return actor.reads_all_cases or access.manages_case(actor, case.agency, case.started_by)


def _require_inspector(tx: Transaction, case: ProcessInstance) -> None:
    if not may_take(tx.actor, case):
        message_vi = "Chỉ cơ quan thanh tra, kiểm tra và người quản lý hồ sơ được lấy hồ sơ chứng cứ."
        raise ForbiddenError("evidence", message_vi, "Only those who inspect or manage a case take its evidence.")


def _case(case: ProcessInstance) -> dict[str, Any]:
    names = ("id", "process_key", "process_version", "business_key", "agency", "plan_task_id", "state", "tokens")
    rest = ("variables", "started_at", "started_by", "ended_at", "audit_seq")
    return {name: getattr(case, name) for name in (*names, *rest)} | {"audit_head": case.audit_head.hex()}


def _lines(tx: Transaction, instance_id: str) -> Iterator[bytes]:
    query = select(AuditEvent).where(AuditEvent.instance_id == instance_id).order_by(AuditEvent.seq)
    for event in tx.session.scalars(query, execution_options={"yield_per": 500}):
        line = {name: getattr(event, name) for name in ("seq", "type", "at", "actor_id", "element_id", "task_id")}
        line |= {
            "canonical": bytes(event.canonical).decode(errors="backslashreplace"),
            "hash": bytes(event.hash).hex(),
            "salt": bytes(event.salt).hex() if event.salt is not None else None,
            "data": event.data,
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _verified(tx: Transaction, case: ProcessInstance) -> dict[str, Any]:
    found = verify(tx.session, case.id)
    faults = [{"seq": fault.seq, "reason": fault.reason} for fault in found.faults]
    return {"sound": found.sound, "events": found.events, "faults": faults, "verified_at": tx.now}


def _add_processes(tx: Transaction, case: ProcessInstance, bundle: _Bundle) -> None:
    own = tx.session.get_one(ProcessDefinition, case.definition_id)
    pinned = (tx.session.get_one(ProcessDefinition, one) for one in definitions.reach(tx, own))
    for row in (own, *pinned):
        bundle.add(f"processes/{row.key}-{row.version}.{row.kind}", row.xml)


def _add_given(tx: Transaction, instance_id: str, bundle: _Bundle) -> None:
    """The remarks and the files; one file at a time is in memory."""
    query = select(TaskComment).join(UserTask, UserTask.id == TaskComment.task_id)
    remarks = tx.session.scalars(query.where(UserTask.instance_id == instance_id).order_by(TaskComment.id))
    told = [{n: getattr(one, n) for n in ("id", "task_id", "person_id", "text", "created_at")} for one in remarks]
    bundle.add("comments.jsonl", b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in told))
    for file in evidence.files_of(tx, instance_id):
        content = tx.session.scalar(select(TaskAttachment.content).where(TaskAttachment.id == file.id))
        bundle.add_file(f"files/{file.id}-{_plain(file.file_name)}", content, file.size_bytes, file.sha256)


def _add_documents(tx: Transaction, instance_id: str, bundle: _Bundle) -> None:
    query = select(Document).where(Document.instance_id == instance_id).order_by(Document.issued_at, Document.id)
    for row in tx.session.scalars(query):
        bundle.add(f"documents/{row.id}-{_plain(row.symbol)}.json", row.content)


def _plain(name: str) -> str:
    """A name that is a name of a file everywhere."""
    kept = "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in PurePath(name).name)
    return kept.strip(". ")[:120] or "file"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
