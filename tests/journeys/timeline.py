"""An installation whose clock a test moves: a served one, and on PostgreSQL a worker beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.deadlines import LOCAL
from tests.journeys.server import PATIENCE_SECONDS, Client, Server

ALARM = Path(__file__).with_name("alarm.bpmn")
_MOMENT = timedelta(seconds=1)


@dataclass
class Timeline(Server):
    """A server under `DONDOC_CLOCK`. Its time stands still until `go` moves it."""

    worker: subprocess.Popen[bytes] | None = None
    people: dict[str, Program] = field(default_factory=dict)

    def prepare(self, now: datetime) -> None:
        """Make the installation with the demo, at that moment."""
        self.extra |= {"DONDOC_CLOCK": f"file:{self._clock}", "DONDOC_POLL_MILLISECONDS": "50"}
        self.set(now)
        for words in (("init", "--demo"), ("deploy", str(ALARM))):
            done = self.cli(*words)
            assert done.returncode == 0, done.stderr

    def start_worker(self) -> None:
        """Start `dondoc worker` beside the server, which has one of its own."""
        log = (self.home / "worker.log").open("ab")
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "worker"], env=self._environment(), stdout=log, stderr=log
        )
        log.close()

    def end(self) -> None:
        """Stop all of it."""
        for client in self.clients:
            client.close()
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(timeout=PATIENCE_SECONDS)
        self.stop()

    def person(self, username: str) -> Program:
        """Somebody's programme, whose token outlives every session."""
        if username not in self.people:
            self.people[username] = Program(self, username)
        return self.people[username]

    def go(self, moment: datetime) -> None:
        """Move the clock to a second after that moment, and wait until the workers have done what was due by then.

        Timers go off in the order of their times, so an alarm at that second is the last of them; what another worker
        then still had in hand, or found in other hands, is done by the time a second alarm has rung.
        """
        alarm = self._alarm(moment + _MOMENT)
        self.set(moment + _MOMENT)
        for ringing in (alarm, None):
            self._wait(ringing or self._alarm(moment))

    def _alarm(self, at_moment: datetime) -> str:
        body = {"process_key": "alarm", "variables": {"at": at_moment.isoformat()}}
        alarm: str = self.person("designer").post("/process-instances", body, status=201)["id"]
        return alarm

    def _wait(self, alarm: str) -> None:
        until(lambda: self.person("designer").get(f"/process-instances/{alarm}")["state"] == "completed")

    @property
    def today(self) -> date:
        """The local day that the clock shows."""
        return datetime.fromisoformat(self._clock.read_text(encoding="utf-8")).astimezone(LOCAL).date()

    def set(self, moment: datetime) -> None:
        """Move the clock, and wait for nothing."""
        fresh = self.home / "clock.new"
        fresh.write_text(moment.isoformat(), encoding="utf-8")
        os.replace(fresh, self._clock)

    @property
    def _clock(self) -> Path:
        return self.home / "clock"


class Program(Client):
    """One person's programme with a token instead of a session: those end while the clock is moved on."""

    def __init__(self, server: Server, username: str) -> None:
        super().__init__(server, username)
        token = self.post("/tokens", {"name": "journey"}, status=201)["token"]
        del self.http.headers["X-CSRF-Token"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def offered(self, instance_id: str) -> list[dict[str, Any]]:
        """The open tasks of a case that are offered to this person."""
        found = self.get("/tasks", candidate="me", state="open", process_instance=instance_id)["items"]
        return list(found)

    def does(self, instance_id: str, element_id: str, **variables: Any) -> None:
        """Complete the task of that element, once it is there."""
        (task,) = [t for t in self.offered(instance_id) if t["element_id"] == element_id]
        self.post(f"/tasks/{task['id']}/complete", {"variables": variables})

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            answer = self.get(path, limit=200, **params, **cursor)
            found += answer["items"]
            if answer["page"]["next_cursor"] is None:
                return found
            cursor = {"cursor": answer["page"]["next_cursor"]}


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    """A local moment."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL)


def local_day(text: str) -> date:
    """The local day of an instant as the interface writes it."""
    return datetime.fromisoformat(text).astimezone(LOCAL).date()


@contextmanager
def started(made: Timeline, day: date) -> Iterator[Timeline]:
    """A served installation that begins on a day at nine; whatever happens, it does not outlive its test."""
    made.prepare(at(day, 9))
    try:
        made.start()
        yield made
    finally:
        made.end()


def live_until(timeline: Timeline, day: date) -> None:
    """Let the mornings come, each of them, up to that day's."""
    while timeline.today < day:
        timeline.go(at(timeline.today + timedelta(days=1)))


def notices(person: Program, topic: str, report: dict[str, Any]) -> list[date]:
    """The days of the messages of a topic about a report in somebody's inbox, each at eight in the morning."""
    told = [m for m in person.all("/notifications", topic=topic) if m["data"]["report"] == report["id"]]
    return sorted(local_day(message["created_at"]) for message in told)
