"""The one door: `Engine.run` and `Engine.read` are the only things that begin, retry, commit or roll back.

Rule: a command is a plain function `f(tx, …)`; all that it does is kept, or none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.clock import Clock, SystemClock
from engine.database import (
    Database,
    Lines,
    RetryTransactionError,
    driver_error,
    is_driver_error,
    open_database,
    raw_connection,
)
from engine.errors import BusyError
from engine.models.prepared import Prepared

P = ParamSpec("P")
T = TypeVar("T")
ATTEMPTS = 4

log = structlog.get_logger("engine")


class Transaction:
    """What a command is given: who asks, the one instant of this command, and the rows.

    `session` is the ORM; `fetch` and `write` are for prepared statements. Both see each other's changes.
    `shared` is the engine's memory of things that never change once made (compiled definitions).
    """

    def __init__(self, engine: Engine, actor: Actor, connection: Connection, *, writes: bool) -> None:
        self.engine = engine
        self.actor = actor
        self.now: datetime = engine.clock.now()
        self.simulated = engine.clock.simulated
        self.writes = writes
        self.local: dict[str, Any] = {}
        self._database = engine.database
        self._connection = connection
        self._raw = raw_connection(connection)
        self._session: Session | None = None
        self._pending: list[tuple[str, list[dict[str, Any]]]] = []
        self._finals: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []

    @property
    def shared(self) -> dict[str, Any]:
        """Memory of the process, for immutable things only."""
        return self.engine.shared

    @property
    def session(self) -> Session:
        """The ORM session of this transaction, opened on first use."""
        if self._session is None:
            self._session = Session(bind=self._connection, autoflush=True, expire_on_commit=False)
        self._send_pending()
        return self._session

    def fetch(self, statement: Prepared, **values: Any) -> dict[str, Any] | None:
        """The first row of a prepared SELECT, or None."""
        rows = self.fetch_all(statement, **values)
        return rows[0] if rows else None

    def fetch_all(self, statement: Prepared, **values: Any) -> list[dict[str, Any]]:
        """All rows of a prepared SELECT; on PostgreSQL one round trip, with BEGIN and all writes still unsent."""
        self.flush()
        compiled = statement.on(self._connection.dialect)
        with self._database.batch(self._raw) if self._pending else nullcontext():
            self._send_pending()
            cursor = self._raw.execute(compiled.sql, compiled.bind(values))
        return [compiled.row(row) for row in cursor.fetchall()]

    def write(self, statement: Prepared, *rows: Mapping[str, Any]) -> None:
        """Run a prepared INSERT, UPDATE or DELETE for each row; it may travel later, but in order."""
        if not rows:
            return
        self.flush()
        compiled = statement.on(self._connection.dialect)
        self._queue(compiled.sql, [compiled.bind(row) for row in rows])

    def flush(self) -> None:
        """Send what the session has changed, so that what is wrong with it is known now."""
        if self._session is not None:
            self._send_pending()
            self._session.flush()

    def act_for(self, absent_id: str | None) -> None:
        """From here on do everything in the place of an absent person (None: in the actor's own), and record both."""
        self.actor = replace(self.actor, on_behalf_of=absent_id) if absent_id else self.actor

    def is_transient(self, error: Exception) -> bool:
        """Whether an error is the database's own, and the same command may succeed when it is run again."""
        return is_driver_error(error) and self._database.meaning(driver_error(error)) is not None

    def before_commit(self, final: Callable[[], None]) -> None:
        """Have something done once, at the end of the command and still inside the transaction."""
        self._finals.append(final)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Have something done after the commit, best effort: losing it must only cost time."""
        self._afterwards.append(action)

    def begin(self) -> None:
        """Open the transaction; on PostgreSQL the word travels with the first statement. Called by the engine alone."""
        opening = self._database.opening(write=self.writes)
        if opening is not None:
            self._queue(opening, [{}])

    def finish(self) -> None:
        """Run what waits for the end of the command. Called by the engine alone."""
        while self._finals:
            self._finals.pop(0)()
        self.flush()

    def send(self) -> None:
        """Send what is unsent. Called by the engine alone."""
        self._send_pending()

    def close(self) -> None:
        """Let go of the session's objects. Called by the engine alone."""
        if self._session is not None:
            self._session.expunge_all()
            self._session.close()

    def settle(self) -> None:
        """Run what waits for the commit; a failure is logged, for the commit stands. Called by the engine alone."""
        for action in self._afterwards:
            try:
                action()
            except Exception:
                log.exception("after-commit-failed", action=getattr(action, "__name__", "action"))

    def _queue(self, sql: str, rows: list[dict[str, Any]]) -> None:
        self._pending.append((sql, rows))
        if not self._database.batches:
            self._send_pending()

    def _send_pending(self) -> None:
        pending, self._pending = self._pending, []
        for sql, rows in pending:
            self._database.send(self._raw, sql, rows)


class Engine:
    """The process engine over one database. Safe to share between threads.

    No timer of a diagram may repeat faster than `shortest_cycle`.

    Raises StartupError when the SQLite file belongs to another process.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        synchronous: str = "FULL",
        exclusive: bool = True,
        shortest_cycle: timedelta = timedelta(),
    ):
        self.database: Database = open_database(url, synchronous=synchronous, exclusive=exclusive)
        self.clock: Clock = clock or SystemClock()
        self.shared: dict[str, Any] = {}
        self.shortest_cycle = shortest_cycle

    def run(
        self, actor: Actor, command: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a command in one transaction and commit it; on any error nothing of it remains.

        Lost races are run again, at most ATTEMPTS times in all; then BusyError.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._once(actor, command, *args, **kwargs)
            except RetryTransactionError:
                log.info("transaction-retried", command=getattr(command, "__name__", "command"))
        raise BusyError

    def read(
        self, actor: Actor, query: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query; whatever it does to rows is rolled back."""
        with self._translated(), self._line(self.database.reading) as connection:
            tx = Transaction(self, actor, connection, writes=False)
            tx.begin()
            try:
                return query(tx, *args, **kwargs)
            finally:
                tx.close()
                raw_connection(connection).rollback()

    def read_frozen(
        self, actor: Actor, query: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query of many statements that must all see the same state, such as a verification."""
        with self._translated(), self._line(self.database.writing) as connection:
            raw = raw_connection(connection)
            tx = Transaction(self, actor, connection, writes=False)
            try:
                tx.begin()
                self.database.freeze(raw)
                return query(tx, *args, **kwargs)
            finally:
                tx.close()
                raw.rollback()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _once(
        self, actor: Actor, command: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._translated(), self.database.exclusive(), self._line(self.database.writing) as connection:
            raw = raw_connection(connection)
            tx = Transaction(self, actor, connection, writes=True)
            try:
                tx.begin()
                result = command(tx, *args, **kwargs)
                tx.finish()
                with self.database.batch(raw):  # the last writes and the commit: one round trip on PostgreSQL
                    tx.send()
                    raw.execute("COMMIT")
            except BaseException:
                raw.rollback()
                raise
            finally:
                tx.close()
        tx.settle()
        return result

    @contextmanager
    def _line(self, lines: Lines) -> Iterator[Connection]:
        """This thread's connection; what the session began on it without a statement is ended before it goes back."""
        with lines.line() as connection:
            try:
                yield connection
            finally:
                if connection.in_transaction() and not connection.invalidated:
                    connection.rollback()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not is_driver_error(error):
                raise
            meaning = self.database.meaning(driver_error(error))
            if meaning is None:
                raise
            raise meaning from error
