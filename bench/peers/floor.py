"""The floor: the same transaction by driver SQL, with no engine, no rules and no permissions at all.

It writes: the case's state (700 bytes), the closed and the new task, two history rows, one outbox row.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import orjson
import psycopg
from psycopg_pool import ConnectionPool
from sqlalchemy import make_url

STEPS = {"linear3": 3, "lifecycle5": 5}
STATE = b"x" * 700
UPDATE = "UPDATE cases SET version = version + 1, state = ?, variables = ? WHERE id = ?"
TABLES = (
    "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, version INTEGER, state {blob}, variables TEXT)",
    "CREATE TABLE IF NOT EXISTS tasks (id TEXT PRIMARY KEY, case_id TEXT, step INTEGER, flow TEXT, state TEXT)",
    "CREATE INDEX IF NOT EXISTS open_tasks ON tasks (state, id)",
    "CREATE TABLE IF NOT EXISTS events (case_id TEXT, seq INTEGER, body TEXT, PRIMARY KEY (case_id, seq))",
    "CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, body TEXT)",
)


def make(url: str) -> Floor:
    """The floor over a database."""
    return Sqlite(url) if url.startswith("sqlite") else Postgres(url)


class Floor:
    """The transaction, in SQL that both drivers understand once the placeholder is put in."""

    mark = "?"

    def start(self, flow: str, values: Mapping[str, Any]) -> str:
        """Insert a case and its first task."""
        case, task = str(uuid4()), str(uuid4())
        with self.transaction() as connection:
            self.run(
                connection, "INSERT INTO cases VALUES (?, 1, ?, ?)", case, STATE, orjson.dumps(dict(values)).decode()
            )
            self.run(connection, "INSERT INTO tasks VALUES (?, ?, 1, ?, 'open')", task, case, flow)
            self.run(connection, "INSERT INTO events VALUES (?, 1, ?)", case, "{}")
        return task

    def complete(self, task: str, values: Mapping[str, Any]) -> str | None:
        """Lock, update and insert what a completion must."""
        body = orjson.dumps(dict(values)).decode()
        with self.transaction() as connection:
            case, step, flow, version = self.run(connection, self.lock, task).fetchone()
            after = str(uuid4()) if step < STEPS[flow] else None
            self.run(
                connection,
                "UPDATE cases SET version = version + 1, state = ?, variables = ? WHERE id = ?",
                STATE,
                body,
                case,
            )
            self.run(connection, "UPDATE tasks SET state = 'completed' WHERE id = ?", task)
            if after:
                self.run(connection, "INSERT INTO tasks VALUES (?, ?, ?, ?, 'open')", after, case, step + 1, flow)
            for number in (2 * version, 2 * version + 1):
                self.run(connection, "INSERT INTO events VALUES (?, ?, ?)", case, number, body)
            self.run(connection, "INSERT INTO outbox VALUES (?, ?)", str(uuid4()), body)
        return after

    lock = (
        "SELECT c.id, t.step, t.flow, c.version FROM cases c JOIN tasks t ON t.case_id = c.id "
        "WHERE t.id = ? AND t.state = 'open'"
    )

    def transaction(self) -> AbstractContextManager[Any]:
        """A connection in a transaction that is committed at the end."""
        raise NotImplementedError

    def create(self, *tables: str) -> None:
        """Create tables that do not exist, one process at a time."""
        with self.transaction() as connection:
            for table in tables:
                self.run(connection, table)

    def run(self, connection: Any, sql: str, *values: Any) -> Any:
        """Run one statement."""
        return connection.execute(sql.replace("?", self.mark), values)


class Sqlite(Floor):
    """One writer at a time, WAL, synchronous=FULL, as the product."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._writer = threading.Lock()
        self._local = threading.local()
        self.create(*(table.format(blob="BLOB") for table in TABLES))

    def transaction(self) -> AbstractContextManager[Any]:
        """BEGIN IMMEDIATE under a lock."""
        return _Locked(self._connection(), self._writer)

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = sqlite3.connect(self._path, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
                found.execute(f"PRAGMA {pragma}")
        return found


class _Locked:
    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock) -> None:
        self._connection = connection
        self._lock = lock

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: object, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        self._lock.release()


class Postgres(Floor):
    """psycopg with a pool; the case's row is locked."""

    mark = "%s"
    lock = Floor.lock + " FOR UPDATE"

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.create(*(table.format(blob="BYTEA") for table in TABLES))
        self._pool = ConnectionPool(self._conninfo, min_size=1, max_size=10, open=True)

    def create(self, *tables: str) -> None:
        """Create tables under an advisory lock."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            for table in tables:
                connection.execute(table.encode())

    def transaction(self) -> AbstractContextManager[Any]:
        """A pooled connection; the pool commits."""
        return self._pool.connection()
