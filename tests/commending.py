"""A dossier of a commune over a small drawing of its own, and ways to act on it: what the diagrams' handlers do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.access import SYSTEM, Actor
from engine.commands import ballots, definitions, directory, dossiers, tasks
from engine.commands.case import Case, hold_case
from engine.commands.directory import Role
from engine.handlers import council, dossier_content
from engine.models.columns import new_id
from engine.models.commendation import CouncilMeeting, Dossier
from engine.models.plan import PlanTask
from engine.queries import award_rules
from engine.queries import council as council_queries
from engine.queries.award_rules import Question
from engine.queries.directory import grants_of_person
from engine.queries.tasks import TaskFilter
from engine.queries.tasks import page as task_page
from engine.runtime import Engine, Transaction
from tests.engine.bpmn.drawing import diagram, node
from tests.installed import COMMUNE, actor

Act = Callable[[Transaction, Case], Mapping[str, Any] | None]
CONTENT: dict[str, Any] = {
    "nominee_kind": "collective",
    "nominee_name": "Tổ công nghệ số cộng đồng thôn Chàng Sơn",
    "award_form": "merit_certificate",
    "achievement_type": "thematic",
    "achievement_title": "Đưa dịch vụ công trực tuyến đến từng hộ gia đình",
    "achievement_summary": "100% hộ gia đình được hướng dẫn sử dụng dịch vụ công trực tuyến.",
}
MINUTES = {"meeting_on": "2026-03-09", "meeting_present": 12, "meeting_in_favour": 12, "meeting_minutes": "Nhất trí."}
_OPTIONS = "".join(
    f'<camunda:value id="{one}" name="{one}"/>' for one in ("voted", "written_opinion", "declare_conflict")
)
_BALLOT = (
    '<bpmn:extensionElements><camunda:formData><camunda:formField id="decision" label="Trả lời" type="enum">'
    f"{_OPTIONS}</camunda:formField>"
    '<camunda:formField id="comment" label="Lý do" type="string"/></camunda:formData><camunda:properties>'
    '<camunda:property name="output_collection" value="declarations"/></camunda:properties></bpmn:extensionElements>'
    '<bpmn:multiInstanceLoopCharacteristics camunda:collection="members" camunda:elementVariable="seat"/>'
)
TRIAL = diagram(
    "commendation",
    [
        node("startEvent", "begin"),
        node("userTask", "prepare"),
        node("userTask", "ballot", _BALLOT, 'camunda:candidateGroups="person:${seat}"'),
        node("userTask", "minute", "", 'camunda:candidateGroups="council_secretary@snv"'),
        node("endEvent", "done"),
    ],
    [("begin", "prepare"), ("prepare", "ballot"), ("ballot", "minute"), ("minute", "done")],
)
REVOCATION = diagram(
    "commendation_revocation",
    [node("startEvent", "begin"), node("userTask", "decide"), node("endEvent", "done")],
    [("begin", "decide"), ("decide", "done")],
)


class DossierScene:
    """A dossier just opened by the commune's officer."""

    def __init__(self, engine: Engine, agency: str = COMMUNE, **content: Any) -> None:
        self.engine = engine
        trial = {"trial.bpmn": TRIAL, "revocation.bpmn": REVOCATION}
        engine.run(SYSTEM, definitions.deploy, trial, publish=True)
        self.officer, self.head = (actor(engine, f"{agency}.{role}") for role in ("agency_officer", "agency_head"))
        self.aggregator = actor(engine, "skhcn.commendation_aggregator")
        self.secretary = actor(engine, "snv.council_secretary")
        self.leader = actor(engine, "ubnd.city_leader")
        self.id = engine.run(self.officer, dossiers.open_dossier, agency, CONTENT | content).id
        self.act(self.officer, dossier_content.opened)
        self.act(SYSTEM, lambda tx, case: case.admit(("commendation_aggregator@skhcn", "council_secretary@snv")))

    @property
    def dossier(self) -> Dossier:
        """The dossier as stored."""
        return self.engine.read(SYSTEM, lambda tx: tx.session.get_one(Dossier, self.id))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of its case."""
        return self.engine.run(SYSTEM, lambda tx: dict(self._case(tx).variables))

    @property
    def meeting(self) -> CouncilMeeting:
        """The council's last meeting on it."""
        found = self.engine.read(SYSTEM, council_queries.latest, self.id)
        assert found is not None
        return found

    def act(self, who: Actor, function: Act, **values: Any) -> Mapping[str, Any]:
        """Do what a service task does, with these values from a form before it."""

        def step(tx: Transaction) -> Mapping[str, Any]:
            case = self._case(tx)
            case.variables = {**case.variables, **values}
            case.element_id = "trial"
            result = function(tx, case) or {}
            case.variables = {**case.variables, **result}
            return result

        return self.engine.run(who, step)

    def hand_in(self, **values: Any) -> None:
        """Check, sign and receive the dossier under the rules of its day."""
        self.act(self.officer, dossier_content.checked, rules=self.rules(), **values)
        self.act(self.head, dossier_content.submitted, **MINUTES)
        self.act(self.aggregator, dossier_content.received)
        self.act(self.aggregator, dossier_content.duplicates_found, rules=self.rules())

    def rules(self) -> dict[str, Any]:
        """What the rules say to the dossier on the day that counts."""
        known, found = self.variables, self.dossier
        question = Question(
            date.fromisoformat(known["rule_date"]),
            found.award_form,
            found.nominee_kind,
            found.achievement_type,
            found.proposer_level,
        )
        return self.engine.read(SYSTEM, award_rules.rules_for, question)

    def convene(self) -> None:
        """Call the council together and hand every member their ballot."""
        self.act(self.secretary, council.convened)
        self.complete(self.officer, "prepare")

    def complete(self, who: Actor, element: str, **values: Any) -> None:
        """Complete the task of that element which is offered to somebody."""
        wanted = TaskFilter(candidate=True, instance_id=self.dossier.instance_id)
        found = {t.row["element_id"]: t.row["id"] for t in self.engine.read(who, task_page, wanted)}
        self.engine.run(who, tasks.complete, found[element], values)

    def vote(self, who: Actor, choice: str) -> int:
        """Cast a ballot."""
        return self.engine.run(who, ballots.cast, self.id, choice)

    def count(self) -> Mapping[str, Any]:
        """Close the vote."""
        return self.act(self.secretary, council.ballots_counted)

    def _case(self, tx: Transaction) -> Case:
        return hold_case(tx, tx.session.get_one(Dossier, self.id).instance_id or "")


def add_members(engine: Engine, names: Sequence[str]) -> list[Actor]:
    """Further members of the council, each with nothing but that office."""
    return [somebody(engine, name, Role("council_member", "hd-tdkt")) for name in names]


def somebody(engine: Engine, name: str, *roles: Role) -> Actor:
    """A new person with these offices."""
    person = engine.run(SYSTEM, directory.add_person, name, roles=list(roles))
    return Actor(person.id, None, engine.read(SYSTEM, grants_of_person, person.id), request_id="test")


def done_task(engine: Engine, agency: str = COMMUNE, **changes: Any) -> str:
    """A plan task whose result was accepted; its id."""
    values: dict[str, Any] = {
        "agency": agency,
        "title": "Phối hợp báo chí",
        "deliverable": "12 tin, bài",
        "coordinators": [],
        "content_tags": [],
        "channel_tags": [],
        "status": "done",
        "round": 1,
        "extension_count": 0,
        "return_count": 0,
        "progress": 100,
        "obstacle": False,
        "on_hold": False,
        "simulated": False,
        "version": 1,
    }

    def add(tx: Transaction) -> str:
        task = PlanTask(id=new_id(), created_at=tx.now, **{**values, **changes})
        tx.session.add(task)
        return task.id

    return engine.run(SYSTEM, add)
