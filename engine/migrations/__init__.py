"""The schema's one history, applied by Alembic.

Rule: the models and the migrated schema are equal on SQLite and PostgreSQL (a test compares them).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

HERE = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Bring the schema behind the SQLAlchemy engine to the newest revision, in one transaction."""
    from alembic import command  # here, because servers only ask whether the schema is current
    from alembic.config import Config

    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest revision; cheap, for it is asked by every check of readiness."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found == newest()


def newest() -> str:
    """The newest revision. Revisions are numbers, and their files' names begin with them."""
    return max(path.name for path in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]
