"""Where mail goes: reading `DONDOC_SMTP_URL`, and one connection that is kept between mails.

Rule: a password travels encrypted or not at all, except to this machine; no exchange takes longer than its limit,
however slowly the other side speaks.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.errors import StartupError
from notifications.channels.limits import limited

OPENING_SECONDS = 10.0
SENDING_SECONDS = 20.0
_OK = 250
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class MailServer:
    """A mail server. `scheme` is smtp (encrypted where it is offered), smtp+starttls (always) or smtps (from the
    first byte)."""

    scheme: str
    host: str
    port: int
    username: str = ""
    password: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return self.host in _HERE


def mail_server(url: str) -> MailServer:
    """The server that a URL names. Raises StartupError for one that names none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(parts.scheme)
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise StartupError(
            "DONDOC_SMTP_URL phải có dạng smtp://máy:cổng, smtp+starttls://… hoặc smtps://….",
            "DONDOC_SMTP_URL must be smtp://host:port, smtp+starttls://… or smtps://….",
        ) from error
    return MailServer(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))


class _Smtp(smtplib.SMTP):
    """A connection whose opening as a whole has a limit."""

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect and hear the greeting."""
        with limited(lambda: self.sock, OPENING_SECONDS):
            return super().connect(host, port, source_address)


class _SmtpOverTls(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect and hear the greeting."""
        with limited(lambda: self.sock, OPENING_SECONDS):
            return super().connect(host, port, source_address)


class Connection:
    """A conversation with a mail server, kept open between mails and begun anew when it has died."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> smtplib.SMTP:
        """A connection on which a mail can be begun. Raises OSError or SMTPException."""
        if self._smtp is None or not self._is_alive(self._smtp):
            self.drop()
            self._smtp = self._opened()
        return self._smtp

    def drop(self) -> None:
        """Hang up."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _is_alive(self, smtp: smtplib.SMTP) -> bool:
        try:
            with limited(lambda: smtp.sock, OPENING_SECONDS):
                return smtp.noop()[0] == _OK  # or a mail begun on a line that has gone dead would count as failed
        except (OSError, smtplib.SMTPException):
            return False

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            secure = ssl.create_default_context()
            smtp: smtplib.SMTP = _SmtpOverTls(server.host, server.port, timeout=OPENING_SECONDS, context=secure)
        else:
            smtp = _Smtp(server.host, server.port, timeout=OPENING_SECONDS)
        try:
            with limited(lambda: smtp.sock, OPENING_SECONDS):
                self._introduce(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        offered = smtp.has_extn("starttls") and not server.is_here
        if server.scheme == "smtp+starttls" or (server.scheme == "smtp" and offered):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if server.username:
            if not isinstance(smtp.sock, ssl.SSLSocket) and not server.is_here:
                raise smtplib.SMTPNotSupportedError("the password would travel in clear")
            smtp.login(server.username, server.password)
