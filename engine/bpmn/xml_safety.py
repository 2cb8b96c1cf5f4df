"""Reading uploaded XML without letting it do anything.

Rule: no DOCTYPE, no entity, no processing instruction, only UTF-8, bounded in size, number and depth of elements;
refused before any other code looks at it.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.errors import DefinitionError, Finding

LARGEST_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 5_000
DEEPEST = 64
_UTF8_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']utf-8["']""", re.IGNORECASE)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")


def parse_xml(data: bytes, file: str) -> etree._Element:
    """The root element of an uploaded document. Raises DefinitionError naming the rule it breaks."""
    text = _plain_utf8(data, file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refused(file, "xml", "Tệp không phải là XML hợp lệ.", f"Not well-formed XML: {error}") from error
    _require_small(root, file)
    return root


def refused(file: str, rule: str, message_vi: str, message_en: str, element: str | None = None) -> DefinitionError:
    """The refusal of a whole file, or of one of its elements."""
    return DefinitionError(file, [Finding(element or file, rule, message_vi, message_en)])


def _plain_utf8(data: bytes, file: str) -> bytes:
    if len(data) > LARGEST_BYTES:
        raise refused(file, "size", "Tệp lớn hơn 2 MiB.", "The file is over 2 MiB.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(file, "encoding", "Tệp phải dùng mã UTF-8.", "The file must be UTF-8.") from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    declaration = _DECLARATION.match(data)
    if declaration and b"encoding" in declaration.group() and not _UTF8_DECLARED.match(data):
        raise refused(file, "encoding", "Tệp phải dùng mã UTF-8.", "The file must be UTF-8.")
    rest = data[declaration.end() :] if declaration else data
    for mark, rule in ((b"<!DOCTYPE", "doctype"), (b"<!ENTITY", "entity"), (b"<?", "processing-instruction")):
        if mark in rest or (rule != "processing-instruction" and mark.lower() in rest.lower()):
            raise refused(file, rule, f"Không chấp nhận {rule} trong tệp.", f"A {rule} is not accepted.")
    return data


def _require_small(root: etree._Element, file: str) -> None:
    count = 0
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise refused(file, "depth", "Các phần tử lồng nhau quá sâu.", "Elements are nested too deeply.")
        if count > MOST_ELEMENTS:
            raise refused(file, "elements", "Tệp có quá nhiều phần tử.", "The file has too many elements.")
        waiting.extend((child, depth + 1) for child in element)
