"""What the commendation diagrams must never say: hubs in one hand, a choice in a form, rules of today."""

from __future__ import annotations

from importlib.resources import files

from tests.workflows.diagram import WORKFLOWS, Diagram, camunda, fields, options

COMMENDATION = [name for name in WORKFLOWS if name.startswith("commendation")]
CHOICES = {"in_favour", "against", "blank"}


def groups(name: str) -> str:
    """All candidate groups that a diagram names."""
    return ",".join(task.get(camunda("candidateGroups"), "") for task in Diagram(name).of_kind("userTask"))


def test_the_two_hubs_are_never_one() -> None:
    both = [n for n in WORKFLOWS if "report_aggregator" in groups(n) and "commendation_aggregator" in groups(n)]

    assert both == []
    assert "commendation_aggregator@skhcn" in groups("commendation.bpmn")
    assert [n for n in COMMENDATION if "svhtt" in groups(n)] == []


def test_no_form_of_a_diagram_has_room_for_a_members_choice() -> None:
    ballot = Diagram("commendation_council.bpmn").nodes["ballot"]
    asked = {
        (name, node, field)
        for name in COMMENDATION
        for node, element in Diagram(name).nodes.items()
        for field, form in fields(element).items()
        if CHOICES & set(options(form))
    }

    assert set(fields(ballot)) == {"decision", "comment"}
    assert asked == set()


def test_the_rules_are_those_of_a_day_that_the_diagram_fixes_and_never_todays() -> None:
    looked_up = [
        node.attrib["id"]
        for name in COMMENDATION
        for node in Diagram(name).of_kind("businessRuleTask")
        if node.get(camunda("decisionRef")) == "award_rules"
    ]
    table = files("workflows").joinpath("award_rules.dmn").read_text(encoding="utf-8")

    assert sorted(looked_up) == ["nomination_rules", "reception_rules"]
    assert "date(rule_date)" in table
    assert "today()" not in table


def test_a_wanted_award_can_be_begun_with_its_obligation_alone() -> None:
    start = Diagram("commendation.bpmn").nodes["dossier_raised"]

    assert "obligation" in fields(start)
