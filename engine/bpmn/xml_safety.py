"""Reading uploaded XML without letting it do anything.

Rule: no DOCTYPE, no entity, no processing instruction, no inclusion, only UTF-8, bounded in size, number, depth and
attributes of elements; refused before any other code looks at it.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.spelling import spell_plainly
from engine.errors import DefinitionError, Finding

LARGEST_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 5_000
DEEPEST = 64
MOST_ATTRIBUTES = 100
MOST_NAMESPACES = 64
LONGEST_ATTRIBUTE = 20_000
ACTIVE_NAMESPACES = {
    "http://www.w3.org/2001/XInclude": "xinclude",
    "http://www.w3.org/2003/XInclude": "xinclude",
    "http://www.w3.org/1999/XSL/Transform": "stylesheet",
    "http://www.w3.org/2001/xml-events": "xml-events",
}
_UTF8_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']utf-8["']""", re.IGNORECASE)
_DECLARATION = re.compile(rb"^\s*<\?xml\s[^>]*\?>")
_TAG = re.compile(rb"<[^\s/!?<>=]")
# Counted in the bytes, where text in CDATA counts too: only what is far beyond the limits is refused before parsing.
_MOST_TAGS = 4 * MOST_ELEMENTS


def parse_xml(data: bytes, file: str) -> etree._Element:
    """The root element of an uploaded document, its references and flags in one spelling.

    Raises DefinitionError naming the rule it breaks.
    """
    root = _parsed(_plain_utf8(data, file), file)
    _require_small(root, file)
    spell_plainly(root)
    return root


def refused(file: str, rule: str, message_vi: str, message_en: str, element: str | None = None) -> DefinitionError:
    """The refusal of a whole file, or of one of its elements."""
    return DefinitionError(file, [Finding(element or file, rule, message_vi, message_en)])


def _parsed(text: bytes, file: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error):
            raise _too_deep(file) from error
        reason = str(error)[:200]
        raise refused(file, "xml", "Tệp không phải là XML hợp lệ.", f"Not well-formed XML: {reason}") from error


def _plain_utf8(data: bytes, file: str) -> bytes:
    if len(data) > LARGEST_BYTES:
        raise refused(file, "size", "Tệp lớn hơn 2 MiB.", "The file is over 2 MiB.")
    data = _decodable(data, file)
    declaration = _DECLARATION.match(data)
    if declaration and b"encoding" in declaration.group() and not _UTF8_DECLARED.match(data):
        raise _not_utf8(file)
    _require_inert(data[declaration.end() :] if declaration else data, file)
    _require_countable(data, file)
    return data


def _decodable(data: bytes, file: str) -> bytes:
    """The bytes without their mark. A zero byte means UTF-16 or UTF-32 without one, which the parser would guess."""
    if b"\0" in data:
        raise _not_utf8(file)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(file) from error
    return data.removeprefix(b"\xef\xbb\xbf")


def _require_inert(rest: bytes, file: str) -> None:
    upper = rest.upper()
    for mark, rule in ((b"<!DOCTYPE", "doctype"), (b"<!ENTITY", "entity"), (b"<?", "processing-instruction")):
        if mark in upper:
            raise refused(file, rule, f"Không chấp nhận {rule} trong tệp.", f"A {rule} is not accepted.")


def _require_countable(data: bytes, file: str) -> None:
    if sum(1 for _ in _TAG.finditer(data)) > _MOST_TAGS:
        raise _too_many(file)
    if data.count(b"xmlns") > 2 * MOST_ELEMENTS:
        raise _too_many_namespaces(file)


def _require_small(root: etree._Element, file: str) -> None:
    count = 0
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise _too_deep(file)
        if count > MOST_ELEMENTS:
            raise _too_many(file)
        _require_plain(element, file)
        waiting.extend((child, depth + 1) for child in element)


def _require_plain(element: etree._Element, file: str) -> None:
    name = (element.get("id") or etree.QName(element).localname)[:128]
    if len(element.nsmap) > MOST_NAMESPACES:
        raise _too_many_namespaces(file)
    active = ACTIVE_NAMESPACES.get(etree.QName(element).namespace or "")
    if active:
        raise refused(file, active, f"Không chấp nhận {active} trong tệp.", f"An {active} is not accepted.", name)
    if len(element.attrib) > MOST_ATTRIBUTES or any(len(v) > LONGEST_ATTRIBUTE for v in element.attrib.values()):
        message_vi = "Phần tử có quá nhiều thuộc tính hoặc thuộc tính quá dài."
        raise refused(file, "attribute-size", message_vi, "Too many attributes, or one that is too long.", name)


def _not_utf8(file: str) -> DefinitionError:
    return refused(file, "encoding", "Tệp phải dùng mã UTF-8.", "The file must be UTF-8.")


def _too_deep(file: str) -> DefinitionError:
    return refused(file, "depth", "Các phần tử lồng nhau quá sâu.", "Elements are nested too deeply.")


def _too_many_namespaces(file: str) -> DefinitionError:
    return refused(file, "namespaces", "Tệp khai báo quá nhiều không gian tên.", "Too many namespaces are declared.")


def _too_many(file: str) -> DefinitionError:
    return refused(file, "elements", "Tệp có quá nhiều phần tử.", "The file has too many elements.")
