"""Events, contests and surveys of an agency; the answers to surveys, kept apart from who gave them.

Rule: no column leads from an answer to a respondent, and none tells the order in which either came.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class Activity(Row):
    """An event, a contest or a survey: a read model of where its case stands.

    `details` is what was approved, `results` what came of it; both differ by `kind`. `ends_on` is the day of the
    event, the last day for entries or of the fieldwork. `plan_task_id` is the task whose evidence the result is.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_list", "created_at", "id"),
        Index("ix_activity_agency", "agency", "kind"),
        Index("ix_activity_plan_task", "plan_task_id"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    plan_task_id: Mapped[Key | None] = mapped_column(ForeignKey("plan_task.id"))
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    title: Mapped[str | None]
    ends_on: Mapped[date | None]
    state: Mapped[Code]
    round: Mapped[int]
    details: Mapped[dict[str, Any]]
    results: Mapped[dict[str, Any]]
    doc_number: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    instance_id: Mapped[Key]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class SurveyAnswer(Row):
    """One filled-in questionnaire, without whose it is."""

    __tablename__ = "survey_answer"
    __table_args__ = {"sqlite_with_rowid": False}

    activity_id: Mapped[Key] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    id: Mapped[Id]
    answers: Mapped[dict[str, Any]]


class SurveyRespondent(Row):
    """One who answered a survey, without what they said."""

    __tablename__ = "survey_respondent"
    __table_args__ = {"sqlite_with_rowid": False}

    activity_id: Mapped[Key] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    id: Mapped[Id]
    name: Mapped[str]
    contact: Mapped[str | None]
