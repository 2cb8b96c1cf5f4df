"""What reminder or urging notice comes next: read from the timer that waits for it, and what will happen then.

Rule: nothing is counted here; the instant is that of the pending timer, the step that which its case has looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import deadlines, explanations
from engine.deadlines import Derivation, derivation_of
from engine.models.instance import ProcessInstance
from engine.models.timer import Timer
from engine.queries import calendar as calendars
from engine.runtime import Transaction

LADDER_TIMER = "rung_time"
_RUNNING = ("active", "suspended", "incident")
_VI = {
    "reminder": "Nhắc việc (bậc {step})",
    "notice": "Thông báo đôn đốc (bậc {step})",
    "formal_letter": "Công văn đôn đốc (bậc {step})",
}
_EN = {
    "reminder": "Reminder (step {step})",
    "notice": "Urging notice (step {step})",
    "formal_letter": "Urging by formal letter (step {step})",
}
_LISTED_VI, _LISTED_EN = "Sau đó đưa vào danh sách báo cáo lãnh đạo.", "Then it is listed for the leadership."


@dataclass(frozen=True)
class Reminder:
    """What comes next, and when: `kind` is remind or urge, `step` its number in the ladder, `form` how it is said.

    `due` is the day that it is counted from.
    """

    at: datetime
    kind: str
    form: str
    step: int
    leadership: bool
    due: date
    explanation_vi: str
    explanation_en: str


def next_reminders(tx: Transaction, instance_ids: Iterable[str | None]) -> dict[str, Reminder]:
    """What comes next in each of these cases, by case; those in which nothing does are left out."""
    wanted = {found for found in instance_ids if found}
    if not wanted:
        return {}
    query = (
        select(Timer, ProcessInstance.variables)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(Timer.instance_id.in_(wanted), Timer.element_id == LADDER_TIMER, ProcessInstance.state.in_(_RUNNING))
    )
    return {timer.instance_id: _reminder(tx, timer, variables) for timer, variables in tx.session.execute(query)}


def next_reminder(tx: Transaction, instance_id: str | None) -> Reminder | None:
    """What comes next in one case."""
    return next(iter(next_reminders(tx, [instance_id]).values()), None)


def next_of_task(tx: Transaction, row: Mapping[str, Any]) -> Reminder | None:
    """What comes next about an open task: that of its case, where it is counted from what the task itself is due by."""
    if row["state"] != "open" or row["due_at"] is None:
        return None
    found = next_reminder(tx, row["instance_id"])
    return found if found is not None and found.due == deadlines.local_date(row["due_at"]) else None


def _reminder(tx: Transaction, timer: Timer, variables: Mapping[str, Any]) -> Reminder:
    rung, step = variables["rung"], variables["ladder_step"]
    counted = derivation_of(timer.derivation) if timer.derivation else deadlines.given(timer.due_at)
    how_vi, how_en = _counted(tx, counted)
    listed = bool(rung["leadership"])
    return Reminder(
        at=timer.due_at,
        kind=rung["kind"],
        form=rung["form"],
        step=step,
        leadership=listed,
        due=counted.base,
        explanation_vi=_said(_VI, rung["form"], step, how_vi, _LISTED_VI if listed else ""),
        explanation_en=_said(_EN, rung["form"], step, how_en, _LISTED_EN if listed else ""),
    )


def _counted(tx: Transaction, derivation: Derivation) -> tuple[str, str]:
    told = explanations.explain(derivation, calendars.current(tx))
    return told["text_vi"], told["text_en"]


def _said(words: Mapping[str, str], form: str, step: int, how: str, listed: str) -> str:
    lead = words.get(form, form + " ({step})").format(step=step)
    return f"{lead}: {how} {listed}".strip()
