"""The same effects written the usual way: ORM objects and the library's stock serializer.

It writes what the product writes: state, task rows, hash-chained events, an outbox row, under a candidate check.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import create_engine, event, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench.peers.stock import Stock

GROUP = "agency_officer@c-thach-that"


class Base(DeclarativeBase):
    """The peer's tables."""


class Case(Base):
    """A case with its whole workflow."""

    __tablename__ = "orm_case"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    seq: Mapped[int]
    head: Mapped[str]


class Task(Base):
    """A user task."""

    __tablename__ = "orm_task"
    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    state: Mapped[str]
    candidate_group: Mapped[str] = mapped_column(index=True)


class Event(Base):
    """A history event."""

    __tablename__ = "orm_event"
    case_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
    hash: Mapped[str]


class Message(Base):
    """An outbox row."""

    __tablename__ = "orm_message"
    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


def make(url: str) -> Orm:
    """The peer over a database."""
    return Orm(url)


class Orm:
    """Commands over a session each."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        self._engine = create_engine(parsed if self._is_sqlite else parsed.set(drivername="postgresql+psycopg"))
        self._writer = threading.Lock()
        self._stock = Stock()
        if self._is_sqlite:
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        with self._engine.begin() as connection:
            if not self._is_sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
            Base.metadata.create_all(connection)

    def start(self, flow: str, values: Mapping[str, Any]) -> str:
        """Start a case."""
        del values
        workflow = self._stock.begin(flow)
        with self._session() as session:
            case = Case(id=str(uuid4()), version=1, state=self._stock.dump(workflow), seq=0, head="")
            session.add(case)
            self._record(session, case, {"type": "process-started"})
            return self._open(session, case, workflow) or ""

    def complete(self, task: str, values: Mapping[str, Any]) -> str | None:
        """Complete a task under a lock on its case."""
        with self._session() as session:
            row = session.get_one(Task, task)
            case = session.scalars(select(Case).where(Case.id == row.case_id).with_for_update()).one()
            if row.state != "open" or row.candidate_group != GROUP:
                raise PermissionError(task)
            workflow = self._stock.load(case.state)
            self._stock.complete(workflow, task, dict(values))
            row.state = "completed"
            case.state, case.version = self._stock.dump(workflow), case.version + 1
            self._record(session, case, {"type": "element-completed", "element": row.name, "values": dict(values)})
            return self._open(session, case, workflow)

    def _open(self, session: Session, case: Case, workflow: Any) -> str | None:
        waiting = self._stock.waiting(workflow)
        if waiting is None:
            return None
        task_id = str(waiting.id)
        name = waiting.task_spec.name
        session.add(Task(id=task_id, case_id=case.id, name=name, state="open", candidate_group=GROUP))
        self._record(session, case, {"type": "element-activated", "element": name})
        session.add(Message(id=str(uuid4()), body=orjson.dumps({"task": task_id}).decode()))
        return task_id

    def _record(self, session: Session, case: Case, body: dict[str, Any]) -> None:
        text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
        case.seq, case.head = case.seq + 1, hashlib.sha256((case.head + text).encode()).hexdigest()
        session.add(Event(case_id=case.id, seq=case.seq, body=text, hash=case.head))

    @contextmanager
    def _session(self) -> Iterator[Session]:
        if self._is_sqlite:
            with self._writer, Session(self._engine) as session, session.begin():
                yield session
        else:
            with Session(self._engine) as session, session.begin():
                yield session


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
