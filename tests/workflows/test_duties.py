"""A search over generated organisation charts: on no path does the approver of an award have a hand in its proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import ballots, definitions, directory, dossiers, tasks
from engine.commands.directory import Role
from engine.errors import ForbiddenError
from engine.models.commendation import Dossier
from engine.models.directory import Membership
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.queries import dossiers as queries
from engine.queries import tasks as task_queries
from engine.queries.directory import grants_of_person
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine, Transaction
from tests.commending import CONTENT, MINUTES
from tests.installed import COMMUNE

APPROVAL = "chairman_decision"
PROPOSAL = frozenset(
    {
        "nominate",
        "unit_meeting",
        "head_sign",
        "completeness_check",
        "consolidate_proposal",
        "sign_consolidated",
        "check_validity",
        "appraise",
        "draft_submission",
        "office_check",
    }
)
OFFICES = (
    Role("agency_officer", COMMUNE),
    Role("agency_head", COMMUNE),
    Role("commendation_aggregator", "skhcn"),
    Role("agency_head", "skhcn"),
    Role("council_secretary", "snv"),
    Role("city_office", "vpub"),
    Role("city_leader", "ubnd"),
)
COUNCIL = Role("council_member", "hd-tdkt")
FORMS: Mapping[str, Mapping[str, Any]] = {
    "nominate": {"decision": "propose"},
    "unit_meeting": {"decision": "agree", **MINUTES},
    "head_sign": {"decision": "submit", "proposal_number": "12/TTr-UBND"},
    "completeness_check": {"decision": "forward"},
    "consolidate_proposal": {"campaign_proposal_number": "45/TTr-SKHCN"},
    "sign_consolidated": {"decision": "approve"},
    "check_validity": {"decision": "accept", "related_agencies": []},
    "appraise": {"decision": "submit"},
    "convene": {"council_meeting_on": "2026-03-12", "closes_on": "2026-03-13"},
    "write_minutes": {"council_minutes": "Nhất trí."},
    "draft_submission": {"submission_text": "Kính trình."},
    "office_check": {"decision": "forward"},
    APPROVAL: {"decision": "approve"},
}
RETURNS = {"head_sign", "completeness_check", "sign_consolidated", "office_check", APPROVAL}
CHARTS = 40
MOST_STEPS = 40


@dataclass
class Chart:
    """A generated organisation: people with offices, and one dossier that they drive as far as they are let."""

    engine: Engine
    random: Random
    content: Mapping[str, Any]
    people: list[Actor] = field(default_factory=list)
    dossier_id: str = ""
    refusals: int = 0

    def open(self) -> bool:
        """Have somebody open the dossier; False where the chart has no officer."""
        officers = [who for who in self.people if who.holds("agency_officer", COMMUNE)]
        if not officers:
            return False
        starter = self.random.choice(officers)
        self.dossier_id = self.engine.run(starter, dossiers.open_dossier, COMMUNE, self.content).id
        return True

    @property
    def dossier(self) -> Dossier:
        """The dossier as stored."""
        return self.engine.read(SYSTEM, lambda tx: tx.session.get_one(Dossier, self.dossier_id))

    @property
    def approver(self) -> str | None:
        """Who signed the award; None while there is none."""
        award = self.engine.read(SYSTEM, queries.award_of, self.dossier_id)
        return award.decided_by if award is not None else None

    def drive(self) -> None:
        """Let people complete whatever they may until nobody may, those first who have had a hand in it before."""
        for _ in range(MOST_STEPS):
            if self.dossier.state in ("decided", "refused") or not self._step():
                return

    def performers(self) -> dict[str, set[str]]:
        """Who completed each step."""
        mine = (UserTask.instance_id == self.dossier.instance_id) & (UserTask.state == "completed")
        query = select(UserTask.element_id, UserTask.closed_by).where(mine)
        found: dict[str, set[str]] = {}
        for element, person in self.engine.read(SYSTEM, lambda tx: tx.session.execute(query).all()):
            found.setdefault(element, set()).add(person or "")
        return found

    def _step(self) -> bool:
        hands = {person for people in self.performers().values() for person in people}
        eager = sorted(self.people, key=lambda who: (who.person_id not in hands, self.random.random()))
        return any(self._act(who) for who in eager)

    def _act(self, who: Actor) -> bool:
        wanted = TaskFilter(candidate=True, instance_id=self.dossier.instance_id)
        for task in self.engine.read(who, task_queries.page, wanted):
            element = task.row["element_id"]
            if self._completed(who, element, task.row["id"]):
                return True
            self.refusals += element == APPROVAL
        return False

    def _completed(self, who: Actor, element: str, task_id: str) -> bool:
        try:
            if element == "ballot":
                self.engine.run(who, ballots.cast, self.dossier_id, "in_favour")
            else:
                self.engine.run(who, tasks.complete, task_id, self._values(element))
        except ForbiddenError:
            return False
        return True

    def _values(self, element: str) -> Mapping[str, Any]:
        if element in RETURNS and self.random.random() < 0.1:
            return {"decision": "return_for_rework", "comment": "Cần bổ sung."}
        return {**FORMS[element], **(self.content if element == "nominate" else {})}


def charts(engine: Engine, kind: str) -> Iterator[Chart]:
    """Generated charts, from one person with everything to ten with little; the council has further members."""
    for seed in range(CHARTS):
        random = Random(seed)
        content = CONTENT | {"achievement_type": kind, "achievement_title": f"Thành tích {kind} {seed}"}
        chart = Chart(engine, random, content)
        density = random.choice((0.3, 0.6, 0.8, 1.0))
        for number in range(random.randint(1, 10)):
            held = [office for office in OFFICES if random.random() < density]
            sits = kind == "thematic" and random.random() < 0.2
            chart.people.append(_person(engine, f"Người {seed}.{number}", [*held, *([COUNCIL] if sits else [])]))
        chart.people += [_person(engine, f"Ủy viên {seed}.{n}", [COUNCIL]) for n in range(3 * (kind == "thematic"))]
        yield chart
        engine.run(SYSTEM, _end_council)


@pytest.mark.parametrize("kind", ["sudden", "thematic"])
def test_no_path_leads_to_an_approver_who_proposed(installed_sqlite: Engine, kind: str) -> None:
    installed_sqlite.run(SYSTEM, _end_council)
    awarded = refused = 0

    for chart in charts(installed_sqlite, kind):
        if chart.open():
            chart.drive()
            found, known = chart.performers(), chart.dossier
            proposers = {person for step in PROPOSAL for person in found.get(step, set())}
            proposers |= {known.created_by or "", known.submitted_by or ""}
            assert chart.approver not in proposers, chart.content
            assert known.submitted_by not in found.get("nominate", set()), chart.content
            awarded += chart.approver is not None
            refused += chart.refusals

    # The search is not empty: some reach an award, and some are stopped at the very last step.
    assert awarded >= 5
    assert refused >= 5


def test_every_step_of_the_proposal_is_set_apart_from_the_approval(installed_sqlite: Engine) -> None:
    def elements(tx: Transaction) -> Mapping[str, Any]:
        return definitions.compiled(tx, definitions.current(tx, "commendation").id).elements

    found = installed_sqlite.read(SYSTEM, elements)

    assert set(found) >= PROPOSAL
    assert set(found[APPROVAL].exclude_actors_of) >= PROPOSAL


def test_whoever_asks_for_a_revocation_does_not_decide_it(installed_sqlite: Engine) -> None:
    people = [_person(installed_sqlite, f"Người {office.role}", [office]) for office in OFFICES]
    chart = Chart(installed_sqlite, Random(2), CONTENT | {"achievement_type": "sudden"}, people)
    assert chart.open()
    chart.drive()
    leader = people[-1]
    assert chart.dossier.state == "decided"

    installed_sqlite.run(leader, dossiers.revoke, chart.dossier_id, "fraud", "Gian dối.")
    case_id = _revocation(installed_sqlite, chart.dossier_id)
    secretary = next(who for who in people if who.holds("council_secretary"))
    _complete(installed_sqlite, secretary, case_id, "assess_revocation", decision="submit")

    with pytest.raises(ForbiddenError):
        _complete(installed_sqlite, leader, case_id, "decide_revocation", decision="revoke", comment="Thu hồi.")


def _person(engine: Engine, name: str, roles: list[Role]) -> Actor:
    person = engine.run(SYSTEM, directory.add_person, name, roles=roles)
    return Actor(person.id, None, engine.read(SYSTEM, grants_of_person, person.id), request_id="test")


def _end_council(tx: Transaction) -> None:
    """Send the council home, so that each chart has a council of its own people."""
    query = select(Membership).where(Membership.role == "council_member", Membership.valid_to.is_(None))
    for one in tx.session.scalars(query).all():
        directory.end_membership(tx, one.id)


def _revocation(engine: Engine, dossier_id: str) -> str:
    query = select(ProcessInstance.id).where(ProcessInstance.business_key == f"{dossier_id}/revocation")
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())


def _complete(engine: Engine, who: Actor, case_id: str, element: str, **values: Any) -> None:
    found = engine.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case_id))
    (task_id,) = [task.row["id"] for task in found if task.row["element_id"] == element]
    engine.run(who, tasks.complete, task_id, values)
