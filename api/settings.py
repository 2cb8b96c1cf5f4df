"""Settings: one frozen dataclass read from the environment, every field documented (docs/settings.md repeats them).

Rule: a missing or wrong setting stops the start with one clear line; nothing is guessed in production.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from engine.clock import Clock, FileClock, SystemClock
from engine.errors import StartupError

DEVELOPMENT, PRODUCTION = "development", "production"
SHORTEST_KEY = 32
HIGHEST_PORT = 65_535
DATABASES = ("sqlite", "postgresql")
_PREFIX = "DONDOC_"


@dataclass(frozen=True)
class Settings:
    """All that may be set from outside. Each field is the environment variable `DONDOC_` + its name in capitals."""

    #: Folder of everything written: the embedded database, its lock file, the generated key.
    home: Path = Path("var")
    #: SQLAlchemy URL; empty means the SQLite file `dondoc.db` in `home`.
    database_url: str = ""
    #: `production` or `development`; trials with a moved clock and immediate publication need development.
    env: str = PRODUCTION
    #: At least 32 characters; signs CSRF tokens. Required in production, generated into `home` in development.
    secret_key: str = ""
    #: `file:PATH`: read "now" from that file (development only).
    clock: str = ""
    #: Password of all demo people; empty means a random one, printed once.
    demo_password: str = ""
    #: Where mail goes: `smtp://`, `smtp+starttls://` or `smtps://`; empty means that no mail is sent.
    smtp_url: str = ""
    #: Whom mail is from; empty means `no-reply@` and the host of `public_url`.
    mail_from: str = ""
    #: The address under which people reach the server, for links in messages.
    public_url: str = ""
    #: Message broker for scaled installations, `amqp://…` (used by a later release).
    amqp_url: str = ""
    #: SQLite's durability: `FULL` (acknowledged is on disk) or `NORMAL` (the last moments may be lost with power).
    synchronous: str = "FULL"
    #: Address to listen on.
    host: str = "127.0.0.1"
    #: Port to listen on; the plain variable `PORT` is read too.
    port: int = 8000
    #: Server processes; only PostgreSQL allows more than one.
    workers: int = 1
    #: Threads of each server process; 0 means two on SQLite, which has one writer, and eight on PostgreSQL.
    threads: int = 0
    #: No timer of a diagram may repeat faster than this, in seconds; empty means 60, in development 1.
    shortest_cycle_seconds: int = 60
    #: How often the worker looks for due timers, in milliseconds.
    poll_milliseconds: int = 1000

    @property
    def url(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'dondoc.db'}"

    @property
    def is_development(self) -> bool:
        """Whether trials are allowed."""
        return self.env == DEVELOPMENT

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.url.startswith("sqlite")

    @property
    def threads_in_use(self) -> int:
        """The threads of each server process."""
        return self.threads or (2 if self.is_sqlite else 8)

    def make_clock(self) -> Clock:
        """The clock that these settings ask for."""
        return FileClock(Path(self.clock.removeprefix("file:"))) if self.clock else SystemClock()


def read_settings(environment: Mapping[str, str] | None = None, *, reads_only: bool = False) -> Settings:
    """The settings in an environment (the process's own by default). Raises StartupError for a wrong or unknown one.

    What only reads signs nothing, and needs no key.
    """
    given = os.environ if environment is None else environment
    _require_known(given)
    settings = Settings(
        home=Path(given.get("DONDOC_HOME", "var")),
        database_url=given.get("DONDOC_DATABASE_URL", ""),
        env=given.get("DONDOC_ENV", PRODUCTION),
        secret_key=given.get("DONDOC_SECRET_KEY", ""),
        clock=given.get("DONDOC_CLOCK", ""),
        demo_password=given.get("DONDOC_DEMO_PASSWORD", ""),
        smtp_url=given.get("DONDOC_SMTP_URL", ""),
        mail_from=given.get("DONDOC_MAIL_FROM", ""),
        public_url=given.get("DONDOC_PUBLIC_URL", ""),
        amqp_url=given.get("DONDOC_AMQP_URL", ""),
        synchronous=given.get("DONDOC_SYNCHRONOUS", "FULL").upper(),
        host=given.get("DONDOC_HOST", "127.0.0.1"),
        port=_number(given, "DONDOC_PORT", _number(given, "PORT", 8000)),
        workers=_number(given, "DONDOC_WORKERS", 1),
        threads=_number(given, "DONDOC_THREADS", 0),
        shortest_cycle_seconds=_number(
            given, "DONDOC_SHORTEST_CYCLE_SECONDS", 1 if given.get("DONDOC_ENV") == DEVELOPMENT else 60
        ),
        poll_milliseconds=_number(given, "DONDOC_POLL_MILLISECONDS", 1000),
    )
    _check(settings)
    if not (settings.secret_key or settings.is_development or reads_only):
        raise _wrong("DONDOC_SECRET_KEY", "là bắt buộc khi chạy thật", "is required in production")
    return settings


def make_home(settings: Settings) -> None:
    """Make the home folder, for its owner alone. Raises StartupError when it cannot be written to."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(settings.home) from error
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise _unwritable(settings.home)


def secret_key(settings: Settings) -> str:
    """The key in use; in development a missing one is made and kept in `home`."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret_key"
    if not path.exists():
        make_home(settings)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(SHORTEST_KEY), encoding="ascii")
    return path.read_text(encoding="ascii")


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise _wrong(name, "phải là số nguyên không âm", "must be a whole number")
    return int(text)


def _check(settings: Settings) -> None:
    if settings.env not in (DEVELOPMENT, PRODUCTION):
        raise _wrong("DONDOC_ENV", "phải là production hoặc development", "must be production or development")
    if settings.clock and not settings.is_development:
        raise _wrong("DONDOC_CLOCK", "chỉ dùng được khi DONDOC_ENV=development", "needs DONDOC_ENV=development")
    if settings.clock and not settings.clock.startswith("file:"):
        raise _wrong("DONDOC_CLOCK", "phải có dạng file:ĐƯỜNG_DẪN", "must be file:PATH")
    if settings.synchronous not in ("FULL", "NORMAL"):
        raise _wrong("DONDOC_SYNCHRONOUS", "phải là FULL hoặc NORMAL", "must be FULL or NORMAL")
    if settings.secret_key and len(settings.secret_key) < SHORTEST_KEY:
        raise _wrong("DONDOC_SECRET_KEY", "phải có ít nhất 32 ký tự", "must have at least 32 characters")
    if not 1 <= settings.port <= HIGHEST_PORT:
        raise _wrong("DONDOC_PORT", f"phải từ 1 đến {HIGHEST_PORT}", f"must be from 1 to {HIGHEST_PORT}")
    if settings.workers > 1 and settings.is_sqlite:
        raise _wrong("DONDOC_WORKERS", "SQLite chỉ cho phép một tiến trình", "SQLite allows one process only")
    _check_database(settings.url)


def _check_database(url: str) -> None:
    try:
        known = make_url(url).get_backend_name() in DATABASES
    except ArgumentError:
        known = False
    if not known:
        raise _wrong(
            "DONDOC_DATABASE_URL",
            "phải bắt đầu bằng sqlite:/// hoặc postgresql://",
            "must begin with sqlite:/// or postgresql://",
        )


def _require_known(given: Mapping[str, str]) -> None:
    """A misspelt setting must not be passed over in silence."""
    known = [_PREFIX + field.name.upper() for field in fields(Settings)]
    for name in given:
        if name.startswith(_PREFIX) and name not in known:
            meant = "".join(get_close_matches(name, known, 1))
            hint_vi, hint_en = (f" (gần giống: {meant})", f" (like: {meant})") if meant else ("", "")
            raise _wrong(name, f"không phải là tên thiết đặt{hint_vi}", f"is no setting{hint_en}")


def _unwritable(home: Path) -> StartupError:
    return StartupError(f"DONDOC_HOME: không ghi được vào thư mục {home}.", f"DONDOC_HOME: cannot write to {home}.")


def _wrong(name: str, vi: str, en: str) -> StartupError:
    return StartupError(f"{name} {vi}.", f"{name} {en}.")
