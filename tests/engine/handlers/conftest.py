"""A commune's plan task just begun."""

from __future__ import annotations

import pytest

from engine.runtime import Engine
from tests.engine.handlers.cast import Cast


@pytest.fixture
def cast(installed: Engine) -> Cast:
    """A commune's task just begun, on each database."""
    return Cast(installed)


@pytest.fixture
def alone(installed_sqlite: Engine) -> Cast:
    """The same on SQLite only."""
    return Cast(installed_sqlite)
