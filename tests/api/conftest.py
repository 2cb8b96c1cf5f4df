"""The interface over a real engine, and people who are already inside."""

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

Enter = Callable[[str], Web]


@pytest.fixture
def both(installed: Engine, tmp_path: Path, compiled: dict[str, Any]) -> Flask:
    """The same on each database, for what SQL may tell apart."""
    installed.shared = compiled
    return create_app(Settings(home=tmp_path, env="development"), installed)


@pytest.fixture
def web(app: Flask) -> Enter:
    """A demo account's programme."""
    return lambda username: Web(app, username)


@pytest.fixture
def anyone(app: Flask) -> Web:
    """Somebody nobody knows."""
    return Web(app)
