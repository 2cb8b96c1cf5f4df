"""The site over a real engine, and people who are logged in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.app import create_app
from api.settings import Settings
from engine.runtime import Engine
from tests.api.web import Web
from tests.web.reader import Reader

Open = Callable[[str], Reader]
Enter = Callable[[str], Web]


@pytest.fixture(scope="session")
def compiled() -> dict[str, Any]:
    """The compiled diagrams of the installations that are copied: a version never changes, so once will do."""
    return {}


@pytest.fixture
def app(installed_sqlite: Engine, tmp_path: Path, compiled: dict[str, Any]) -> Flask:
    """The site with plan 179 and the demo people, on SQLite."""
    installed_sqlite.shared = compiled
    return create_app(Settings(home=tmp_path, env="development"), installed_sqlite)


@pytest.fixture
def reader(app: Flask) -> Open:
    """A demo account's browser."""
    return lambda username: Reader(app, username)


@pytest.fixture
def web(app: Flask) -> Enter:
    """A demo account's programme, to have something to read."""
    return lambda username: Web(app, username)


@pytest.fixture
def anyone(app: Flask) -> Reader:
    """Somebody nobody knows."""
    return Reader(app)
