"""The people of a simulation: they hear of tasks as the engine announces them, and act through its commands.

Rule: a person acts with the roles that they hold that day, under the permissions of everybody; a refusal is counted,
never forced.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from api.simulation import reporting, working
from api.simulation.offers import Desk, Habit, Offer
from api.simulation.office import Office
from engine import deadlines, signals
from engine.access import SYSTEM, Actor
from engine.bpmn.process import OpenedTask
from engine.commands import tasks
from engine.commands.case import Case
from engine.errors import EngineError, NotFoundError, TaskClosedError
from engine.handlers.succession import successor_in_force
from engine.models.directory import Agency
from engine.models.task import UserTask
from engine.queries import rounds as round_queries
from engine.queries.directory import account_of, grants_of_person
from engine.runtime import Engine, Transaction

#: What people do, by the process of a case and the element of a task. Whatever is not here they leave lying.
HABITS: Mapping[str, Mapping[str, Habit]] = {
    "report_round": reporting.HABITS,
    "report_explanation": reporting.HABITS,
    "periodic_report": reporting.HABITS,
    "task_lifecycle": working.HABITS,
}
TRACE = "simulation"


@dataclass(frozen=True, order=True)
class _Plan:
    """What somebody means to do."""

    offer: Offer = field(compare=False)
    habit: Habit = field(compare=False)


class Cast:
    """Everybody who acts: what they plan to do, earliest first, and how often they did what, and decided how."""

    def __init__(self, engine: Engine, office: Office, seed: int) -> None:
        self._engine = engine
        self._office = office
        self._seed = seed
        self._plans: list[tuple[datetime, str, _Plan]] = []
        self._turns: Counter[tuple[str, str, str]] = Counter()
        self._ends: Mapping[str, date | None] = engine.read(SYSTEM, _ends)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def listen(self) -> None:
        """Hear of tasks from now on."""
        signals.task_created.connect(self._on_task_created)

    def leave(self) -> None:
        """Hear of nothing any more."""
        signals.task_created.disconnect(self._on_task_created)

    def next_act(self) -> datetime | None:
        """When somebody acts next; None when nobody has anything planned."""
        return self._plans[0][0] if self._plans else None

    def act_until(self, moment: datetime) -> int:
        """Have everybody act whose time has come, in the order of time; how many tried."""
        acted = 0
        while self._plans and self._plans[0][0] <= moment:
            self._act(heapq.heappop(self._plans)[2])
            acted += 1
        return acted

    def actor(self, username: str) -> Actor:
        """A person with the roles that they hold today. Raises NotFoundError when there is no such account."""
        return self._engine.read(SYSTEM, _actor, username)

    def _on_task_created(self, tx: Transaction, *, case: Case, task: OpenedTask) -> None:
        if tx.engine is self._engine:
            tx.after_commit(lambda: self._plan(case, task, tx.now))

    def _plan(self, case: Case, task: OpenedTask, at: datetime) -> None:
        habit = HABITS.get(case.process_key, {}).get(task.element.id)
        if habit is None or not task.groups:
            return
        offer = self._offer(case, task, at)
        when = habit.when(offer, offer.die("when"), self._office)
        if when is not None:
            place = f"{offer.case_key} {offer.element_id} {offer.groups[0]}"
            heapq.heappush(self._plans, (when, place, _Plan(offer, habit)))

    def _offer(self, case: Case, task: OpenedTask, at: datetime) -> Offer:
        key, agency = case.business_key or case.id, case.agency or ""
        counted = (key, task.element.id, task.groups[0])
        self._turns[counted] += 1
        return Offer(
            task_id=task.id,
            element_id=task.element.id,
            groups=task.groups,
            case_key=key,
            agency=agency,
            known={**case.variables, **task.locals},
            at=at,
            due=deadlines.local_date(task.due) if task.due is not None else None,
            ends=self._ends.get(agency),
            turn=self._turns[counted],
            seed=self._seed,
        )

    def _act(self, plan: _Plan) -> None:
        offer = self._engine.read(SYSTEM, _as_it_stands, plan.offer)
        try:
            who = self._somebody(offer)
            values = plan.habit.what(offer, offer.die("what"), self._desk())
            self._engine.run(who, tasks.complete, offer.task_id, values)
        except TaskClosedError:
            self.refused["task-closed"] += 1  # the clock was faster
        except EngineError as error:
            self.refused[f"{offer.element_id}: {error}"] += 1
        else:
            self.done[" ".join([offer.element_id, *([values["decision"]] if "decision" in values else [])])] += 1

    def _somebody(self, offer: Offer) -> Actor:
        """The first of those a task is offered to who has an account."""
        offices = (group.rpartition("@") for group in offer.groups)
        return self._engine.read(
            SYSTEM, _actor, *(f"{agency}.{role}" if role else agency for role, _, agency in offices)
        )

    def _desk(self) -> Desk:
        today = deadlines.local_date(self._engine.clock.now())
        return Desk(today, self._office, self._unreported, self._successor)

    def _unreported(self, round_id: str) -> list[str]:
        def look(tx: Transaction) -> list[str]:
            rows = round_queries.matrix(tx, round_queries.report_round(tx, round_id))
            return [row.report.agency for row in rows if row.report.submitted_at is None]

        return self._engine.read(SYSTEM, look)

    def _successor(self, agency: str) -> str | None:
        """Who follows an agency that is no more; None for one in force."""

        def look(tx: Transaction) -> str | None:
            found = tx.session.get(Agency, agency)
            gone = found is not None and not found.in_force(deadlines.local_date(tx.now))
            return successor_in_force(tx, agency) if gone else None

        return self._engine.read(SYSTEM, look)


def _actor(tx: Transaction, *usernames: str) -> Actor:
    found = next(filter(None, (account_of(tx, username) for username in usernames)), None)
    if found is None:
        raise NotFoundError("account", ", ".join(usernames))
    return Actor(found.person_id, found.id, grants_of_person(tx, found.person_id), request_id=TRACE)


def _as_it_stands(tx: Transaction, offer: Offer) -> Offer:
    """The offer to whom it is made by now: a task may have gone over to the successor of its agency."""
    task = tx.session.get(UserTask, offer.task_id)
    if task is None or tuple(task.candidate_groups) == offer.groups:
        return offer
    return replace(offer, groups=tuple(task.candidate_groups), agency=task.agency or offer.agency)


def _ends(tx: Transaction) -> dict[str, Any]:
    query = select(Agency.code, Agency.valid_to).where(Agency.successor_code.is_not(None))
    return {code: valid_to for code, valid_to in tx.session.execute(query)}
