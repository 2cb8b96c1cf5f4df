"""The inbox, preferences and webhooks over HTTP: one's own only, by version, and secrets shown once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from engine.access import SYSTEM
from engine.models import OutboxMessage
from notifications.channels.webhook.signing import secret_of
from notifications.topics import TOPICS
from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, STRANGER, Web, engine_of, refused, told
from tests.installed import COMMUNE

HOOK = {"name": "Hệ thống một cửa", "url": "https://mot-cua.example/hook"}


def inbox(web: Web, **wanted: Any) -> list[dict[str, Any]]:
    """What somebody's inbox shows."""
    items: list[dict[str, Any]] = told(web.get("/notifications", **wanted))["items"]
    return items


def added(web: Web, **more: Any) -> dict[str, Any]:
    """A new webhook."""
    hook: dict[str, Any] = told(web.post("/webhooks", HOOK | more), 201)
    return hook


def test_a_task_is_in_the_inbox_as_soon_as_it_is_there(both: Flask) -> None:
    officer = Web(both, OFFICER)

    case = officer.start()

    (item,) = inbox(officer)
    assert (item["topic"], item["title"]) == ("task-offered", "Công việc mới: Soạn đề xuất nhiệm vụ")
    assert (item["process_instance_id"], item["read_at"], item["settled"]) == (case["id"], None, False)
    assert item["path"] == f"/tasks/{officer.task(case['id'])['id']}"


def test_the_inbox_speaks_the_readers_language(web: Enter) -> None:
    officer = web(OFFICER)
    officer.start()

    english = told(officer.get("/notifications", {"Accept-Language": "en"}))["items"][0]

    assert english["title"].startswith("New task: ")


def test_what_was_seen_is_read_and_stays_so(web: Enter) -> None:
    officer = web(OFFICER)
    officer.start()
    officer.start()
    first = inbox(officer)[0]

    once, again = (told(officer.post(f"/notifications/{first['id']}/read"))["read_at"] for _ in range(2))

    assert once == again is not None
    assert [item["id"] for item in inbox(officer, unread="false")] == [first["id"]]
    assert first["id"] not in {item["id"] for item in inbox(officer, unread="true")}


def test_nobody_reads_or_marks_what_others_are_told(web: Enter) -> None:
    web(OFFICER).start()
    (item,) = inbox(web(OFFICER))

    assert inbox(web(STRANGER)) == []
    refused(web(STRANGER).post(f"/notifications/{item['id']}/read"), 404)
    refused(web("sysadmin").post(f"/notifications/{item['id']}/read"), 404)


def test_the_inbox_is_given_in_pages(web: Enter) -> None:
    officer = web(OFFICER)
    for _ in range(5):
        officer.start()

    seen, cursor = [], None
    while True:
        page = told(officer.get("/notifications", limit=2, total="true", **({"cursor": cursor} if cursor else {})))
        seen += [item["id"] for item in page["items"]]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 5 == page["page"]["total"]


def test_preferences_are_on_until_somebody_says_otherwise(web: Enter) -> None:
    answer = web(OFFICER).get("/notification-preferences")

    shown = told(answer)
    assert (shown["digest"], shown["quiet_hours"], shown["language"]) == (False, None, None)
    assert shown["channels"] == {topic: {"inbox": True, "email": True} for topic in TOPICS}


def test_preferences_are_changed_by_version(both: Flask) -> None:
    officer = Web(both, OFFICER)
    wanted = {
        "digest": True,
        "quiet_hours": {"from": "21:00", "to": "06:30"},
        "language": "en",
        "channels": {"task-offered": {"inbox": False}},
    }
    etag = officer.get("/notification-preferences").headers["ETag"]

    refused(officer.change("PUT", "/notification-preferences", wanted), 428)
    changed = officer.change("PUT", "/notification-preferences", wanted, If_Match=etag)
    refused(officer.change("PUT", "/notification-preferences", wanted, If_Match=etag), 412)
    officer.start()

    shown = told(changed)
    assert (shown["digest"], shown["quiet_hours"], shown["language"]) == (True, wanted["quiet_hours"], "en")
    assert shown["channels"]["task-offered"] == {"inbox": False, "email": True}
    assert told(officer.get("/notification-preferences")) == shown
    assert inbox(officer) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "yes"},
        {"quiet_hours": {"from": "25:00", "to": "06:00"}},
        {"quiet_hours": {"from": "06:00"}},
        {"quiet_hours": {"from": "06:00", "to": "06:00"}},
        {"language": "fr"},
        {"channels": {"no-topic": {"inbox": False}}},
        {"channels": {"task-offered": {"webhook": False}}},
        {"channels": {"task-offered": {"inbox": "no"}}},
        {"channels": []},
        {"unknown": 1},
    ],
)
def test_wrong_preferences_are_refused(web: Enter, wrong: dict[str, Any]) -> None:
    refused(web(OFFICER).change("PUT", "/notification-preferences", wrong, If_Match="*"), 422)


def test_a_secret_is_shown_once(app: Flask, web: Enter) -> None:
    admin = web("sysadmin")
    made = admin.post("/webhooks", HOOK, Idempotency_Key="một-lần".encode().hex())
    hook = told(made, 201)
    repeated = admin.post("/webhooks", HOOK, Idempotency_Key="một-lần".encode().hex())

    assert hook["secret"] == secret_of(app.config["SECRET_KEY"], hook["id"], 1)
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert "secret" not in told(repeated, 201)
    assert "secret" not in told(admin.get(f"/webhooks/{hook['id']}"))
    assert "secret" not in told(admin.get("/webhooks"))["items"][0]


def test_a_rotation_gives_a_new_secret_and_keeps_the_old_for_a_day(web: Enter) -> None:
    admin = web("sysadmin")
    hook = added(admin)

    rotated = told(admin.post(f"/webhooks/{hook['id']}/rotation"))

    assert rotated["secret"] != hook["secret"]
    assert rotated["previous_secret_until"] == "2026-03-11T09:00:00+07:00"


def test_a_webhook_is_changed_and_removed_by_version(web: Enter) -> None:
    admin = web("sysadmin")
    path = f"/webhooks/{added(admin)['id']}"
    etag = admin.get(path).headers["ETag"]

    refused(admin.change("PATCH", path, {"active": False}), 428)
    changed = admin.change("PATCH", path, {"active": False, "topics": ["leader-alert"]}, If_Match=etag)
    refused(admin.change("DELETE", path, If_Match=etag), 412)

    assert (told(changed)["active"], told(changed)["topics"]) == (False, ["leader-alert"])
    told(admin.change("DELETE", path, If_Match=changed.headers["ETag"]), 204)
    refused(admin.get(path), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://mot-cua.example:8443/", "unknown": 1},
        {"url": "ftp://mot-cua.example/"},
        {"url": "https://nguoi:mat-khau@mot-cua.example/"},
        {"url": "không phải địa chỉ"},
        {"topics": ["no-topic"]},
        {"agency": "nowhere"},
        {"name": ""},
        {"secret": "whsec_AAAA"},
    ],
)
def test_wrong_webhooks_are_refused(web: Enter, wrong: dict[str, Any]) -> None:
    refused(web("sysadmin").post("/webhooks", HOOK | wrong), 422)


def test_heads_keep_the_webhooks_of_their_agency_and_no_others(web: Enter) -> None:
    general, own = added(web("sysadmin")), added(web(HEAD), agency=COMMUNE)

    assert [hook["id"] for hook in told(web(HEAD).get("/webhooks"))["items"]] == [own["id"]]
    refused(web(HEAD).post("/webhooks", HOOK), 403)
    refused(web(HEAD).post("/webhooks", HOOK | {"agency": "c-ba-vi"}), 403)
    for who, hook in ((HEAD, general), (STRANGER, own), ("c-ba-vi.agency_head", own), (OFFICER, own)):
        path = f"/webhooks/{hook['id']}"
        refused(web(who).get(path), 404)
        refused(web(who).get(f"{path}/deliveries"), 404)
        refused(web(who).post(f"{path}/rotation"), 404)
        refused(web(who).change("PATCH", path, {"active": False}, If_Match="*"), 404)
        refused(web(who).change("DELETE", path, If_Match="*"), 404)


def test_deliveries_are_listed_and_sent_again(both: Flask) -> None:
    admin, officer = Web(both, "sysadmin"), Web(both, OFFICER)
    path = f"/webhooks/{added(admin)['id']}"
    case = officer.start()
    (delivery,) = told(admin.get(f"{path}/deliveries"))["items"]

    refused(admin.post(f"{path}/deliveries/{delivery['id']}/redeliver"), 409)
    finish(both, "sent", delivery["id"])
    again = told(admin.post(f"{path}/deliveries/{delivery['id']}/redeliver"))

    assert (delivery["process_instance_id"], delivery["state"]) == (case["id"], "new")
    assert (again["id"], again["state"], again["attempts"]) == (delivery["id"], "new", 0)
    refused(admin.post(f"{path}/deliveries/none/redeliver"), 404)
    (mine,) = inbox(officer)
    refused(admin.post(f"{path}/deliveries/{mine['id']}/redeliver"), 404)


def test_failures_are_seen_and_replayed_by_administrators_alone(both: Flask) -> None:
    admin, officer = Web(both, "sysadmin"), Web(both, OFFICER)
    hook = added(admin)
    officer.start()
    (delivery,) = told(admin.get(f"/webhooks/{hook['id']}/deliveries"))["items"]
    finish(both, "dead", delivery["id"])

    (failure,) = told(admin.get("/notifications/failures", total="true"))["items"]

    assert (failure["id"], failure["channel"], failure["recipient"]) == (delivery["id"], "webhook", hook["id"])
    refused(officer.get("/notifications/failures"), 403)
    refused(officer.post("/notifications/failures/replay", {"ids": [failure["id"]]}), 403)
    refused(admin.post("/notifications/failures/replay", {}), 422)
    assert told(admin.post("/notifications/failures/replay", {"ids": [failure["id"]]})) == {"replayed": 1}
    assert told(admin.get("/notifications/failures"))["items"] == []


def finish(app: Flask, state: str, message_id: str) -> None:
    """Have a message be at rest."""
    change = update(OutboxMessage).where(OutboxMessage.id == message_id).values(state=state, attempts=3)
    engine_of(app).run(SYSTEM, lambda tx: tx.session.execute(change))
