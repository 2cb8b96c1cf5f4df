"""The metadata of an outgoing document, as systems exchange them.

Source: Nghị định 30/2020/NĐ-CP, Phụ lục VI (phần II, khoản 1: văn bản đi). What is not known is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.documents.types import TYPES
from engine.models.document import Document

LONGEST_NOTATION, LONGEST_TO = 20, 200
_USUAL_PRIORITY = 0


@dataclass(frozen=True)
class Facts:
    """The file that a document belongs to: its notation, and the document's place in it (None: it belongs to none)."""

    notation: str | None
    ordinal: int | None


def metadata(found: Document, content: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """The fields of Phụ lục VI by their names there."""
    number, _, notation = found.symbol.partition("/")
    signer = content["signer"]
    told = {
        "FileCode": _file_code(found, facts),
        "DocOrdinal": facts.ordinal,
        "TypeName": TYPES[found.type].name_vi,
        "CodeNumber": number,
        "CodeNotation": notation,
        "IssuedDate": found.issued_on.isoformat(),
        "OrganName": " ".join(content["header"]["agency"]),
        "Subject": found.subject,
        "Language": "Tiếng Việt",
        "SignerInfo": {"Position": signer["position"], "FullName": signer["name"]},
        "To": [{"OrganName": name} for name in _receivers(content)],
        "Priority": _USUAL_PRIORITY,
    }
    return {name: value for name, value in told.items() if value is not None}


def as_xml(told: Mapping[str, Any]) -> bytes:
    """The same as XML: one element a field, a repeated one for each of several values."""
    root = etree.Element("Document")
    _append(root, told)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _file_code(found: Document, facts: Facts) -> dict[str, Any] | None:
    if facts.notation is None:
        return None
    return {"FileCatalog": found.year, "FileNotation": facts.notation[:LONGEST_NOTATION]}


def _receivers(content: Mapping[str, Any]) -> list[str]:
    """Whom it is sent to by name: not the lines that point back to the text, and not what is kept."""
    listed = [line.removeprefix("- ").rstrip(";.") for line in content["recipients"][:-1]]
    named = [name for name in listed if not name.startswith("Như ")]
    return [name[:LONGEST_TO] for name in [*content["addressees"], *named]]


def _append(parent: Any, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(one, Mapping):
                _append(child, one)
            else:
                child.text = str(one)
