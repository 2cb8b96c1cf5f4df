"""Reading the urging ladders: which there are in the decision table that is deployed now.

Rule: the table itself is asked; a name is that of a ladder when its first step is found.
"""

from __future__ import annotations

from engine.bpmn.decisions import Decision, parse_decisions
from engine.bpmn.expressions import ExpressionError
from engine.models.definition import ProcessDefinition
from engine.models.statements import CURRENT_DEFINITION
from engine.runtime import Transaction

TABLE = "urging_ladder"
STANDARD, NO_LADDER = "standard", "none"
_PARSED = "urging-ladder:"


def is_known(tx: Transaction, name: str) -> bool:
    """Whether the table in force has a ladder of that name; the standard one is known even where none is deployed."""
    found = tx.fetch(CURRENT_DEFINITION, key=TABLE)
    if found is None:
        return name == STANDARD
    try:
        return bool(_table(tx, found["id"]).decide({"ladder": name, "ladder_step": 1}))
    except ExpressionError:
        return False


def _table(tx: Transaction, definition_id: str) -> Decision:
    """The table of that version; parsed once in the life of the process."""
    kept: Decision | None = tx.shared.get(_PARSED + definition_id)
    if kept is None:
        row = tx.session.get_one(ProcessDefinition, definition_id)
        kept = tx.shared[_PARSED + definition_id] = parse_decisions(row.xml, row.file)[TABLE]
    return kept
