"""From the text of a diagram to compiled expressions, templates and scripts.

Rule: each text is read once in the life of the server; what is not in the language is refused here, at deployment.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from engine.bpmn.expressions.compiled import Expression, Script, Template
from engine.bpmn.expressions.compiler import CALENDAR_FUNCTIONS, WORDS, Compiler
from engine.bpmn.expressions.errors import ExpressionError
from engine.bpmn.expressions.tokens import LONGEST, Token, joined, tokens_of

LONGEST_SCRIPT = 20_000
LONGEST_TEMPLATE = 4_000
MOST_ASSIGNMENTS = 500
_MARKED = re.compile(r"""(\$\{(?:"[^"]*"|'[^']*'|[^}"'])*\})""")
_RESERVED = frozenset(WORDS) | CALENDAR_FUNCTIONS
_NOT_ASSIGNMENTS = ("only assignments such as x = 1 are allowed", "chỉ được gán, ví dụ x = 1")
_NOT_EXPRESSION = ("not an expression", "không phải là biểu thức")


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """The expression in `text`, which may stand in `${…}` or after `=`. Raises ExpressionError when it is not one."""
    inner, counts_from_one = _unwrapped(text)
    _require_short(inner, LONGEST)
    return _compiled(text, list(tokens_of(inner)), counts_from_one=counts_from_one)


@lru_cache(maxsize=4_096)
def compile_template(text: str) -> Template:
    """The template in `text`. Raises ExpressionError for a bad expression inside."""
    _require_short(text, LONGEST_TEMPLATE)
    pieces = [p for p in _MARKED.split(text) if p]
    if any("${" in p for p in pieces if not _MARKED.fullmatch(p)):
        raise ExpressionError(text, "“${” is not closed", "“${” chưa được đóng")
    return Template(text, tuple(compile_expression(p) if _MARKED.fullmatch(p) else p for p in pieces))


@lru_cache(maxsize=1_024)
def compile_script(text: str) -> Script:
    """The assignments in `text`, one a line or parted by `;`. Raises ExpressionError for anything else."""
    _require_short(text, LONGEST_SCRIPT)
    assignments = tuple(_assignment(text, statement) for statement in _statements(text))
    if not assignments:
        raise ExpressionError(text, "the script is empty", "kịch bản trống")
    if len(assignments) > MOST_ASSIGNMENTS:
        raise ExpressionError(text, f"more than {MOST_ASSIGNMENTS} assignments", "quá nhiều phép gán")
    return Script(text, assignments)


def is_expression(text: str) -> bool:
    """Whether a text is marked as an expression or holds one: `${…}` or `=…`."""
    return "${" in text or text.lstrip().startswith("=")


def _statements(text: str) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in tokens_of(text):
        if token.depth == 0 and (token.kind == "line" or token.text == ";"):
            yield from [statement] if statement else []
            statement = []
        elif token.kind != "comment" and (statement or token.kind != "space"):
            statement.append(token)
    yield from [statement] if statement else []


def _assignment(text: str, statement: list[Token]) -> tuple[str, Expression]:
    words = [t for t in statement if t.kind != "space"]
    if len(words) < 2 or words[0].kind != "name" or words[1].text != "=":
        raise ExpressionError(text, *_NOT_ASSIGNMENTS)
    name = words[0].text
    if name.startswith("_") or name in _RESERVED:
        raise ExpressionError(text, f"{name} cannot be assigned", f"không được gán cho {name}")
    value = statement[statement.index(words[1]) + 1 :]
    source = "".join(t.text for t in value).strip()
    _require_short(source, LONGEST)
    return _identifier(text, name), _compiled(source, value)


def _identifier(text: str, name: str) -> str:
    """The name in the one form in which expressions look it up; a word of the language is none."""
    tree = _parsed(text, name)
    if not isinstance(tree, ast.Name):
        raise ExpressionError(text, f"{name} cannot be assigned", f"không được gán cho {name}")
    return tree.id


def _compiled(text: str, tokens: list[Token], *, counts_from_one: bool = False) -> Expression:
    tree = _parsed(text, joined(text, tokens))
    compiler = Compiler(text, counts_from_one=counts_from_one)
    evaluate = compiler.visit(tree, 0)
    return Expression(text, frozenset(compiler.names), evaluate)


def _parsed(text: str, source: str) -> ast.expr:
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(text, *_NOT_EXPRESSION) from error


def _unwrapped(text: str) -> tuple[str, bool]:
    """The expression inside its marks, and whether it is marked in the way of a language that counts from one."""
    inner = text.strip()
    if inner.startswith("${") and inner.endswith("}"):
        return inner[2:-1], False
    if inner.startswith("="):
        return inner[1:], True
    return inner, False


def _require_short(text: str, longest: int) -> None:
    if len(text) > longest:
        raise ExpressionError(text, f"longer than {longest} characters", f"dài hơn {longest} ký tự")
