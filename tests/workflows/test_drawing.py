"""Every shipped diagram is named in both languages, drawn cleanly, and asks for reasons and due dates."""

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files
from itertools import combinations
from xml.etree import ElementTree

import pytest
from bpmn_io import cli

from tests.workflows.diagram import (
    WORKFLOWS,
    Diagram,
    camunda,
    field_properties,
    fields,
    is_required,
    kind,
    options,
    properties,
)

NEGATIVE = {
    "return_for_rework",
    "reject",
    "disagree",
    "request_reassignment",
    "request_extension",
    "request_cancellation",
    "request_transfer",
    "report_obstacle",
    "declare_conflict",
    "dismiss",
    "revoke",
    "withdraw",
}
TASKS = ("userTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity", "sendTask", "receiveTask")
EVENTS = ("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent")
WORKING_DAYS = {
    "coordinator_opinion": 3,
    "monitor_check": 3,
    "accept_assignment": 2,
    "review_result": 3,
    "check_report": 3,
}
WIDEST_TASK = 130
# Who proposes an award, at the agency and at the hub, has no part in judging it.
PROPOSING = {
    "nominate",
    "unit_meeting",
    "head_sign",
    "completeness_check",
    "consolidate_proposal",
    "sign_consolidated",
}

TIMER = "{http://www.omg.org/spec/BPMN/20100524/MODEL}timerEventDefinition"


@pytest.fixture(params=WORKFLOWS)
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return Diagram(str(request.param))


def test_the_processes_that_others_call_are_shipped() -> None:
    called = {n.attrib["calledElement"] for name in WORKFLOWS for n in Diagram(name).of_kind("callActivity")}

    assert called == {
        "task_proposal",
        "task_assignment",
        "task_execution",
        "activity_approval",
        "contest_judging",
        "contest_result",
        "content_clearance",
        "event_holding",
        "press_content",
        "survey_study",
        "budget_appraisal",
        "obstacle_answer",
        "report_submission",
        "urging",
        "commendation_appraisal",
        "commendation_award",
        "commendation_council",
        "commendation_nomination",
    }
    assert {
        f"{key}.bpmn" for key in called | {"task_lifecycle", "report_round", "periodic_report", "commendation"}
    } <= set(WORKFLOWS)


def test_the_file_has_the_name_of_its_process_and_one_pool_for_it(diagram: Diagram) -> None:
    pools = [e for e in diagram.root.iter() if kind(e) == "participant"]

    assert diagram.name == f"{diagram.process.attrib['id']}.bpmn"
    assert [pool.attrib["processRef"] for pool in pools] == [diagram.process.attrib["id"]]


@pytest.mark.parametrize("command", [["check"], ["lint", "-c", "recommended", "--max-warnings", "0"]])
def test_bpmn_io_finds_nothing(diagram: Diagram, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with as_file(files("workflows").joinpath(diagram.name)) as path:
        status = cli.main([*command, str(path)])

    assert (status, "warning" in capsys.readouterr().out) == (0, False)


def test_the_id_of_a_node_stands_for_nothing_else_in_the_file(diagram: Diagram) -> None:
    ids = Counter(e.attrib["id"] for e in diagram.root.iter() if "id" in e.attrib)

    assert [node for node in diagram.nodes if ids[node] > 1] == []


def test_what_people_read_has_a_vietnamese_and_an_english_name(diagram: Diagram) -> None:
    named = [diagram.process, *diagram.lanes, *_named_nodes(diagram)]
    flows = [f for f in diagram.process if kind(f) == "sequenceFlow" and "name" in f.attrib]

    unnamed = [e.attrib["id"] for e in named + flows if not e.get("name") or not properties(e).get("name_en")]

    assert unnamed == []


def test_every_field_and_option_has_both_languages(diagram: Diagram) -> None:
    missing = [
        f"{node.attrib['id']}.{name}"
        for node in diagram.of_kind("userTask", "startEvent")
        for name, field in fields(node).items()
        if not {"label_en", *(f"{o}_en" for o in options(field))} <= set(field_properties(field))
        or not field.get("label")
    ]

    assert missing == []


def test_every_element_is_drawn(diagram: Diagram) -> None:
    drawn = set(diagram.boxes)
    lanes = {lane.attrib["id"] for lane in diagram.lanes}

    assert lanes | set(diagram.nodes) <= drawn
    assert [flow.id for flow in diagram.flows if len(flow.points) < 2] == []


def test_no_two_shapes_overlap(diagram: Diagram) -> None:
    boxes = {i: diagram.boxes[i] for i, n in diagram.nodes.items() if kind(n) != "boundaryEvent"}

    assert [(a, b) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])] == []


def test_tasks_keep_a_common_size(diagram: Diagram) -> None:
    odd = [
        node.attrib["id"]
        for node in diagram.of_kind(*TASKS)
        if diagram.boxes[node.attrib["id"]].height != 80 or diagram.boxes[node.attrib["id"]].width > WIDEST_TASK
    ]

    assert odd == []


def test_boundary_events_sit_on_the_border_of_their_task(diagram: Diagram) -> None:
    for event in diagram.of_kind("boundaryEvent"):
        box, host = (diagram.boxes[event.attrib[key]] for key in ("id", "attachedToRef"))

        assert host.has_on_border((box.x + box.width / 2, box.y + box.height / 2)), event.attrib["id"]


def test_every_node_stands_in_the_lane_that_lists_it(diagram: Diagram) -> None:
    listed = {ref.text or "": lane.attrib["id"] for lane in diagram.lanes for ref in lane if kind(ref) == "flowNodeRef"}

    assert set(listed) == set(diagram.nodes)
    assert [n for n, lane in listed.items() if not diagram.boxes[lane].holds(diagram.boxes[n])] == []


def test_flows_are_orthogonal_and_join_their_two_ends(diagram: Diagram) -> None:
    for flow in diagram.flows:
        assert all(segment.is_orthogonal for segment in flow.segments), flow.id
        assert diagram.boxes[flow.source].has_on_border(flow.points[0]), flow.id
        assert diagram.boxes[flow.target].has_on_border(flow.points[-1]), flow.id


def test_no_flow_runs_through_a_shape(diagram: Diagram) -> None:
    through = [
        (flow.id, node)
        for flow in diagram.flows
        for node in diagram.nodes
        if any(segment.box.overlaps(diagram.boxes[node]) for segment in flow.segments)
    ]

    assert through == []


def test_no_two_flows_cross(diagram: Diagram) -> None:
    crossing = [
        (a.id, b.id)
        for a, b in combinations(diagram.flows, 2)
        if a.source != b.source and any(s.crosses(t) for s in a.segments for t in b.segments)
    ]

    assert crossing == []


def test_labels_lie_on_no_line_and_on_no_other_shape(diagram: Diagram) -> None:
    shapes = [(node, diagram.boxes[node]) for node in diagram.nodes]
    lines = [(flow.id, segment.box) for flow in diagram.flows for segment in flow.segments]

    hit = [
        (label, other)
        for label, box in diagram.labels.items()
        for other, taken in shapes + lines
        if box.overlaps(taken) and other != label
    ]

    assert hit == []


def test_every_node_can_be_reached_and_leads_to_an_end(diagram: Diagram) -> None:
    (start,) = (n.attrib["id"] for n in diagram.of_kind("startEvent"))
    ends = {n.attrib["id"] for n in diagram.of_kind("endEvent")}

    assert diagram.reachable(start) == set(diagram.nodes)
    assert [node for node in diagram.nodes if not ends & diagram.reachable(node)] == []


def test_only_gateways_branch_and_every_branching_has_a_default(diagram: Diagram) -> None:
    for node, element in diagram.nodes.items():
        leaving = diagram.leaving(node)
        bare = [flow.id for flow in leaving if not flow.condition]

        if kind(element) == "parallelGateway":
            assert len(bare) == len(leaving), node
        elif len(leaving) > 1:
            assert kind(element) == "exclusiveGateway", node
            assert bare == [element.attrib["default"]], node


def test_a_default_flow_never_grants_anything(diagram: Diagram) -> None:
    granting = {"approve_plan_task", "accept_plan_task", "accept_result", "grant_extension", "merge_approvals"}
    granting |= {"submit_report", "accept_report", "sign_consolidated_report", "merge_views"}
    granting |= {
        "forward_dossier",
        "submit_to_chairman",
        "decide_award",
        "publish_award",
        "appraised",
        "council_passed",
        "approve_activity",
        "approve_activity_for_city",
        "approve_publication",
        "decide_contest",
        "close_event",
        "submit_policy",
        "take_up_policy",
        "apply_on_channel",
        "content_cleared",
        "allocate_budget",
        "submit_to_city",
        "merge_submissions",
        "close_obstacle",
        "carry_out_instruction",
    }
    defaults = [gateway.get("default") for gateway in diagram.of_kind("exclusiveGateway")]

    assert [f.id for f in diagram.flows if f.id in defaults and f.target in granting] == []


def test_a_negative_decision_needs_a_comment(diagram: Diagram) -> None:
    for task in diagram.of_kind("userTask"):
        form = fields(task)
        negative = sorted(NEGATIVE & set(options(form["decision"]))) if "decision" in form else []

        if negative:
            rule = field_properties(form["comment"]).get("required_when", "")
            assert [o for o in negative if f'"{o}"' not in rule] == [], task.attrib["id"]


def test_a_decision_is_always_required(diagram: Diagram) -> None:
    forms = {task.attrib["id"]: fields(task) for task in diagram.of_kind("userTask")}

    assert [t for t, form in forms.items() if "decision" in form and not is_required(form["decision"])] == []


def test_every_user_task_names_who_may_do_it_and_by_when(diagram: Diagram) -> None:
    for task in diagram.of_kind("userTask"):
        assert task.get(camunda("candidateGroups")), task.attrib["id"]
        assert bool(task.get(camunda("dueDate"))) is not _is_asked_of_outsiders(task), task.attrib["id"]


def test_nothing_asked_of_an_outside_body_is_ever_late(diagram: Diagram) -> None:
    asked = {task.attrib["id"] for task in diagram.of_kind("userTask") if _is_asked_of_outsiders(task)}

    clocks = [event for event in diagram.of_kind("boundaryEvent") if event.get("attachedToRef") in asked]

    assert [event.attrib["id"] for event in clocks if next(event.iter(TIMER), None) is not None] == []


def test_due_dates_keep_the_working_days_of_the_requirements() -> None:
    tasks = {t.attrib["id"]: t for name in WORKFLOWS for t in Diagram(name).of_kind("userTask")}

    due = {task: tasks[task].get(camunda("dueDate")) for task in WORKING_DAYS}

    assert due == {task: f"${{working_days({days})}}" for task, days in WORKING_DAYS.items()}


def test_a_task_cannot_be_proposed_without_a_deliverable() -> None:
    form = fields(Diagram("task_proposal.bpmn").nodes["propose"])

    assert [name for name in ("title", "deliverable", "due_date") if not is_required(form[name])] == []


def test_nobody_decides_on_their_own_work() -> None:
    apart = {
        "head_review": {"propose"},
        "monitor_check": {"propose", "head_review"},
        "leader_approval": {"propose", "head_review", "monitor_check"},
        "decide_reassignment": {"accept_assignment"},
        "decide_request": {"execute"},
        "review_result": {"propose", "execute", "report_result"},
        "head_submit": {"draft_report"},
        "check_report": {"draft_report", "head_submit"},
        "director_review": {"draft_consolidated_report"},
        "head_sign": {"nominate", "unit_meeting"},
        "completeness_check": {"nominate", "unit_meeting", "head_sign"},
        "sign_consolidated": {"nominate", "unit_meeting", "completeness_check", "consolidate_proposal"},
        "check_validity": PROPOSING,
        "agency_opinion": PROPOSING,
        "appraise": PROPOSING | {"agency_opinion"},
        "ballot": PROPOSING,
        "chairman_decision": PROPOSING | {"check_validity", "appraise", "draft_submission", "office_check"},
        "decide_revocation": {"assess_revocation"},
        "review_plan": {"plan_event", "draft_rules", "design_survey"},
        "approve_plan": {"plan_event", "draft_rules", "design_survey", "review_plan"},
        "sign_invitations": {"prepare_invitations"},
        "decide_change": {"hold_event"},
        "sign_event_report": {"record_event"},
        "score_entry": {"draft_rules", "register_entry", "check_eligibility"},
        "decide_result": {"draft_result", "score_entry", "check_eligibility"},
        "resolve_complaint": {"draft_result", "receive_complaint", "score_entry"},
        "sign_survey_report": {"write_survey_report"},
        "consider_policy": {"write_survey_report", "sign_survey_report"},
        "review_content": {"draft_content"},
        "check_orientation": {"draft_content", "review_content"},
        "approve_content": {"draft_content", "check_orientation"},
        "approve_correction": {"propose_correction"},
        "review_budget": {"draft_budget"},
        "check_funding": {"draft_budget", "review_budget"},
        "appraise_line": {"draft_budget", "review_budget"},
        "balance_budget": {"draft_budget", "review_budget"},
        "sign_submission": {"draft_budget", "check_funding", "appraise_line", "balance_budget"},
        "decide_budget": {"draft_budget", "review_budget", "check_funding", "appraise_line", "balance_budget"}
        | {"answer_counter", "sign_submission", "consult_council"},
        "sign_obstacle": {"describe_obstacle"},
        "triage_obstacle": {"describe_obstacle", "sign_obstacle"},
        "instruct_obstacle": {"describe_obstacle", "sign_obstacle", "triage_obstacle"},
    }
    tasks = {t.attrib["id"]: t for name in WORKFLOWS for t in Diagram(name).of_kind("userTask")}

    excluded = {task: set(properties(tasks[task])["exclude_actors_of"].split(",")) for task in apart}

    assert [task for task in apart if not apart[task] <= excluded[task]] == []


def _named_nodes(diagram: Diagram) -> list[ElementTree.Element]:
    """Tasks, events and the gateways that branch; a gateway that only merges needs no name."""
    gateways = diagram.of_kind("exclusiveGateway", "parallelGateway")
    gateways = [g for g in gateways if len(diagram.leaving(g.attrib["id"])) > 1]
    return [*diagram.of_kind(*TASKS, *EVENTS), *gateways]


def _is_asked_of_outsiders(task: ElementTree.Element) -> bool:
    """Whether a task is offered to a body that the City can only ask: nothing counts its days."""
    groups = task.get(camunda("candidateGroups")) or ""
    return "external_partner@" in groups and "agency_" not in groups
