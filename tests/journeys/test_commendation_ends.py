"""The ends of a commendation short of an award, each reached over HTTP; what is refused says why."""

from __future__ import annotations

import pytest

from tests.journeys.server import Client
from tests.journeys.test_commendation import Dossiers, Login, content, today


@pytest.fixture
def people(login: Login) -> Dossiers:
    """Everybody on the way of a dossier."""
    return Dossiers(login)


def ended(people: Dossiers, dossier: str, case: str) -> tuple[str, str | None]:
    """The state of a dossier whose case has ended, and the reason that its agency reads."""
    assert people.auditor.get(f"/process-instances/{case}")["state"] == "completed"
    found = people.get(dossier)
    return found["state"], found["reason"]


def passed(reader: Client, case: str) -> set[str]:
    """The elements that a case has gone through."""
    items = reader.get(f"/process-instances/{case}/history", limit=200)["items"]
    return {event["element_id"] for event in items if event["type"] == "element-completed"}


def test_an_officer_thinks_better_of_it(people: Dossiers) -> None:
    named = content("Thôi đề nghị")
    made = people.open(**named)

    people.officer.do(
        "nominate", made["process_instance_id"], decision="withdraw", comment="Chưa đủ minh chứng.", **named
    )

    assert ended(people, made["id"], made["process_instance_id"])[1] == "Chưa đủ minh chứng."
    assert "not_nominated" in passed(people.auditor, made["process_instance_id"])


def test_a_head_praises_at_the_agency_and_goes_no_further(people: Dossiers) -> None:
    named = content("Biểu dương ở xã", achievement_type="sudden")
    made = people.open(**named)
    case = made["process_instance_id"]
    people.officer.do("nominate", case, decision="propose", **named)

    people.head.do("head_sign", case, decision="praise_only")

    assert "praised_only" in passed(people.auditor, case)
    assert people.get(made["id"])["award"] is None


def test_the_aggregator_and_the_standing_body_refuse_with_a_reason(people: Dossiers) -> None:
    for number, end in enumerate(("refused_by_aggregator", "found_not_eligible")):
        named = content(f"Không thuộc kế hoạch {number}", achievement_type="sudden")
        made = people.open(**named)
        case, why = made["process_instance_id"], f"Lý do {number}."
        people.hand_in(case, named)
        if end == "refused_by_aggregator":
            people.hub.do("completeness_check", case, decision="reject", comment=why)
        else:
            people.forward(case)
            people.secretary.do("check_validity", case, decision="reject", comment=why)

        assert ended(people, made["id"], case) == ("refused", why)
        assert end in passed(people.auditor, case)


def test_the_council_does_not_pass_it(people: Dossiers) -> None:
    named = content("Không đạt phiếu")
    made = people.open(**named)
    case = made["process_instance_id"]
    people.hand_in(case, named)
    people.forward(case)
    people.secretary.do("check_validity", case, decision="accept", related_agencies=[])
    people.secretary.do("appraise", case, decision="submit")
    people.secretary.do("convene", case, council_meeting_on=today(), closes_on=today())
    people.member.post(f"/dossiers/{made['id']}/ballots", {"choice": "against"}, status=201)

    people.secretary.do("write_minutes", case, council_minutes="0/1 phiếu đồng ý.", comment="Không đủ số phiếu.")

    assert ended(people, made["id"], case) == ("refused", "Không đủ số phiếu.")
    assert "council_refused" in passed(people.auditor, case)
