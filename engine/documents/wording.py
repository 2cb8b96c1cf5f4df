"""What documents say of their own accord, from the repository's texts, and how names and figures are written in them.

Rule: pure; a value is filled in as it is and never read as a text of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import yaml

from engine.documents.content import plain_date

_UNITS = ("Phường ", "Xã ")
_REPORT = "báo cáo "
_GROUP = 3
TEXTS: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    resources.files(__package__).joinpath("templates", "texts.yaml").read_text(encoding="utf-8")
)


def said(document: str, name: str, **facts: object) -> str:
    """One sentence of a kind of document, with its facts."""
    sentence: str = TEXTS[document][name]
    return sentence.format_map(facts)


def addressed(name: str) -> str:
    """An agency as a letter addresses it: of a ward or commune its people's committee."""
    return f"Ủy ban nhân dân {name[0].lower()}{name[1:]}" if name.startswith(_UNITS) else name


def matter(title: str) -> str:
    """What a round's reports are, inside a sentence: its title with a small letter, as a report."""
    small = title[0].lower() + title[1:]
    return small if small.startswith(_REPORT) else _REPORT + small


def figure(value: Any, kind: str) -> str:
    """A figure as Vietnamese writes it: 1.250; 80,5; 08/7/2025; nothing is a dash."""
    if value is None or value == "":
        return "-"
    if kind == "date":
        return plain_date(date.fromisoformat(str(value)))
    if kind not in ("long", "money", "decimal"):
        return str(value)
    whole, _, rest = str(value).partition(".")
    return _grouped(whole) + (f",{rest}" if rest else "")


def _grouped(whole: str) -> str:
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    first = len(digits) % _GROUP
    groups = [digits[:first]] if first else []
    return sign + ".".join(groups + [digits[at : at + _GROUP] for at in range(first, len(digits), _GROUP)])
