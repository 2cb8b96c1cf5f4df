"""Both languages are whole: whatever a page says has an English text, and no text is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.catalogue import TEMPLATES, said, translated

_PLACE = re.compile(r"%\((\w+)\)[ds]")
_TAG = re.compile(r"<!--.*?-->|<[^>]*>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"|\brequired\b')
_LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names, and what a browser needs no language for.
_NO_TEXT = {"Đôn", "Đốc"}


def test_whatever_a_page_says_is_said_in_english_too() -> None:
    known = translated()

    assert [f"{place} {message}" for message, place in said().items() if message not in known] == []


def test_no_translation_is_empty_or_left_over() -> None:
    found = said()

    assert [m for m, text in translated().items() if m not in found or not all(_texts(text))] == []


def test_a_translation_takes_the_same_values() -> None:
    wrong = [
        message
        for message, text in translated().items()
        if any(set(_PLACE.findall(one)) - set(_PLACE.findall(_texts(message)[0])) for one in _texts(text))
    ]

    assert wrong == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogues(path: Path) -> None:
    text = _ATTRIBUTE.sub(" ", _TAG.sub(" ", path.read_text(encoding="utf-8")))

    assert set(_LETTERS.findall(text)) - _NO_TEXT == set()


def _texts(message: object) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)  # type: ignore[arg-type]
