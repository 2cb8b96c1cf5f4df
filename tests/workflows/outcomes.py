"""What the handlers of the further flows leave in a case's variables, and what those flows are begun with.

A diagram that is walked needs both; the handlers themselves are tried where they live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_REQUEST = {"external_request": "x-1", "body": "btgdv", "subject": "Đề nghị phối hợp"}
_SUPERVISION = {"supervision": "s-1", "front": "mttq", "round": 1}
_LEFT: Mapping[str, Mapping[str, Any]] = {
    "request_explanations": {"explanation_question": "q-1", "explanation_requests": []},
    "open_request": {**_REQUEST, "round": 1},
    "record_no_answer": {"answer": "no_answer"},
    "open_supervision": _SUPERVISION,
    "open_answer": {"round": 1, "answers": []},
}
_BEGUN: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "report_explanation": (
        {"report_round": "r-1", "addressee": "svhtt", "answer_by": "2026-04-20", "explanation_question": "q-1"},
    ),
    "external_request": ({},),
    "request_reply": (_REQUEST,),
    "supervision_response": ({},),
    "supervision_answer": tuple(
        {**_SUPERVISION, "agency": "svhtt", "reply_due": "2026-04-20", "recommendations": wishes}
        for wishes in ([], ["Công khai kết quả"], ["Công khai kết quả", "Bổ sung kinh phí"])
    ),
}
#: Variables on which the way of a case depends later than on the next step.
WATCHED = ("answer",)


def left_by(handler: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a handler returns."""
    if handler == "record_reply":
        return {"answer": variables["decision"]}
    return _LEFT.get(handler)


def begun_with(process: str) -> Iterator[dict[str, Any]]:
    """The variables that a process may be begun with; none where it is not one of these flows."""
    return ({"agency": "c-thach-that", **given} for given in _BEGUN.get(process, ()))
