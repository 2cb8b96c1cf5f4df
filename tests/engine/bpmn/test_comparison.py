"""Promises of comparing two diagrams: every difference is told once, and nothing else."""

from __future__ import annotations

import re

import pytest

from api.installation import shipped_diagrams
from engine.bpmn.comparison import Difference, compare

DIAGRAMS = {name: xml for name, xml in shipped_diagrams().items() if name.endswith(".bpmn")}
PROPOSAL = DIAGRAMS["task_proposal.bpmn"]


def told(old: bytes, new: bytes) -> list[tuple[str, str]]:
    return [(one.element, one.what) for one in compare(old, new, "a.bpmn")]


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_a_diagram_is_not_different_from_itself(name: str) -> None:
    assert compare(DIAGRAMS[name], DIAGRAMS[name], name) == []


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_what_is_removed_one_way_is_added_the_other(name: str) -> None:
    less = re.sub(rb"<bpmn:sequenceFlow [^>]*/>", b"", DIAGRAMS[name], count=1)

    there, back = told(DIAGRAMS[name], less), told(less, DIAGRAMS[name])

    assert [what for _, what in there] == ["removed"] and [what for _, what in back] == ["added"]
    assert there[0][0] == back[0][0]


def test_a_changed_name_is_told_with_both() -> None:
    new = PROPOSAL.replace("Xem xét đề xuất".encode(), "Xem kỹ đề xuất".encode())

    (found,) = compare(PROPOSAL, new, "a.bpmn")

    (facet,) = found.facets
    assert isinstance(found, Difference) and (found.element, found.kind) == ("head_review", "user_task")
    assert (facet.name, facet.old, facet.new) == ("name", "Xem xét đề xuất", "Xem kỹ đề xuất")


def test_how_it_is_drawn_makes_no_difference() -> None:
    moved = re.sub(rb'(<dc:Bounds x=")\d+', rb"\g<1>7", PROPOSAL)

    assert moved != PROPOSAL and compare(PROPOSAL, moved, "a.bpmn") == []


def test_another_lane_is_a_change_of_the_step_alone() -> None:
    lanes = re.findall(rb"<bpmn:lane .*?</bpmn:lane>", PROPOSAL, re.S)
    ref = b"<bpmn:flowNodeRef>head_review</bpmn:flowNodeRef>"
    home = next(lane for lane in lanes if ref in lane)
    other = next(lane for lane in lanes if ref not in lane)
    new = PROPOSAL.replace(home, home.replace(ref, b""))
    new = new.replace(other, other.replace(b"</bpmn:lane>", ref + b"</bpmn:lane>"))

    (found,) = compare(PROPOSAL, new, "a.bpmn")

    assert found.element == "head_review" and [facet.name for facet in found.facets] == ["lane"]
