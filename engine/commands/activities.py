"""Keeping the answers to a survey, apart from who gave them.

Rule: with each call all answers, and all respondents, of a survey are written anew, shuffled, under random ids: neither
place nor age of a row, nor the transaction that wrote it, leads from an answer to a person; the history tells how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import SystemRandom
from typing import Any

from sqlalchemy import delete, insert, select

from engine.access import AGENCY_ROLES
from engine.audit.chain import Happening
from engine.commands.case import lock_case
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidDataError
from engine.models.activity import Activity, SurveyAnswer, SurveyRespondent
from engine.models.columns import new_id
from engine.queries import activities as queries
from engine.runtime import Transaction

MOST_AT_ONCE, MOST_ANSWERS = 500, 20_000
_random = SystemRandom()


def keep_answers(
    tx: Transaction,
    activity_id: str,
    answers: Sequence[Mapping[str, Any]],
    respondents: Sequence[Mapping[str, Any]] = (),
) -> Activity:
    """Put filled-in questionnaires to a survey, and, apart from them, who is known to have answered.

    Raises NotFoundError out of sight, ForbiddenError unless the actor is of the agency that asks, ConflictError when
    the survey takes no answers, InvalidDataError for too many at once or in all.
    """
    found = queries.activity(tx, activity_id)
    _require_asker(tx, found)
    case = lock_case(tx, found.instance_id)
    tx.session.refresh(found)
    case.require_active()
    if found.kind != "survey" or found.state != "open":
        raise ConflictError("Khảo sát không nhận phiếu trả lời.", "The survey takes no answers.")
    _require_room(tx, found, answers, respondents)
    _rewrite_answers(tx, found, answers)
    _rewrite_respondents(tx, found, respondents)
    found.version += 1
    told = {"activity": found.id, "kind": found.kind, "answers": len(answers)}
    case.record(Happening("survey-answers-kept", data=told))
    return found


def _require_asker(tx: Transaction, found: Activity) -> None:
    if not tx.actor.is_system and not any(tx.actor.holds(role, found.agency) for role in AGENCY_ROLES):
        raise ForbiddenError(
            "keep-answers", "Chỉ cơ quan khảo sát được nhập phiếu trả lời.", "Only the agency that asks may do this."
        )


def _require_room(tx: Transaction, found: Activity, answers: Sequence[Any], respondents: Sequence[Any]) -> None:
    if not answers or max(len(answers), len(respondents)) > MOST_AT_ONCE:
        message_vi = f"Mỗi lần nhập từ 1 đến {MOST_AT_ONCE} phiếu."
        raise InvalidDataError([FieldProblem("answers", "length", message_vi, f"1 to {MOST_AT_ONCE} at once.")])
    if queries.count_answers(tx, found.id) + len(answers) > MOST_ANSWERS:
        message_vi = f"Mỗi khảo sát có tối đa {MOST_ANSWERS} phiếu."
        raise InvalidDataError([FieldProblem("answers", "limit", message_vi, f"At most {MOST_ANSWERS} in a survey.")])


def _rewrite_answers(tx: Transaction, found: Activity, more: Sequence[Mapping[str, Any]]) -> None:
    kept = [*queries.answers_of(tx, found.id), *(dict(one) for one in more)]
    _random.shuffle(kept)
    tx.session.execute(delete(SurveyAnswer).where(SurveyAnswer.activity_id == found.id))
    rows = [{"activity_id": found.id, "id": new_id(), "answers": one} for one in kept]
    tx.session.execute(insert(SurveyAnswer), sorted(rows, key=lambda row: str(row["id"])))


def _rewrite_respondents(tx: Transaction, found: Activity, more: Sequence[Mapping[str, Any]]) -> None:
    query = select(SurveyRespondent.name, SurveyRespondent.contact)
    there = tx.session.execute(query.where(SurveyRespondent.activity_id == found.id)).all()
    people = [*((name, contact) for name, contact in there), *((one["name"], one.get("contact")) for one in more)]
    if not people:
        return
    _random.shuffle(people)
    tx.session.execute(delete(SurveyRespondent).where(SurveyRespondent.activity_id == found.id))
    rows = [{"activity_id": found.id, "id": new_id(), "name": name, "contact": contact} for name, contact in people]
    tx.session.execute(insert(SurveyRespondent), sorted(rows, key=lambda row: str(row["id"])))
