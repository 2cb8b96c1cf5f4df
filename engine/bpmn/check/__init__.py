"""Whether a diagram is executed as drawn: everything else is refused by the name of its element and the rule.

Rule: what is not listed here as executed is not executed, and a diagram that holds it is not deployed; all findings of
a file are told at once.
"""

from engine.bpmn.check.cautions import warnings
from engine.bpmn.check.judgement import findings_of, require_executable
from engine.bpmn.check.vocabulary import EXECUTED

__all__ = ["EXECUTED", "findings_of", "require_executable", "warnings"]
