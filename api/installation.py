"""Setting an installation up and looking after it: what the command line does besides serving."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

import notifications
from api.passwords import hash_password
from api.served import open_engine
from api.settings import Settings, secret_key
from engine import migrations
from engine.access import SYSTEM
from engine.audit.verify import Verification, verify
from engine.commands import calendar, credentials, definitions, demo, directory, plans, regimes
from engine.commands.directory import Login, Role
from engine.errors import AuditBrokenError, NotFoundError, StartupError
from engine.plan_document import parse_plan
from engine.queries.directory import account_of
from engine.runtime import Engine, Transaction

PASSWORD_FILE = "demo_password"
_DEMO_MARK = "svhtt.report_aggregator"


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """The engine of an installation with its schema up to date; closed at the end."""
    engine = open_engine(settings)
    try:
        with _reachable(settings):
            migrations.upgrade(engine.database.writer)
        engine.run(SYSTEM, calendar.fill)
        notifications.connect()
        yield engine
    finally:
        engine.close()


def initialise(settings: Settings, *, demo: bool) -> Iterator[str]:
    """Make an installation, or bring one up to date; what was done, line by line.

    Raises StartupError for demo people in production: their one password would open it to everybody who knows it.
    """
    if demo and not settings.is_development:
        raise StartupError(
            "Chỉ nạp dữ liệu thử nghiệm khi DONDOC_ENV=development.", "Demo data need DONDOC_ENV=development."
        )
    secret_key(settings)
    with opened(settings) as engine:
        done = engine.run(SYSTEM, definitions.deploy, shipped_diagrams(), publish=True)
        yield f"Quy trình: {sum(d.created for d in done)} mới, {sum(not d.created for d in done)} không đổi"
        if demo:
            yield from load_demo(engine, settings, shipped_plan())


def greeting(settings: Settings) -> Iterator[str]:
    """What `serve` prints: where it answers and, in development with demo data, who may log in."""
    with opened(settings) as engine:
        has_demo = settings.is_development and engine.read(SYSTEM, account_of, _DEMO_MARK) is not None
    yield f"Đôn Đốc: http://{settings.host}:{settings.port}"
    if has_demo:
        yield "Tài khoản thử nghiệm (tên đăng nhập; chung một mật khẩu):"
        yield "  <mã cơ quan>.agency_officer, <mã cơ quan>.agency_head, ví dụ c-thach-that.agency_officer"
        yield "  " + ", ".join(demo.SPECIAL)
        yield f"Mật khẩu: {_demo_password(settings)}"


def shipped_diagrams() -> dict[str, bytes]:
    """The diagrams and decision tables that come with the product."""
    folder = resources.files("workflows")
    return {
        entry.name: entry.read_bytes()
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith((".bpmn", ".dmn"))
    }


def shipped_plan() -> dict[str, Any]:
    """Plan 179 as a document."""
    return parse_plan(resources.files("workflows").joinpath("plan_179.yaml").read_bytes())


def load_demo(engine: Engine, settings: Settings, document: Mapping[str, Any]) -> Iterator[str]:
    """Import a plan, with the regimes that come with it and people for its agencies; what was done, line by line."""
    report = engine.run(SYSTEM, plans.import_plan, document)
    yield f"Kế hoạch {report.plan_id}: {report.obligations} nội dung giao, {report.agencies + report.communes} cơ quan"
    engine.run(SYSTEM, regimes.load_defaults)
    yield f"Người dùng thử nghiệm: {len(add_demo_people(engine, settings))} tài khoản"


def add_demo_people(engine: Engine, settings: Settings) -> list[str]:
    """Add the demo people of the agencies in force who are missing; the user names of all of them."""
    return engine.run(SYSTEM, demo.load_demo, hash_password(_demo_password(settings)))


def add_somebody(
    engine: Engine, username: str, full_name: str, person_id: str, role: tuple[str, str], password: str
) -> str:
    """Add a person with an account and a role, or a further account of a person; the person's id."""
    login = Login(username, hash_password(password))
    if person_id:
        return engine.run(SYSTEM, directory.add_account, person_id, login).person_id
    roles = [Role(role[0], role[1] or None)] if role[0] else []

    def act(tx: Transaction) -> str:
        return directory.add_person(tx, full_name, login=login, roles=roles).id

    return engine.run(SYSTEM, act)


def create_token_for(engine: Engine, username: str, name: str) -> str:
    """A new token's secret for an account. Raises NotFoundError."""
    account = engine.read(SYSTEM, account_of, username)
    if account is None:
        raise NotFoundError("account", username)
    _, secret = engine.run(SYSTEM, credentials.create_token, name, None, (), account.id)
    return secret


def verify_history(settings: Settings, instance_id: str | None) -> str:
    """One line when the history is whole. Raises AuditBrokenError with the first bad event.

    It writes nothing, and reads the file of SQLite beside the server that owns it.
    """
    engine = Engine(_read_only(settings), exclusive=False)
    try:
        with _reachable(settings):
            ready = migrations.is_current(engine.database.writer)
        if not ready:
            raise StartupError("Cơ sở dữ liệu chưa được khởi tạo.", "The database is not initialised.")
        found: Verification = engine.read_frozen(SYSTEM, lambda tx: verify(tx.session, instance_id))
    finally:
        engine.close()
    if found.faults:
        first = found.faults[0]
        raise AuditBrokenError(first.instance_id, first.seq, first.reason)
    return f"Toàn vẹn: {found.chains} chuỗi, {found.events} sự kiện"


def _read_only(settings: Settings) -> str:
    """The URL under which the database can only be read, and is not made when it is not there."""
    path = make_url(settings.url).database
    if not settings.is_sqlite or not path:
        return settings.url
    if not Path(path).exists():
        raise StartupError(f"Không có cơ sở dữ liệu {path}.", f"There is no database {path}.")
    wanted = URL.create("sqlite", database=f"file:{quote(path)}", query={"mode": "ro", "uri": "true"})
    return wanted.render_as_string()


@contextmanager
def _reachable(settings: Settings) -> Iterator[None]:
    """Tell in one line that the database does not answer, and what its driver says first."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):  # the others are defects of ours
            raise
        where = make_url(settings.url).render_as_string(hide_password=True)
        reason = str(error.orig).partition("\n")[0]
        raise StartupError(
            f"Không mở được cơ sở dữ liệu {where}: {reason}.", f"Cannot open the database {where}: {reason}."
        ) from error


def _demo_password(settings: Settings) -> str:
    """The demo people's password: the given one, else a random one kept beside the database."""
    path = settings.home / PASSWORD_FILE
    if settings.demo_password:
        path.touch(mode=0o600)
        path.write_text(settings.demo_password, encoding="utf-8")
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    return path.read_text(encoding="utf-8")
