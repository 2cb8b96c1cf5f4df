"""Promises of news: what is given to somebody shows by itself, and asking for it costs next to nothing."""

from __future__ import annotations

from tests.api.web import HEAD, OFFICER, PROPOSAL
from tests.web.conftest import Enter, Open


def test_what_is_offered_shows_at_the_bell_of_every_page(web: Enter, reader: Open) -> None:
    officer, head = web(OFFICER), reader(HEAD)
    before = head.get("/notifications/unread")
    same = head.get("/notifications/unread", If_None_Match=before.headers["ETag"])

    officer.complete(officer.start()["id"], "propose", **PROPOSAL)
    after = head.get("/notifications/unread", If_None_Match=before.headers["ETag"])

    assert (same.status_code, same.data) == (304, b"")
    assert after.status_code == 200 and 'class="count"' in after.text
    assert 'hx-trigger="load, every 30s"' in head.get("/work").text
