"""What the handlers of the further flows leave in a case's variables, and what those flows are begun with.

A diagram that is walked needs both; the handlers themselves are tried where they live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.workflows import activity_outcomes

_REQUEST = {"external_request": "x-1", "body": "btgdv", "subject": "Đề nghị phối hợp"}
_SUPERVISION = {"supervision": "s-1", "front": "mttq", "round": 1}
_BUDGET = {"budget_proposal": "b-1", "round": 1, "items": ["In ấn", "Truyền thông"]}
_LEFT: Mapping[str, Mapping[str, Any]] = {
    "request_explanations": {"explanation_question": "q-1", "explanation_requests": []},
    "open_request": {**_REQUEST, "round": 1},
    "record_no_answer": {"answer": "no_answer"},
    "open_supervision": _SUPERVISION,
    "open_answer": {"round": 1, "answers": []},
    "open_budget": {"budget_proposal": "b-1", "round": 1},
    "allocate_budget": {"released_all": False},
    "release_budget": {"released_all": True},
    "open_obstacle": {"obstacle": "o-1", "round": 1, "merged": []},
    "submit_obstacle": {"reported_on": "2026-03-02", "merged": []},
    "reopen_obstacle": {"reported_on": "2026-03-02", "merged": []},
    "record_answer": {"merged": ["o-2", "o-3"]},
    "carry_out_instruction": {"merged": []},
}
_BEGUN: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "report_explanation": (
        {"report_round": "r-1", "addressee": "svhtt", "answer_by": "2026-04-20", "explanation_question": "q-1"},
    ),
    "external_request": ({},),
    "request_reply": (_REQUEST,),
    "supervision_response": ({},),
    "budget_proposal": ({}, {"supplementary": True}),
    "budget_appraisal": ({**_BUDGET, "line_opinions": []},),
    "obstacle_report": ({},),
    "obstacle_answer": tuple({"obstacle": "o-1", "urgency": one, "round": 1} for one in ("normal", "urgent")),
    "supervision_answer": tuple(
        {**_SUPERVISION, "agency": "svhtt", "reply_due": "2026-04-20", "recommendations": wishes}
        for wishes in ([], ["Công khai kết quả"], ["Công khai kết quả", "Bổ sung kinh phí"])
    ),
}
#: Variables on which the way of a case depends later than on the next step.
WATCHED = ("answer", "budget_source", "supplementary", "urgency", *activity_outcomes.WATCHED)


def left_by(handler: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a handler returns."""
    if handler == "record_reply":
        return {"answer": variables["decision"]}
    if handler == "submit_budget":
        late = bool(variables.get("supplementary"))
        return {**_BUDGET, "line_opinions": [], "supplementary": late, "year_end": "2026-12-31"}
    return _LEFT.get(handler) or activity_outcomes.left_by(handler, variables)


def begun_with(process: str) -> Iterator[dict[str, Any]]:
    """The variables that a process may be begun with; none where it is not one of these flows."""
    found = _BEGUN.get(process) or activity_outcomes.BEGUN.get(process, ())
    return ({"agency": "c-thach-that", **given} for given in found)
