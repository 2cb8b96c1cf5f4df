"""Searching for words as people type them: without regard to case or Vietnamese diacritics.

Rule: one meaning on both databases and no extension of either: the pattern itself lists every way to write a letter.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import ColumnElement, SQLColumnExpression

_STROKES = {"đ": "d", "Đ": "d"}
_VIETNAMESE = (range(0x41, 0x7B), range(0xC0, 0x1B1), range(0x1EA0, 0x1EFA))


def holds(column: SQLColumnExpression[str | None], words: str, database: str) -> ColumnElement[bool]:
    """Whether a column holds the words; `database` is the name of the kind in use."""
    operator, pattern = ("~", _regex) if database == "postgresql" else ("GLOB", _glob)
    found: ColumnElement[bool] = column.op(operator, is_comparison=True)(pattern(words))
    return found


def fold(text: str) -> str:
    """The text in small letters without diacritics."""
    return "".join(_folded(letter) for letter in unicodedata.normalize("NFC", text))


def _glob(words: str) -> str:
    return f"*{_pattern(words, lambda letter: f'[{letter}]' if letter in '*?[' else letter)}*"


def _regex(words: str) -> str:
    return _pattern(words, lambda letter: letter if letter.isalnum() or letter == " " else f"\\{letter}")


def _pattern(words: str, escape: Callable[[str], str]) -> str:
    return "".join(f"[{_spellings()[letter]}]" if letter in _spellings() else escape(letter) for letter in fold(words))


def _folded(letter: str) -> str:
    plain = _STROKES.get(letter) or unicodedata.normalize("NFD", letter)[0].lower()
    return plain if plain.isascii() and plain.isalpha() else letter


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Every letter from a to z with all that is folded to it."""
    found: dict[str, str] = defaultdict(str)
    for letter in (chr(code) for codes in _VIETNAMESE for code in codes):
        if letter.isalpha() and _folded(letter).isascii():
            found[_folded(letter)] += letter
    return dict(found)
