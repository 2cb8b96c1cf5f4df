"""Scratch databases of both kinds for the bench, and how large they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

USUAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
_numbers = count(1)


def postgres_server() -> str | None:
    """A PostgreSQL server that answers: BENCH_DATABASE_URL, TEST_DATABASE_URL or the usual port; None without."""
    for url in (os.environ.get("BENCH_DATABASE_URL"), os.environ.get("TEST_DATABASE_URL"), USUAL_SERVER):
        if url and _answers(url):
            return url
    return None


def answering(named: str) -> list[str]:
    """Those of the kinds, named with commas between them, that can be had here."""
    return [kind for kind in named.split(",") if kind == "sqlite" or postgres_server()]


@contextmanager
def scratch(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, dropped at the end."""
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    if kind == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    server = postgres_server()
    assert server is not None
    administer(server, f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def size_bytes(url: str) -> int:
    """How large a database is on disk, its log included."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        return sum(p.stat().st_size for p in path.parent.glob(path.name + "*") if not p.name.endswith(".lock"))
    with create_engine(_driver(url), poolclass=NullPool).connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def administer(server: str, *statements: str) -> None:
    """Run statements outside any transaction."""
    engine = create_engine(_driver(server), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _answers(url: str) -> bool:
    try:
        with create_engine(_driver(url), poolclass=NullPool, connect_args={"connect_timeout": 3}).connect():
            return True
    except OperationalError:
        return False
