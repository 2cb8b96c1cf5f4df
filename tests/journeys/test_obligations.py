"""Each of the 29 obligations of the imported plan begins its process, and a case of it comes to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import instances, plans, regimes, tasks, timers
from engine.commands.instances import Start
from engine.commands.plans import RoundContent
from engine.commands.rounds import RoundRequest
from engine.errors import ConflictError, EngineError
from engine.forms import Field
from engine.models import Obligation, ProcessInstance
from engine.queries import tasks as task_queries
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Engine
from tests.conftest import MovableClock
from tests.engine.handlers.cast import EVIDENCE, PROPOSAL
from tests.installed import PLAN, actor, offered, plan_document
from tests.reporting import QUARTER, RoundScene, trial_regime

CODES = {row["code"]: row["process_key"] for row in plan_document()["obligations"]}
OFFICER, OFFICE = "{agency}.agency_officer", "vpub.city_office"
#: By process: who takes the first steps, and may decide there not to go on. Press bodies are offered, not told.
FIRST: Mapping[str, Sequence[str]] = {
    "budget_proposal": [OFFICER],
    "obstacle_report": [OFFICER],
    "external_request": [OFFICE],
    "supervision_response": [OFFICE],
    "content_publication": [OFFICER],
    "event_lifecycle": [OFFICER],
    "contest_lifecycle": [OFFICER],
    "survey_lifecycle": [OFFICER],
}
PRESS = ("svhtt.report_aggregator", OFFICER)
GIVING_UP = ("withdraw", "decline")
SAMPLES: Mapping[str, Any] = {
    "string": "Nội dung",
    "text": "Nội dung",
    "agency": "btgdv",
    "agencies": ["snv"],
    "tags": ["portal"],
}
LATER = "2026-06-30"


def test_there_are_twenty_nine() -> None:
    assert len(CODES) == 29


@pytest.mark.parametrize("code", [code for code, process in CODES.items() if process == "task_lifecycle"])
def test_what_is_a_task_is_given_out_done_and_accepted(installed_sqlite: Engine, code: str) -> None:
    case, agency = begun(installed_sqlite, code)
    officer, head = (actor(installed_sqlite, f"{agency}.{role}") for role in ("agency_officer", "agency_head"))
    reviewer = actor(installed_sqlite, "ubnd.city_leader" if agency == "svhtt" else "svhtt.report_aggregator")

    take(installed_sqlite, officer, case.id, "propose", **PROPOSAL)
    take(installed_sqlite, head, case.id, "head_review", decision="submit")
    take(installed_sqlite, officer, case.id, "accept_assignment", decision="accept")
    take(installed_sqlite, officer, case.id, "execute", decision="report")
    take(installed_sqlite, officer, case.id, "report_result", result="Đã xong.", evidence=EVIDENCE)
    take(installed_sqlite, reviewer, case.id, "review_result", decision="accept")
    take(installed_sqlite, head, case.id, "nominate", decision="skip")

    assert state_of(installed_sqlite, case.id) == "completed"


@pytest.mark.parametrize("code", [code for code, process in CODES.items() if process in FIRST])
def test_what_has_a_process_of_its_own_begins_it_for_whoever_leads(installed_sqlite: Engine, code: str) -> None:
    case, agency = begun(installed_sqlite, code)

    for name in PRESS if code.startswith("V.5") else FIRST[CODES[code]]:
        who = actor(installed_sqlite, name.format(agency=agency))
        (task,) = installed_sqlite.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case.id))
        installed_sqlite.run(who, tasks.complete, task.row["id"], given_up(task))

    assert (case.process_key, case.variables["obligation"]) == (CODES[code], f"{PLAN}.{code}")
    assert state_of(installed_sqlite, case.id) == "completed"


@pytest.mark.parametrize(("code", "variable", "body"), [("V.7", "body", "btgdv"), ("V.8.a", "body", "mttq")])
def test_what_is_asked_of_a_body_is_a_case_of_the_citys_office(
    installed_sqlite: Engine, code: str, variable: str, body: str
) -> None:
    case, agency = begun(installed_sqlite, code)

    assert (agency, case.variables[variable]) == ("vpub", body)
    with pytest.raises(EngineError):
        installed_sqlite.run(SYSTEM, plans.open_round, f"{PLAN}.{code}", RoundContent(due_date=case.started_at.date()))


@pytest.mark.parametrize("code", [code for code, process in CODES.items() if process == "periodic_report"])
def test_what_is_reported_goes_by_a_regime_and_ends_when_nothing_more_is_taken(
    installed_sqlite: Engine, clock: MovableClock, code: str
) -> None:
    with pytest.raises(ConflictError, match="regime"):
        installed_sqlite.run(SYSTEM, plans.open_round, f"{PLAN}.{code}")
    agency = "skhcn" if code == "V.3.dd" else "c-thach-that"

    key = f"trial-{code.lower().replace('.', '-')}"
    text = trial_regime(key, clause=code, obligation_id=f"{PLAN}.{code}", reporters=[agency])
    installed_sqlite.run(SYSTEM, regimes.add, text)

    scene = RoundScene(installed_sqlite, request=RoundRequest(key, QUARTER))
    scene.submit(agency, figures={"items": 3})
    scene.accept(agency)
    clock.forward(timedelta(days=120))
    while timers.fire_due(installed_sqlite):
        pass

    assert state_of(installed_sqlite, scene.report(agency).instance_id or "") == "completed"


def test_commendation_is_proposed_in_campaigns_and_may_be_given_up(installed_sqlite: Engine) -> None:
    (code,) = [code for code, process in CODES.items() if process == "commendation"]
    officer = actor(installed_sqlite, "c-thach-that.agency_officer")
    with pytest.raises(ConflictError, match="campaigns"):
        installed_sqlite.run(SYSTEM, plans.open_round, f"{PLAN}.{code}")
    wanted = Start("commendation", agency="c-thach-that", variables={"obligation": f"{PLAN}.{code}"})

    case = installed_sqlite.run(officer, instances.start, wanted)

    assert set(offered(installed_sqlite, officer, case)) == {"nominate"}


@pytest.mark.parametrize("code", ["V.6", "C.2"])
def test_the_same_round_is_not_opened_twice_while_its_cases_run(installed_sqlite: Engine, code: str) -> None:
    begun(installed_sqlite, code)

    with pytest.raises(ConflictError, match="round 1"):
        installed_sqlite.run(SYSTEM, plans.open_round, f"{PLAN}.{code}")
    again = installed_sqlite.run(SYSTEM, plans.open_round, f"{PLAN}.{code}", RoundContent(title="Việc khác"))

    assert again.number == 2


def begun(engine: Engine, code: str) -> tuple[ProcessInstance, str]:
    """Open a round of an obligation; the case of its first lead, and its agency."""
    opened = engine.run(SYSTEM, plans.open_round, f"{PLAN}.{code}")
    process = engine.read(SYSTEM, lambda tx: tx.session.get_one(Obligation, opened.obligation_id)).process_key
    key = f"{code}/{opened.number}/{opened.agencies[0]}"
    query = select(ProcessInstance).where(ProcessInstance.process_key == process, ProcessInstance.business_key == key)
    case = engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())
    return case, case.agency or ""


def take(engine: Engine, who: Actor, case_id: str, element: str, **values: Any) -> None:
    """Complete the task of that element."""
    found = engine.read(who, task_queries.page, TaskFilter(candidate=True, instance_id=case_id))
    task_id = next(task.row["id"] for task in found if task.row["element_id"] == element)
    engine.run(who, tasks.complete, task_id, values)


def state_of(engine: Engine, case_id: str) -> str:
    """The state of a case."""
    return engine.read(SYSTEM, lambda tx: tx.session.get_one(ProcessInstance, case_id)).state


def given_up(task: TaskView) -> dict[str, Any]:
    """The form of a first step, with what it cannot do without, and the decision not to go on."""
    fields = task.element.form.fields if task.element.form else ()
    known = {f.id: {option.id for option in f.options} for f in fields}
    needed = {f.id: sample(f) for f in fields if f.required}
    given = {"decision": next((d for d in GIVING_UP if d in known.get("decision", ())), None), "comment": "Không làm."}
    return needed | {name: value for name, value in given.items() if value and name in known}


def sample(field: Field) -> Any:
    """Something that a field takes."""
    if field.options:
        return field.options[0].id
    if field.type == "long":
        return int(field.constraints.get("max", 2026))
    return SAMPLES.get(field.type, LATER)
