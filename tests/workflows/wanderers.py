"""Generated organisations whose people, substitutes among them, do at random whatever they are let do.

Rule: they go through the commands that everybody goes through, with values that the forms allow; what comes of it is
read from the history alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from engine import deadlines
from engine.access import SYSTEM, Actor
from engine.commands import credentials, definitions, directory, instances, substitutions, tasks
from engine.commands.directory import Login, Role
from engine.commands.instances import Start
from engine.commands.substitutions import NEVER_LENT, Absence
from engine.errors import EngineError, ForbiddenError
from engine.forms import Field
from engine.models.directory import Account, Membership
from engine.queries import history
from engine.queries import tasks as task_queries
from engine.queries.directory import identity_of_token
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Engine, Transaction

TRIES = 6
# What names something that is not there; all of it is optional.
_REFERENCES = frozenset({"obligation", "plan_task", "funding_proposal", "content_tags", "channel_tags"})
# What is one of a few things, or within bounds that no type tells.
_FIXED: Mapping[str, Any] = {"channels": ["portal"], "budget_year": 2026, "lines": {"In tờ rơi": 5_000_000}}


@dataclass(frozen=True)
class Deed:
    """What a history tells of a completed task: the step, and everybody whose name stands on it."""

    element: str
    people: frozenset[str]


@dataclass
class Organisation:
    """People with offices at a few agencies, some of them in the place of others."""

    engine: Engine
    random: Random
    offices: Sequence[Role]
    tokens: list[str] = field(default_factory=list)
    refused: int = 0
    borrowed: int = 0

    def settle(self, name: str) -> None:
        """Hire a few people, each with some of the offices, and let every office be held by somebody."""
        held: list[list[Role]] = [[] for _ in range(self.random.randint(2, 6))]
        for office in self.offices:
            for roles in self.random.sample(held, k=self.random.randint(1, 2)):
                roles.append(office)
        for number, roles in enumerate(held):
            person = self.engine.run(
                SYSTEM, directory.add_person, f"{name}.{number}", login=Login(f"{name}.{number}"), roles=roles
            )
            self.tokens.append(self.engine.run(SYSTEM, _token, person.id))
        self._lend()

    def people(self) -> list[Actor]:
        """Everybody, with the rights of this moment."""
        found = (self.engine.read(SYSTEM, identity_of_token, token, "test") for token in self.tokens)
        return [identity.actor for identity in found if identity is not None]

    def act(self, case_ids: Iterable[str]) -> bool:
        """Have somebody complete some open task of these cases; False when nobody can."""
        for who in self.random.sample(self.people(), k=len(self.tokens)):
            for task in self._offered(who, case_ids):
                if self._tried(who, task):
                    self.borrowed += task.on_behalf_of is not None
                    return True
        return False

    def _lend(self) -> None:
        """Let every office be lent to a colleague, where there is one; its holder works on."""
        lendable = [m for m in self.engine.read(SYSTEM, _memberships) if m.role not in NEVER_LENT]
        mine = {who.person_id for who in self.people()}
        today = deadlines.local_date(self.engine.clock.now())
        own = [m for m in lendable if m.person_id in mine]
        for one in own:
            others = [w for w in self.people() if one.agency_code in w.agencies and w.person_id != one.person_id]
            if others:
                chosen = self.random.choice(others).person_id or ""
                absence = Absence(one.id, chosen, today, today + timedelta(days=60), "01/GUQ")
                self.engine.run(SYSTEM, substitutions.add, absence)

    def _offered(self, who: Actor, case_ids: Iterable[str]) -> Iterator[TaskView]:
        for case_id in case_ids:
            yield from self.engine.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case_id))

    def _tried(self, who: Actor, task: TaskView) -> bool:
        for _ in range(TRIES):
            try:
                self.engine.run(who, tasks.complete, task.row["id"], self._values(task))
            except ForbiddenError:
                self.refused += 1
                return False
            except EngineError:
                continue
            return True
        return False

    def _values(self, task: TaskView) -> dict[str, Any]:
        fields = task.element.form.fields if task.element.form else ()
        return {f.id: value for f in fields if (value := self._value(f)) is not None}

    def _value(self, wanted: Field) -> Any:
        if wanted.id in _REFERENCES:
            return None
        if wanted.id in _FIXED:
            return _FIXED[wanted.id]
        if wanted.options:
            return self.random.choice(wanted.options).id
        if wanted.type == "date":
            today = deadlines.local_date(self.engine.clock.now())
            return (today + timedelta(days=self.random.randint(1, 60))).isoformat()
        choices: Mapping[str, Sequence[Any]] = {
            "string": ("Nội dung",),
            "text": ("Nội dung chi tiết",),
            "boolean": (True, False),
            "long": (3, 1, 20),
            "datetime": ("2026-03-10T10:00:00+07:00",),
            "money": (5_000_000,),
            "agency": ("skhcn", "btgdv", "mttq"),
            "agencies": ([], ["skhcn"]),
            "tags": ([], ["Kiến nghị một", "Kiến nghị hai"]),
            "evidence": ([], [{"title": "Minh chứng", "url": "https://hanoi.gov.vn"}]),
        }
        return self.random.choice(choices[wanted.type]) if wanted.type in choices else None


def begin(engine: Engine, process: str, agency: str, **variables: Any) -> str:
    """Begin a case by the system; its id."""
    return engine.run(SYSTEM, instances.begin, Start(process, agency=agency, variables=variables)).id


def elements_of(engine: Engine, process: str) -> Mapping[str, Any]:
    """The elements of the version in force, those of called processes too."""
    return engine.read(SYSTEM, lambda tx: definitions.compiled(tx, definitions.current(tx, process).id).elements)


def deeds(engine: Engine, case_id: str) -> list[Deed]:
    """The completed tasks of a case, in order."""
    events = engine.read(SYSTEM, history.of_instance, case_id, 0, 2000)
    told = [e for e in events if e.type == "element-completed" and e.task_id is not None]
    return [
        Deed(e.element_id or "", frozenset(who["id"] for who in (e.actor, e.on_behalf_of) if who is not None))
        for e in told
    ]


def _token(tx: Transaction, person_id: str) -> str:
    account = tx.session.scalars(select(Account.id).where(Account.person_id == person_id)).one()
    return credentials.create_token(tx, "thử", account_id=account)[1]


def _memberships(tx: Transaction) -> list[Membership]:
    return list(tx.session.scalars(select(Membership).order_by(Membership.id)))
