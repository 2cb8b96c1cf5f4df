"""The schema's one history leads to exactly what the models say, on both databases."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.models import Row
from engine.runtime import Engine


def test_the_models_equal_the_migrated_schema(engine: Engine) -> None:
    with engine.database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, Row.metadata)
        connection.rollback()

    assert found == []
