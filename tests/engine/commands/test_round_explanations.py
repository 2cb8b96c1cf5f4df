"""Promises when the City's leader asks agencies to explain: each alone, by name, in time, and told once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.commands import rounds, timers
from engine.errors import ConflictError, InvalidDataError, NotFoundError
from engine.models import ProcessInstance
from engine.queries import instances as instance_queries
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.commands.exchanging import of_process
from tests.engine.commands.test_due_changes import told, variables
from tests.installed import COMMUNE, actor
from tests.reporting import FEW, RoundScene, live_until

OTHER = "c-ba-vi"
OVER = datetime(2026, 3, 17, 2, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "addressees": [COMMUNE, OTHER],
    "answer_by": "2026-03-16",
    "comment": "Vì sao chưa báo cáo?",
}


def before_the_leader(engine: Engine) -> RoundScene:
    """A round whose consolidated report lies before the City's leader."""
    scene = RoundScene(engine, FEW)
    engine.run(scene.aggregator, rounds.close, scene.id)
    scene.sign()
    scene.act(scene.office, "forward_report", decision="submit")
    return scene


def ask(scene: RoundScene, **changes: Any) -> None:
    """Have the leader ask."""
    scene.act(scene.leader, "leader_decision", decision="request_explanation", **ASKED | changes)


def case_of(engine: Engine, agency: str) -> ProcessInstance:
    """The last case in which an agency is asked to explain."""
    return [one for one in of_process(engine, "report_explanation") if one.agency == agency][-1]


def explain(scene: RoundScene, agency: str, said: str) -> None:
    """Have an officer of an agency answer."""
    officer = actor(scene.engine, f"{agency}.agency_officer")
    scene.complete(officer, case_of(scene.engine, agency).id, "explain", explanation=said)


def with_the_leader(scene: RoundScene) -> bool:
    """Whether the round lies before the leader again."""
    return "leader_decision" in scene.offered(scene.leader, scene.round.instance_id or "")


def test_the_leader_hears_explanations_before_the_round_ends(installed: Engine, clock: MovableClock) -> None:
    scene = before_the_leader(installed)
    ask(scene)

    explain(scene, COMMUNE, "Thiếu nhân sự.")
    live_until(installed, clock, OVER)

    assert with_the_leader(scene)
    (event,) = told(scene.engine, scene.round.instance_id, "explanations-missing")
    assert [agency["agency"] for agency in event["agencies"]] == [OTHER]
    assert event["agencies"][0]["name_vi"] == "Xã Ba Vì"
    heard = variables(scene.engine, scene.round.instance_id)["explanations"]
    assert [(one["addressee"], one.get("decision")) for one in heard] == [(COMMUNE, None), (OTHER, "no_answer")]
    assert heard[0]["by"] == actor(installed, f"{COMMUNE}.agency_officer").person_id
    assert {one.state for one in of_process(installed, "report_explanation")} == {"completed"}
    scene.act(scene.leader, "leader_decision", decision="note")
    assert scene.round.state == "archived"
    assert installed.read_frozen(SYSTEM, lambda tx: verify(tx.session)).sound


def test_the_round_goes_on_as_soon_as_all_have_explained(installed: Engine) -> None:
    scene = before_the_leader(installed)
    ask(scene)

    explain(scene, OTHER, "Mất điện.")
    waits = not with_the_leader(scene)
    explain(scene, COMMUNE, "Thiếu nhân sự.")

    assert waits
    assert with_the_leader(scene)
    assert told(installed, scene.round.instance_id, "explanations-missing") == []
    heard = variables(installed, scene.round.instance_id)["explanations"]
    assert [(one["addressee"], one["explanation"]) for one in heard] == [
        (OTHER, "Mất điện."),
        (COMMUNE, "Thiếu nhân sự."),
    ]


def test_an_agency_that_explains_reads_nothing_of_the_round_or_of_the_others(installed_sqlite: Engine) -> None:
    scene = before_the_leader(installed_sqlite)
    ask(scene)
    officer = actor(installed_sqlite, f"{COMMUNE}.agency_officer")

    for foreign in (scene.round.instance_id or "", case_of(installed_sqlite, OTHER).id):
        with pytest.raises(NotFoundError):
            installed_sqlite.read(officer, instance_queries.get, foreign)
    own = installed_sqlite.read(officer, instance_queries.get, case_of(installed_sqlite, COMMUNE).id)

    assert own.variables["question"] == "Vì sao chưa báo cáo?"
    assert OTHER not in str(own.variables)
    for reader in (scene.aggregator, scene.office, scene.leader):
        assert installed_sqlite.read(reader, instance_queries.get, own.id).id == own.id


def test_a_second_question_is_not_settled_by_the_first(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = before_the_leader(installed_sqlite)
    ask(scene)
    live_until(installed_sqlite, clock, OVER)

    ask(scene, addressees=[OTHER], answer_by="2026-03-20")
    waits = not with_the_leader(scene)
    explain(scene, OTHER, "Đã khắc phục.")

    assert waits
    assert with_the_leader(scene)
    heard = variables(installed_sqlite, scene.round.instance_id)["explanations"]
    assert [(one["addressee"], one.get("decision")) for one in heard] == [
        (OTHER, "no_answer"),
        (COMMUNE, "no_answer"),
        (OTHER, None),
    ]


def test_whoever_explains_after_the_round_has_gone_on_is_told_so(installed_sqlite: Engine, clock: MovableClock) -> None:
    scene = before_the_leader(installed_sqlite)
    ask(scene)
    clock.moment = OVER
    fired = 0
    while not with_the_leader(scene) and fired < 10:
        fired += timers.fire_due(installed_sqlite, 1)
    late = [agency for agency in (COMMUNE, OTHER) if case_of(installed_sqlite, agency).state == "active"]

    for agency in late:
        with pytest.raises(ConflictError):
            explain(scene, agency, "Muộn.")
    timers.fire_due(installed_sqlite, 100)

    assert {one.state for one in of_process(installed_sqlite, "report_explanation")} == {"completed"}
    assert len(told(installed_sqlite, scene.round.instance_id, "explanations-missing")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"addressees": ["mttq"]}, "addressees"),
        ({"addressees": [COMMUNE, "mttq"]}, "addressees"),
        ({"answer_by": "2026-03-09"}, "answer_by"),
    ],
)
def test_only_agencies_of_the_city_are_asked_by_a_day_to_come(
    installed_sqlite: Engine, changes: dict[str, Any], field: str
) -> None:
    scene = before_the_leader(installed_sqlite)

    with pytest.raises(InvalidDataError) as refused:
        ask(scene, **changes)

    assert [p.field for p in refused.value.problems] == [field]
    assert of_process(installed_sqlite, "report_explanation") == []
