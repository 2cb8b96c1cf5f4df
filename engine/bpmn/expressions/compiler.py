"""From an allowed syntax tree to closures; everything else is refused by name.

Rule: a node without a method here is not in the language.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from engine.bpmn.expressions import operations
from engine.bpmn.expressions.compiled import Evaluate, Names
from engine.bpmn.expressions.errors import ExpressionError
from engine.bpmn.expressions.operations import FUNCTIONS
from engine.bpmn.expressions.tokens import DEEPEST

CALENDAR_FUNCTIONS = frozenset(
    {"working_days", "working_days_before", "working_days_after", "by_date", "today", "date", "has_passed"}
)
WORDS = {"true": True, "false": False, "null": None}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operations.add,
    ast.Sub: operations.subtract,
    ast.Mult: operations.multiply,
    ast.Div: operations.divide,
    ast.FloorDiv: operations.floor_divide,
    ast.Mod: operations.modulo,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operations.equal,
    ast.NotEq: operations.unequal,
    ast.Lt: operations.less,
    ast.LtE: operations.less_or_equal,
    ast.Gt: lambda a, b: operations.less(b, a),
    ast.GtE: lambda a, b: operations.less_or_equal(b, a),
    ast.In: operations.member,
    ast.NotIn: operations.no_member,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
# A text is equal to a text alone: comparing with one needs no care, and is what most conditions do.
_COMPARE_TEXT: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
_COMPARE_WORD: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {ast.Eq: operator.is_, ast.NotEq: operator.is_not}
# `!x` is spelled `~x` for the parser: it binds as tightly as where it comes from.
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.Invert: operator.not_,
    ast.USub: operations.negate,
}
_NAMED = {
    "attribute": ("attributes are not allowed", "không được truy cập thuộc tính bằng dấu chấm"),
    "lambda": ("functions cannot be made", "không được định nghĩa hàm"),
    "listcomp": ("loops are not allowed", "không được dùng vòng lặp"),
    "setcomp": ("loops are not allowed", "không được dùng vòng lặp"),
    "dictcomp": ("loops are not allowed", "không được dùng vòng lặp"),
    "generatorexp": ("loops are not allowed", "không được dùng vòng lặp"),
    "starred": ("“*” is not allowed here", "không được dùng “*” ở đây"),
    "slice": ("slices are not allowed", "không được cắt lát danh sách"),
    "set": ("sets are not allowed", "không được dùng tập hợp"),
}


class Compiler:
    """Turns the tree of one expression into closures. `names` are those it met."""

    def __init__(self, text: str, *, counts_from_one: bool = False) -> None:
        self.text = text
        self.names: set[str] = set()
        self._counts_from_one = counts_from_one

    def visit(self, node: ast.AST, depth: int) -> Evaluate:
        """The closure of one node. Raises ExpressionError for what is not in the language."""
        if depth > DEEPEST:
            raise self._refusal("nested too deeply", "lồng nhau quá sâu")
        kind = type(node).__name__.lower()
        method: Callable[[Any, int], Evaluate] | None = getattr(self, f"_{kind}", None)
        if method is None:
            raise self._refusal(*_NAMED.get(kind, (f"{kind} is not allowed", f"không được dùng {kind}")))
        return method(node, depth + 1)

    def _refusal(self, reason: str, reason_vi: str) -> ExpressionError:
        return ExpressionError(self.text, reason, reason_vi)

    def _constant(self, node: ast.Constant, _depth: int) -> Evaluate:
        value = node.value
        if not isinstance(value, str | int | float | bool | None):
            raise self._refusal("this kind of literal is not allowed", "không được dùng loại giá trị này")
        try:
            operations.small(value)
        except ValueError as error:
            raise self._refusal(str(error), "số hoặc chuỗi quá lớn") from error
        return lambda names: value

    def _name(self, node: ast.Name, _depth: int) -> Evaluate:
        name = node.id
        if name.startswith("__"):
            raise self._refusal(f"the name {name} is not allowed", f"không được dùng tên {name}")
        if name in WORDS:
            word = WORDS[name]
            return lambda names: word
        self.names.add(name)
        if name in CALENDAR_FUNCTIONS:
            return lambda names: _variable(names, name)
        return lambda names: names[name]

    def _compare(self, node: ast.Compare, depth: int) -> Evaluate:
        places = [node.left, *node.comparators]
        compares = [self._comparison(o, a, b) for o, a, b in zip(node.ops, places, places[1:], strict=False)]
        operands = [self.visit(o, depth) for o in places]
        if len(compares) == 1:
            compare, (left, right) = compares[0], operands
            return lambda names: compare(left(names), right(names))

        def chained(names: Names) -> bool:
            value = operands[0](names)
            for compare, operand in zip(compares, operands[1:], strict=True):
                following = operand(names)
                if not compare(value, following):
                    return False
                value = following
            return True

        return chained

    def _comparison(self, sign: ast.cmpop, left: ast.expr, right: ast.expr) -> Callable[[Any, Any], bool]:
        if isinstance(sign, ast.Is | ast.IsNot) and not _is_word(right):
            raise self._refusal("“is” is for null, true and false", "“is” chỉ dùng với null, true và false")
        found = None
        if any(isinstance(o, ast.Constant) and isinstance(o.value, str) for o in (left, right)):
            found = _COMPARE_TEXT.get(type(sign))
        elif _is_word(right):
            found = _COMPARE_WORD.get(type(sign))
        return found or _COMPARE[type(sign)]

    def _boolop(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts = [self.visit(v, depth) for v in node.values]
        first, second = parts[:2]
        if isinstance(node.op, ast.And):
            if len(parts) == 2:
                return lambda names: bool(first(names) and second(names))
            return lambda names: all(p(names) for p in parts)
        return lambda names: any(p(names) for p in parts)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        operand, apply = self.visit(node.operand, depth), _UNARY.get(type(node.op))
        if apply is None:
            raise self._refusal("“+” needs two operands", "dấu “+” cần hai vế")
        return lambda names: apply(operand(names))

    def _binop(self, node: ast.BinOp, depth: int) -> Evaluate:
        apply = _BINARY.get(type(node.op))
        if apply is None:
            sign = type(node.op).__name__
            raise self._refusal(f"the operator {sign} is not allowed", f"không được dùng phép toán {sign}")
        if not isinstance(node.op, ast.Add) and not all(_may_be_number(n) for n in (node.left, node.right)):
            raise self._refusal("only numbers can be calculated with", "chỉ tính toán được với số")
        left, right = self.visit(node.left, depth), self.visit(node.right, depth)
        return lambda names: apply(left(names), right(names))

    def _ifexp(self, node: ast.IfExp, depth: int) -> Evaluate:
        test, then, other = (self.visit(n, depth) for n in (node.test, node.body, node.orelse))
        return lambda names: then(names) if test(names) else other(names)

    def _list(self, node: ast.List | ast.Tuple, depth: int) -> Evaluate:
        items = [self.visit(i, depth) for i in node.elts]
        return lambda names: operations.collected([i(names) for i in items])

    _tuple = _list

    def _dict(self, node: ast.Dict, depth: int) -> Evaluate:
        if any(key is None for key in node.keys):
            raise self._refusal("“**” is not allowed", "không được dùng “**”")
        pairs = [(self.visit(k, depth), self.visit(v, depth)) for k, v in zip(node.keys, node.values, strict=True) if k]
        return lambda names: operations.mapped([(k(names), v(names)) for k, v in pairs])

    def _subscript(self, node: ast.Subscript, depth: int) -> Evaluate:
        place = node.slice
        if not isinstance(place, ast.Constant | ast.Name | ast.UnaryOp):
            message_vi = "chỉ số phải là một giá trị hoặc một tên"
            raise self._refusal("only a constant or a name may be an index", message_vi)
        if self._counts_from_one and not (isinstance(place, ast.Constant) and isinstance(place.value, str)):
            message_vi = "chỉ số số học sau dấu “=” có thể hiểu theo hai cách (từ 0 hoặc từ 1)"
            raise self._refusal("an index after “=” may count from 0 or from 1: write it without “=”", message_vi)
        value, index = self.visit(node.value, depth), self.visit(place, depth)
        return lambda names: _item(value(names), index(names))

    def _call(self, node: ast.Call, depth: int) -> Evaluate:
        if not isinstance(node.func, ast.Name) or node.keywords:
            message_vi = "chỉ được gọi các hàm có trong tài liệu"
            raise self._refusal("only plain calls of the given functions are allowed", message_vi)
        name = node.func.id
        if name not in FUNCTIONS and name not in CALENDAR_FUNCTIONS:
            raise self._refusal(f"there is no function {name}", f"không có hàm {name}")
        arguments = [self.visit(a, depth) for a in node.args]
        own = FUNCTIONS.get(name)
        if own is not None:
            return lambda names: own(*(a(names) for a in arguments))
        self.names.add(name)
        return lambda names: names[name](*(a(names) for a in arguments))


def _is_word(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in WORDS
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _may_be_number(node: ast.expr) -> bool:
    """Whether an operand is not seen to be something else; what a name stands for is only known later."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return not isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Compare | ast.BoolOp)


def _variable(names: Names, name: str) -> Any:
    """A variable that has the name of a function of the calendar; the function itself is no value."""
    value = names[name]
    if callable(value):
        raise TypeError(f"{name} is a function: write {name}()")
    return value


def _item(value: Any, index: Any) -> Any:
    if isinstance(index, bool) or not isinstance(value, list | tuple | dict | str):
        raise TypeError("only lists, texts and objects have items")
    try:
        return value[index]
    except KeyError as error:
        raise ValueError(f"no item {error}") from error
