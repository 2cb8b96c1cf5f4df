"""Setting a simulation up on a database of its own, and running it.

Rule: it writes into an empty database only, in development only, and leaves it to be looked at.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from api.installation import add_demo_people, load_demo, opened, shipped_diagrams, shipped_plan
from api.served import make_worker, open_engine
from api.settings import Settings, make_home, secret_key
from api.simulation import tally
from api.simulation.course import Course, set_clock
from api.simulation.tally import Summary
from engine import deadlines
from engine.access import SYSTEM
from engine.commands import definitions
from engine.errors import StartupError
from engine.runtime import Engine


@dataclass(frozen=True)
class Trial:
    """What is simulated: the first and the last day, the seed of chance, and how many communes take part (None: all).

    `database` is a URL or the path of a SQLite file; empty means one in the home folder.
    """

    first: date
    last: date
    seed: int
    database: str = ""
    communes: int | None = None


def run(given: Settings, trial: Trial) -> Summary:
    """Simulate, and tell what it came to. Raises StartupError in production, or where the database is not empty."""
    if not given.is_development:
        raise StartupError("Chỉ mô phỏng khi DONDOC_ENV=development.", "A simulation needs DONDOC_ENV=development.")
    make_home(given)
    settings = settings_of(given, trial)
    _require_empty(replace(settings, clock=""))
    secret_key(settings)
    clock = Path(settings.clock.removeprefix("file:"))
    set_clock(clock, deadlines.morning(trial.first))
    began = time.monotonic()
    with opened(settings) as engine:
        summary = _lived(engine, settings, trial, clock)
    return summary | {"wall_seconds": round(time.monotonic() - began, 1)}


def settings_of(given: Settings, trial: Trial) -> Settings:
    """The settings of a simulation, with which a server can be started on what it leaves: its database and clock."""
    url = trial.database or str(given.home.absolute() / "simulation.db")
    if "://" not in url:
        url = f"sqlite:///{Path(url).absolute()}"
    path = make_url(url).database if url.startswith("sqlite") else None
    clock = Path(path).with_suffix(".clock") if path else given.home.absolute() / "simulation.clock"
    return replace(given, database_url=url, clock=f"file:{clock}", smtp_url="", synchronous="NORMAL")


def _lived(engine: Engine, settings: Settings, trial: Trial, clock: Path) -> Summary:
    document = _document(trial)
    engine.run(SYSTEM, definitions.deploy, shipped_diagrams(), publish=True)
    for _ in load_demo(engine, settings, document):  # done line by line
        pass
    begin = {date.fromisoformat(row["valid_from"]) for row in document["agencies"] if row.get("valid_from")}

    def each_day(day: date) -> None:
        if day in begin:  # an agency comes into force: its people get their accounts
            add_demo_people(engine, settings)

    course = Course(engine, make_worker(engine, settings), clock, trial.seed)
    course.run(trial.first, trial.last, each_day)
    head = {"from": trial.first.isoformat(), "to": trial.last.isoformat(), "seed": trial.seed}
    return head | tally.of(engine, course) | {"stops": course.stops}


def _document(trial: Trial) -> dict[str, Any]:
    """Plan 179, with the first so many communes."""
    found = shipped_plan()
    return {**found, "commune_level_units": found["commune_level_units"][: trial.communes]}


def _require_empty(settings: Settings) -> None:
    engine = open_engine(settings)
    try:
        tables = inspect(engine.database.writer).get_table_names()
    finally:
        engine.close()
    if tables:
        where = make_url(settings.url).render_as_string(hide_password=True)
        raise StartupError(
            f"Cơ sở dữ liệu {where} không trống: hãy xóa hoặc chọn cơ sở dữ liệu khác (--database).",
            f"The database {where} is not empty: remove it or name another one (--database).",
        )
