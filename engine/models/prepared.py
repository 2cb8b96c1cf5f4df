"""Statements compiled once and run through the driver: the hot path's way to the tables.

Rule: a `Prepared` says exactly what the Core statement says; only SQLAlchemy's per-execution work is left out.
See docs/decisions/0004-prepared-statements.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Statement = Select[*tuple[Any, ...]] | UpdateBase


class Prepared:
    """A Core statement with named parameters, compiled per dialect on first use and kept.

    `bind` turns a mapping of Python values into the driver's parameters; `row` turns a driver row into a dict keyed
    by column label. Missing parameters raise KeyError.
    """

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def on(self, dialect: Dialect) -> _Compiled:
        """The statement compiled for that dialect."""
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        return found


class _Compiled:
    """What the driver needs: SQL text, converters for parameters, converters for columns."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=_named(dialect))
        self.sql = str(compiled)
        self._binds = [(name, _bind(b.type, dialect)) for b, name in compiled.bind_names.items()]
        self._defaults = {name: b.value for b, name in compiled.bind_names.items() if not b.required}
        columns: Sequence[Any] = list(statement.selected_columns) if isinstance(statement, Select) else ()
        self._keys = [c.key for c in columns]
        self._results = [(c.key, convert) for c in columns if (convert := _result(c.type, dialect))]

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The driver's parameters for these Python values."""
        parameters: dict[str, Any] = {}
        for name, convert in self._binds:
            value = values[name] if name in values else self._defaults[name]
            parameters[name] = value if convert is None or value is None else convert(value)
        return parameters

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """A dict of Python values for one driver row."""
        row = dict(zip(self._keys, values, strict=True))
        for key, convert in self._results:
            row[key] = convert(row[key])
        return row


def _named(dialect: Dialect) -> Dialect:
    """The same dialect, with parameters by name: the drivers here all take them so."""
    style = "pyformat" if dialect.name == "postgresql" else "named"
    fresh = type(dialect)(paramstyle=style)  # type: ignore[call-arg]
    return fresh


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
