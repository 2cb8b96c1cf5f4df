"""Promises of files: no macro comes in under another spelling, and no archive reaches outside its folder."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.commands.attachments import media_type_of
from engine.errors import InvalidDataError

TYPES = "[Content_Types].xml"
PLAIN = b'<Types><Override PartName="/word/document.xml" ContentType="application/xml"/></Types>'
MACRO_DOCUMENT = PLAIN.replace(b"application/xml", b"application/vnd.ms-word.document.macroEnabled.main+xml")
MACRO_PART = PLAIN.replace(b"application/xml", b"application/vnd.ms-office.vbaProject")
ENTITY = b'<!DOCTYPE t [<!ENTITY m "macro">]><Types><Override ContentType="a.&m;Enabled"/></Types>'


def package(**members: bytes) -> bytes:
    """A document with further members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {"word/document.xml": b"<x/>", **members}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_document_without_macros_is_taken() -> None:
    assert media_type_of("a.docx", package(**{TYPES: PLAIN})).endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("word/VBAPROJECT.BIN", b""),
        (TYPES, MACRO_DOCUMENT),
        (TYPES, MACRO_DOCUMENT.replace(b"macroEnabled", b"MACROENABLED")),
        (TYPES, MACRO_DOCUMENT.replace(b"macro", b"&#109;acro")),
        (TYPES, MACRO_PART),
        (TYPES, ENTITY),
        (TYPES.upper(), MACRO_DOCUMENT),
        (TYPES, b"<Types"),
        ("../../x", b""),
        ("word/../../x", b""),
        ("..\\x", b""),
        ("/etc/x", b""),
        ("C:\\x", b""),
    ],
)
def test_a_package_with_a_macro_or_a_way_out_is_refused(member: str, content: bytes) -> None:
    with pytest.raises(InvalidDataError):
        media_type_of("a.docx", package(**{member: content}))
