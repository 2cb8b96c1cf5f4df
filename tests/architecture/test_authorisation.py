"""Every command has a row in the authorisation table, and every row is true."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import credentials, directory, tasks
from engine.commands.directory import Login, Role
from engine.errors import EngineError, ForbiddenError, NotFoundError
from engine.models.directory import Membership
from engine.runtime import Engine, Transaction
from tests.architecture.authorisation import AUTHORISATION, COLLEAGUE, OFFICER, Allowed, Scene
from tests.architecture.sources import sources
from tests.installed import COMMUNE, actor, begin, offered

STRANGER = "c-ba-vi.agency_officer"
ROWS = [(name, row) for name, row in AUTHORISATION.items() if isinstance(row, Allowed)]
by_row = pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])


def test_every_command_has_a_row() -> None:
    commands = {
        f"{source.path.stem}.{function.name}"
        for source in sources()
        if source.name.startswith(("engine/commands/", "notifications/commands/"))
        for function in source.tree.body
        if isinstance(function, ast.FunctionDef) and _is_command(function)
    }

    assert set(AUTHORISATION) == commands


@by_row
def test_a_stranger_is_refused(name: str, row: Allowed, installed_sqlite: Engine) -> None:
    scene = _scene(installed_sqlite, row)

    with pytest.raises((ForbiddenError, NotFoundError)):
        installed_sqlite.run(actor(installed_sqlite, STRANGER), row.trial, scene)


@by_row
def test_who_may_is_not_refused(name: str, row: Allowed, installed_sqlite: Engine) -> None:
    scene = _scene(installed_sqlite, row)

    try:
        installed_sqlite.run(actor(installed_sqlite, row.user), row.trial, scene)
    except EngineError as error:
        assert not isinstance(error, ForbiddenError | NotFoundError), error


def _scene(engine: Engine, row: Allowed) -> Scene:
    officer = actor(engine, OFFICER)
    case = begin(engine, officer)
    task_id = offered(engine, officer, case)["propose"]
    role = Role("agency_officer", COMMUNE)
    colleague = engine.run(SYSTEM, directory.add_person, "Lê Thị Bạn", login=Login(COLLEAGUE), roles=[role]).id
    token, _ = engine.run(officer, credentials.create_token, "thử")
    if row.held:
        engine.run(officer, tasks.claim, task_id)
    if row.lent:
        engine.run(officer, tasks.delegate, task_id, colleague)
    person_id = officer.person_id or ""
    membership = engine.read(SYSTEM, _membership, person_id)
    return Scene(case.id, task_id, case.plan_task_id or "", person_id, colleague, membership, token.id)


def _membership(tx: Transaction, person_id: str) -> str:
    return tx.session.scalars(select(Membership.id).where(Membership.person_id == person_id)).one()


def _is_command(function: ast.FunctionDef) -> bool:
    first = function.args.args[0].annotation if function.args.args else None
    return not function.name.startswith("_") and first is not None and ast.unparse(first) == "Transaction"
