"""Whether every run of a diagram can come to its end: no deadlock, no dead element, no endless growth of tokens.

Rule: data are left out, so that whatever the diagram allows is taken as possible (docs/decisions/0008-soundness.md).
"""

from engine.bpmn.soundness.examination import examine

__all__ = ["examine"]
