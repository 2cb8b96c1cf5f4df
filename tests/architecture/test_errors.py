"""Every deliberate error is known at the edge, by a status and by words in both languages."""

from __future__ import annotations

import inspect

from api.errors import STATUS
from engine import errors
from engine.errors import EngineError
from engine.vocabulary import KINDS_VI
from tests.architecture.sources import literals, sources

KNOWN = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, EngineError)]


def test_every_error_class_has_a_status() -> None:
    assert {kind.__name__ for kind in KNOWN} == {kind.__name__ for kind in STATUS}


def test_a_status_tells_whose_turn_it_is() -> None:
    odd = {kind.__name__: status for kind, status in STATUS.items() if kind is not EngineError and status == 500}

    assert odd == {}


def test_every_error_class_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KNOWN]

    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code and "_" not in code for code in codes)


def test_every_error_class_says_when_it_is_raised() -> None:
    assert [kind.__name__ for kind in KNOWN if "__doc__" not in vars(kind) or not kind.__doc__] == []


def test_every_error_has_a_title_in_both_languages() -> None:
    own = [kind for kind in KNOWN if "title_vi" in vars(kind) or "title_en" in vars(kind)]

    assert [kind.__name__ for kind in own if not ("title_vi" in vars(kind) and "title_en" in vars(kind))] == []


def test_whatever_is_not_found_is_named_in_vietnamese() -> None:
    named = {
        literal
        for source in sources()
        for word, call in source.calls()
        if word == "NotFoundError"
        for literal in literals(call, 0)
    }

    assert sorted(named - set(KINDS_VI)) == []
