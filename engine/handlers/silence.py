"""What is recorded of agencies that were asked to explain and said nothing in time.

Rule: silence is named, and never taken for an answer. Source: requirements of periodic reports, step 10.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.models.directory import Agency
from engine.models.task import UserTask
from engine.runtime import Transaction

__all__ = ["record_silent_explanations"]

_EXPLAIN = "explain"
_ADDRESSEE = "addressee"


def record_silent_explanations(tx: Transaction, case: Case) -> dict[str, Any]:
    """The time for explanations is over: whoever still has the question before them did not answer, by name."""
    asked = UserTask.instance_id == case.id, UserTask.element_id == _EXPLAIN, UserTask.state == "open"
    waiting = tx.session.scalars(select(UserTask.locals).where(*asked))
    codes = sorted(known[_ADDRESSEE] for known in waiting if known)
    agencies = tx.session.scalars(select(Agency).where(Agency.code.in_(codes)).order_by(Agency.code)).all()
    named = [{"agency": one.code, "name_vi": one.name_vi, "name_en": one.name_en} for one in agencies]
    data = {"round": case.variables.get("report_round"), "agencies": named, "answer_by": case.variables["answer_by"]}
    case.record(Happening("explanations-missing", case.element_id, data=data))
    silent = [{_ADDRESSEE: one.code, "decision": "no_answer", "explanation": "không giải trình"} for one in agencies]
    return {"explanations": [*(case.variables.get("explanations") or []), *silent]}
