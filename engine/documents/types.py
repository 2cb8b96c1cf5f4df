"""The types of documents, as their templates describe them, and how number and symbol are written.

Source: Nghị định 30/2020/NĐ-CP, Phụ lục I (phần II, mục I, khoản 3) and Phụ lục III.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

CODES = ("ttr", "bc", "cv", "qd", "bb", "gm")
_SMALLEST_UNPADDED = 10


@dataclass(frozen=True)
class DocumentType:
    """A type: its abbreviation in symbols (None: none, as with công văn), and its blocks from top to bottom.

    `first_recipient` begins the list of recipients unless the draft says otherwise; `enacting` are the words before
    the articles.
    """

    code: str
    abbr: str | None
    name_vi: str
    name_en: str
    blocks: tuple[str, ...]
    first_recipient: str | None
    enacting: str | None = None

    @property
    def title(self) -> str:
        """The name as it stands on the document; empty for công văn."""
        return self.name_vi.upper() if self.abbr else ""


def _read(code: str) -> DocumentType:
    text = resources.files(__package__).joinpath("templates", f"{code}.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return DocumentType(**told | {"blocks": tuple(told["blocks"])})


TYPES: Mapping[str, DocumentType] = {code: _read(code) for code in CODES}


def padded(number: int) -> str:
    """A number of a document, a day or a month of two figures: those below ten have a zero before them."""
    return f"{number:02d}" if number < _SMALLEST_UNPADDED else str(number)


def symbol(kind: DocumentType, number: int, agency: str, unit: str | None) -> str:
    """Number and symbol: `45/BC-SVHTT`; of a công văn `45/SVHTT-QLVHGĐ`. `agency` and `unit` are abbreviations."""
    notation = f"{kind.abbr}-{agency}" if kind.abbr else f"{agency}-{unit}"
    return f"{padded(number)}/{notation}"
