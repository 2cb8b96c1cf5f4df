"""A quarter's reports over HTTP, from the round that opens by itself to the City's instruction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.default_regimes import QUARTERLY
from tests.journeys.timeline import Timeline, at, live_until, local_day, notices, started, until

AGENCIES = 141
SILENT, TARDY, RETURNED = "c-ba-vi", "c-soc-son", "c-thach-that"
SPECIAL = frozenset({SILENT, TARDY, RETURNED})
D7, D3, D1, DUE = date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 17), date(2026, 3, 18)
LATE_1, LATE_3, LATE_5 = date(2026, 3, 19), date(2026, 3, 23), date(2026, 3, 25)
SUMS = ("tasks_total", "items_published", "people_reached")
ORDER = {
    "decision": "instruct",
    "comment": "Yêu cầu báo cáo và khắc phục ngay.",
    "addressees": [SILENT],
    "answer_by": "2026-04-15",
    "title": "Bổ sung báo cáo quý I và chuyên mục tuyên truyền",
    "deliverable": "Báo cáo quý I; 01 chuyên mục",
}


@pytest.fixture
def timeline(database_url: str, tmp_path: Path) -> Iterator[Timeline]:
    """An installation of the third of March; on PostgreSQL two workers look after it."""
    with started(Timeline(tmp_path, extra={"DONDOC_DATABASE_URL": database_url}), date(2026, 3, 3)) as made:
        if not database_url.startswith("sqlite"):
            made.start_worker()
        yield made


def test_a_quarter_goes_from_a_round_that_opens_by_itself_to_the_citys_instruction(timeline: Timeline) -> None:
    found = opened_by_itself(timeline)
    quarter = Quarter(timeline, found)

    live_until(timeline, date(2026, 3, 10))
    quarter.everybody_but_three_reports()
    live_until(timeline, date(2026, 3, 11))
    quarter.one_report_is_returned_and_comes_again()
    live_until(timeline, LATE_1)
    quarter.one_report_comes_late()
    live_until(timeline, date(2026, 3, 21))
    quarter.the_round_is_closed_and_names_who_is_missing_and_late()
    quarter.the_figures_are_the_sums_of_what_counts()
    live_until(timeline, LATE_5)
    quarter.everybody_was_reminded_on_the_right_mornings()
    quarter.the_silent_one_was_urged_up_to_the_leadership()
    quarter.the_city_instructs()
    quarter.the_silent_one_reports_at_last_and_leaves_the_list()
    history_holds(timeline)


def opened_by_itself(timeline: Timeline) -> dict[str, Any]:
    """The quarter's round, which nobody asked for: it is there on its day, and opens at eight."""
    aggregator = timeline.person("svhtt.report_aggregator")
    assert aggregator.get("/report-rounds")["items"] == []
    timeline.go(at(date(2026, 3, 4), 7, 59))
    until(lambda: aggregator.get("/report-rounds")["items"] != [])
    (found,) = aggregator.get("/report-rounds")["items"]
    assert (found["regime"], found["period"], found["state"]) == (QUARTERLY, "2026-quarterly-01", "scheduled")
    assert aggregator.get("/reports", total="true")["page"]["total"] == 0

    timeline.go(at(date(2026, 3, 4)))
    until(lambda: aggregator.get(f"/report-rounds/{found['id']}")["state"] == "open")

    opened: dict[str, Any] = aggregator.get(f"/report-rounds/{found['id']}")
    assert opened["simulated"]
    assert {tier: row["due"] for tier, row in opened["due_dates"].items()} == {
        "agency": DUE.isoformat(),
        "aggregator": "2026-03-23",
        "city": "2026-03-25",
    }
    return opened


class Quarter:
    """The round of the first quarter, and what its agencies report."""

    def __init__(self, timeline: Timeline, found: dict[str, Any]) -> None:
        self.timeline = timeline
        self.id: str = found["id"]
        self.case: str = found["process_instance_id"]
        self.aggregator = timeline.person("svhtt.report_aggregator")
        rows = self.aggregator.all("/reports", report_round=self.id)
        self.reports = {row["agency"]: row for row in rows}
        assert (len(rows), len(self.reports)) == (AGENCIES, AGENCIES)
        self.given: dict[str, dict[str, Any]] = {}

    def everybody_but_three_reports(self) -> None:
        """All at once, as on a last day: some with figures, most with nothing to report."""
        plain = [agency for agency in self.reports if agency not in SPECIAL]
        for number, agency in enumerate([*plain[::5], RETURNED], start=1):
            self.given[agency] = figures(number)
        busy = [*plain, RETURNED]
        with ThreadPoolExecutor(4) as crowd:
            list(crowd.map(self.submits, busy))
        self.given.pop(RETURNED)
        with ThreadPoolExecutor(4) as crowd:
            list(crowd.map(self.accepts, plain))
        assert self.standings() == {"accepted": 138, "submitted": 1, "pending": 2}

    def one_report_is_returned_and_comes_again(self) -> None:
        """Sent back with a reason and a day of its own; what was returned counts for nothing."""
        case_id = self.reports[RETURNED]["process_instance_id"]
        reason = {"comment": "Số liệu chưa khớp với phụ lục.", "new_due_date": "2026-03-16"}
        self.aggregator.does(case_id, "check_report", decision="return_for_rework", **reason)
        returned = self.report(RETURNED)
        assert (returned["state"], returned["due_date"], returned["return_count"]) == ("returned", "2026-03-16", 1)
        assert returned["versions"][0]["reason"] == reason["comment"]

        live_until(self.timeline, D3)
        self.given[RETURNED] = figures(77)
        self.submits(RETURNED)
        self.accepts(RETURNED)
        again = self.report(RETURNED)
        assert [v["outcome"] for v in again["versions"]] == ["returned", "accepted"]
        assert (again["late"], again["accepted_version"]) == (False, 2)

    def one_report_comes_late(self) -> None:
        """A day after the due date it is still taken, counted, and called late."""
        assert self.row(TARDY)["standing"] == "overdue"
        self.given[TARDY] = figures(99)
        self.submits(TARDY)
        assert self.row(TARDY)["standing"] == "late"
        self.accepts(TARDY)

    def the_round_is_closed_and_names_who_is_missing_and_late(self) -> None:
        """Nobody closed it: the working day before Sở VHTT's own due date was over."""
        until(lambda: self.found()["state"] == "consolidated")
        closed = self.found()
        assert local_day(closed["closed_at"]) == date(2026, 3, 21)
        assert [row["agency"] for row in closed["missing"]] == [SILENT]
        assert [row["agency"] for row in closed["late"]] == [TARDY]
        assert self.standings() == {"accepted": AGENCIES - 1, "missing": 1}

    def the_figures_are_the_sums_of_what_counts(self) -> None:
        """Added up here, from what was sent; each figure names everybody it came from."""
        (made,) = self.found()["consolidated"]
        lineage = self.aggregator.get(f"/reports/{made['id']}/lineage")["figures"]
        found = {figure["field"]: figure for figure in lineage}
        assert len(self.given) == 30
        for name in SUMS:
            assert found[name]["value"] == sum(one[name] for one in self.given.values())
            assert {s["agency"]: s["value"] for s in found[name]["sources"]} == {
                agency: one[name] for agency, one in self.given.items()
            }
        rates = [Decimal(one["online_rate"]) for one in self.given.values()]
        assert abs(Decimal(found["online_rate"]["value"]) - sum(rates, Decimal()) / len(rates)) < Decimal("0.01")
        assert next(s for s in found["tasks_total"]["sources"] if s["agency"] == RETURNED)["version"] == 2
        frozen = self.aggregator.get(f"/reports/{made['id']}")["frozen"]
        assert hashlib.sha256(frozen.encode()).hexdigest() == made["sha256"]
        told = json.loads(frozen)
        assert (told["missing"], told["late"]) == ([SILENT], [TARDY])
        assert len(told["accepted"]) == AGENCIES - 1
        assert set(told["nothing_to_report"]) == set(self.reports) - set(self.given) - {SILENT}

    def everybody_was_reminded_on_the_right_mornings(self) -> None:
        """Working days before the due date, to the officer and the head; nothing once a report was sent."""
        assert self.mornings("report-due-soon", SILENT, self.reports[SILENT]) == [D7, D3, D1]
        assert self.mornings("report-due-soon", TARDY, self.reports[TARDY]) == [D7, D3, D1]
        assert self.mornings("report-due-soon", "c-dai-thanh", self.reports["c-dai-thanh"]) == [D7]
        assert self.mornings("report-due-soon", RETURNED, self.reports[RETURNED]) == [D7, D3]

    def the_silent_one_was_urged_up_to_the_leadership(self) -> None:
        """One, three and five working days late; the third notice goes to the City's leader too."""
        assert self.mornings("report-overdue", SILENT, self.reports[SILENT]) == [LATE_1, LATE_3, LATE_5]
        assert self.mornings("report-overdue", TARDY, self.reports[TARDY]) == [LATE_1]
        assert self.mornings("report-overdue", "c-dai-thanh", self.reports["c-dai-thanh"]) == []
        leader, office = (self.timeline.person(name) for name in ("ubnd.city_leader", "vpub.city_office"))
        assert notices(leader, "report-overdue", self.reports[SILENT]) == [LATE_5]
        assert notices(office, "escalation-listed", self.reports[SILENT]) == [LATE_5]
        for person in (leader, office, self.aggregator, self.timeline.person(f"{SILENT}.agency_head")):
            (listed,) = person.get("/escalations")["items"]
            assert (listed["agency"], listed["state"], local_day(listed["listed_at"])) == (SILENT, "open", LATE_5)
        assert self.timeline.person(f"{TARDY}.agency_head").get("/escalations")["items"] == []

    def the_city_instructs(self) -> None:
        """Drafted, signed, numbered, put before the leader: who did not report gets a task, and the round is over."""
        for username, element, values in (
            ("svhtt.report_aggregator", "draft_consolidated_report", {"narrative": "Kết quả quý I năm 2026."}),
            ("svhtt.agency_head", "director_review", {"decision": "approve"}),
            ("svhtt.records_clerk", "issue_report", {"doc_number": "45/BC-SVHTT", "issued_on": "2026-03-25"}),
            ("vpub.city_office", "forward_report", {"decision": "submit"}),
            ("ubnd.city_leader", "leader_decision", ORDER),
        ):
            self.timeline.person(username).does(self.case, element, **values)
        assert self.found()["state"] == "archived"
        officer = self.timeline.person(f"{SILENT}.agency_officer")
        (task,) = officer.get("/plan-tasks", agency=SILENT)["items"]
        assert (task["title"], task["due_date"]) == (ORDER["title"], ORDER["answer_by"])
        assert [t["element_id"] for t in officer.offered(task["process_instance_id"])] == ["propose"]
        assert self.aggregator.get("/plan-tasks", total="true")["page"]["total"] == 1

    def the_silent_one_reports_at_last_and_leaves_the_list(self) -> None:
        """The round is over and its figures stay as they were signed; the list has one thing less to talk about."""
        frozen = [one["sha256"] for one in self.found()["consolidated"]]
        self.given[SILENT] = figures(1000)
        self.submits(SILENT)
        self.accepts(SILENT)
        (listed,) = self.aggregator.get("/escalations")["items"]
        assert (listed["state"], self.report(SILENT)["late"]) == ("settled", True)
        assert [one["sha256"] for one in self.found()["consolidated"]] == frozen

    def submits(self, agency: str) -> None:
        """An officer drafts, the head submits."""
        case_id = self.reports[agency]["process_instance_id"]
        draft: dict[str, Any] = {"nothing_to_report": True}
        if agency in self.given:
            draft = {"figures": self.given[agency]}
        self.timeline.person(f"{agency}.agency_officer").does(case_id, "draft_report", **draft)
        self.timeline.person(f"{agency}.agency_head").does(case_id, "head_submit", decision="submit")

    def accepts(self, agency: str) -> None:
        """Sở VHTT takes it."""
        self.aggregator.does(self.reports[agency]["process_instance_id"], "check_report", decision="accept")

    def found(self) -> dict[str, Any]:
        """The round as Sở VHTT sees it."""
        one: dict[str, Any] = self.aggregator.get(f"/report-rounds/{self.id}")
        return one

    def report(self, agency: str) -> dict[str, Any]:
        """An agency's report as its own officer sees it."""
        officer = self.timeline.person(f"{agency}.agency_officer")
        shown: dict[str, Any] = officer.get(f"/reports/{self.reports[agency]['id']}")
        return shown

    def row(self, agency: str) -> dict[str, Any]:
        """An agency's row of the matrix."""
        matrix = self.aggregator.get(f"/report-rounds/{self.id}/matrix")["items"]
        (found,) = [row for row in matrix if row["agency"] == agency]
        one: dict[str, Any] = found
        return one

    def standings(self) -> dict[str, int]:
        """How many agencies are where."""
        summary: dict[str, int] = self.found()["summary"]
        return {standing: number for standing, number in summary.items() if number}

    def mornings(self, topic: str, agency: str, report: dict[str, Any]) -> list[date]:
        """The days on which the agency's officer heard of a report, which are those of its head."""
        officer, head = (self.timeline.person(f"{agency}.{role}") for role in ("agency_officer", "agency_head"))
        heard = notices(officer, topic, report)
        assert notices(head, topic, report) == heard
        return heard


def figures(number: int) -> dict[str, Any]:
    """What an agency has to say, another thing for every number."""
    return {
        "tasks_total": 3 + number,
        "items_published": 10 * number + 1,
        "people_reached": number * number,
        "online_rate": f"{50 + number % 50}.25",
    }


def history_holds(timeline: Timeline) -> None:
    """Every chain of the history can be recomputed."""
    timeline.end()
    verified = timeline.cli("audit", "verify")
    assert verified.returncode == 0, verified.stderr
