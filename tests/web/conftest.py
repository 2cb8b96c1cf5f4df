"""The site over a real engine, and people who are logged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.web import Web
from tests.web.reader import Reader

Open = Callable[[str], Reader]
Enter = Callable[[str], Web]


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
