"""Files given as evidence with a task: kept by content, with their hash on record.

Rule: what a file is, is decided by its content, never by its name alone.
"""

from __future__ import annotations

import hashlib
import io
import struct
import unicodedata
import zipfile
import zlib
from pathlib import PurePath

from engine.audit.chain import Happening
from engine.bpmn.xml_safety import parse_xml
from engine.commands import tasks
from engine.errors import DefinitionError, FieldProblem, InvalidDataError
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
_CONTENT_TYPES = "[content_types].xml"
# What archives and the XML in them raise that are broken, encrypted or packed in a way that nobody uses.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    DefinitionError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
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
        archive = zipfile.ZipFile(io.BytesIO(content))
        return part in archive.namelist() and _is_small(archive) and _is_harmless(archive)
    except _BROKEN:
        return False


def _is_small(archive: zipfile.ZipFile) -> bool:
    members = archive.infolist()
    return len(members) <= _ZIP_MEMBERS and sum(m.file_size for m in members) <= _ZIP_UNPACKED_BYTES


def _is_harmless(archive: zipfile.ZipFile) -> bool:
    """Whether no member is a macro, is declared as one, or would be unpacked outside its folder."""
    names = archive.namelist()
    if any(_leads_away(n) or n.lower().endswith("vbaproject.bin") for n in names):
        return False
    lists = [m for m in archive.infolist() if m.filename.lower() == _CONTENT_TYPES]
    return not any(_declares_macros(archive.read(m)) for m in lists)


def _leads_away(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or ":" in path or ".." in path.split("/")


def _declares_macros(content_types: bytes) -> bool:
    root = parse_xml(content_types, _CONTENT_TYPES)
    declared = [element.get("ContentType", "").lower() for element in root.iter()]
    return any("macroenabled" in kind or "vbaproject" in kind for kind in declared)


def _refused(rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem("file", rule, message_vi, message_en)])
