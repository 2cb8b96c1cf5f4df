"""Asking the decision tables of commendation outside a diagram: for a day, a form and a nominee.

Rule: the table is the one in force in this installation; the day is that of the dossier, never today.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from engine import deadlines
from engine.bpmn.decisions import Decision, parse_decisions
from engine.commands import definitions
from engine.errors import ConflictError
from engine.models.definition import ProcessDefinition
from engine.runtime import Transaction

RULES, SALARY = "award_rules", "base_salary"
_PARSED = "decision:"


@dataclass(frozen=True)
class Question:
    """What the rules depend on. `rule_date` is the day of reception; `proposer_level` city, commune or district."""

    rule_date: date
    award_form: str
    nominee_kind: str
    achievement_type: str
    proposer_level: str


def rules_for(tx: Transaction, question: Question) -> dict[str, Any]:
    """The rules for a dossier received on that day; `allowed` is false where they do not know the form."""
    values = asdict(question) | {"rule_date": question.rule_date.isoformat()}
    return _table(tx, RULES).decide(values | {"date": deadlines.as_date})[0]


def base_salary(tx: Transaction, decided_on: date) -> int:
    """The base salary of that day in VND. Raises ConflictError when the table does not reach that far back."""
    hits = _table(tx, SALARY).decide({"decided_on": decided_on.isoformat(), "date": deadlines.as_date})
    if not hits:
        raise ConflictError("Chưa có mức lương cơ sở cho ngày này.", "There is no base salary for that day.")
    return int(hits[0][SALARY])


def _table(tx: Transaction, key: str) -> Decision:
    current = definitions.current(tx, key)
    found: Decision | None = tx.shared.get(_PARSED + current.id)
    if found is None:
        row = tx.session.get_one(ProcessDefinition, current.id)
        found = tx.shared[_PARSED + current.id] = parse_decisions(row.xml, row.file)[key]
    return found
