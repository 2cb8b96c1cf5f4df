"""The expression language of diagrams: parsed once, checked against an allow-list, evaluated by our own closures.

Rule: what a diagram holds is never handed to the interpreter; there is no attribute, no import, no call but of the
functions given; every value and every evaluation is bounded. The language is documented in docs/expressions.md.
"""

from engine.bpmn.expressions.compiled import Expression, Names, Script, Template
from engine.bpmn.expressions.compiler import CALENDAR_FUNCTIONS
from engine.bpmn.expressions.errors import ExpressionError
from engine.bpmn.expressions.operations import FUNCTIONS
from engine.bpmn.expressions.reading import compile_expression, compile_script, compile_template, is_expression

__all__ = [
    "CALENDAR_FUNCTIONS",
    "FUNCTIONS",
    "Expression",
    "ExpressionError",
    "Names",
    "Script",
    "Template",
    "compile_expression",
    "compile_script",
    "compile_template",
    "is_expression",
]
