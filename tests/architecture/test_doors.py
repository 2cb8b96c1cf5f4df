"""One door, one clock, no interpreter: what no part of the product may do but the part whose duty it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import sources

# A migration runs before there is an engine, so its environment ends its own transaction.
MAY_END_TRANSACTIONS = {"engine/runtime.py", "engine/migrations/env.py"}
MAY_READ_THE_CLOCK = {"engine/clock.py"}
CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns", "localtime", "gmtime"}}
INTERPRETERS = {"eval", "exec", "compile", "__import__"}
LOADERS = {"pickle", "marshal", "shelve", "dill"}


def test_only_the_runtime_ends_transactions() -> None:
    found = [
        f"{source.name}:{call.lineno} {word}()"
        for source in sources()
        if source.name not in MAY_END_TRANSACTIONS
        for word, call in source.calls()
        if word in ("commit", "rollback") and isinstance(call.func, ast.Attribute)
    ]

    assert found == []


def test_only_the_clock_reads_the_time_of_day() -> None:
    found = [
        f"{source.name}:{call.lineno} {ast.unparse(call.func)}()"
        for source in sources()
        if source.name not in MAY_READ_THE_CLOCK
        for word, call in source.calls()
        if isinstance(call.func, ast.Attribute) and word in CLOCKS.get(ast.unparse(call.func.value).split(".")[-1], ())
    ]

    assert found == []


def test_nothing_is_handed_to_the_interpreter() -> None:
    found = [
        f"{source.name}:{call.lineno} {word}()"
        for source in sources()
        for word, call in source.calls()
        if word in INTERPRETERS and isinstance(call.func, ast.Name)
    ]

    assert found == []


def test_nothing_stored_is_unpickled() -> None:
    found = [f"{source.name} imports {name}" for source in sources() for name in _imports(source.tree)]

    assert [entry for entry in found if entry.rsplit(maxsplit=1)[-1].partition(".")[0] in LOADERS] == []


def test_no_error_is_swallowed() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass | ast.Continue) for s in node.body)
    ]

    assert found == []


def test_the_engine_speaks_no_http() -> None:
    words = ("status_code", "http_status", "Retry-After", "If-Match", "Content-Type")
    found = [
        f"{source.name}: {word}"
        for source in sources()
        if not source.name.startswith("api/")
        for word in words
        if word in source.text
    ]

    assert found == []


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
