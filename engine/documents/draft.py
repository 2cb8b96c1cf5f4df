"""A document before it has its number: what whoever signs it has decided on.

Rule: a draft is checked here alone; each problem names its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.documents.types import TYPES
from engine.errors import FieldProblem, InvalidDataError

# The lengths of Phụ lục VI, into which every document must fit when it is exported; of a symbol, what forms take.
LONGEST_SUBJECT, LONGEST_NAME, LONGEST_POSITION, LONGEST_SYMBOL = 500, 50, 100, 100

# A paragraph; or one of {"heading"}, {"article", "text"}, {"items": [text]}, {"table": {"head", "rows", "widths"}}.
Block = str | Mapping[str, Any]


@dataclass(frozen=True)
class Signer:
    """Who signs and as what: `capacity` are the lines above the position, such as `KT. CHỦ TỊCH`."""

    name: str
    position: str
    capacity: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutsideNumber:
    """A number that another register of the agency has given: the whole symbol, and the date on the document."""

    symbol: str
    issued_on: date


@dataclass(frozen=True)
class Draft:
    """What a document says. `type` is a code of `types.TYPES`, `agency` the code of who issues it.

    `unit` abbreviates who drafted it: it ends the symbol of a công văn, which cannot do without, and the note of what
    is kept. `authority` is who decides (quyết định), `cosigner` who signs on the left (biên bản). `first_recipient`
    stands in the place of the type's own, such as “Như Điều 3”. `outside`: another register numbered it.
    """

    type: str
    agency: str
    subject: str
    body: Sequence[Block]
    signer: Signer
    addressees: Sequence[str] = ()
    bases: Sequence[str] = ()
    recipients: Sequence[str] = ()
    unit: str | None = None
    authority: str | None = None
    cosigner: Signer | None = None
    first_recipient: str | None = None
    outside: OutsideNumber | None = None


def check(draft: Draft) -> None:
    """Raise InvalidDataError with all that keeps a draft from being issued."""
    problems = [problem for problem in _problems(draft) if problem is not None]
    if problems:
        raise InvalidDataError(problems)


def _problems(draft: Draft) -> Sequence[FieldProblem | None]:
    if draft.type not in TYPES:
        return [FieldProblem("type", "unknown", "Không có loại văn bản này.", "There is no such type of document.")]
    blocks = TYPES[draft.type].blocks
    symbol = draft.outside.symbol if draft.outside else "-"
    return [
        _bounded("subject", draft.subject, LONGEST_SUBJECT),
        _bounded("signer.name", draft.signer.name, LONGEST_NAME),
        _bounded("signer.position", draft.signer.position, LONGEST_POSITION),
        _bounded("outside.symbol", symbol, LONGEST_SYMBOL),
        _present("body", bool(draft.body)),
        _present("unit", bool(draft.unit) or TYPES[draft.type].abbr is not None),
        _present("authority", bool(draft.authority) or "authority" not in blocks),
        _present("cosigner", draft.cosigner is not None or "signatures" not in blocks),
    ]


def _bounded(field: str, text: str, longest: int) -> FieldProblem | None:
    if text.strip() and len(text) <= longest:
        return None
    return FieldProblem(field, "length", f"Phải có từ 1 đến {longest} ký tự.", f"It has 1 to {longest} characters.")


def _present(field: str, there: bool) -> FieldProblem | None:
    return None if there else FieldProblem(field, "required", "Bắt buộc phải có.", "It is required.")
