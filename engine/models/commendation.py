"""Commendation: campaigns, dossiers with their evidence, the council, its ballot box, and what was awarded.

Rule: who has voted (`ballot_roll`) and how (`ballot`) share nothing but the meeting: no id, no time, no order.
See docs/decisions/0016-commendation.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.columns import Code, Id, Json, Key, Row, new_id

_ACTIVE = text("state = 'active'")


class Campaign(Row):
    """A drive for commendation: the dossiers of one occasion, which Sở KHCN consolidates into one proposal.

    `quota` is how many dossiers one agency may hand in (None: no limit). `proposal` lists what the consolidated
    proposal `proposal_number` holds.
    """

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_list", "opens_on", "id"),)

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    title_vi: Mapped[str]
    title_en: Mapped[str]
    obligation_id: Mapped[str | None] = mapped_column(ForeignKey("obligation.id"))
    achievement_type: Mapped[Code | None]
    opens_on: Mapped[date]
    closes_on: Mapped[date | None]
    quota: Mapped[int | None]
    state: Mapped[Code]
    proposal_number: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[Key | None]
    proposal: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class Dossier(Row):
    """One nominee, one achievement, one form of award: a read model of where its case stands.

    `nominee_key` and `achievement_key` are the names as they are compared. `received_on` is the local day on which
    Sở KHCN received it: it never changes, and `rules` are those of that day, with `rule_version`. `held_state` is what
    it goes back to when the hold is over. `publish` says whether the nominee may be named, on the ground of
    `publish_basis`; of a person nothing is kept but name and unit.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_agency", "agency", "state"),
        Index("ix_dossier_campaign", "campaign_id"),
        Index("ix_dossier_nominee", "nominee_key"),
        Index("ix_dossier_list", "created_at", "id"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[Key | None] = mapped_column(ForeignKey("campaign.id"))
    instance_id: Mapped[Key | None]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    proposer_level: Mapped[Code]
    nominee_kind: Mapped[Code]
    nominee_name: Mapped[str]
    nominee_unit: Mapped[str | None]
    nominee_key: Mapped[str]
    award_form: Mapped[Code]
    achievement_type: Mapped[Code]
    achievement_title: Mapped[str]
    achievement_key: Mapped[str]
    achievement_summary: Mapped[str | None]
    unit_minutes: Mapped[dict[str, Any] | None]
    proposal_number: Mapped[str | None]
    state: Mapped[Code]
    held_state: Mapped[Code | None]
    hold_ground: Mapped[Code | None]
    round: Mapped[int]
    reason: Mapped[str | None]
    praised_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[Key | None]
    received_on: Mapped[date | None]
    rule_version: Mapped[str | None]
    rules: Mapped[dict[str, Any] | None]
    publish: Mapped[bool]
    publish_basis: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[Key | None]
    simulated: Mapped[bool]
    version: Mapped[int]


class DossierEvidence(Row):
    """A plan task that a dossier claims: its result as accepted when it was linked.

    `audit_seq` and `audit_head` are the end of the hash chain of the task's case then; `snapshot` holds the facts that
    the claim rests on, `sha256` their digest. When the task says something else by now, the claim is stale.
    """

    __tablename__ = "dossier_evidence"
    __table_args__ = (Index("ix_dossier_evidence_task", "plan_task_id"),)

    dossier_id: Mapped[Key] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    plan_task_id: Mapped[Key] = mapped_column(ForeignKey("plan_task.id"), primary_key=True)
    audit_seq: Mapped[int]
    audit_head: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    linked_at: Mapped[datetime]


class AgencyOpinion(Row):
    """What a related agency says of a dossier (hiệp y): agree, disagree or no_opinion, which is never consent."""

    __tablename__ = "agency_opinion"
    __table_args__ = (UniqueConstraint("dossier_id", "round", "agency"),)

    id: Mapped[Id]
    dossier_id: Mapped[Key] = mapped_column(ForeignKey("dossier.id"))
    round: Mapped[int]
    agency: Mapped[Code] = mapped_column(ForeignKey("agency.code"))
    opinion: Mapped[Code]
    comment: Mapped[str | None]
    given_by: Mapped[Key | None]
    given_at: Mapped[datetime]


class CouncilMeeting(Row):
    """The council on one dossier, by the rules of the dossier. What was counted stands here after the closing only.

    `ballot` is secret or written. `seats` is the number of members, `recused` how many of them may not vote;
    `taken_part` those who voted or gave their opinion in writing.
    """

    __tablename__ = "council_meeting"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[Id]
    dossier_id: Mapped[Key] = mapped_column(ForeignKey("dossier.id"))
    number: Mapped[int]
    ballot: Mapped[Code]
    quorum_percent: Mapped[int]
    threshold_percent: Mapped[int]
    state: Mapped[Code]
    seats: Mapped[int]
    recused: Mapped[int | None]
    taken_part: Mapped[int | None]
    in_favour: Mapped[int | None]
    against: Mapped[int | None]
    blank: Mapped[int | None]
    quorum_met: Mapped[bool | None]
    threshold_met: Mapped[bool | None]
    result: Mapped[Code | None]
    minutes: Mapped[str | None]
    convened_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]


class CouncilSeat(Row):
    """A member of the council in one meeting.

    `recusal` is why they may not vote: own_agency or declared. `opinion` is the written one of a member who is absent,
    or of all where the rules want no secret ballot; it bears its name, as the law has it.
    """

    __tablename__ = "council_seat"

    meeting_id: Mapped[Key] = mapped_column(ForeignKey("council_meeting.id"), primary_key=True)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"), primary_key=True)
    attendance: Mapped[Code | None]
    recusal: Mapped[Code | None]
    recusal_reason: Mapped[str | None]
    declared_at: Mapped[datetime | None]
    opinion: Mapped[Code | None]
    opinion_comment: Mapped[str | None]


class Ballot(Row):
    """One secret ballot. All ballots of a meeting are written anew, in random order under random ids, with each cast.

    Without a rowid on SQLite, and always from one transaction on PostgreSQL: neither tells which was the last.
    """

    __tablename__ = "ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    meeting_id: Mapped[Key] = mapped_column(ForeignKey("council_meeting.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    choice: Mapped[Code]


class BallotRoll(Row):
    """Who has cast a secret ballot in a meeting; nothing about it."""

    __tablename__ = "ballot_roll"
    __table_args__ = {"sqlite_with_rowid": False}

    meeting_id: Mapped[Key] = mapped_column(ForeignKey("council_meeting.id"), primary_key=True)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Award(Row):
    """What was decided on a dossier, under a number. `state` is active, or revoked with its own number and reason.

    `amount` is the money in VND: `money_multiple` times the base salary of the day of the decision. `recovered_on` is
    when a revoked award was given back.
    """

    __tablename__ = "award"
    __table_args__ = (Index("ix_award_decision", "decision_number"),)

    id: Mapped[Id]
    dossier_id: Mapped[Key] = mapped_column(ForeignKey("dossier.id"), unique=True)
    decision_number: Mapped[str]
    decided_on: Mapped[date]
    decided_by: Mapped[Key | None]
    grantor: Mapped[Code]
    rule_version: Mapped[str]
    money_multiple: Mapped[Any] = mapped_column(Json)
    base_salary: Mapped[int]
    amount: Mapped[int]
    state: Mapped[Code]
    published_at: Mapped[datetime | None]
    revocation_number: Mapped[str | None]
    revocation_ground: Mapped[Code | None]
    revocation_reason: Mapped[str | None]
    revoked_on: Mapped[date | None]
    revoked_by: Mapped[Key | None]
    recovered_on: Mapped[date | None]
    version: Mapped[int]


class AwardClaim(Row):
    """What an award has used up: a plan task, or the nominee with the achievement. One active award may claim it."""

    __tablename__ = "award_claim"
    __table_args__ = (
        Index("ux_award_claim_active", "claim", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )

    award_id: Mapped[Key] = mapped_column(ForeignKey("award.id"), primary_key=True)
    claim: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[Code]
