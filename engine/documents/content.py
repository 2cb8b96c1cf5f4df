"""What an issued document consists of, as JSON that never changes: everything its file is set from.

Rule: pure. Names, dates and the end of the text are written here as they will be read; setting adds nothing.
Source: Nghị định 30/2020/NĐ-CP, Phụ lục I, phần II.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from engine.documents.draft import Block, Draft
from engine.documents.types import TYPES, padded

FORMAT = 1
NUMBERLESS = "Số:      /"
_COMMITTEE = "Ủy ban nhân dân"
_UNITS = ("Phường ", "Xã ")
_MONTHS_PADDED = 2
_END = "./."
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Letterhead:
    """What heads the paper of an agency: `parent` (empty: none) and `agency` as lines, and the place."""

    parent: tuple[str, ...]
    agency: tuple[str, ...]
    place: str


def letterhead(name: str, parent: str | None) -> Letterhead:
    """The letterhead of an agency by its name and its parent's; a people's committee has no parent above it."""
    if name.startswith(_UNITS):
        return Letterhead((), (_COMMITTEE.upper(), name.upper()), name.split(" ", 1)[1])
    if name.startswith(_COMMITTEE):
        return Letterhead((), (_COMMITTEE.upper(), name.removeprefix(_COMMITTEE).strip().upper()), "Hà Nội")
    above = (parent.replace(_COMMITTEE, "UBND").upper(),) if parent else ()
    return Letterhead(above, (name.upper(),), "Hà Nội")


def date_line(place: str, day: date) -> str:
    """`Hà Nội, ngày 08 tháng 7 năm 2025`: days below 10 and the months 1 and 2 have two figures, no other month."""
    month = padded(day.month) if day.month <= _MONTHS_PADDED else str(day.month)
    return f"{place}, ngày {padded(day.day)} tháng {month} năm {day.year}"


def plain_date(day: date) -> str:
    """A date inside a text, written as in the date line: `08/7/2025`."""
    month = padded(day.month) if day.month <= _MONTHS_PADDED else str(day.month)
    return f"{padded(day.day)}/{month}/{day.year}"


def compose(draft: Draft, head: Letterhead, symbol: str, day: date) -> dict[str, Any]:
    """The content of a document with that number and symbol, and date."""
    kind = TYPES[draft.type]
    composed = {
        "v": FORMAT,
        "type": draft.type,
        "header": asdict(head),
        "symbol": symbol,
        "number_line": f"Số: {symbol}",
        "issued_on": day.isoformat(),
        "date_line": date_line(head.place, day),
        "title": kind.title,
        "subject": draft.subject.strip(),
        "authority": draft.authority,
        "addressees": list(draft.addressees),
        "bases": list(_bases(draft.bases)),
        "enacting": kind.enacting,
        "body": list(_ended(draft.body)),
        "signer": asdict(draft.signer),
        "cosigner": asdict(draft.cosigner) if draft.cosigner else None,
        "recipients": list(_recipients(draft)),
    }
    told: dict[str, Any] = _legible(composed)
    return told


def _legible(value: Any) -> Any:
    """The value without the control characters that no document can hold, such as those of a paste gone wrong."""
    if isinstance(value, str):
        return _CONTROLS.sub("", value)
    if isinstance(value, Mapping):
        return {name: _legible(one) for name, one in value.items()}
    return [_legible(one) for one in value] if isinstance(value, list | tuple) else value


def _bases(given: Sequence[str]) -> Iterator[str]:
    """Legal bases, each on a line that ends with `;`, the last with `.`"""
    for position, base in enumerate(given, start=1):
        yield base.strip().rstrip(";.") + ("." if position == len(given) else ";")


def _ended(body: Sequence[Block]) -> Iterator[Any]:
    """The body, whose last paragraph ends with `./.`"""
    for position, block in enumerate(body, start=1):
        plain = block.strip() if isinstance(block, str) else dict(block)
        yield _with_end(plain) if position == len(body) else plain


def _with_end(block: Any) -> Any:
    if isinstance(block, str):
        return block.removesuffix(_END).rstrip(".;") + _END
    if "text" in block:
        return block | {"text": _with_end(block["text"])}
    if block.get("items"):
        return block | {"items": [*block["items"][:-1], _with_end(block["items"][-1])]}
    return block


def _recipients(draft: Draft) -> Iterator[str]:
    """Who gets it, each with its `;`, and at the end what is kept, with a full stop."""
    first = draft.first_recipient or TYPES[draft.type].first_recipient
    for name in ([first] if first else []) + list(draft.recipients):
        yield f"- {name.strip().rstrip(';.')};"
    yield f"- Lưu: VT, {draft.unit}." if draft.unit else "- Lưu: VT."
