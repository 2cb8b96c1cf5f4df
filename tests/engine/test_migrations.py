"""Whether the schema is current, as a check of readiness asks it."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from engine import migrations
from engine.runtime import Engine


def test_the_newest_revision_is_the_one_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))

    found = ScriptDirectory.from_config(config).get_current_head()

    assert migrations.newest() == found


def test_a_migrated_schema_is_current(engine: Engine) -> None:
    assert migrations.is_current(engine.database.writer)


def test_an_empty_database_is_not_current() -> None:
    empty = create_engine("sqlite://")

    current = migrations.is_current(empty)

    empty.dispose()
    assert not current
