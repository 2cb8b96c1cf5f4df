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
from engine.bpmn.network import Node
from engine.commands import definitions
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

    `step` is None for a reminder of no ladder; `due` is the day that the ladder is counted from.
    """

    at: datetime
    kind: str
    form: str
    step: int | None
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
    """What comes next about an open task: that of its case, where it is counted from what the task itself is due by.

    Otherwise the reminder that the diagram has put on the task itself.
    """
    if row["state"] != "open" or row["due_at"] is None:
        return None
    found = next_reminder(tx, row["instance_id"])
    is_its_own = found is not None and found.due == deadlines.local_date(row["due_at"])
    return found if is_its_own else _beside(tx, row)


def _beside(tx: Transaction, row: Mapping[str, Any]) -> Reminder | None:
    """The first pending timer on a task that leads to a reminder, and to nothing else."""
    nodes = definitions.compiled(tx, row["case_definition_id"]).nodes
    host = nodes.get(row["element_id"])
    leading = [event for event in (host.boundary if host is not None else ()) if _reminds(nodes, nodes[event])]
    if not leading:
        return None
    query = select(Timer).where(Timer.instance_id == row["instance_id"], Timer.element_id.in_(leading))
    timer = tx.session.scalars(query.order_by(Timer.due_at, Timer.id)).first()
    if timer is None:
        return None
    counted = derivation_of(timer.derivation) if timer.derivation else deadlines.given(timer.due_at)
    how_vi, how_en = _counted(tx, counted)
    due = deadlines.local_date(row["due_at"])
    return Reminder(timer.due_at, "remind", "reminder", None, False, due, f"Nhắc việc: {how_vi}", f"Reminder: {how_en}")


def _reminds(nodes: Mapping[str, Node], event: Node) -> bool:
    handlers = [nodes[flow.target].handler or "" for flow in event.outgoing]
    return not event.interrupting and any(name.startswith("remind") for name in handlers)


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
