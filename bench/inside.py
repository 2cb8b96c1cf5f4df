"""What is measured without HTTP: the product's own cost, statements, growth over loop turns, and the task list."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import notifications
from api.installation import shipped_diagrams
from bench import databases
from bench.servers import ROOT
from engine import migrations
from engine.access import SYSTEM, Actor, Grant
from engine.commands import definitions, instances, tasks
from engine.commands.instances import Start
from engine.database import raw_connection
from engine.models import Row
from engine.models.columns import table_of
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.queries import tasks as queries
from engine.queries.tasks import TaskFilter
from engine.runtime import Engine

TURNS = (1, 10, 100, 1_000)
SIZES = (100, 10_000, 100_000)
PAGES = 20
INTERLEAVED = 100
OFFICER = Actor("bench-person", "bench-account", (Grant("agency_officer", "c-thach-that"),), request_id="bench")
LENGTH = text("SELECT length(tree) FROM process_instance WHERE id = :i")
LONGEST = text("SELECT max(length(tree)) FROM process_instance")
APPROVED, REJECTED = {"approved": True}, {"approved": False}


def prepare(home: Path, url: str) -> str:
    """Install the product and the workloads; a token of one officer."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DONDOC_HOME": str(home),
        "DONDOC_ENV": "development",
        "DONDOC_DATABASE_URL": url,
    }
    diagrams = [str(p) for p in sorted((ROOT / "bench" / "workloads").glob("*.bpmn"))]
    token = ["token", "create", "--username", "c-thach-that.agency_officer", "--name", "bench"]
    said = ""
    for words in (["init", "--demo"], ["deploy", *diagrams], token):
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *words],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-300:])
        said = done.stdout
    return said.strip().splitlines()[-1]


def everything(kinds: list[str]) -> dict[str, Any]:
    """Every measurement of this module on each kind of database."""
    found: dict[str, Any] = {}
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder, databases.scratch(kind, Path(folder)) as url:
            engine = opened(url)
            loop, pages = Loop(engine), Pages(engine)
            found[kind] = {
                "completion": {flow: _completion(engine, flow) for flow in ("linear3", "lifecycle5")},
                "loop": _loop(loop),
                "growth": growth(engine, loop),
                "list": {size: pages.at(size) for size in SIZES},
            }
            engine.close()
    return found


def show(found: dict[str, Any]) -> None:
    """Print it."""
    for kind, results in found.items():
        print(f"\n== {kind}, in process")
        for flow, cell in results["completion"].items():
            print(
                f"{flow}: {cell['per_second']:.0f} completions/s, {cell['cpu_ms']:.2f} ms CPU, "
                f"{cell['statements']:.1f} statements, {cell['round_trips']:.1f} round trips, "
                f"{cell['commits']:.1f} commits, {cell['state_bytes']} B of state; "
                f"{cell['starts_per_second']:.0f} starts/s"
            )
        turns = ", ".join(f"{k}: {v['cpu_ms']:.2f} ms / {v['state_bytes']} B" for k, v in results["loop"].items())
        print(f"loop turns (a step's CPU / state): {turns}")
        print(f"CPU of a step after 1,000 turns: {results['growth']:.2f} times that of a young case")
        times = ", ".join(f"{k}: {v:.2f} ms" for k, v in results["list"].items())
        print(f"my-tasks page (50 of …): {times}")


def opened(url: str, *, synchronous: str = "FULL") -> Engine:
    """An engine with everything deployed, notices and all, as a server would have it."""
    notifications.connect()
    engine = Engine(url, synchronous=synchronous)
    migrations.upgrade(engine.database.writer)
    files = dict(shipped_diagrams())
    files |= {p.name: p.read_bytes() for p in (ROOT / "bench" / "workloads").glob("*.bpmn")}
    engine.run(SYSTEM, definitions.deploy, files, publish=True)
    return engine


def _completion(engine: Engine, flow: str, cases: int = 60) -> dict[str, float]:
    _waves(engine, _started(engine, flow, 10))
    began, cpu = time.perf_counter(), time.process_time()
    waiting = _started(engine, flow, cases)
    starting = time.perf_counter() - began
    began, cpu = time.perf_counter(), time.process_time()
    count, state = _waves(engine, waiting)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    return {
        "per_second": count / seconds,
        "cpu_ms": used / count * 1e3,
        "starts_per_second": cases / starting,
        "state_bytes": state,
        **counts(engine, flow),
    }


def _started(engine: Engine, flow: str, cases: int) -> list[str]:
    ids = [engine.run(OFFICER, instances.start, Start(flow)).id for _ in range(cases)]
    return [engine.read(OFFICER, queries.page, TaskFilter(instance_id=i))[0].row["id"] for i in ids]


def _waves(engine: Engine, waiting: list[str]) -> tuple[int, int]:
    count = 0
    while waiting:
        done = [engine.run(OFFICER, tasks.complete, task, APPROVED) for task in waiting]
        count += len(done)
        waiting = [d.next_tasks[-1].row["id"] for d in done if d.next_tasks]
    return count, int(engine.read(SYSTEM, lambda tx: tx.session.scalar(LONGEST)) or 0)


def counts(engine: Engine, flow: str) -> dict[str, float]:
    """Statements, round trips and commits of a completion: the most that any in the flow makes."""
    task: str | None = _started(engine, flow, 1)[0]
    noted: list[dict[str, float]] = []
    while task is not None:
        with engine.database.writing.line() as connection:
            note = note_of(raw_connection(connection))
        done = engine.run(OFFICER, tasks.complete, task, APPROVED)
        noted.append(note())
        task = done.next_tasks[-1].row["id"] if done.next_tasks else None
    return {name: max(n[name] for n in noted) for name in noted[0]}


def note_of(raw: Any) -> Callable[[], dict[str, float]]:
    """Begin to count what a connection sends; the function given back ends it and tells the counts."""
    return _note_sqlite(raw) if isinstance(raw, sqlite3.Connection) else _note_postgres(raw)


def _note_sqlite(raw: sqlite3.Connection) -> Callable[[], dict[str, float]]:
    said: list[str] = []
    raw.set_trace_callback(said.append)

    def stop() -> dict[str, float]:
        raw.set_trace_callback(None)
        plain = [s.partition("VALUES")[0] for s in said if not s.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
        distinct = sum(1 for _ in groupby(plain, key=lambda s: s[:60]))  # many rows of one INSERT are one statement
        return {"statements": distinct, "round_trips": 0, "commits": sum(s == "COMMIT" for s in said)}

    return stop


def _note_postgres(raw: Any) -> Callable[[], dict[str, float]]:
    folder = tempfile.mkdtemp()
    path = Path(folder) / "protocol"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    raw.pgconn.trace(descriptor)
    raw.pgconn.set_trace_flags(1)

    def stop() -> dict[str, float]:
        raw.pgconn.untrace()
        os.close(descriptor)
        lines = [line.split("\t") for line in path.read_text(errors="replace").splitlines()]
        path.unlink()
        Path(folder).rmdir()
        # A client waits for its answers at every Sync, and after every simple Query.
        turns = sum(parts[0] == "F" and parts[2] in ("Sync", "Query") for parts in lines if len(parts) > 2)
        commits = sum(parts[0] == "B" and "COMMIT" in parts[-1] for parts in lines)
        executed = sum(parts[:1] == ["F"] and parts[2] in ("Execute", "Query") for parts in lines if len(parts) > 2)
        return {"statements": executed - 2 * commits, "round_trips": turns, "commits": commits}

    return stop


class Loop:
    """A case of lifecycle5 that is sent back again and again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.case_id = engine.run(OFFICER, instances.start, Start("lifecycle5")).id
        self._task = engine.read(OFFICER, queries.page, TaskFilter(instance_id=self.case_id))[0].row["id"]

    def turn(self) -> float:
        """Propose and reject once more; the CPU seconds of a step."""
        began = time.process_time()
        for values in (APPROVED, REJECTED):
            done = self._engine.run(OFFICER, tasks.complete, self._task, values)
            self._task = done.next_tasks[-1].row["id"]
        return (time.process_time() - began) / 2

    def state_bytes(self) -> int:
        """How large the stored state is."""
        size = self._engine.read(SYSTEM, lambda tx: tx.session.scalar(LENGTH, {"i": self.case_id}))
        return int(size or 0)


def _loop(loop: Loop) -> dict[int, dict[str, float]]:
    """What a step costs and what is stored after so many turns."""
    found: dict[int, dict[str, float]] = {}
    window: list[float] = []
    for turn in range(1, TURNS[-1] + 1):
        window = [*window[-19:], loop.turn()]
        if turn in TURNS:
            found[turn] = {"cpu_ms": median(window) * 1e3, "state_bytes": loop.state_bytes()}
    return found


def growth(engine: Engine, old: Loop) -> float:
    """How many times the CPU of a young case's step an old one's takes; they take turns, so noise hits both."""
    young = Loop(engine)
    pairs = [(young.turn(), old.turn()) for _ in range(INTERLEAVED)]
    return median(late for _, late in pairs) / median(early for early, _ in pairs)


class Pages:
    """The first page of the tasks offered to me, among as many open tasks offered to my group as one likes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._case = engine.run(SYSTEM, instances.start, Start("linear3", agency=None)).id
        self._task = engine.read(SYSTEM, queries.page, TaskFilter(instance_id=self._case))[0].row["id"]
        self._made = 0

    def at(self, size: int) -> float:
        """Have so many open tasks; the milliseconds for a page among them."""
        _copies(self._engine, self._case, self._task, self._made, size)
        self._made = size
        return self.first_page_ms()

    def first_page_ms(self) -> float:
        """Milliseconds for a page of 50, the median of PAGES."""
        return median(self._seconds() for _ in range(PAGES)) * 1e3

    def _seconds(self) -> float:
        began = time.perf_counter()
        page = self._engine.read(OFFICER, queries.page, TaskFilter(candidate=True), None, 50)
        seconds = time.perf_counter() - began
        if len(page) != 50:
            raise RuntimeError(f"{len(page)} tasks on the page, not 50")
        return seconds


def _copies(engine: Engine, case_id: str, task_id: str, first: int, last: int) -> None:
    """Open tasks offered to the officers' group, copied by SQL from one real task, each with a case of its own."""
    group = "agency_officer@c-thach-that"
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last - 1}) "
    spread = {"group": group, "case": case_id, "task": task_id}
    of_case, of_task = _others(ProcessInstance, "id"), _others(UserTask, "id", "instance_id", "candidate_group")
    writes = (
        f"INSERT INTO process_instance (id, {of_case}) {numbers}"
        f"SELECT 'c' || n.i, {of_case} FROM n, process_instance p WHERE p.id = :case",
        f"INSERT INTO instance_party (instance_id, party) {numbers}SELECT 'c' || n.i, :group FROM n",
        f"INSERT INTO user_task (id, instance_id, candidate_group, {of_task}) {numbers}"
        f"SELECT 't' || n.i, 'c' || n.i, :group, {of_task} FROM n, user_task t WHERE t.id = :task",
        "ANALYZE",
    )
    with create_engine(engine.database.writer.url, poolclass=NullPool).connect() as connection:
        for write in writes:
            connection.execute(text(write), {k: v for k, v in spread.items() if f":{k}" in write})
        connection.commit()


def _others(table: type[Row], *named: str) -> str:
    """All columns of a table but the named ones."""
    return ", ".join(column.name for column in table_of(table).c if column.name not in named)
