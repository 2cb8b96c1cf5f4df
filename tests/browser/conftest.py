"""A served site and a real browser; skips, with the reason, where no Chromium can be started."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from playwright.sync_api import Error as BrowserError
from werkzeug.serving import make_server

import notifications
from api.app import create_app
from api.settings import Settings
from engine.clock import SystemClock
from engine.runtime import Engine
from tests.architecture.sources import ROOT
from tests.browser.visitor import SCREENSHOTS, Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VENDOR = ROOT / "api" / "web" / "static" / "vendor"
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def site(sqlite_installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site with plan 179 and the demo people; its address is in the configuration."""
    notifications.connect()
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(sqlite_installed, folder / "dondoc.db")
    engine = Engine(f"sqlite:///{folder}/dondoc.db", clock=SystemClock())
    app = create_app(Settings(home=folder, env="development"), engine)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["ADDRESS"] = f"http://127.0.0.1:{server.port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app
    server.shutdown()
    server.server_close()
    engine.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: the one that CHROMIUM names, else the one on the path, else Playwright's own."""
    if not (VENDOR / "htmx.min.js").is_file():
        pytest.skip("the pages' files are not there: make test carries them (python requirements/vendor.py)")
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    try:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    except BrowserError as error:
        pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
    yield started
    started.close()


@pytest.fixture
def visit(site: Flask, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Somebody's browser window; what it complains of fails the test, and its last page is kept as a picture."""
    visitors: list[Visitor] = []

    def open_window(username: str | None, **options: object) -> Visitor:
        visitor = Visitor(site, browser, username, **options)  # type: ignore[arg-type]
        visitors.append(visitor)
        return visitor

    yield open_window
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, visitor in enumerate(visitors):
        visitor.keep(f"{request.node.name}-{number}")
        visitor.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


def today() -> datetime:
    """Now, as the browser has it."""
    return SystemClock().now().astimezone(UTC)


__all__ = ["Page", "Visit", "today"]
