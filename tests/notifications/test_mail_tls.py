"""Mail over TLS, to real servers with certificates: encrypted and to the right one, or not at all."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword

from engine.runtime import Engine
from notifications.channels.email import EmailChannel
from tests.installed import begin
from tests.notifications.certificates import LONG_AGO, NOT_YET, certified, trusted
from tests.notifications.outgoing import OFFICER, mailing, messages, reachable
from tests.notifications.servers import HERE, Letters, mail_server

# Another machine, as far as the product can tell: not one of the names of its own.
ELSEWHERE = "127.0.0.2"
STARTTLS, IMPLICIT = "smtp+starttls", "smtps"
Encrypting = Callable[[ssl.SSLContext], dict[str, Any]]
WAYS: dict[str, Encrypting] = {
    STARTTLS: lambda context: {"tls_context": context, "require_starttls": True},
    IMPLICIT: lambda context: {"ssl_context": context},
}
both_ways = pytest.mark.parametrize("scheme", [STARTTLS, IMPLICIT])


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts."""
    return trusted(tmp_path, monkeypatch)


@pytest.fixture
def letters() -> Letters:
    """What the mail server got."""
    return Letters()


def outcome(engine: Engine, url: str) -> tuple[str, str | None]:
    """Have one mail to be sent, try once, and say what became of it."""
    begin(engine, reachable(engine, OFFICER, "can-bo@thachthat.example"))
    courier = mailing(engine, url)
    assert isinstance(courier.channel, EmailChannel)
    try:
        courier.deliver_due()
    finally:
        courier.channel.close()
    (row,) = messages(engine, channel="email")
    return row.state, row.last_error


def spoken(scheme: str, url: str, credentials: str = "") -> str:
    """The address of a mail server under another scheme, with a login."""
    return url.replace("smtp://", f"{scheme}://{credentials}")


class Doorman:
    """Lets one user in, and remembers who knocked."""

    def __init__(self) -> None:
        self.knocked: list[bytes] = []

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        """Whether these are the right words."""
        assert isinstance(given, LoginPassword)
        self.knocked.append(given.login)
        return AuthResult(success=(given.login, given.password) == (b"dondoc", b"m/k"), handled=False)


@both_ways
def test_mail_goes_encrypted_to_a_server_that_proves_its_name(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA, scheme: str
) -> None:
    manners = WAYS[scheme](certified(authority, HERE))
    with mail_server(letters, **manners) as url:
        told = outcome(installed_sqlite, spoken(scheme, url))

    assert (told, letters.encrypted) == (("sent", None), [True])


@pytest.mark.parametrize(
    ("names", "validity"),
    [(["mail.example"], {}), ([HERE], LONG_AGO), ([HERE], NOT_YET)],
    ids=["another-name", "expired", "not-yet-valid"],
)
@both_ways
def test_a_certificate_that_does_not_hold_gets_no_mail(
    installed_sqlite: Engine,
    letters: Letters,
    authority: trustme.CA,
    scheme: str,
    names: list[str],
    validity: dict[str, Any],
) -> None:
    manners = WAYS[scheme](certified(authority, *names, **validity))
    with mail_server(letters, **manners) as url:
        told = outcome(installed_sqlite, spoken(scheme, url))

    assert (told, letters.kept) == (("new", "mail-server SSLCertVerificationError"), [])


@both_ways
def test_a_certificate_of_an_unknown_authority_gets_no_mail(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA, scheme: str
) -> None:
    manners = WAYS[scheme](certified(trustme.CA(), HERE))
    with mail_server(letters, **manners) as url:
        told = outcome(installed_sqlite, spoken(scheme, url))

    assert (told, letters.kept) == (("new", "mail-server SSLCertVerificationError"), [])


@pytest.mark.parametrize(
    ("scheme", "error"), [(STARTTLS, "mail-server SMTPNotSupportedError"), (IMPLICIT, "mail-server SSLError")]
)
def test_where_encryption_is_asked_for_a_server_without_it_gets_no_mail(
    installed_sqlite: Engine, letters: Letters, scheme: str, error: str
) -> None:
    with mail_server(letters) as url:
        told = outcome(installed_sqlite, spoken(scheme, url))

    assert (told, letters.kept) == (("new", error), [])


def test_a_server_elsewhere_that_offers_encryption_is_taken_at_its_word(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA
) -> None:
    with mail_server(letters, host=ELSEWHERE, tls_context=certified(authority, ELSEWHERE)) as url:
        told = outcome(installed_sqlite, url)

    assert (told, letters.encrypted) == (("sent", None), [True])


def test_an_offer_that_fails_is_no_reason_to_speak_in_clear(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA
) -> None:
    with mail_server(letters, host=ELSEWHERE, tls_context=certified(authority, "mail.example")) as url:
        told = outcome(installed_sqlite, url)

    assert (told, letters.kept) == (("new", "mail-server SSLCertVerificationError"), [])


@both_ways
def test_the_login_is_given_once_the_line_is_encrypted(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA, scheme: str
) -> None:
    doorman = Doorman()
    door = {"authenticator": doorman, "auth_require_tls": scheme == STARTTLS}  # it knows of no other TLS
    manners = WAYS[scheme](certified(authority, HERE)) | door
    with mail_server(letters, **manners) as url:
        told = outcome(installed_sqlite, spoken(scheme, url, "dondoc:m%2Fk@"))

    assert (told, letters.encrypted, doorman.knocked) == (("sent", None), [True], [b"dondoc"])


def test_a_login_that_is_refused_is_tried_again_and_blames_no_recipient(
    installed_sqlite: Engine, letters: Letters, authority: trustme.CA
) -> None:
    manners = WAYS[STARTTLS](certified(authority, HERE)) | {"authenticator": Doorman(), "auth_required": True}
    with mail_server(letters, **manners) as url:
        told = outcome(installed_sqlite, spoken(STARTTLS, url, "dondoc:sai@"))

    assert (told, letters.kept) == (("new", "mail-server 535"), [])


def test_a_password_does_not_leave_this_machine_in_clear(installed_sqlite: Engine, letters: Letters) -> None:
    doorman = Doorman()
    manners: dict[str, Any] = {"authenticator": doorman, "auth_require_tls": False}
    with mail_server(letters, host=ELSEWHERE, **manners) as url:
        told = outcome(installed_sqlite, spoken("smtp", url, "dondoc:m%2Fk@"))

    assert (told, letters.kept, doorman.knocked) == (("new", "mail-server SMTPNotSupportedError"), [], [])
