"""Promise of every list and look-up: nothing of a case is told to whom it does not concern."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from tests.api.web import AGGREGATOR, HEAD, LEADER, OFFICER, PROPOSAL, STRANGER, Web, told
from tests.installed import COMMUNE

COORDINATOR = "c-soc-son.agency_officer"
INSIDERS = [OFFICER, HEAD]
CITY = [AGGREGATOR, LEADER, "vpub.city_office", "auditor"]
COORDINATING = [COORDINATOR]
OUTSIDERS = [
    STRANGER,
    "c-soc-son.agency_head",
    "w-ba-dinh.agency_head",
    "skhcn.commendation_aggregator",
    "stc.finance_appraiser",
    "snv.council_secretary",
    "hd-tdkt.council_member",
    "mttq.external_partner",
    "svhtt.records_clerk",
    "designer",
    "publisher",
    "sysadmin",
]


@dataclass(frozen=True)
class Secret:
    """A case of the commune, and everything by which one may come across it."""

    instance_id: str
    plan_task_id: str
    task_ids: tuple[str, ...]

    def paths(self) -> list[str]:
        """What may be looked up."""
        case = f"/process-instances/{self.instance_id}"
        tasks = [f"/tasks/{task}{more}" for task in self.task_ids for more in ("", "/comments", "/attachments")]
        return [case, f"{case}/history", *tasks, f"/plan-tasks/{self.plan_task_id}"]


LISTS = [
    "/tasks",
    "/tasks?state=completed",
    "/tasks?candidate=me",
    "/tasks?assignee=me",
    "/tasks?q=bao%20chi",
    f"/tasks?agency={COMMUNE}&sort=-due_at",
    "/process-instances",
    f"/process-instances?agency={COMMUNE}&sort=started_at",
    "/plan-tasks",
    f"/plan-tasks?agency={COMMUNE}&bucket=within_time",
]


def begun(app: Flask, *, cross_agency: bool) -> Secret:
    """A case of the commune that was proposed, and with `cross_agency` sent to a coordinating commune for opinion."""
    officer, head = Web(app, OFFICER), Web(app, HEAD)
    more = {"cross_agency": True, "coordinators": ["c-soc-son"]} if cross_agency else {}
    started = officer.start(business_key="mật")
    officer.complete(started["id"], "propose", **PROPOSAL | more)
    if cross_agency:
        head.complete(started["id"], "head_review", decision="submit")
    found = (told(officer.get("/tasks", process_instance=started["id"], state=s)) for s in ("open", "completed"))
    tasks = tuple(task["id"] for listed in found for task in listed["items"])
    return Secret(started["id"], started["plan_task_id"], tasks)


def listed(web: Web, path: str) -> str:
    """A list with its total, as text."""
    answer = web.get(path + ("&" if "?" in path else "?") + "limit=200&total=true")
    told(answer)
    return answer.text


@pytest.mark.parametrize("who", INSIDERS + CITY)
def test_whom_a_case_concerns_finds_it_everywhere(app: Flask, who: str) -> None:
    secret, web = begun(app, cross_agency=False), Web(app, who)

    assert [path for path in secret.paths() if web.get(path).status_code != 200] == []
    for path in ("/tasks", "/process-instances", "/plan-tasks"):
        assert secret.instance_id in listed(web, path)


@pytest.mark.parametrize("who", COORDINATING)
def test_a_coordinating_agency_finds_the_case_from_the_moment_it_is_asked(both: Flask, who: str) -> None:
    before, asked, web = begun(both, cross_agency=False), begun(both, cross_agency=True), Web(both, who)

    assert [path for path in asked.paths() if web.get(path).status_code != 200] == []
    assert [path for path in before.paths() if web.get(path).status_code != 404] == []
    for path in LISTS:
        assert before.instance_id not in listed(web, path)
    assert asked.instance_id in listed(web, "/tasks?candidate=me")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_whom_a_case_does_not_concern_finds_it_nowhere(app: Flask, who: str) -> None:
    secret, web = begun(app, cross_agency=False), Web(app, who)

    assert [path for path in secret.paths() if web.get(path).status_code != 404] == []
    for path in LISTS:
        text = listed(web, path)
        assert secret.instance_id not in text and secret.plan_task_id not in text
        assert '"total":0' in text


def test_no_total_and_no_coverage_counts_what_is_out_of_sight(both: Flask) -> None:
    secret, stranger = begun(both, cross_agency=False), Web(both, STRANGER)

    for path in LISTS:
        assert '"total":0' in listed(stranger, path), path
    coverage = stranger.get("/plans/179-KH-UBND-2025/coverage")
    assert secret.plan_task_id not in coverage.text
    assert {sum(row["buckets"].values()) for row in told(coverage)["items"]} == {0}


def test_whoever_starts_a_case_of_nobody_in_particular_sees_it_and_no_one_beside_them(app: Flask) -> None:
    designer = Web(app, "designer")
    diagram = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">
    <process id="own" name="X" isExecutable="true"><startEvent id="a"/><userTask id="u" name="U"/><endEvent id="z"/>
    <sequenceFlow id="f" sourceRef="a" targetRef="u"/><sequenceFlow id="g" sourceRef="u" targetRef="z"/>
    </process></definitions>"""
    told(designer.send("POST", "/process-definitions", data=diagram, content_type="application/xml"), 201)

    started = told(Web(app, OFFICER).post("/process-instances", {"process_key": "own"}), 201)

    assert started["id"] in listed(Web(app, OFFICER), "/tasks?candidate=me")
    assert started["id"] not in listed(Web(app, HEAD), "/tasks")
    assert Web(app, HEAD).get(f"/process-instances/{started['id']}").status_code == 404
