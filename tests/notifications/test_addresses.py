"""Webhooks lead to public addresses only, and no connection is opened to any other."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import pytest

from notifications.channels import DeliveryError
from notifications.channels.webhook.addresses import refusal
from notifications.channels.webhook.connection import Gate, resolved

FORBIDDEN = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "ffff::1",
    "localhost",
    "",
    "0x7f000001",
    "2130706433",
)
ALLOWED = ("8.8.8.8", "1.1.1.1", "103.9.200.1", "2606:4700:4700::1111", "2405:4800::1", "2a00:1450::5")
SPELLINGS_OF_HERE = ("2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost")
MALFORMED = (
    "http://vidu.vn/",
    "https://vidu.vn:8443/",
    "https://vidu.vn:99999/",
    "https://user@vidu.vn/",
    "https://user:word@vidu.vn/",
    "https:///hook",
    "https://",
    "ftp://vidu.vn/",
    "file:///etc/passwd",
    "gopher://vidu.vn/",
    "javascript:alert(1)",
    "//vidu.vn/",
    "https://vidu.vn\\@127.0.0.1/",
    "https://vidu.vn/\r\nX: y",
    "https://vidu.vn/a b",
    "https://ⓔxample.vn/",
    "https://[::1",
)


class Dialler:
    """A resolver that gives what it is told, and a line that notes what it is asked for."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def resolve(self, host: str, port: int) -> Iterable[str]:
        """The addresses of any name."""
        return self.addresses

    def connect(self, address: str, port: int) -> socket.socket:
        """Nobody answers."""
        self.asked.append(address)
        raise ConnectionRefusedError

    def post(self, url: str = "https://vidu.vn/hook", *, in_development: bool = False) -> DeliveryError:
        """What comes of posting something."""
        gate = Gate(in_development, self.resolve, self.connect)
        with pytest.raises(DeliveryError) as caught:
            gate.post(url, {}, b"{}")
        return caught.value


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_connection_is_opened_to_what_is_not_public(address: str) -> None:
    dialler = Dialler(address)

    error = dialler.post()

    assert refusal(address) is not None
    assert (dialler.asked, error.code.split()[0], error.permanent) == ([], "address", False)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_connected_to_as_it_was_judged(address: str) -> None:
    dialler = Dialler(address)

    error = dialler.post()

    assert refusal(address) is None
    assert (dialler.asked, error.code) == ([address], "connection ConnectionRefusedError")


def test_one_bad_address_among_good_ones_stops_it() -> None:
    dialler = Dialler("8.8.8.8", "127.0.0.1")

    assert dialler.post().code == "address loopback"
    assert dialler.asked == []


def test_a_name_that_turns_bad_is_judged_again_at_the_next_attempt() -> None:
    dialler = Dialler("8.8.8.8")
    dialler.post()
    dialler.addresses = ("169.254.169.254",)

    assert dialler.post().code == "address link-local"
    assert dialler.asked == ["8.8.8.8"]


@pytest.mark.parametrize("host", SPELLINGS_OF_HERE)
def test_however_this_machine_is_spelt_it_is_not_connected_to(host: str) -> None:
    dialler = Dialler(*resolved(host, 443))

    assert dialler.post(f"https://{host}/").code == "address loopback"
    assert dialler.asked == []


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_https_address_is_refused_for_good(url: str) -> None:
    dialler = Dialler("8.8.8.8")

    assert dialler.post(url).permanent
    assert dialler.asked == []


def test_development_allows_this_machine_and_nothing_else() -> None:
    here, inside = Dialler("127.0.0.1"), Dialler("10.0.0.1")

    here.post("http://127.0.0.1:9/", in_development=True)
    error = inside.post("http://trong.vn:9/", in_development=True)

    assert here.asked == ["127.0.0.1"]
    assert (inside.asked, error.code) == ([], "address not-global")


def test_a_name_without_an_address_is_tried_again_later() -> None:
    assert not Dialler().post().permanent
