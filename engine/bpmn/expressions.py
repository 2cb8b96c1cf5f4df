"""The expression language of diagrams: parsed once, checked against an allow-list, evaluated by our own closures.

Rule: what a diagram holds is never handed to the interpreter; there is no attribute, no import, no call but of the
functions given. The language is documented in docs/expressions.md.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LONGEST = 2_000
DEEPEST = 40
LARGEST_NUMBER = 10**15
LARGEST_SEQUENCE = 100_000

Names = Mapping[str, Any]
Evaluate = Callable[[Names], Any]


class ExpressionError(Exception):
    """An expression cannot be read, or cannot be evaluated with these values."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r}: {reason}")
        self.text = text
        self.reason = reason


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `names` are the variables and functions that it mentions."""

    text: str
    names: frozenset[str]
    _evaluate: Evaluate

    def evaluate(self, names: Names) -> Any:
        """Its value for these variables and functions. Raises ExpressionError."""
        try:
            return self._evaluate(names)
        except ExpressionError:
            raise
        except KeyError as error:
            raise ExpressionError(self.text, f"unknown name {error}") from error
        except (TypeError, ValueError, ArithmeticError, IndexError, AttributeError) as error:
            raise ExpressionError(self.text, str(error)) from error


@dataclass(frozen=True)
class Template:
    """Text with expressions in `${…}`, such as `agency_head@${agency}`."""

    text: str
    parts: tuple[str | Expression, ...]

    def render(self, names: Names) -> str:
        """The text with every expression replaced by its value; empty where an expression yields nothing."""
        return "".join(p if isinstance(p, str) else _as_text(p.evaluate(names)) for p in self.parts)


@dataclass(frozen=True)
class Script:
    """Assignments, one a line: `round = round + 1`."""

    text: str
    assignments: tuple[tuple[str, Expression], ...]

    def run(self, names: Names) -> dict[str, Any]:
        """The assigned values, each seen by those after it."""
        assigned: dict[str, Any] = {}
        for name, expression in self.assignments:
            assigned[name] = expression.evaluate({**names, **assigned})
        return assigned


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """The expression in `text`, which may stand in `${…}`. Raises ExpressionError when it is not one."""
    inner = _unwrapped(text)
    if len(inner) > LONGEST:
        raise ExpressionError(text[:60], f"longer than {LONGEST} characters")
    try:
        tree = ast.parse(inner, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(text, "not an expression") from error
    compiler = _Compiler(text)
    return Expression(text, frozenset(compiler.names), compiler.visit(tree.body, 0))


@lru_cache(maxsize=4_096)
def compile_template(text: str) -> Template:
    """The template in `text`. Raises ExpressionError for a bad expression inside."""
    pieces = re.split(r"(\$\{[^}]*\})", text)
    parts = (compile_expression(p) if p.startswith("${") else p for p in pieces if p)
    return Template(text, tuple(parts))


@lru_cache(maxsize=1_024)
def compile_script(text: str) -> Script:
    """The assignments in `text`. Raises ExpressionError for anything else."""
    try:
        tree = ast.parse(text.strip() if "\n" not in text else _dedented(text))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExpressionError(text, "not a list of assignments") from error
    return Script(text, tuple(_assignment(text, statement) for statement in tree.body))


def _assignment(text: str, statement: ast.stmt) -> tuple[str, Expression]:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise ExpressionError(text, "only assignments such as x = 1 are allowed")
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or target.id.startswith("_"):
        raise ExpressionError(text, "only a plain name may be assigned")
    return target.id, compile_expression(ast.unparse(statement.value))


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _unwrapped(text: str) -> str:
    inner = text.strip()
    if inner.startswith("${") and inner.endswith("}"):
        inner = inner[2:-1].strip()
    elif inner.startswith("="):
        inner = inner[1:].strip()
    return inner


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _small(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
        raise ValueError("number too large")
    if isinstance(value, str | list | tuple) and len(value) > LARGEST_SEQUENCE:
        raise ValueError("value too long")
    return value


def _times(left: Any, right: Any) -> Any:
    if not all(isinstance(v, int | float) for v in (left, right)):
        raise TypeError("only numbers can be multiplied")
    return _small(left * right)


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        raise TypeError("% is for numbers")
    return left % right


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: _small(a + b),
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _modulo,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.Not: operator.not_, ast.USub: operator.neg}
_WORDS = {"true": True, "false": False, "null": None}


class _Compiler:
    """Turns an allowed syntax tree into closures; refuses everything else by name."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()

    def visit(self, node: ast.AST, depth: int) -> Evaluate:
        """The closure of one node."""
        if depth > DEEPEST:
            raise ExpressionError(self.text, "nested too deeply")
        method: Callable[[Any, int], Evaluate] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(self.text, f"{type(node).__name__} is not allowed")
        return method(node, depth + 1)

    def _constant(self, node: ast.Constant, _depth: int) -> Evaluate:
        value = node.value
        if not isinstance(value, str | int | float | bool | None):
            raise ExpressionError(self.text, "this kind of literal is not allowed")
        _small(value)
        return lambda names: value

    def _name(self, node: ast.Name, _depth: int) -> Evaluate:
        name = node.id
        if name.startswith("__"):
            raise ExpressionError(self.text, f"the name {name} is not allowed")
        if name in _WORDS:
            word = _WORDS[name]
            return lambda names: word
        self.names.add(name)
        return lambda names: names[name]

    def _compare(self, node: ast.Compare, depth: int) -> Evaluate:
        operators = [_COMPARE[type(o)] for o in node.ops]
        operands = [self.visit(o, depth) for o in (node.left, *node.comparators)]
        if len(operators) == 1:
            compare, (left, right) = operators[0], operands
            return lambda names: compare(left(names), right(names))

        def chained(names: Names) -> bool:
            values = [o(names) for o in operands]
            return all(c(a, b) for c, a, b in zip(operators, values, values[1:], strict=False))

        return chained

    def _boolop(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts = [self.visit(v, depth) for v in node.values]
        if isinstance(node.op, ast.And):
            return lambda names: all(p(names) for p in parts)
        return lambda names: any(p(names) for p in parts)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        operand, apply = self.visit(node.operand, depth), _UNARY.get(type(node.op))
        if apply is None:
            raise ExpressionError(self.text, f"{type(node.op).__name__} is not allowed")
        return lambda names: apply(operand(names))

    def _binop(self, node: ast.BinOp, depth: int) -> Evaluate:
        apply = _BINARY.get(type(node.op))
        if apply is None:
            raise ExpressionError(self.text, f"{type(node.op).__name__} is not allowed")
        left, right = self.visit(node.left, depth), self.visit(node.right, depth)
        return lambda names: apply(left(names), right(names))

    def _ifexp(self, node: ast.IfExp, depth: int) -> Evaluate:
        test, then, other = (self.visit(n, depth) for n in (node.test, node.body, node.orelse))
        return lambda names: then(names) if test(names) else other(names)

    def _list(self, node: ast.List, depth: int) -> Evaluate:
        items = [self.visit(i, depth) for i in node.elts]
        return lambda names: [i(names) for i in items]

    _tuple = _list

    def _dict(self, node: ast.Dict, depth: int) -> Evaluate:
        if any(key is None for key in node.keys):
            raise ExpressionError(self.text, "** is not allowed")
        pairs = [(self.visit(k, depth), self.visit(v, depth)) for k, v in zip(node.keys, node.values, strict=True) if k]
        return lambda names: {k(names): v(names) for k, v in pairs}

    def _subscript(self, node: ast.Subscript, depth: int) -> Evaluate:
        if not isinstance(node.slice, ast.Constant | ast.Name | ast.UnaryOp):
            raise ExpressionError(self.text, "only a constant or a name may be an index")
        value, index = self.visit(node.value, depth), self.visit(node.slice, depth)

        def item(names: Names) -> Any:
            try:
                return value(names)[index(names)]
            except KeyError as error:
                raise ValueError(f"no item {error}") from error

        return item

    def _call(self, node: ast.Call, depth: int) -> Evaluate:
        if not isinstance(node.func, ast.Name) or node.keywords or node.func.id.startswith("_"):
            raise ExpressionError(self.text, "only plain calls of the given functions are allowed")
        if node.func.id not in FUNCTIONS and node.func.id not in CALENDAR_FUNCTIONS:
            raise ExpressionError(self.text, f"there is no function {node.func.id}")
        name, arguments = node.func.id, [self.visit(a, depth) for a in node.args]
        own = FUNCTIONS.get(name)
        if own is not None:
            return lambda names: own(*(a(names) for a in arguments))
        self.names.add(name)
        return lambda names: names[name](*(a(names) for a in arguments))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": sum,
    "round": round,
    "abs": abs,
    "lower": lambda text: str(text).lower(),
    "upper": lambda text: str(text).upper(),
    "contains": lambda whole, part: part in whole,
}
CALENDAR_FUNCTIONS = frozenset({"working_days", "working_days_before", "working_days_after", "today", "date"})
