"""The naive engine: the whole SpiffWorkflow instance, specification included, in one row. No task list, no history,
no outbox, no permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bench.peers import floor
from bench.peers.stock import Stock

TABLE = "CREATE TABLE IF NOT EXISTS whole (id TEXT PRIMARY KEY, state TEXT)"


def make(url: str) -> Naive:
    """The naive engine over a database."""
    return Naive(floor.make(url))


class Naive:
    """One row a case; a task's name is the case's id and the task's own."""

    def __init__(self, database: floor.Floor) -> None:
        self._database = database
        self._stock = Stock()
        self._lock = " FOR UPDATE" if isinstance(database, floor.Postgres) else ""
        database.create(TABLE)

    def start(self, flow: str, values: Mapping[str, Any]) -> str:
        """Insert a new case."""
        del values
        case, workflow = str(uuid4()), self._stock.begin(flow)
        with self._database.transaction() as connection:
            self._database.run(connection, "INSERT INTO whole VALUES (?, ?)", case, self._stock.dump(workflow))
        return f"{case}.{self._stock.waiting(workflow).id}"

    def complete(self, task: str, values: Mapping[str, Any]) -> str | None:
        """Read the row, step, write the row."""
        case, _, task_id = task.partition(".")
        with self._database.transaction() as connection:
            row = self._database.run(connection, f"SELECT state FROM whole WHERE id = ?{self._lock}", case).fetchone()
            workflow = self._stock.load(row[0])
            self._stock.complete(workflow, task_id, dict(values))
            self._database.run(connection, "UPDATE whole SET state = ? WHERE id = ?", self._stock.dump(workflow), case)
        after = self._stock.waiting(workflow)
        return f"{case}.{after.id}" if after is not None else None
