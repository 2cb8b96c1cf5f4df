"""What the reader may do to a dossier beside its tasks: hold it, let it go on, ask for a revocation, vote.

Rule: a verb that is named here is what the command would allow at this moment; the command still decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine import commendation_rules as rules
from engine.commands.dossiers import HOLDERS, REVOKERS
from engine.handlers import ballot_box
from engine.models.commendation import CouncilMeeting, CouncilSeat, Dossier
from engine.queries import council
from engine.runtime import Transaction


@dataclass(frozen=True)
class Vote:
    """The reader's seat in the council's last meeting on a dossier. `recusal` is why they may not vote, if so.

    `turnout` is how many have cast a secret ballot by now.
    """

    meeting: CouncilMeeting
    has_voted: bool
    recusal: str | None
    turnout: int

    @property
    def may_vote(self) -> bool:
        """Whether the vote is open to the reader."""
        return self.meeting.state == "voting" and not self.has_voted and self.recusal is None


def verbs_on(tx: Transaction, found: Dossier) -> tuple[str, ...]:
    """Of hold, release and revoke those that the reader may do to a dossier that they see."""
    is_on_hold = found.state == "on_hold"
    may = {
        "hold": bool(tx.actor.roles & HOLDERS) and found.state in rules.UNDER_WAY and not is_on_hold,
        "release": bool(tx.actor.roles & HOLDERS) and is_on_hold,
        "revoke": bool(tx.actor.roles & REVOKERS) and found.state in rules.AWARDED,
    }
    return tuple(verb for verb, is_so in may.items() if is_so)


def vote_of(tx: Transaction, found: Dossier) -> Vote | None:
    """The reader's seat in the last meeting; None for whoever has none, and for whoever acts in another's place."""
    meeting = council.latest(tx, found.id)
    seat = tx.session.get(CouncilSeat, (meeting.id, tx.actor.person_id)) if meeting else None
    if meeting is None or seat is None:
        return None
    has_voted = seat.opinion is not None or ballot_box.has_voted(tx, meeting.id, seat.person_id)
    recusal = seat.recusal or ("own_agency" if found.agency in tx.actor.agencies else None)
    return Vote(meeting, has_voted, recusal, ballot_box.turnout(tx, meeting.id))
