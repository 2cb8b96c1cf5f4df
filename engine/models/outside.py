"""What passes between the City and bodies outside its administration: requests to them, their supervision of it.

Rule: nothing that is asked of such a body has a due date; what is owed to it has one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Key, Row


class ExternalRequest(Row):
    """A request to a body that is not subordinate: a read model of where its case stands.

    There is no due date here, so none can pass (requirements 2(f)). `answer` are the words of the reply;
    `follow_ups` counts courtesy letters, which a person decides on.
    """

    __tablename__ = "external_request"
    __table_args__ = (Index("ix_external_request_list", "created_at", "id"), Index("ix_external_request_body", "body"))

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    body: Mapped[Code | None] = mapped_column(ForeignKey("agency.code"))
    subject: Mapped[str | None]
    content: Mapped[str | None]
    state: Mapped[Code]
    doc_number: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    reply_number: Mapped[str | None]
    follow_ups: Mapped[int]
    instance_id: Mapped[Key]
    reply_instance_id: Mapped[Key | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class SharedResult(Row):
    """What a body shared of its own accord after a request; it counts in no figure of the City's."""

    __tablename__ = "shared_result"
    __table_args__ = (Index("ix_shared_result_request", "request_id", "shared_at"),)

    id: Mapped[Id]
    request_id: Mapped[Key] = mapped_column(ForeignKey("external_request.id"))
    text: Mapped[str]
    documents: Mapped[list[Any]]
    shared_by: Mapped[Key | None]
    shared_at: Mapped[datetime]


class Supervision(Row):
    """What the Fatherland Front supervises or criticises, and where the City's response to it stands.

    `addressed` is the agency that answers, by `reply_due`; `round` grows when the Front replies again.
    """

    __tablename__ = "supervision"
    __table_args__ = (Index("ix_supervision_list", "created_at", "id"), Index("ix_supervision_agency", "addressed"))

    id: Mapped[Id]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    front: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    kind: Mapped[Code | None]
    subject: Mapped[str | None]
    content: Mapped[str | None]
    letter_number: Mapped[str | None]
    state: Mapped[Code]
    round: Mapped[int]
    addressed: Mapped[Code | None] = mapped_column(ForeignKey("agency.code"))
    reply_due: Mapped[date | None]
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    doc_number: Mapped[str | None]
    instance_id: Mapped[Key]
    answer_instance_id: Mapped[Key | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class Recommendation(Row):
    """One recommendation of a supervision, and what was answered to it in a round.

    `answer` is accept, partly_accept or decline; what is taken up has the case of its task in `task_instance_id`.
    """

    __tablename__ = "recommendation"
    __table_args__ = (UniqueConstraint("supervision_id", "round", "position"),)

    id: Mapped[Id]
    supervision_id: Mapped[Key] = mapped_column(ForeignKey("supervision.id"))
    round: Mapped[int]
    position: Mapped[int]
    text: Mapped[str]
    answer: Mapped[Code]
    explanation: Mapped[str | None]
    task_instance_id: Mapped[Key | None]
    answered_at: Mapped[datetime]
