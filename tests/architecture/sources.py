"""The product's source files as syntax trees, for rules about the code itself."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "notifications", "api", "workflows")
_GENERATED = ("engine", "migrations", "versions")
_SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file of the product."""

    path: Path

    @property
    def name(self) -> str:
        """Its path from the root of the project."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """What stands in it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, self.name)

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """The numbers of the lines that hold code: no blank lines, no comments, no docstrings."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        spoken = {line for t in tokens if t.type not in _SILENT for line in range(t.start[0], t.end[0] + 1)}
        return frozenset(spoken - {line for node in ast.walk(self.tree) for line in _docstring(node)})

    def functions(self) -> Iterator[Function]:
        """All functions and methods, inner ones included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def length(self, function: Function) -> int:
        """How many lines of code a function has, its signature included."""
        return sum(function.lineno <= line <= (function.end_lineno or 0) for line in self.code_lines)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call, with the last part of what is called: `session.commit()` is `commit`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield _last_name(node.func), node


@lru_cache(maxsize=1)
def sources() -> tuple[Source, ...]:
    """Every file of the packages that people write; generated migrations are left out."""
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return tuple(Source(path) for path in files if path.relative_to(ROOT).parts[:3] != _GENERATED)


def literals(call: ast.Call, position: int) -> list[str]:
    """The text that an argument of a call may be: its literal, or the literals of both arms of a condition."""
    if len(call.args) <= position:
        return []
    found = call.args[position]
    arms = [found.body, found.orelse] if isinstance(found, ast.IfExp) else [found]
    return [arm.value for arm in arms if isinstance(arm, ast.Constant) and isinstance(arm.value, str)]


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _docstring(node: ast.AST) -> range:
    if not isinstance(node, ast.Module | ast.ClassDef | Function) or not node.body:
        return range(0)
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return range(0)
