"""The box of secret ballots: putting one in, and counting them after the closing.

Rule: all ballots of a meeting are written anew with each cast, in random order under random ids, so that neither the
place nor the age of a row, nor the transaction that wrote it, tells whose it is (docs/decisions/0016-commendation.md).
"""

from __future__ import annotations

from secrets import SystemRandom

from sqlalchemy import delete, insert, select

from engine.models.columns import new_id
from engine.models.commendation import Ballot, BallotRoll
from engine.runtime import Transaction

_random = SystemRandom()


def has_voted(tx: Transaction, meeting_id: str, person_id: str) -> bool:
    """Whether the person's name is ticked on the roll."""
    return tx.session.get(BallotRoll, (meeting_id, person_id)) is not None


def put(tx: Transaction, meeting_id: str, person_id: str, choice: str) -> None:
    """Tick the person's name and put the ballot in, shuffled among the others. The case is locked by the caller."""
    choices = [*_choices(tx, meeting_id), choice]
    _random.shuffle(choices)
    tx.session.execute(delete(Ballot).where(Ballot.meeting_id == meeting_id))
    ballots = [{"meeting_id": meeting_id, "id": new_id(), "choice": one} for one in choices]
    tx.session.execute(insert(Ballot), sorted(ballots, key=lambda ballot: ballot["id"]))
    tx.session.add(BallotRoll(meeting_id=meeting_id, person_id=person_id))
    tx.session.flush()


def opened(tx: Transaction, meeting_id: str) -> list[str]:
    """The ballots of a closed meeting, in an order that means nothing."""
    return sorted(_choices(tx, meeting_id))


def turnout(tx: Transaction, meeting_id: str) -> int:
    """How many have voted."""
    query = select(BallotRoll.person_id).where(BallotRoll.meeting_id == meeting_id)
    return len(tx.session.scalars(query).all())


def _choices(tx: Transaction, meeting_id: str) -> list[str]:
    return list(tx.session.scalars(select(Ballot.choice).where(Ballot.meeting_id == meeting_id)))
