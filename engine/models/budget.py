"""Funding: what agencies propose, what Finance thinks of each item, and what the City's leader allocates.

Rule: proposal, opinion and decision only; nothing that is paid is kept here (requirements 2(d)).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class BudgetProposal(Row):
    """A proposal of funding: a read model of where its case stands. Amounts are in đồng.

    `source` is city or commune. `supplementary`: it came after the yearly estimate had closed. `requested`,
    `recommended` and `allocated` are the sums of its lines, the last without what was released.
    """

    __tablename__ = "budget_proposal"
    __table_args__ = (
        Index("ix_budget_proposal_list", "created_at", "id"),
        Index("ix_budget_proposal_agency", "agency"),
        Index("ix_budget_proposal_year", "year"),
    )

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    title: Mapped[str | None]
    source: Mapped[Code | None]
    year: Mapped[int | None]
    justification: Mapped[str | None]
    state: Mapped[Code]
    round: Mapped[int]
    supplementary: Mapped[bool]
    requested: Mapped[int | None] = mapped_column(BigInteger)
    recommended: Mapped[int | None] = mapped_column(BigInteger)
    allocated: Mapped[int | None] = mapped_column(BigInteger)
    unspent: Mapped[int | None] = mapped_column(BigInteger)
    submission_number: Mapped[str | None]
    decision_number: Mapped[str | None]
    decided_on: Mapped[date | None]
    instance_id: Mapped[Key]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class BudgetLine(Row):
    """An item of a proposal, for a plan task or none; `released_at`: that task was cancelled.

    `opinion` is Finance's: full, reduced or not_now, with what it recommends and why.
    """

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint("proposal_id", "position"),
        Index("ix_budget_line_task", "plan_task_id"),
    )

    id: Mapped[Id]
    proposal_id: Mapped[Key] = mapped_column(ForeignKey("budget_proposal.id"))
    position: Mapped[int]
    item: Mapped[str]
    plan_task_id: Mapped[Key | None] = mapped_column(ForeignKey("plan_task.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    opinion: Mapped[Code | None]
    recommended: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None]
    allocated: Mapped[int | None] = mapped_column(BigInteger)
    released_at: Mapped[datetime | None]
