"""What differs between SQLite and PostgreSQL: opening, locking, batching, and what their errors mean.

Rule: SQLite is one process, one writer at a time, in order of arrival; PostgreSQL is READ COMMITTED with row locks.
Figures: docs/decisions/0003-databases.md.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock, local
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine.errors import BusyError, StartupError, StorageError

LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 15_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
WRITER_TIMEOUT_SECONDS = 30.0


class RetryTransactionError(Exception):
    """The transaction lost a race that running it again may win."""


class Gate:
    """A lock that lets waiters in strictly in order of arrival; SQLite's own busy loop starves some of them."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._held = False

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Hold the gate; raises BusyError when it does not open within WRITER_TIMEOUT_SECONDS."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        if not turn.acquire(timeout=WRITER_TIMEOUT_SECONDS):
            self._give_up(turn)

    def _give_up(self, turn: Lock) -> None:
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise BusyError
        # The gate was handed over in the very moment of giving up: it is ours.

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Lines:
    """One kept connection a thread: taking one from the pool costs more than most statements.

    A line that saw a driver error is dropped, for its state is not known; a nested use gets a line of its own.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = local()
        self._kept: WeakSet[Connection] = WeakSet()

    @contextmanager
    def line(self) -> Iterator[Connection]:
        """This thread's connection, free of any transaction; the borrower ends what it began."""
        kept: Connection | None = getattr(self._thread, "connection", None)
        self._thread.connection = None
        connection = kept if kept is not None and not kept.closed else self._engine.connect()
        self._kept.add(connection)
        try:
            yield connection
        except Exception as error:
            if is_driver_error(error):
                connection.invalidate()
                connection.close()
            else:
                self._keep(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        """Close the lines of all threads."""
        for connection in list(self._kept):
            connection.close()
        self._engine.dispose()

    def _keep(self, connection: Connection) -> None:
        if getattr(self._thread, "connection", None) is not None:
            connection.close()
            return
        self._thread.connection = connection


class SqliteDatabase:
    """A database file of this process alone. `synchronous` FULL means: acknowledged is on disk."""

    name = "sqlite"
    batches = False

    def __init__(self, url: str, *, synchronous: str = "FULL", exclusive: bool = True) -> None:
        path = make_url(url).database
        self._lock_file = _own(Path(path)) if path and exclusive else None
        self._synchronous = synchronous
        self.gate = Gate()
        self.writer = create_engine(url, pool_size=32, max_overflow=32, hide_parameters=True)
        event.listen(self.writer, "connect", self._prepare)
        self.writing = self.reading = Lines(self.writer)

    def _prepare(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # or the driver runs SELECT outside the transaction and updates get lost
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={self._synchronous}",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "wal_autocheckpoint=4000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def exclusive(self) -> AbstractContextManager[None]:
        """What a writing transaction holds from before its first statement to after its last."""
        return self.gate.passed()

    def opening(self, *, write: bool) -> str | None:
        """The statement that opens a transaction."""
        return "BEGIN IMMEDIATE" if write else "BEGIN"

    def freeze(self, raw: Any) -> None:
        """Have a reading transaction see one state throughout; SQLite's always do."""

    def batch(self, raw: Any) -> AbstractContextManager[Any]:
        """A scope in which statements travel together; SQLite has no travel."""
        return nullcontext()

    def send(self, raw: Any, sql: str, rows: list[dict[str, Any]]) -> None:
        """Run a write for each set of parameters."""
        if len(rows) == 1:
            raw.execute(sql, rows[0])
        else:
            raw.executemany(sql, rows)

    def meaning(self, error: BaseException) -> Exception | None:
        """What a driver error means to the engine; None when it means a defect."""
        text = str(error).lower()
        if "locked" in text or "busy" in text:
            return BusyError()
        if "full" in text or "disk i/o" in text:
            return StorageError()
        return None

    def close(self) -> None:
        """Close all connections and give up the file."""
        self.writing.close()
        if self._lock_file is not None:
            self._lock_file.close()


class PostgresDatabase:
    """A PostgreSQL server shared by any number of processes."""

    name = "postgresql"
    batches = True

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        options = (
            f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}"
        )
        arguments = {"options": options, "keepalives_idle": 30}
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        self.writer = create_engine(parsed, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
        # The driver gives a BEGIN of its own a round trip of its own; in autocommit it leaves the word to us.
        lines = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=20,
            connect_args=arguments,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,  # they are what people filled in, and errors go into the log
        )
        self.writing = self.reading = Lines(lines)

    def exclusive(self) -> AbstractContextManager[None]:
        """PostgreSQL locks rows, not the whole database."""
        return nullcontext()

    def opening(self, *, write: bool) -> str | None:
        """The statement that opens a transaction; None for reads: one statement is one snapshot."""
        return "BEGIN" if write else None

    def freeze(self, raw: Any) -> None:
        """Open a reading transaction that sees one state throughout."""
        raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def batch(self, raw: Any) -> AbstractContextManager[Any]:
        """A scope in which statements travel together, in one round trip."""
        pipeline: AbstractContextManager[Any] = raw.pipeline()
        return pipeline

    def send(self, raw: Any, sql: str, rows: list[dict[str, Any]]) -> None:
        """Run a write for each set of parameters."""
        raw.cursor().executemany(sql, rows)

    def meaning(self, error: BaseException) -> Exception | None:
        """What a driver error means to the engine; None when it means a defect."""
        state = getattr(error, "sqlstate", None)
        if state in ("40001", "40P01", "23505"):  # serialization, deadlock, a twin inserted the same key first
            return RetryTransactionError()
        if state in ("55P03", "57014", "25P03", "53300", "57P01", "57P03", "08006", "08001", "08003"):
            return BusyError()
        return BusyError() if state is None and type(error).__name__ == "OperationalError" else None

    def close(self) -> None:
        """Close all connections."""
        self.writing.close()


Database = SqliteDatabase | PostgresDatabase


def open_database(url: str, *, synchronous: str = "FULL", exclusive: bool = True) -> Database:
    """The database behind a SQLAlchemy URL. Raises StartupError when another process has the SQLite file."""
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteDatabase(url, synchronous=synchronous, exclusive=exclusive)
    return PostgresDatabase(url)


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error inside SQLAlchemy's wrapper."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def is_driver_error(error: BaseException) -> bool:
    """Whether the error comes from a database driver."""
    return isinstance(error, DBAPIError | sqlite3.Error) or any(
        base.__name__ == "Error" and base.__module__.startswith("psycopg") for base in type(error).__mro__
    )


def raw_connection(connection: Connection) -> Any:
    """The driver's connection inside SQLAlchemy's."""
    return connection.connection.driver_connection


def _own(path: Path) -> Any:
    """Take the database file for this process, until it ends; the kernel frees it whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.with_name(path.name + ".lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise StartupError(
            f"Cơ sở dữ liệu {path} đang được một tiến trình khác sử dụng; hãy dừng tiến trình đó trước.",
            f"The database {path} is in use by another process; stop that one first.",
        ) from error
    return handle
