"""The sizes that keep a function readable at night (docs/architecture.md)."""

from __future__ import annotations

import ast
from statistics import median

from tests.architecture.sources import sources

LONGEST_FUNCTION = 40
LONGEST_FILE = 350
MEDIAN_FUNCTION = 8
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_no_function_is_longer_than_forty_lines() -> None:
    long = {
        f"{source.name}:{function.lineno} {function.name}": source.length(function)
        for source in sources()
        for function in source.functions()
        if source.length(function) > LONGEST_FUNCTION
    }

    assert long == {}


def test_half_of_all_functions_have_at_most_eight_lines() -> None:
    lengths = [source.length(function) for source in sources() for function in source.functions()]

    assert median(lengths) <= MEDIAN_FUNCTION


def test_no_file_is_longer_than_350_lines() -> None:
    long = {s.name: s.text.count("\n") for s in sources() if s.text.count("\n") > LONGEST_FILE}

    assert long == {}


def test_every_module_says_what_it_is_responsible_for() -> None:
    silent = [s.name for s in sources() if s.text.strip() and ast.get_docstring(s.tree) is None]

    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [s.name for s in sources() if s.path.stem in VAGUE_NAMES]

    assert vague == []
