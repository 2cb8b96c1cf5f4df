"""Promises of plans: all or nothing, idempotent, every bad row named; a round binds whom the plan binds that day."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.commands import instances, plans
from engine.commands.plans import RoundContent
from engine.errors import ConflictError, ForbiddenError, InvalidDataError
from engine.models import Agency, AuditEvent, Obligation, Plan, PlanTag, PlanTask, ProcessInstance
from engine.plan_document import parse_plan
from engine.runtime import Engine, Transaction
from tests.installed import PLAN, actor, plan_document


def count(engine: Engine, table: type[Any]) -> int:
    """How many rows a table has."""
    return engine.read(SYSTEM, lambda tx: tx.session.scalar(select(func.count()).select_from(table)) or 0)


def problems(engine: Engine, document: dict[str, Any]) -> dict[str, str]:
    """The rule broken at each path of a refused document."""
    with pytest.raises(InvalidDataError) as refused:
        engine.run(SYSTEM, plans.import_plan, document)
    return {p.field: p.rule for p in refused.value.problems}


def test_plan_179_is_imported_whole(engine: Engine) -> None:
    report = engine.run(SYSTEM, plans.import_plan, plan_document())

    assert (report.agencies, report.communes, report.obligations, report.tags) == (32, 126, 29, 52)
    assert (count(engine, Agency), count(engine, Obligation), count(engine, PlanTag)) == (158, 29, 52)


def test_importing_again_changes_nothing(sqlite_engine: Engine) -> None:
    engine = sqlite_engine
    engine.run(SYSTEM, plans.import_plan, plan_document())
    events = count(engine, AuditEvent)

    again = engine.run(SYSTEM, plans.import_plan, plan_document())

    assert (again.created, again.updated, count(engine, AuditEvent)) == (0, 0, events)


def test_a_changed_plan_changes_only_what_differs(sqlite_engine: Engine) -> None:
    engine, document = sqlite_engine, plan_document()
    engine.run(SYSTEM, plans.import_plan, document)
    document["obligations"][0]["title_vi"] = "Nguồn kinh phí thực hiện"

    again = engine.run(SYSTEM, plans.import_plan, document)

    assert (again.created, again.updated) == (0, 2)  # the obligation, and the plan's checksum


def test_every_bad_row_is_named_and_nothing_is_kept(engine: Engine) -> None:
    document = copy.deepcopy(plan_document())
    document["obligations"][3]["lead"] = ["so-khong-co"]
    document["obligations"][5]["process_key"] = "no_such_process"
    document["agencies"][1]["relation"] = "friend"
    document["commune_level_units"][7]["code"] = document["commune_level_units"][6]["code"]
    document["plan"]["issued_on"] = "08/07/2025"
    document["surprise"] = 1
    del document["channels"][0]["title_vi"]

    found = problems(engine, document)

    assert found == {
        "surprise": "unknown",
        "plan.issued_on": "type",
        "commune_level_units[7].code": "duplicate",
        "agencies[1].relation": "type",
        "obligations[3].lead[0]": "unknown",
        "obligations[5].process_key": "unknown",
        "channels[0].title_vi": "type",
    }
    assert count(engine, Plan) == count(engine, Agency) == 0


@pytest.mark.parametrize("text", [b"a: [1", b"\xff", b"- 1\n- 2", b"a: &x 1\nb: *x", b"!!python/object:os.system {}"])
def test_what_is_no_plan_document_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidDataError):
        parse_plan(text)


def test_a_round_opens_one_task_for_every_agency_bound_that_day(installed: Engine) -> None:
    engine = installed

    opened = engine.run(actor(engine, "svhtt.report_aggregator"), plans.open_round, f"{PLAN}.V.2.d")

    assert (len(opened.agencies), count(engine, PlanTask), count(engine, ProcessInstance)) == (141, 141, 141)


def test_the_merged_press_body_alone_is_bound_after_the_merger(installed_sqlite: Engine) -> None:
    sqlite_engine = installed_sqlite

    opened = sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b")

    assert opened.agencies == ["press-bptth"]


def test_a_round_whose_process_is_not_deployed_opens_nothing(sqlite_engine: Engine) -> None:
    sqlite_engine.run(SYSTEM, plans.import_plan, plan_document())

    with pytest.raises(ConflictError, match="task_lifecycle"):
        sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b")

    assert count(sqlite_engine, PlanTask) == 0


def test_the_same_round_is_not_opened_twice_while_its_tasks_are_open(installed_sqlite: Engine) -> None:
    sqlite_engine, content = installed_sqlite, RoundContent(due_date=date(2026, 4, 10))
    sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b", content)

    with pytest.raises(ConflictError, match="round 1"):
        sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b", content)

    assert count(sqlite_engine, PlanTask) == 1


def test_a_round_for_another_day_or_title_or_after_the_former_is_closed_is_opened(installed_sqlite: Engine) -> None:
    sqlite_engine, content = installed_sqlite, RoundContent(due_date=date(2026, 4, 10))
    sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b", content)

    for other in (RoundContent(), replace(content, title="Đợt 2"), replace(content, due_date=date(2026, 5, 8))):
        sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b", other)
    for instance_id in sqlite_engine.read(SYSTEM, lambda tx: tx.session.scalars(select(ProcessInstance.id)).all()):
        sqlite_engine.run(SYSTEM, instances.cancel, instance_id, "Mở nhầm.")
    again = sqlite_engine.run(SYSTEM, plans.open_round, f"{PLAN}.V.5.b", content)

    assert again.number == 5


def test_an_officer_may_not_open_rounds(installed_sqlite: Engine) -> None:
    sqlite_engine = installed_sqlite

    with pytest.raises(ForbiddenError):
        sqlite_engine.run(actor(sqlite_engine, "w-ba-dinh.agency_officer"), plans.open_round, f"{PLAN}.V.2.d")


def test_reading_back_what_was_imported(sqlite_engine: Engine) -> None:
    sqlite_engine.run(SYSTEM, plans.import_plan, plan_document())

    def query(tx: Transaction) -> tuple[str, str, list[str]]:
        row = tx.session.get_one(Obligation, f"{PLAN}.V.3.dd")
        return row.display_id, row.process_key, row.leads

    assert sqlite_engine.read(SYSTEM, query) == ("V.3.đ", "periodic_report", ["skhcn"])
