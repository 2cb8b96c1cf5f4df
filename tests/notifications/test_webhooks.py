"""Webhooks to a real endpoint: signed, bounded, tried again, and told once more on request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from engine.access import SYSTEM
from engine.models import OutboxMessage, Webhook
from engine.runtime import Engine
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webhook import connection as limits
from notifications.channels.webhook.signing import secret_of
from notifications.commands import redelivery, webhooks
from notifications.courier import Courier
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor, begin
from tests.notifications.outgoing import HEAD, KEY, OFFICER, TRIALS, messages, postman, states, webhook
from tests.notifications.servers import Receiver, Request, http_server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that takes everything."""
    with http_server(Receiver()) as made:
        yield made


def courier(engine: Engine) -> Courier:
    """Whoever carries webhooks out."""
    return postman(engine, WebhookChannel(KEY, TRIALS), "webhook")


def told(engine: Engine, receiver: Receiver, **more: object) -> Webhook:
    """A webhook at that endpoint, with one event to tell."""
    hook = webhook(engine, receiver.url, **more)
    begin(engine, actor(engine, OFFICER))
    return hook


def verified(request: Request, secret: str) -> bool:
    """Whether the signature is that of a secret, as a receiver would find out."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in request.headers["webhook-signature"].split(" ")


def test_an_event_is_told_with_ids_and_a_signature(installed: Engine, receiver: Receiver, clock: MovableClock) -> None:
    hook = told(installed, receiver)

    courier(installed).deliver_due()

    (request,), (row,) = receiver.requests, messages(installed, channel="webhook")
    body = json.loads(request.body)
    assert verified(request, secret_of(KEY, hook.id, 1))
    assert not verified(request, secret_of(KEY, hook.id, 2))
    assert request.headers["webhook-id"] == row.id
    assert int(request.headers["webhook-timestamp"]) == int(clock.moment.timestamp())
    assert (body["type"], body["data"]["process_instance"]) == ("task-offered", row.instance_id)
    assert set(body["data"]) == {"task", "element", "process_instance"}
    assert (row.state, row.attempts) == ("sent", 1)


def test_while_a_secret_rotates_both_verify(installed_sqlite: Engine, receiver: Receiver, clock: MovableClock) -> None:
    hook = told(installed_sqlite, receiver)
    installed_sqlite.run(SYSTEM, webhooks.rotate_secret, hook.id)
    courier(installed_sqlite).deliver_due()
    clock.forward(timedelta(hours=25))
    begin(installed_sqlite, actor(installed_sqlite, OFFICER))
    courier(installed_sqlite).deliver_due()

    during, after = receiver.requests
    former, current = secret_of(KEY, hook.id, 1), secret_of(KEY, hook.id, 2)
    assert [verified(during, former), verified(during, current)] == [True, True]
    assert [verified(after, former), verified(after, current)] == [False, True]


def test_a_repeat_has_the_same_id_and_a_new_signature(
    installed: Engine, receiver: Receiver, clock: MovableClock
) -> None:
    receiver.answers = [(500, {}, b""), (502, {}, b""), (200, {}, b"ok")]
    told(installed, receiver)
    carrier = courier(installed)

    for _ in range(3):
        carrier.deliver_due()
        clock.forward(timedelta(minutes=6))

    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 3
    assert states(installed, channel="webhook") == ["sent"]


def test_the_receiver_may_ask_to_be_left_alone(
    installed_sqlite: Engine, receiver: Receiver, clock: MovableClock
) -> None:
    until = (clock.moment + timedelta(hours=3)).astimezone(UTC)
    receiver.answers = [(429, {"Retry-After": "900"}, b""), (503, {"Retry-After": format_datetime(until)}, b"")]
    told(installed_sqlite, receiver)
    carrier = courier(installed_sqlite)

    carrier.deliver_due()
    first = messages(installed_sqlite, channel="webhook")[0].next_at - clock.moment
    clock.forward(first)
    carrier.deliver_due()

    assert first == timedelta(seconds=900)
    assert messages(installed_sqlite, channel="webhook")[0].next_at == until


def test_whoever_is_gone_is_told_nothing_more(installed: Engine, receiver: Receiver) -> None:
    receiver.answers = [(410, {}, b"")]
    hook = told(installed, receiver)
    begin(installed, actor(installed, OFFICER))

    carrier = courier(installed)
    carrier.deliver(carrier.claim().messages[0])
    begin(installed, actor(installed, OFFICER))

    row = installed.read(SYSTEM, lambda tx: tx.session.get_one(Webhook, hook.id))
    assert (row.active, row.disabled_reason) == (False, "gone")
    assert sorted(m.state for m in messages(installed, channel="webhook")) == ["dead", "leased"]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 413, 500])
def test_what_is_no_success_is_tried_again_and_redirects_are_not_followed(
    installed_sqlite: Engine, receiver: Receiver, status: int
) -> None:
    receiver.answers = [(status, {"Location": receiver.url}, b"")]
    told(installed_sqlite, receiver)

    courier(installed_sqlite).deliver_due()

    (row,) = messages(installed_sqlite, channel="webhook")
    assert (len(receiver.requests), row.state, row.last_error) == (1, "new", f"http {status}")


def test_a_long_answer_is_not_read_to_its_end(installed_sqlite: Engine, receiver: Receiver) -> None:
    receiver.answers = [(200, {"content-length": str(10**12)}, b"x" * 200_000)]
    told(installed_sqlite, receiver)

    began = time.monotonic()
    courier(installed_sqlite).deliver_due()

    assert time.monotonic() - began < 5
    assert states(installed_sqlite, channel="webhook") == ["sent"]


def test_an_endpoint_that_does_not_answer_is_left_after_its_limit(
    installed_sqlite: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EXCHANGE_SECONDS", 0.5)
    receiver.silent_seconds = 1.5
    told(installed_sqlite, receiver)

    began = time.monotonic()
    courier(installed_sqlite).deliver_due()

    assert time.monotonic() - began < 1.4
    assert states(installed_sqlite, channel="webhook") == ["new"]


def test_an_endpoint_that_fails_again_and_again_rests_without_using_up_attempts(
    installed_sqlite: Engine, clock: MovableClock
) -> None:
    webhook(installed_sqlite, "http://127.0.0.1:1/")
    for _ in range(12):
        begin(installed_sqlite, actor(installed_sqlite, OFFICER))

    courier(installed_sqlite).deliver_due()

    rows = messages(installed_sqlite, channel="webhook")
    resting = [row for row in rows if row.attempts == 0]
    assert [len(rows), len(resting)] == [12, 2]
    assert {row.next_at for row in resting} == {clock.moment + timedelta(minutes=5)}


def test_a_webhook_of_an_agency_hears_of_that_agency_once_an_event(installed: Engine, receiver: Receiver) -> None:
    other = webhook(installed, receiver.url, agency="c-ba-vi")
    own = webhook(installed, receiver.url, agency=COMMUNE)
    deaf = webhook(installed, receiver.url, topics=("leader-alert",))

    begin(installed, actor(installed, OFFICER))

    heard = {hook.id: len(messages(installed, recipient_id=hook.id)) for hook in (other, own, deaf)}
    assert heard == {other.id: 0, own.id: 1, deaf.id: 0}


def test_what_waits_for_a_removed_webhook_is_cancelled(installed: Engine, receiver: Receiver) -> None:
    hook = told(installed, receiver)
    installed.run(SYSTEM, webhooks.remove_webhook, hook.id)

    courier(installed).deliver_due()

    assert (states(installed, channel="webhook"), receiver.requests) == (["cancelled"], [])


def test_what_was_sent_is_sent_once_more_under_its_id(installed: Engine, receiver: Receiver) -> None:
    hook = told(installed, receiver)
    carrier = courier(installed)
    carrier.deliver_due()

    row = installed.run(actor(installed, "sysadmin"), redelivery.redeliver, hook.id, sent_id(installed))
    carrier.deliver_due()

    assert [request.headers["webhook-id"] for request in receiver.requests] == [row.id, row.id]


def test_its_secret_is_nowhere_in_the_database(installed_sqlite: Engine, receiver: Receiver) -> None:
    hook = told(installed_sqlite, receiver)
    secret = secret_of(KEY, hook.id, 1).removeprefix("whsec_")
    raw = installed_sqlite.database.writer.url.database or ""

    with open(raw, "rb") as file, open(f"{raw}-wal", "rb") as log:
        content = file.read() + log.read()

    assert hook.id.encode() in content
    assert secret.encode() not in content
    assert base64.b64decode(secret) not in content


def sent_id(engine: Engine) -> str:
    """The id of the only message of a webhook."""
    row: OutboxMessage = messages(engine, channel="webhook")[0]
    return row.id


def test_the_date_in_an_answer_may_be_past(installed_sqlite: Engine, receiver: Receiver, clock: MovableClock) -> None:
    receiver.answers = [(503, {"Retry-After": format_datetime(datetime(2020, 1, 1, tzinfo=UTC))}, b"")]
    told(installed_sqlite, receiver)

    courier(installed_sqlite).deliver_due()

    assert messages(installed_sqlite, channel="webhook")[0].next_at == clock.moment + timedelta(seconds=5)


def test_only_its_keepers_know_a_webhook(installed_sqlite: Engine, receiver: Receiver) -> None:
    general, own = webhook(installed_sqlite, receiver.url), webhook(installed_sqlite, receiver.url, agency=COMMUNE)
    head, stranger = actor(installed_sqlite, HEAD), actor(installed_sqlite, "c-ba-vi.agency_head")

    assert [webhooks.keeps(who, hook.agency_code) for who in (head, stranger) for hook in (general, own)] == [
        False,
        True,
        False,
        False,
    ]
