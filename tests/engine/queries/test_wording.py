"""Promises of searching: case and diacritics do not matter, and no sign has a meaning of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import literal, select

from engine.access import SYSTEM
from engine.queries.wording import fold, holds
from engine.runtime import Engine

TEXT = "Nguyễn Thị Đào – báo cáo 50% [tháng] ^a\\b*?_ ĐẶNG"


def found(engine: Engine, text: str, words: str) -> bool:
    """Whether the database says that the text holds the words."""
    query = select(holds(literal(text), words, engine.database.name))
    return bool(engine.read(SYSTEM, lambda tx: tx.session.scalar(query)))


@pytest.mark.parametrize(
    "words",
    ["nguyen", "NGUYỄN", "nguyễn thị đào", "dao", "đao", "50%", "[thang]", "^a\\b*?_", "–", "dang", "ặng", "a"],
)
def test_words_are_found_however_they_are_spelt(engine: Engine, words: str) -> None:
    assert found(engine, TEXT, words)


@pytest.mark.parametrize("words", ["nguyem", "%bao", "_", "b.o", "b*o", "[a-z]", "thang]]", ".*", "x|bao", "(", "+"])
def test_what_is_not_there_is_not_found_whatever_signs_it_holds(engine: Engine, words: str) -> None:
    assert not found(engine, TEXT.replace("_", ""), words)


def test_letters_in_two_parts_are_one_letter() -> None:
    assert fold("Nguye\u0302\u0303n") == fold("Nguyễn") == "nguyen"
