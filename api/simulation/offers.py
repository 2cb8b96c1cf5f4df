"""What somebody is offered, what they know of it, and what they can look up when they act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.simulation.chance import Die, temper
from api.simulation.office import Office
from engine import deadlines


@dataclass(frozen=True)
class Offer:
    """A task that waits for somebody: whom it is offered to, the case, its variables, and the how-manieth time it is.

    `due` is the local day by which it is to be done, `ends` the last day of the agency where it has one; `seed` is that
    of the simulation.
    """

    task_id: str
    element_id: str
    groups: tuple[str, ...]
    case_key: str
    agency: str
    known: Mapping[str, Any]
    at: datetime
    due: date | None
    ends: date | None
    turn: int
    seed: int

    @property
    def temper(self) -> str:
        """What the agency of the case is like."""
        return temper(self.seed, self.agency)

    def die(self, purpose: str) -> Die:
        """Chance for one purpose of this offer."""
        return Die(self.seed, purpose, self.case_key, self.groups[0], self.element_id, self.turn)

    def fate(self) -> Die:
        """Chance for what becomes of the case as a whole."""
        return Die(self.seed, "fate", self.case_key)

    def day(self, name: str) -> date | None:
        """The day that a variable of the case names."""
        return deadlines.as_date(self.known[name]) if self.known.get(name) else None


@dataclass(frozen=True)
class Desk:
    """What somebody sees when they act: the day, and by code who has not reported in a round and who is no more."""

    today: date
    office: Office
    unreported: Callable[[str], list[str]]
    successor: Callable[[str], str | None]

    def working_days(self, count: int) -> str:
        """The day so many working days from today, as a form takes it."""
        return self.office.calendar.add(self.today, count).isoformat()


When = Callable[[Offer, Die, Office], datetime | None]
What = Callable[[Offer, Die, Desk], dict[str, Any]]


@dataclass(frozen=True)
class Habit:
    """What people do with a kind of task: when they act (None: never), and what they submit then."""

    when: When
    what: What


def within(least: float, most: float) -> When:
    """Somebody who acts after so many office hours, more or less."""
    return lambda offer, die, office: office.later(offer.at, die.hours(least, most))


def never(_offer: Offer, _die: Die, _office: Office) -> None:
    """Somebody who leaves it to the clock."""
