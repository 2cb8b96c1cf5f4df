"""People of a funding proposal and of an obstacle, on an installed engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import instances
from engine.commands.instances import Start
from engine.models import ProcessInstance
from engine.models.budget import BudgetLine, BudgetProposal
from engine.models.obstacle import Obstacle
from engine.queries import budgets
from engine.runtime import Engine
from tests.installed import COMMUNE, actor, do, offered

ITEMS = {"In tờ rơi": 30_000_000, "Truyền thanh": 20_000_000}
DRAFT: dict[str, Any] = {
    "decision": "submit",
    "title": "Kinh phí tuyên truyền",
    "budget_source": "city",
    "budget_year": 2026,
    "lines": ITEMS,
}
REPORT: dict[str, Any] = {
    "decision": "submit",
    "title": "Thiếu thiết bị truyền thanh",
    "obstacle_text": "Đài truyền thanh xã hỏng.",
    "urgency": "normal",
}
BACK = {"decision": "return_for_rework", "comment": "Cần bổ sung."}


@dataclass
class Course:
    """A case that people take along its diagram."""

    engine: Engine
    process: str
    agency: str = COMMUNE
    variables: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.officer, self.head = (self.person(f"{self.agency}.{role}") for role in ("agency_officer", "agency_head"))
        self.leader, self.monitor = self.person("ubnd.city_leader"), self.person("svhtt.report_aggregator")
        wanted = Start(self.process, agency=self.agency, variables=self.variables)
        self.case = self.engine.run(self.officer, instances.start, wanted)

    def person(self, username: str) -> Actor:
        """A demo person."""
        return actor(self.engine, username)

    def do(self, who: Actor, element: str, **values: Any) -> None:
        """Complete a step of the case."""
        do(self.engine, who, self.case, element, **values)

    def offered(self, who: Actor) -> set[str]:
        """The steps that wait for somebody."""
        return set(offered(self.engine, who, self.case))

    @property
    def ended(self) -> str:
        """The state of the case."""
        query = select(ProcessInstance.state).where(ProcessInstance.id == self.case.id)
        return self.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())


class Money(Course):
    """A funding proposal and its people."""

    def __init__(self, engine: Engine, agency: str = COMMUNE, **variables: Any) -> None:
        super().__init__(engine, "budget_proposal", agency, variables)
        self.appraiser, self.director = self.person("stc.finance_appraiser"), self.person("stc.agency_head")
        self.office = self.person("vpub.city_office")

    def draft(self, **changes: Any) -> None:
        """Have the unit propose."""
        self.do(self.officer, "draft_budget", **(DRAFT | changes))

    def propose(self, **changes: Any) -> None:
        """Have the unit and its head propose."""
        self.draft(**changes)
        self.do(self.head, "review_budget", decision="submit")

    def appraise(self, opinion: dict[str, Any] | None = None, **balance: Any) -> None:
        """Have Finance say the same of each item, and balance."""
        self.do(self.appraiser, "check_funding", decision="accept")
        for _ in self.lines:
            self.do(self.appraiser, "appraise_line", **(opinion or {"decision": "full"}))
        self.do(self.appraiser, "balance_budget", **({"decision": "submit", "budget_balance": 10**9} | balance))

    def submit(self) -> None:
        """Bring it before the leader; where the year's estimate has closed, the Council's body is asked."""
        self.propose()
        self.appraise()
        self.do(self.director, "sign_submission", decision="approve")
        if self.proposal.supplementary:
            self.do(self.office, "consult_council", decision="agree", council_number="12/HĐND-VP")

    def approve(self) -> None:
        """Have the leader allocate."""
        self.submit()
        self.do(self.leader, "decide_budget", decision="approve")

    @property
    def proposal(self) -> BudgetProposal:
        """The proposal as stored."""
        query = select(BudgetProposal).where(BudgetProposal.instance_id == self.case.id)
        return self.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())

    @property
    def lines(self) -> list[BudgetLine]:
        """Its items as stored."""
        found = self.proposal.id
        return self.engine.read(SYSTEM, lambda tx: list(budgets.lines_of(tx, found)))


class Blocked(Course):
    """An obstacle and its people."""

    def __init__(self, engine: Engine, agency: str = COMMUNE, **variables: Any) -> None:
        super().__init__(engine, "obstacle_report", agency, variables)

    def report(self, **changes: Any) -> None:
        """Have the unit report, with its head's signature."""
        self.do(self.officer, "describe_obstacle", **(REPORT | changes))
        self.do(self.head, "sign_obstacle", decision="approve")

    @property
    def obstacle(self) -> Obstacle:
        """The obstacle as stored."""
        query = select(Obstacle).where(Obstacle.instance_id == self.case.id)
        return self.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())
