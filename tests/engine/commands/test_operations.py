"""Promises of operations: every case is settled once, in its own transaction, whatever happens to the others."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.bpmn import relocation
from engine.commands import instances, operations
from engine.commands.operations import BulkMigration
from engine.errors import ConflictError, ForbiddenError, NotFoundError
from engine.models import AuditEvent, OperationItem
from engine.queries import operations as queries
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.failures import OFFICER, begin, complete, deploy, history, instance, open_task
from tests.engine.commands.versions import SYSADMIN, event, line

GONE = line("b")


def cases(engine: Engine, second: bytes, count: int = 3) -> list[str]:
    """Cases of the first version at task `a`, when the second is deployed."""
    deploy(engine, line("a", "b"))
    made = [begin(engine, "p").id for _ in range(count)]
    deploy(engine, second)
    return made


def order(engine: Engine, **more: object) -> str:
    """An operation from the first version to the second."""
    return engine.run(SYSADMIN, operations.order_migration, BulkMigration("p", 1, 2, **more)).id  # type: ignore[arg-type]


def finish(engine: Engine) -> int:
    """Let the worker do all that waits."""
    total = 0
    while done := operations.work(engine, 2):
        total += done
    return total


def items(engine: Engine, operation_id: str) -> dict[str, OperationItem]:
    """The items of an operation by instance id."""
    found = engine.read(SYSADMIN, queries.items, operation_id, None, "", 100)
    return {item.instance_id: item for item in found}


def test_every_running_case_goes_over_and_each_result_is_told(engine: Engine) -> None:
    made = cases(engine, line("a", "c", "b"))
    engine.run(OFFICER, instances.cancel, made[0], "thôi")

    operation_id = order(engine, reason="Theo Kế hoạch sửa đổi")
    assert finish(engine) == 2

    progress = engine.read(SYSADMIN, queries.get, operation_id)
    assert (progress.is_done, progress.counts) == (True, {"done": 2})
    assert [instance(engine, i).process_version for i in made] == [1, 2, 2]
    assert items(engine, operation_id)[made[1]].result == {
        "maps": [{"from": "a", "to": "a"}],
        "refused": [],
        "executed": True,
    }


def test_one_refusal_stops_nobody(engine: Engine) -> None:
    made = cases(engine, GONE)
    complete(engine, open_task(engine, made[1], "a"))

    operation_id = order(engine)
    finish(engine)

    found = items(engine, operation_id)
    assert [found[i].state for i in made] == ["refused", "done", "refused"]
    assert [r["element"] for r in found[made[0]].result["refused"]] == ["a"]
    assert [instance(engine, i).process_version for i in made] == [1, 2, 1]


def test_a_case_that_fails_is_noted_and_as_it_was(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cases(engine, line("a", "c"), 2)

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    operation_id = order(engine)
    monkeypatch.setattr(relocation, "relocate", broken)
    finish(engine)

    found = items(engine, operation_id)
    assert {item.state for item in found.values()} == {"failed"}
    assert "secret" not in json.dumps(found[made[0]].result)
    assert [instance(engine, i).process_version for i in made] == [1, 1]


def test_a_dry_run_tells_what_would_become_of_each_and_changes_nothing(engine: Engine) -> None:
    made = cases(engine, GONE)
    complete(engine, open_task(engine, made[1], "a"))
    past = [history(engine, i) for i in made]

    operation_id = order(engine, dry_run=True)
    finish(engine)

    found = items(engine, operation_id)
    assert [found[i].state for i in made] == ["refused", "done", "refused"]
    assert not any(item.result["executed"] for item in found.values())
    assert [history(engine, i) for i in made] == past


def test_what_a_worker_left_is_done_by_the_next(engine: Engine) -> None:
    cases(engine, line("a", "c"), 5)
    operation_id = order(engine)

    assert operations.work(engine, 2) == 2
    assert engine.read(SYSADMIN, queries.get, operation_id).counts == {"done": 2, "waiting": 3}
    assert finish(engine) == 3
    assert engine.read(SYSADMIN, queries.get, operation_id).is_done


def test_several_workers_settle_each_item_once(engine: Engine) -> None:
    made = cases(engine, line("a", "c"), 6)
    order(engine)
    ready, done = threading.Barrier(3), []

    def work() -> None:
        ready.wait()
        done.append(finish(engine))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(done) == 6
    assert [history(engine, i).count("process-migrated") for i in made] == [1] * 6


def test_a_case_that_has_gone_over_meanwhile_is_skipped(engine: Engine, clock: MovableClock) -> None:
    made = cases(engine, line("a", "c"), 2)
    first = order(engine)
    clock.forward(timedelta(seconds=1))
    second = order(engine)

    finish(engine)

    assert {item.state for item in items(engine, first).values()} == {"done"}
    assert {item.state for item in items(engine, second).values()} == {"skipped"}
    assert history(engine, made[0]).count("process-migrated") == 1


def test_the_history_names_who_ordered_it(engine: Engine) -> None:
    (case_id,) = cases(engine, line("a", "c"), 1)

    order(engine)
    finish(engine)

    told = json.loads(event(engine, case_id, "process-migrated").canonical)
    assert (told["actor"], told["on_behalf_of"], told["request"]) == (None, "admin", "request-2")
    query = select(AuditEvent.type).where(AuditEvent.instance_id == "system")
    assert "migration-ordered" in engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all())


def test_an_operation_on_no_cases_is_done_at_once(engine: Engine) -> None:
    cases(engine, line("a", "c"), 0)

    progress = engine.read(SYSADMIN, queries.get, order(engine))

    assert (progress.is_done, progress.counts) == (True, {})
    assert progress.finished_at == progress.operation.created_at


def test_only_system_administrators_order_and_see_operations(engine: Engine) -> None:
    cases(engine, line("a", "c"), 1)
    operation_id = order(engine)

    with pytest.raises(ForbiddenError):
        engine.run(OFFICER, operations.order_migration, BulkMigration("p", 1, 2))
    with pytest.raises(NotFoundError):
        engine.read(OFFICER, queries.get, operation_id)


def test_a_target_that_is_not_there_or_the_same_is_refused(engine: Engine) -> None:
    cases(engine, line("a", "c"), 1)

    with pytest.raises(NotFoundError):
        engine.run(SYSADMIN, operations.order_migration, BulkMigration("p", 1, 9))
    with pytest.raises(ConflictError):
        engine.run(SYSADMIN, operations.order_migration, BulkMigration("p", 1, 1))
