"""Real receivers on this machine: a mail server and an HTTP endpoint, which behave as a test tells them to."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

HERE = "127.0.0.1"


@dataclass
class Letters:
    """A mail server's memory and manners. Functions get the recipient and answer a line; None means: take it."""

    kept: list[tuple[str, bytes]] = field(default_factory=list)
    on_rcpt: Callable[[str], str | None] = lambda address: None
    on_data: Callable[[str], str | None] = lambda address: None
    drops_after_data: int = 0
    connections: int = 0
    encrypted: list[bool] = field(default_factory=list)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, lines: list[str]) -> list[str]:
        """Somebody says hello."""
        self.connections += 1
        session.host_name = host
        return lines

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """A recipient is named."""
        said = self.on_rcpt(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """A mail has come; perhaps the line goes dead before it is confirmed."""
        address = envelope.rcpt_tos[0]
        said = self.on_data(address)
        if said is not None:
            return said
        self.kept.append((address, envelope.content))
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.drops_after_data:
            self.drops_after_data -= 1
            server.transport.abort()
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        """What was taken, as mails."""
        parsed = [message_from_bytes(content, policy=default) for _, content in self.kept]
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]

    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(mail["Message-ID"]) for mail in self.mails()]


@contextmanager
def mail_server(letters: Letters, port: int | None = None, host: str = HERE, **manners: Any) -> Iterator[str]:
    """The URL of a mail server with these manners; `manners` are aiosmtpd's own, such as how it encrypts."""
    port = port or free_port(host)
    server = Controller(letters, hostname=host, port=port, **manners)
    server.start()
    try:
        yield f"smtp://{host}:{port}"
    finally:
        server.stop()


@dataclass(frozen=True)
class Request:
    """What an endpoint was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An endpoint's memory, and its answers: one after the other, the last one for ever."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=lambda: [(204, {}, b"")])
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    silent_seconds: float = 0.0


@contextmanager
def http_server(receiver: Receiver, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """An endpoint with these answers, encrypted or not; its URL stands in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            told = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(self.path, told, body))
            time.sleep(receiver.silent_seconds)
            status, headers, content = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            self.send_response(status)
            for name, value in ({"content-length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *values: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HERE, 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"{'http' if tls is None else 'https'}://{HERE}:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port(host: str = HERE) -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
        return port
