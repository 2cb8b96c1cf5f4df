"""Reading the council: its meetings on a dossier, and who sits in them.

Rule: who voted is told, how never; what was counted stands in the meeting after its closing only.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.access import Actor
from engine.models.commendation import BallotRoll, CouncilMeeting, CouncilSeat
from engine.runtime import Transaction

_READERS = frozenset({"council_secretary", "council_member", "city_leader", "auditor"})


def reads_council(actor: Actor) -> bool:
    """Whether the actor may see who sits in the council and what it counted."""
    return actor.is_system or bool(actor.roles & _READERS)


def meetings(tx: Transaction, dossier_id: str) -> Sequence[CouncilMeeting]:
    """The council's meetings on a dossier, the first one first."""
    query = select(CouncilMeeting).where(CouncilMeeting.dossier_id == dossier_id)
    return tx.session.scalars(query.order_by(CouncilMeeting.number)).all()


def seats(tx: Transaction, meeting_id: str) -> Sequence[CouncilSeat]:
    """The members in a meeting, by person."""
    query = select(CouncilSeat).where(CouncilSeat.meeting_id == meeting_id)
    return tx.session.scalars(query.order_by(CouncilSeat.person_id)).all()


def roll(tx: Transaction, meeting_id: str) -> set[str]:
    """Who has cast a secret ballot in a meeting."""
    return set(tx.session.scalars(select(BallotRoll.person_id).where(BallotRoll.meeting_id == meeting_id)))


def latest(tx: Transaction, dossier_id: str) -> CouncilMeeting | None:
    """The council's last meeting on a dossier; None when there was none."""
    return next(iter(reversed(meetings(tx, dossier_id))), None)


def sits(tx: Transaction, dossier_id: str, person_id: str | None) -> bool:
    """Whether the person has a seat in a meeting on the dossier."""
    query = select(CouncilSeat.person_id).join(CouncilMeeting, CouncilMeeting.id == CouncilSeat.meeting_id)
    mine = (CouncilMeeting.dossier_id == dossier_id) & (CouncilSeat.person_id == person_id)
    return tx.session.scalars(query.where(mine).limit(1)).first() is not None
