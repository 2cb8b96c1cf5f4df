"""Webhooks over TLS, to real endpoints with certificates: to the judged address, under the name, or not at all."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from engine.runtime import Engine
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webhook.connection import Gate
from tests.conftest import MovableClock
from tests.installed import actor, begin
from tests.notifications.certificates import LONG_AGO, NOT_YET, certified, trusted
from tests.notifications.outgoing import KEY, OFFICER, messages, postman, webhook
from tests.notifications.servers import HERE, Receiver, http_server

NAME, ADDRESS = "nhan-tin.example", "103.9.200.1"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts."""
    return trusted(tmp_path, monkeypatch)


@dataclass
class Endpoint:
    """A receiver on this machine behind a name and an address of the world, and what was asked for on the way."""

    receiver: Receiver
    connected: list[tuple[str, int]] = field(default_factory=list)
    named: list[str | None] = field(default_factory=list)

    def gate(self) -> Gate:
        """The gate of an installation in production, whose world is this endpoint."""
        return Gate(resolve=lambda host, port: [ADDRESS], connect=self._connect)

    def _connect(self, address: str, port: int) -> socket.socket:
        self.connected.append((address, port))
        return socket.create_connection((HERE, int(self.receiver.url.rpartition(":")[2].partition("/")[0])), 5)


@contextmanager
def endpoint(context: ssl.SSLContext | None) -> Iterator[Endpoint]:
    """An endpoint that shows that certificate, or speaks in clear."""
    made = Endpoint(Receiver())
    if context is not None:
        context.sni_callback = lambda sock, name, ctx: made.named.append(name)
    with http_server(made.receiver, context):
        yield made


def outcome(engine: Engine, found: Endpoint, attempts: int = 1, clock: MovableClock | None = None) -> Any:
    """Have one event to tell, try, and say what became of it: state, attempts, error."""
    webhook(engine, f"https://{NAME}/hook")
    begin(engine, actor(engine, OFFICER))
    courier = postman(engine, WebhookChannel(KEY, found.gate()), "webhook")
    for _ in range(attempts):
        courier.deliver_due()
        if clock is not None:
            clock.forward(timedelta(minutes=6))
    (row,) = messages(engine, channel="webhook")
    return row.state, row.attempts, row.last_error


def test_an_event_goes_to_the_judged_address_under_the_name_of_the_endpoint(
    installed_sqlite: Engine, authority: trustme.CA
) -> None:
    with endpoint(certified(authority, NAME)) as found:
        told = outcome(installed_sqlite, found)

    (request,) = found.receiver.requests
    assert (told, request.headers["host"]) == (("sent", 1, None), NAME)
    assert (found.connected, found.named) == ([(ADDRESS, 443)], [NAME])


@pytest.mark.parametrize(
    ("names", "validity"),
    [(["khac.example"], {}), ([ADDRESS], {}), ([NAME], LONG_AGO), ([NAME], NOT_YET)],
    ids=["another-name", "the-address-alone", "expired", "not-yet-valid"],
)
def test_a_certificate_that_does_not_hold_is_told_nothing(
    installed_sqlite: Engine, authority: trustme.CA, names: list[str], validity: dict[str, Any]
) -> None:
    with endpoint(certified(authority, *names, **validity)) as found:
        told = outcome(installed_sqlite, found)

    assert told == ("new", 1, "connection SSLCertVerificationError")
    assert found.receiver.requests == []


def test_a_certificate_of_an_unknown_authority_is_told_nothing_however_often_it_is_tried(
    installed_sqlite: Engine, authority: trustme.CA, clock: MovableClock
) -> None:
    with endpoint(certified(trustme.CA(), NAME)) as found:
        told = outcome(installed_sqlite, found, 3, clock)

    assert told == ("new", 3, "connection SSLCertVerificationError")
    assert (found.receiver.requests, set(found.connected)) == ([], {(ADDRESS, 443)})


def test_an_endpoint_that_speaks_in_clear_is_told_nothing(installed_sqlite: Engine) -> None:
    with endpoint(None) as found:
        told = outcome(installed_sqlite, found)

    assert (told, found.receiver.requests) == (("new", 1, "connection SSLError"), [])


def test_an_endpoint_that_mends_its_certificate_hears_of_what_it_missed_under_the_same_id(
    installed_sqlite: Engine, authority: trustme.CA, clock: MovableClock
) -> None:
    with endpoint(certified(trustme.CA(), NAME)) as broken:
        outcome(installed_sqlite, broken)
    clock.forward(timedelta(minutes=6))

    with endpoint(certified(authority, NAME)) as mended:
        postman(installed_sqlite, WebhookChannel(KEY, mended.gate()), "webhook").deliver_due()

    (row,), (request,) = messages(installed_sqlite, channel="webhook"), mended.receiver.requests
    assert (row.state, row.attempts, request.headers["webhook-id"]) == ("sent", 2, row.id)
