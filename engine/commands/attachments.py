"""Files given as evidence with a task: kept by content, with their hash on record.

Rule: what a file is, is decided by its content, never by its name alone.
"""

from __future__ import annotations

import hashlib
import io
import struct
import unicodedata
import zipfile
from pathlib import PurePath

from engine.audit.chain import Happening
from engine.commands import tasks
from engine.errors import FieldProblem, InvalidDataError
from engine.models.columns import new_id
from engine.models.task import TaskAttachment
from engine.runtime import Transaction

LARGEST_BYTES = 20 * 1024 * 1024
_ZIP_MEMBERS = 1_000
_ZIP_UNPACKED_BYTES = 200 * 1024 * 1024
_LONGEST_NAME = 200
_MAGIC = {
    ".pdf": (b"%PDF-", "application/pdf"),
    ".png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    ".jpg": (b"\xff\xd8\xff", "image/jpeg"),
    ".jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    ".docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_PACKAGE_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}


def add(tx: Transaction, task_id: str, file_name: str, content: bytes) -> TaskAttachment:
    """Attach a file (pdf, docx, xlsx, png, jpg; at most 20 MiB) to a task that the actor works on or may take."""
    task = tasks.locked(tx, task_id, "attach")
    name = unicodedata.normalize("NFC", PurePath(file_name.replace("\\", "/")).name)
    media_type = media_type_of(name, content)
    attachment = TaskAttachment(
        id=new_id(),
        task_id=task_id,
        person_id=tx.actor.person_id or "",
        file_name=name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        created_at=tx.now,
    )
    tx.session.add(attachment)
    facts = {"attachment": attachment.id, "sha256": attachment.sha256, "size_bytes": len(content)}
    task.case.record(Happening("task-attached", task.element.id, task_id, facts))
    return attachment


def media_type_of(name: str, content: bytes) -> str:
    """The media type of a file that may be kept. Raises InvalidDataError for any other."""
    suffix = PurePath(name).suffix.lower()
    fits = 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    if not content or len(content) > LARGEST_BYTES or not fits:
        raise _refused(
            "size",
            "Tệp rỗng, quá 20 MiB hoặc tên tệp không hợp lệ.",
            "The file is empty, over 20 MiB or its name is not fit.",
        )
    magic, media_type = _MAGIC.get(suffix, (None, ""))
    if magic is None or not content.startswith(magic) or not _is_package(suffix, content):
        raise _refused(
            "type",
            "Chỉ nhận tệp PDF, DOCX, XLSX, PNG, JPG có nội dung đúng định dạng.",
            "Only real PDF, DOCX, XLSX, PNG and JPG files are taken.",
        )
    return media_type


def _is_package(suffix: str, content: bytes) -> bool:
    part = _PACKAGE_PART.get(suffix)
    if part is None:
        return True
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError):  # what broken archives raise
        return False
    names = {m.filename for m in members}
    small = len(members) <= _ZIP_MEMBERS and sum(m.file_size for m in members) <= _ZIP_UNPACKED_BYTES
    return small and part in names and not any(n.endswith("vbaProject.bin") for n in names)


def _refused(rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem("file", rule, message_vi, message_en)])
