"""What the pages of the site cost with tens of thousands of open tasks: milliseconds at the server, and statements.

Rule: every page that can be opened is measured, as whoever waits longest for it; the server is the product's own.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

import structlog
from flask import Flask
from sqlalchemy import event, select

from api.app import create_app
from api.settings import Settings
from bench import crowd
from bench.crowd import COMMUNE, person
from bench.servers import product
from engine.access import SYSTEM
from engine.commands import credentials
from engine.models.instance import ProcessInstance
from engine.models.report import Report, ReportRound
from engine.models.task import UserTask
from engine.runtime import Engine, Transaction

TIMES, PROBED = 30, 3
MOST_MS = 200.0
READERS = (f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head", "svhtt.report_aggregator", "auditor", "sysadmin")
# The same page asked for otherwise, where that is another question to the database.
ASKED_OTHERWISE = (
    "/work?view=returned",
    "/work?view=offered",
    "/work?view=held",
    "/work?view=done",
    "/work?view=offered&q=nhiem+vu",
    "/decisions?q=khong+co",
    "/process-instances?state=active&process=task_lifecycle",
    f"/process-instances?agency={COMMUNE}",
    "/results?by=obligation",
    "/results?by=content_tag",
    "/results?by=period",
    "/plan-tasks?bucket=overdue",
    f"/plan-tasks?agency={COMMUNE}",
    "/history?person=nguyen",
    "/history?person=khong+co+ai",
    f"/history?agency={COMMUNE}",
    "/history?type=task-completed",
    "/history?type=case-closed",
    "/history?from=2030-01-01",
    "/people?q=nguyen",
)
NO_PAGES = {"pages.static", "pages.public.front", "pages.entry.login", "pages.tasks.attachment", "pages.documents.file"}
_PLACE = re.compile(r"<(?:[^:<>]*:)?(\w+)>")


@dataclass(frozen=True)
class Cell:
    """What a page costs whoever waits longest for it."""

    path: str
    reader: str
    median_ms: float
    p95_ms: float
    statements: int
    bytes: int


def measured(many: int = crowd.MANY, times: int = TIMES) -> list[Cell]:
    """Every page over a scratch database on SQLite with so many open tasks, the dearest first."""
    with tempfile.TemporaryDirectory() as folder:
        return measured_in(Path(folder), many, times)


def measured_in(home: Path, many: int, times: int) -> list[Cell]:
    """The same over the database in a folder, which is made there unless it stands there from a run before."""
    path = home / "dondoc.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        crowd.prepare(home, url, many)
    secrets, paths, counted = _inside(home, url)
    server = product(home, url, workers=1)
    server.start()
    try:
        cells = [_dearest(server.port, path, secrets, counted, times) for path in paths]
    finally:
        server.stop()
    return sorted((cell for cell in cells if cell), key=lambda cell: -cell.p95_ms)


def show(cells: Sequence[Cell]) -> None:
    """Print it, the dearest first."""
    print(f"{'median':>8} {'p95 ms':>8} {'statements':>10} {'kB':>6}  page, as whom")
    for cell in cells:
        place = f"{cell.path}, {cell.reader}"
        print(f"{cell.median_ms:8.1f} {cell.p95_ms:8.1f} {cell.statements:10} {cell.bytes / 1e3:6.0f}  {place}")


def _inside(home: Path, url: str) -> tuple[dict[str, str], list[str], dict[tuple[str, str], int]]:
    """A session for each reader, the address of every page, and how many statements each page makes for each."""
    engine = Engine(url)
    app = create_app(Settings(home=home, env="development"), engine)
    secrets = {name: _session(engine, name) for name in READERS}
    paths = [*_paths(app, engine.read(SYSTEM, _known)), *ASKED_OTHERWISE]
    counted = {(name, path): _statements(app, engine, path, secrets[name]) for path in paths for name in READERS}
    engine.close()
    return secrets, paths, counted


def _session(engine: Engine, username: str) -> str:
    who = person(engine, username)
    return engine.run(who, credentials.open_session, who.account_id or "")


def _known(tx: Transaction) -> dict[str, str]:
    """Something that is really there for each place in an address."""
    case = select(ProcessInstance.id).where(ProcessInstance.agency == COMMUNE).order_by(ProcessInstance.id).limit(1)
    instance_id = tx.session.scalar(case.where(ProcessInstance.process_key == "task_lifecycle"))
    waiting = select(UserTask.id).where(UserTask.instance_id == instance_id, UserTask.state == "open")
    known = {
        "instance_id": instance_id,
        "task_id": tx.session.scalar(waiting),
        "round_id": tx.session.scalar(select(ReportRound.id).limit(1)),
        "report_id": tx.session.scalar(select(Report.id).where(Report.agency == COMMUNE).limit(1)),
        "key": "task_lifecycle",
        "version": "1",
    }
    return {name: str(value) for name, value in known.items()}


def _paths(app: Flask, known: dict[str, str]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        is_page = rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES
        if is_page and set(_PLACE.findall(rule.rule)) <= known.keys():
            yield _PLACE.sub(lambda place: known[place[1]], rule.rule)


def _statements(app: Flask, engine: Engine, path: str, secret: str) -> int:
    http = app.test_client()
    http.set_cookie("dondoc_session", secret)
    http.get(path)  # what is compiled once for all
    with statements(engine) as asked:
        http.get(path)
    return len(asked)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database through the ORM in the meantime."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine.database.writer, "before_cursor_execute", note)
    yield asked
    event.remove(engine.database.writer, "before_cursor_execute", note)


def _dearest(
    port: int, path: str, secrets: dict[str, str], counted: dict[tuple[str, str], int], times: int
) -> Cell | None:
    """The page as whoever waits longest for it; None when nobody may open it."""
    probed = {name: _taken(port, path, secret, PROBED) for name, secret in secrets.items()}
    known = {name: median(found[0]) for name, found in probed.items() if found}
    if not known:
        return None
    slowest = max(known, key=lambda name: known[name])
    taken, size = _taken(port, path, secrets[slowest], times) or ([], 0)
    p95 = quantiles(taken, n=20, method="inclusive")[-1]
    return Cell(path, slowest, median(taken), p95, counted[(slowest, path)], size)


def _taken(port: int, path: str, secret: str, times: int) -> tuple[list[float], int] | None:
    """The milliseconds of each of so many answers over one kept connection, and their size; None when refused."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"dondoc_session={secret}", "Accept": "text/html"}
    found: list[float] = []
    size = 0
    for _ in range(times):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        found.append((time.perf_counter() - began) * 1e3)
        if answer.status >= 500:
            raise RuntimeError(f"{path} answers {answer.status}")
        if answer.status != 200:
            return None
    connection.close()
    return found, size


def _cells(folder: Path | None, many: int, times: int) -> list[Cell]:
    if folder is None:
        return measured(many, times)
    folder.mkdir(parents=True, exist_ok=True)
    return measured_in(folder, many, times)


def _main() -> str | int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=crowd.MANY, help="open tasks")
    parser.add_argument("--times", type=int, default=TIMES, help="requests for each page")
    parser.add_argument("--in", dest="folder", type=Path, help="keep the database in this folder, for the next run")
    parser.add_argument("--gate", action="store_true", help=f"fail when a p95 is over {MOST_MS:.0f} ms")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    cells = _cells(options.folder, options.many, options.times)
    show(cells)
    over = [cell.path for cell in cells if cell.p95_ms > MOST_MS]
    return f"over {MOST_MS:.0f} ms: {', '.join(over)}" if options.gate and over else 0


if __name__ == "__main__":
    sys.exit(_main())
