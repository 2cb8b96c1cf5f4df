"""One POST over a connection to an address that was judged beforehand.

Rule: the name is resolved once, every address judged, and one of these connected to; the name itself is only spoken
(Host, SNI, certificate). No proxy, no redirect, no more of the answer than LARGEST_ANSWER_BYTES.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from notifications.channels import DeliveryError
from notifications.channels.limits import limited
from notifications.channels.webhook.addresses import is_this_machine, refusal

CONNECT_SECONDS = 5.0
EXCHANGE_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 64 * 1024
_PORTS = {"https": 443, "http": 80}
Resolve = Callable[[str, int], Iterable[str]]
Connect = Callable[[str, int], socket.socket]


@dataclass(frozen=True)
class Reply:
    """What the receiver answered; its text is of no interest to anybody."""

    status: int
    retry_after: str | None


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(address: str, port: int) -> socket.socket:
    """A connection to an address."""
    return socket.create_connection((address, port), CONNECT_SECONDS)


@dataclass(frozen=True)
class Gate:
    """Decides where a webhook may lead, and connects to nowhere else.

    `in_development` lets it lead to this machine, over plain HTTP and any port.
    """

    in_development: bool = False
    resolve: Resolve = resolved
    connect: Connect = connected
    tls: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)

    def problem(self, url: str) -> str | None:
        """What is wrong with an address as it is written; None when nothing is."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "malformed"
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            return "malformed"
        if not parts.hostname or parts.username is not None or parts.password is not None:
            return "malformed"
        if self.in_development and parts.scheme in _PORTS:
            return None
        return None if parts.scheme == "https" and port in (None, 443) else "not-https"

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post a body. Raises DeliveryError when it may not, or cannot, be done."""
        wrong = self.problem(url)
        if wrong is not None:
            raise DeliveryError(f"address {wrong}", permanent=True)
        parts = urlsplit(url)
        try:
            sock = self._socket(parts)
            try:
                with limited(lambda: sock, EXCHANGE_SECONDS):
                    return _exchange(self._secured(sock, parts), parts, headers, body)
            finally:
                sock.close()
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"connection {type(error).__name__}") from error

    def _socket(self, parts: SplitResult) -> socket.socket:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        addresses = list(self.resolve(host, port))
        for address in addresses:
            why = self._refusal(address)
            if why is not None:
                raise DeliveryError(f"address {why}")
        return _first(self.connect, addresses, port)

    def _refusal(self, address: str) -> str | None:
        return None if self.in_development and is_this_machine(address) else refusal(address)

    def _secured(self, sock: socket.socket, parts: SplitResult) -> socket.socket:
        sock.settimeout(CONNECT_SECONDS)
        return self.tls().wrap_socket(sock, server_hostname=parts.hostname) if parts.scheme == "https" else sock


def _first(connect: Connect, addresses: list[str], port: int) -> socket.socket:
    """A connection to the first address that answers."""
    failure: OSError = ConnectionError("no address")
    for address in addresses:
        try:
            return connect(address, port)
        except OSError as error:
            failure = error
    raise failure


def _exchange(sock: socket.socket, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> Reply:
    usual = _PORTS[parts.scheme]
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or usual)
    connection.default_port = usual  # or `Host` would say :443, which some endpoints do not take for their name
    connection.sock = sock
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(LARGEST_ANSWER_BYTES)
        return Reply(answer.status, answer.getheader("retry-after"))
    finally:
        connection.close()
