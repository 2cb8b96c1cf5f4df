"""A simulated time from its first to its last day, jumping from event to event.

Rule: the product's own worker does its chores whenever a timer is due, and every hour in which anything happens; then
people act. Nothing else moves a case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from api.simulation import initiatives
from api.simulation.cast import Cast
from api.simulation.initiatives import Initiative
from api.simulation.office import Office
from engine import deadlines
from engine.access import SYSTEM
from engine.calendar import ONE_DAY
from engine.commands import timers
from engine.errors import EngineError
from engine.queries import calendar as calendars
from engine.runtime import Engine
from engine.worker import Worker

#: The worker looks once every morning, before the offices open: rounds are begun and mergers carried out by the day.
_LOOK_AT = timedelta(hours=-1)
_PAUSE = timedelta(minutes=1)
_LOOKS_EVERY = timedelta(hours=1)


class Course:
    """The simulated time: its clock, its worker, and its people."""

    def __init__(self, engine: Engine, worker: Worker, clock: Path, seed: int) -> None:
        self._engine = engine
        self._worker = worker
        self._clock = clock
        self.office = Office(engine.read(SYSTEM, calendars.current))
        self.cast = Cast(engine, self.office, seed)
        self.stops = 0
        self._idle = False
        self._looks_next = engine.clock.now()

    def run(self, first: date, last: date, each_day: Callable[[date], None]) -> None:
        """Live from the morning of the first day to the end of the last; `each_day` is done every morning."""
        begun = deque(initiatives.of(self._engine, self.office, first, last))
        end, day = deadlines.end_of_day(last), first
        self.cast.listen()
        try:
            while (moment := self._next(day, begun)) <= end:
                set_clock(self._clock, moment)
                if moment >= _morning(day):
                    each_day(day)
                    day += ONE_DAY
                self._stop(moment, begun)
        finally:
            self.cast.leave()
        set_clock(self._clock, end)

    def _next(self, day: date, begun: deque[Initiative]) -> datetime:
        """The next instant at which something is to happen; a minute on after a stop at which nothing was done."""
        known = (self.cast.next_act(), self._engine.read(SYSTEM, timers.next_due), begun[0].at if begun else None)
        nearest = min([_morning(day), *(moment for moment in known if moment is not None)])
        return max(nearest, self._engine.clock.now() + (_PAUSE if self._idle else timedelta()))

    def _stop(self, moment: datetime, begun: deque[Initiative]) -> None:
        self.stops += 1
        done = self._work(moment)
        while begun and begun[0].at <= moment:
            done += self._begin(begun.popleft())
        self._idle = not self.cast.act_until(moment) + done

    def _work(self, moment: datetime) -> int:
        """Have the worker do all that there is to do, if it looks now; how much that was."""
        due = self._engine.read(SYSTEM, timers.next_due)
        if moment < self._looks_next and (due is None or due > moment):
            return 0
        self._looks_next, done = moment + _LOOKS_EVERY, 0
        while fired := self._worker.turn():
            done += fired
        return done

    def _begin(self, one: Initiative) -> bool:
        try:
            self._engine.run(self.cast.actor(one.username), one.act)
        except EngineError as error:
            self.cast.refused[f"initiative: {error}"] += 1
        return True


def set_clock(path: Path, moment: datetime) -> None:
    """Have every process that reads this file live at an instant."""
    path.write_text(moment.isoformat(), encoding="ascii")


def _morning(day: date) -> datetime:
    return deadlines.morning(day) + _LOOK_AT
