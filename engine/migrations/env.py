"""Alembic's entry: runs the revisions on the connection it is given, in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from engine.models import Row
from engine.models.columns import Instant, Json


def render_item(kind: str, thing: Any, autogenerate: Any) -> str | Literal[False]:
    """Have new revisions name our column types."""
    if kind == "type" and isinstance(thing, Instant | Json):
        name = type(thing).__name__
        autogenerate.imports.add(f"from engine.models.columns import {name}")
        return f"{name}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    render_item=render_item,
)
if connection.dialect.name == "sqlite":
    connection.exec_driver_sql("BEGIN IMMEDIATE")
with context.begin_transaction():
    context.run_migrations()
connection.commit()
