"""What the language compiles to: expressions, templates and scripts that can be evaluated any number of times.

Rule: compiled forms are shared by all threads and never change; what goes wrong in evaluating is an ExpressionError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.expressions import operations
from engine.bpmn.expressions.errors import ExpressionError

Names = Mapping[str, Any]
Evaluate = Callable[[Names], Any]


_FAULTS_VI: tuple[tuple[type[Exception], str], ...] = (
    (TypeError, "kiểu dữ liệu của các giá trị không phù hợp với phép tính"),
    (IndexError, "không có phần tử ở vị trí này"),
    (ArithmeticError, "phép tính không thực hiện được, ví dụ chia cho 0"),
    (RecursionError, "biểu thức lồng nhau quá sâu"),
    (Exception, "giá trị không hợp lệ cho phép tính này"),
)


@dataclass(frozen=True)
class Expression:
    """A compiled expression. `names` are the variables and functions that it mentions."""

    text: str
    names: frozenset[str]
    _evaluate: Evaluate

    def evaluate(self, names: Names) -> Any:
        """Its value for these variables and functions. Raises ExpressionError."""
        operations.begin()
        try:
            return self._evaluate(names)
        except ExpressionError:
            raise
        except KeyError as error:
            name = error.args[0]
            raise ExpressionError(self.text, f"unknown name {name!r}", f"không có biến {name!r}") from error
        except (TypeError, ValueError, ArithmeticError, IndexError, AttributeError, RecursionError) as error:
            raise ExpressionError(self.text, str(error), _in_vietnamese(error)) from error


def _in_vietnamese(error: Exception) -> str:
    return next(told for kind, told in _FAULTS_VI if isinstance(error, kind))


@dataclass(frozen=True)
class Template:
    """Text with expressions in `${…}`, such as `agency_head@${agency}`."""

    text: str
    parts: tuple[str | Expression, ...]

    def render(self, names: Names) -> str:
        """The text with every expression replaced by its value; empty where an expression yields nothing.

        Raises ExpressionError for a value that is no text, such as a list.
        """
        return "".join(p if isinstance(p, str) else _as_text(p, p.evaluate(names)) for p in self.parts)


@dataclass(frozen=True)
class Script:
    """Assignments, one a line: `round = round + 1`."""

    text: str
    assignments: tuple[tuple[str, Expression], ...]

    def run(self, names: Names) -> dict[str, Any]:
        """The assigned values, each seen by those after it. Raises ExpressionError, also for a value too large."""
        assigned: dict[str, Any] = {}
        for name, expression in self.assignments:
            value = expression.evaluate({**names, **assigned})
            try:
                assigned[name] = operations.bounded(value)
            except ValueError as error:
                raise ExpressionError(self.text, f"{name}: {error}") from error
        return assigned


def _as_text(expression: Expression, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise ExpressionError(expression.text, "a list cannot stand in a text", "danh sách không thể nằm trong chuỗi")
    return str(value).lower() if isinstance(value, bool) else str(value)
