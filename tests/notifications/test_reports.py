"""Reports: reminders and urging notices reach whom they concern, on their mornings, and not those who have reported."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.installed import COMMUNE
from tests.notifications.outgoing import OFFICER, Kept, messages, postman, reachable, states
from tests.reporting import FEW, RoundScene, live_until


def test_reminders_and_urging_notices_become_messages(installed: Engine, clock: MovableClock) -> None:
    scene = RoundScene(installed, FEW)
    scene.submit("skhcn")

    live_until(installed, clock, datetime(2026, 4, 1, tzinfo=UTC))

    owed = scene.report(COMMUNE).id
    rows = [row for row in messages(installed, channel="inbox") if row.payload.get("report") == owed]
    reminded = [row.recipient for row in rows if row.topic == "report-due-soon"]
    assert sorted(set(reminded)) == [f"agency_head@{COMMUNE}", f"agency_officer@{COMMUNE}"]
    urged = {n: {r.recipient for r in rows if r.topic == "report-overdue" and r.payload["notice"] == n} for n in (2, 3)}
    assert urged[3] - urged[2] == {"city_leader@ubnd"}
    told = {row.payload["report"] for row in messages(installed) if row.topic.startswith("report-")}
    assert scene.report("skhcn").id not in told


def test_a_reminder_of_a_report_that_was_handed_in_is_not_mailed(installed: Engine, clock: MovableClock) -> None:
    scene, kept = RoundScene(installed, FEW), Kept()
    reachable(installed, OFFICER, "can-bo@thachthat.example")
    live_until(installed, clock, datetime(2026, 3, 17, 12, tzinfo=UTC))
    scene.submit(COMMUNE)

    postman(installed, kept).deliver_due()

    assert set(states(installed, channel="email", topic="report-due-soon")) == {"cancelled"}
    assert {message.topic for message in kept.taken}.isdisjoint({"report-due-soon"})
