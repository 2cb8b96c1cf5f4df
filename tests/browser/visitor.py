"""One person in front of a real browser window, in Vietnam."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page

from engine.commands import credentials
from tests.api.web import engine_of
from tests.architecture.sources import ROOT
from tests.installed import actor
from tests.web.reader import COOKIE

SCREENSHOTS = ROOT / ".pytest_cache" / "screenshots"
SERIOUS = frozenset({"serious", "critical"})
_WEIGHT = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(entry => !/bpmn-viewer|diagram-js|bpmn-js|diagrams/.test(entry.name))
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
_UNFIT = re.compile(r"[^\w.-]+")


class Visitor:
    """A window of one person, logged in without a password. `complaints` is what its console said that was wrong."""

    def __init__(
        self,
        site: Flask,
        browser: Browser,
        username: str | None,
        *,
        width: int = 1366,
        scripts: bool = True,
        language: str = "vi",
    ) -> None:
        self.address: str = site.config["ADDRESS"]
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        self.context.set_default_timeout(8_000)
        self.scripts = scripts
        cookies = {"dondoc_language": language} | (_session(site, username) if username else {})
        self.context.add_cookies([{"name": n, "value": v, "url": self.address} for n, v in cookies.items()])
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.address + path)
        return self.page

    def faults(self) -> list[str]:
        """What axe finds serious or critical on the page."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url} {fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
            for fault in found
            if fault["impact"] in SERIOUS
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def weight(self) -> int:
        """How many bytes the page and its files have as they travel, without those of diagrams."""
        return int(self.page.evaluate(_WEIGHT))

    def keep(self, name: str) -> Path:
        """Keep the page as a picture."""
        path = SCREENSHOTS / f"{_UNFIT.sub('_', name)}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        # A refused form is an answer of 4xx, which the browser calls an error of loading.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def _session(site: Flask, username: str) -> dict[str, str]:
    engine = engine_of(site)
    who = actor(engine, username)
    return {COOKIE: engine.run(who, credentials.open_session, who.account_id or "")}
