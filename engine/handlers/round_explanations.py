"""What the service tasks of report_round and report_explanation do when the City's leader asks agencies to explain.

Rule: each agency answers in a case of its own and reads nothing of the round or of the others; silence is named, and
never taken for an answer. Source: requirements of periodic reports, step 10 (docs/decisions/0013-reporting.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands.case import Case
from engine.errors import ConflictError
from engine.handlers.content import day_of, invalid
from engine.models.columns import new_id
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.report import ReportRound
from engine.models.task import UserTask
from engine.queries import rounds as queries
from engine.queries.directory import members_of
from engine.runtime import Transaction

__all__ = [
    "open_explanation",
    "record_explanation",
    "record_explanations",
    "record_no_explanation",
    "request_explanations",
]

_EXPLANATION, _EXPLAIN = "report_explanation", "explain"
#: What an agency says, as the round keeps it.
_SAID = ("explanation", "evidence", "by")


def addressed_by(tx: Transaction, case: Case) -> list[Agency]:
    """The agencies to which the leader's word goes. Raises InvalidDataError for a past day or a body not bound."""
    known, today = case.variables, deadlines.local_date(tx.now)
    addressed = members_of(tx, known.get("addressees") or [], today)
    outside = [agency.name_vi for agency in addressed if not queries.is_bound(agency)]
    if outside or not addressed:
        listed = ", ".join(outside)
        message_vi = f"Phải là cơ quan trực thuộc Thành phố đang có hiệu lực. {listed}".strip()
        message_en = f"Only agencies subordinate to the City and in force are addressed. {listed}".strip()
        raise invalid("addressees", "subordinate", message_vi, message_en)
    if (day_of(known.get("answer_by")) or today) < today:
        raise invalid("answer_by", "past", "Thời hạn không được ở quá khứ.", "It may not be in the past.")
    return addressed


def request_explanations(tx: Transaction, case: Case) -> dict[str, Any]:
    """Put the leader's question before each agency addressed, in a case of its own."""
    found, addressed, question = _round(tx, case), addressed_by(tx, case), new_id()
    asked = [
        {"addressee": agency.code, "instance": _begin(tx, case, found, agency, question).id} for agency in addressed
    ]
    data = {"round": found.id, "answer_by": case.variables["answer_by"], "agencies": [a.code for a in addressed]}
    case.record(Happening("explanations-requested", case.element_id, data=data | {"instances": asked}))
    return {"explanation_question": question, "explanation_requests": asked}


def open_explanation(tx: Transaction, case: Case) -> None:
    """The question goes to its agency; those who keep the round and the office of the City see the case, too."""
    found = _round(tx, case)
    case.admit([f"agency:{code}" for code in (queries.regime_of(tx, found).aggregator, "vpub", "ubnd")])
    case.record(Happening("explanation-opened", case.element_id, data={"round": found.id}))


def record_explanation(tx: Transaction, case: Case) -> dict[str, Any]:
    """The agency has explained. Raises ConflictError when the round has not waited for it."""
    found = _round(tx, case)
    if not _is_awaited(tx, case, found):
        raise ConflictError("Đã hết thời hạn giải trình.", "The time for explanations is over.")
    case.record(Happening("explanation-given", case.element_id, data={"round": found.id}))
    return {"by": tx.actor.person_id, "all_explained": _is_last(tx, case, found)}


def record_no_explanation(tx: Transaction, case: Case) -> dict[str, Any]:
    """The time is over and the agency has said nothing."""
    found = _round(tx, case)
    data = {"round": found.id, "answer_by": case.variables["answer_by"]}
    case.record(Happening("explanation-missing", case.element_id, data=data))
    return {"all_explained": _is_awaited(tx, case, found) and _is_last(tx, case, found)}


def record_explanations(tx: Transaction, case: Case) -> dict[str, Any]:
    """All have answered, or the time is over: keep what was said; who said nothing is named."""
    found, asked = _round(tx, case), case.variables["explanation_requests"]
    said = {one["addressee"]: _variables(tx, one["instance"]) for one in asked}
    given = [
        {"addressee": code, **{name: known[name] for name in _SAID if name in known}}
        for code, known in said.items()
        if known.get("explanation")
    ]
    silent = sorted(said.keys() - {one["addressee"] for one in given})
    if silent:
        _name_silent(tx, case, found, silent)
    missing = [{"addressee": code, "decision": "no_answer", "explanation": "không giải trình"} for code in silent]
    return {
        "explanations": [*(case.variables.get("explanations") or []), *given, *missing],
        "explanation_requests": [],
    }


def _begin(tx: Transaction, case: Case, found: ReportRound, agency: Agency, question: str) -> Case:
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    prepared = {
        "report_round": found.id,
        "title": found.title_vi,
        "addressee": agency.code,
        "question": case.variables.get("comment"),
        "answer_by": case.variables["answer_by"],
        "explanation_question": question,
    }
    key = f"{case.business_key}/{agency.code}/explanation"
    wanted = instances.Start(_EXPLANATION, business_key=key, agency=agency.code, prepared=prepared)
    return instances.begin(tx, wanted)


def _is_awaited(tx: Transaction, case: Case, found: ReportRound) -> bool:
    """Whether the round still waits for what this case says; the round's row is held, so that this stays so."""
    return case.id in _siblings(tx, found)


def _is_last(tx: Transaction, case: Case, found: ReportRound) -> bool:
    """Whether nobody else who was asked with this agency has the question before them."""
    others = [one for one in _siblings(tx, found) if one != case.id]
    open_tasks = select(UserTask.id).where(
        UserTask.instance_id.in_(others), UserTask.element_id == _EXPLAIN, UserTask.state == "open"
    )
    return tx.session.scalars(open_tasks.limit(1)).first() is None


def _siblings(tx: Transaction, found: ReportRound) -> list[str]:
    """The cases of the question that the round waits on; none when it has gone on."""
    known = _variables(tx, found.instance_id or "")
    return [one["instance"] for one in known.get("explanation_requests") or []]


def _variables(tx: Transaction, instance_id: str) -> Mapping[str, Any]:
    """The variables of another case as they were committed."""
    found = tx.session.scalar(select(ProcessInstance.variables).where(ProcessInstance.id == instance_id))
    return found or {}


def _name_silent(tx: Transaction, case: Case, found: ReportRound, codes: list[str]) -> None:
    agencies = tx.session.scalars(select(Agency).where(Agency.code.in_(codes)).order_by(Agency.code)).all()
    named = [{"agency": one.code, "name_vi": one.name_vi, "name_en": one.name_en} for one in agencies]
    data = {"round": found.id, "agencies": named, "answer_by": case.variables["answer_by"]}
    case.record(Happening("explanations-missing", case.element_id, data=data))


def _round(tx: Transaction, case: Case) -> ReportRound:
    """The round, held: what it waits for and what is said are told one after the other."""
    found = tx.session.get(ReportRound, case.variables.get("report_round") or "", with_for_update=True)
    if found is None:
        raise ConflictError("Quy trình này do đợt báo cáo khởi tạo.", "This process is begun by a reporting round.")
    return found
