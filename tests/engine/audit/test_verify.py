"""Promises of verification: what is taken away or changed is named, and no cell keeps the rest from being checked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import attachments, comments, definitions
from engine.errors import DefinitionError
from engine.runtime import Engine
from tests.engine.commands.failures import OFFICER, begin, deploy, open_task
from tests.engine.commands.versions import line

PDF = b"%PDF-1.7\n"


def case_of(engine: Engine) -> str:
    """A case with a file and a remark."""
    deploy(engine, line("a"))
    case_id = begin(engine, "p").id
    task_id = open_task(engine, case_id, "a")
    engine.run(OFFICER, attachments.add, task_id, "a.pdf", PDF)
    engine.run(OFFICER, comments.add, task_id, "Đã xem")
    return case_id


def tamper(engine: Engine, *statements: str, **values: Any) -> None:
    """Write into the database behind the engine's back."""

    def write(tx: Any) -> None:
        for statement in statements:
            tx.session.execute(text(statement), values)

    engine.run(SYSTEM, write)


def faults(engine: Engine, instance_id: str | None = None) -> list[tuple[str, int, str]]:
    """What verification finds."""
    found = engine.read_frozen(SYSTEM, lambda tx: verify(tx.session, instance_id)).faults
    return [(fault.instance_id, fault.seq, fault.reason) for fault in found]


def test_what_nobody_touched_is_whole(engine: Engine) -> None:
    case_id = case_of(engine)

    assert (faults(engine), faults(engine, case_id), faults(engine, "system")) == ([], [], [])


def test_an_instance_without_any_event_is_named_though_it_remembers_none(engine: Engine) -> None:
    case_id = case_of(engine)

    tamper(
        engine,
        "delete from audit_event where instance_id = :case",
        "update process_instance set audit_seq = 0 where id = :case",
        case=case_id,
    )

    assert faults(engine) == [(case_id, 1, "missing")]


def test_an_installation_in_use_has_a_chain_of_its_own(engine: Engine) -> None:
    case_of(engine)

    tamper(engine, "delete from audit_event where instance_id = 'system'", "delete from audit_stream")

    assert faults(engine) == [("system", 1, "missing")]
    assert faults(engine, "system") == [("system", 1, "missing")]


def test_an_empty_installation_is_whole(engine: Engine) -> None:
    assert faults(engine) == []


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("canonical = 'text'", "hash-differs"),
        ("canonical = 7", "hash-differs"),
        ("canonical = 1e12", "hash-differs"),
        ("hash = 'text'", "hash-differs"),
        ("salt = 'text'", "data-differs"),
        ("data = cast(x'ff' as text)", "data-differs"),
        ("data = x'ff'", "data-differs"),
        ("data = 7", "data-differs"),
        ("at = 'garbage'", "columns-differ"),
        ("at = 7", "columns-differ"),
        ("type = cast(x'ff' as text)", "columns-differ"),
        ("seq = 'garbage'", "gap"),
    ],
)
def test_a_cell_of_another_kind_is_named_and_the_rest_is_checked(sqlite_engine: Engine, cell: str, reason: str) -> None:
    first, second = sorted([case_of(sqlite_engine), begin(sqlite_engine, "p").id])
    tamper(sqlite_engine, f"update audit_event set {cell} where instance_id = :case and seq = 1", case=first)

    tamper(sqlite_engine, "update process_instance set audit_head = 'text' where id = :case", case=second)

    found = {fault[0]: fault[2] for fault in faults(sqlite_engine)}
    assert found == {first: reason, second: "head-differs"}


def test_an_instant_that_no_clock_shows_is_named(engine: Engine) -> None:
    case_id = case_of(engine)

    tamper(engine, "update audit_event set at = 'infinity' where instance_id = :case and seq = 1", case=case_id)

    assert faults(engine) == [(case_id, 1, "columns-differ")]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("update task_attachment set content = :bytes", "attachment-differs"),
        ("update task_attachment set sha256 = 'abc'", "attachment-differs"),
        ("delete from task_attachment", "attachment-differs"),
        ("update task_attachment set id = 'another'", "attachment-differs"),
        ("update task_comment set text = 'Chưa xem'", "comment-differs"),
        ("delete from task_comment", "comment-differs"),
    ],
)
def test_what_was_given_with_a_task_is_compared_with_its_event(engine: Engine, statement: str, reason: str) -> None:
    case_id = case_of(engine)

    tamper(engine, statement, **({"bytes": b"%PDF-1.6\n"} if ":bytes" in statement else {}))

    assert [(fault[0], fault[2]) for fault in faults(engine)] == [(case_id, reason)]
    assert [fault[2] for fault in faults(engine, case_id)] == [reason]


def test_a_changed_diagram_is_named_and_not_run(engine: Engine) -> None:
    case_of(engine)
    definition_id = engine.read(SYSTEM, lambda tx: definitions.current(tx, "p").id)

    tamper(engine, "update process_definition set xml = :xml", xml=line("b"))

    assert [(fault[0], fault[2]) for fault in faults(engine)] == [("system", "definition-differs")]
    engine.shared.clear()
    with pytest.raises(DefinitionError, match="checksum"):
        engine.read(SYSTEM, definitions.compiled, definition_id)
