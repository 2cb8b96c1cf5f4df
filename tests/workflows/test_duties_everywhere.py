"""A search over generated organisations, substitutes included: in no flow does anybody judge what they had a hand in.

Whoever acts in the place of somebody counts with them: the history has both names, and both must keep apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.commands import regimes, rounds
from engine.commands.directory import Role
from engine.commands.rounds import RoundRequest
from engine.models import (
    Activity,
    BudgetProposal,
    ExternalRequest,
    Obstacle,
    Publication,
    Report,
    ReportRound,
    Supervision,
)
from engine.runtime import Engine, Transaction
from tests.installed import COMMUNE
from tests.reporting import trial_regime
from tests.workflows.wanderers import Deed, Organisation, begin, deeds, elements_of

CHARTS = 12
MOST_STEPS = 45
OFFICER, HEAD = Role("agency_officer", COMMUNE), Role("agency_head", COMMUNE)
MONITOR, LEADER, OFFICE = Role("report_aggregator", "svhtt"), Role("city_leader", "ubnd"), Role("city_office", "vpub")
OUTSIDE = (Role("external_partner", "btgdv"), Role("external_partner", "mttq"))
CLERKS = (Role("records_clerk", "vpub"), Role("records_clerk", "ubnd"))
SKHCN = (Role("agency_officer", "skhcn"), Role("agency_head", "skhcn"))
FINANCE = (Role("finance_appraiser", "stc"), Role("agency_head", "stc"))
# A few people do everything in an agency, so that they meet their own work; nobody may judge it all the same.
FLOWS: Mapping[str, Sequence[Role]] = {
    "task_lifecycle": (OFFICER, HEAD, MONITOR, LEADER, *SKHCN),
    "external_request": (OFFICE, LEADER, *CLERKS, *OUTSIDE),
    "supervision_response": (OFFICE, *OUTSIDE, *SKHCN),
    "budget_proposal": (OFFICER, HEAD, *FINANCE, OFFICE, LEADER),
    "obstacle_report": (OFFICER, HEAD, MONITOR, LEADER, *SKHCN),
    "content_publication": (OFFICER, HEAD, MONITOR),
    "event_lifecycle": (OFFICER, HEAD, LEADER),
    "contest_lifecycle": (OFFICER, HEAD, LEADER, *SKHCN),
    "survey_lifecycle": (OFFICER, HEAD, LEADER),
    "report_round": (
        OFFICER,
        HEAD,
        MONITOR,
        Role("agency_head", "svhtt"),
        Role("records_clerk", "svhtt"),
        OFFICE,
        LEADER,
    ),
}


def started(engine: Engine, process: str) -> None:
    """Begin a case of the flow."""
    if process == "report_round":
        due = {"agency": date(2026, 3, 20)}
        asked = RoundRequest("trial-quarterly", title_vi="Thử", title_en="Trial", due_dates=due, reporters=(COMMUNE,))
        engine.run(SYSTEM, rounds.open_now, asked)
    else:
        begin(engine, process, COMMUNE if OFFICER in FLOWS[process] else "vpub")


def cases(engine: Engine, process: str) -> list[tuple[str, str]]:
    """The cases of a flow and what they began themselves: id and process."""

    def find(tx: Transaction) -> list[tuple[str, str]]:
        own: dict[str, tuple[tuple[type[Any], str, str], ...]] = {
            "external_request": (
                (ExternalRequest, "instance_id", process),
                (ExternalRequest, "reply_instance_id", "request_reply"),
            ),
            "supervision_response": (
                (Supervision, "instance_id", process),
                (Supervision, "answer_instance_id", "supervision_answer"),
            ),
            "budget_proposal": ((BudgetProposal, "instance_id", process),),
            "obstacle_report": ((Obstacle, "instance_id", process),),
            "content_publication": ((Publication, "instance_id", process),),
            "event_lifecycle": ((Activity, "instance_id", process),),
            "contest_lifecycle": ((Activity, "instance_id", process),),
            "survey_lifecycle": ((Activity, "instance_id", process),),
            "report_round": ((ReportRound, "instance_id", process), (Report, "instance_id", "periodic_report")),
        }
        found = [
            (getattr(row, column), key)
            for table, column, key in own.get(process, ())
            for row in tx.session.query(table)
            if getattr(row, column)
        ]
        return found

    return engine.read(SYSTEM, find)


@pytest.mark.parametrize("process", sorted(FLOWS))
def test_nobody_judges_what_they_had_a_hand_in(installed_sqlite: Engine, process: str) -> None:
    engine, done, refused, borrowed = installed_sqlite, 0, 0, 0
    if process == "report_round":
        engine.run(SYSTEM, regimes.add, trial_regime())
    own = [] if process != "task_lifecycle" else [begin(engine, process, COMMUNE) for _ in range(CHARTS)]

    for seed in range(CHARTS):
        chart = Organisation(engine, Random(f"{process}{seed}"), FLOWS[process])
        chart.settle(f"{process}.{seed}")
        if process != "task_lifecycle":
            started(engine, process)
        for _ in range(MOST_STEPS):
            if not chart.act([*own, *(case for case, _ in cases(engine, process))]):
                break
        refused, borrowed = refused + chart.refused, borrowed + chart.borrowed

    for case_id, key in [*((case, process) for case in own), *cases(engine, process)]:
        elements, before = elements_of(engine, key), list[Deed]()
        for deed in deeds(engine, case_id):
            apart = elements[deed.element].exclude_actors_of
            hands = {person for one in before if one.element in apart for person in one.people}
            assert deed.people.isdisjoint(hands), (key, deed.element)
            before.append(deed)
            done += 1

    # The search is not empty: people got somewhere, were kept from their own work, and acted for others.
    assert done >= 15
    assert refused >= 1
    assert borrowed >= 1 or OFFICER not in FLOWS[process]
