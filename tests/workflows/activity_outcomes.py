"""What the handlers of publications, events, contests and surveys leave behind, and what those flows are begun with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ENTRY: Mapping[str, Any] = {"code": "001", "title": "Ứng dụng", "entrant": "Nhóm A", "agency": None, "files": []}
_SEAT = {"juror": "skhcn", "entry": "001", "title": "Ứng dụng"}
_OPENED = {"activity": "a-1", "round": 1}
_CONTEST = {**_OPENED, "entries": [], "checks": [], "scores": [], "ranking": [], "result_round": 1}
_PUBLICATION = {"publication": "p-1", "round": 1, "is_press": False, "channels": ["portal"]}
_FIELD = {"field_until": "2026-04-30", "answers_counted": 3}
_EVENT = {**_OPENED, "held_on": "2026-04-30", "invitation_round": 1, "report_round_number": 1}

LEFT: Mapping[str, Mapping[str, Any]] = {
    "open_event": {**_OPENED, "invitation_round": 1, "report_round_number": 1},
    "open_contest": _CONTEST,
    "open_survey": {**_OPENED, "report_round_number": 1},
    "rank_entries": {"ranking": [{"entry": "001", "average": "80.00"}]},
    "decide_contest": {"complaints_until": "2026-05-30", "decision_document": "d-1"},
    "close_field": {"answers_counted": 3},
    "open_correction": {"published_channels": ["portal"], "correction_round": 1, "applications": []},
}
BEGUN: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "activity_approval": (_OPENED,),
    "event_lifecycle": ({},),
    "event_holding": (_EVENT,),
    "contest_lifecycle": ({},),
    "contest_judging": ({**_CONTEST, "entries_until": "2026-04-30", "jury": ["skhcn"]},),
    "contest_result": (_CONTEST,),
    "survey_lifecycle": ({},),
    "survey_study": ({**_OPENED, **_FIELD},),
    "content_publication": ({"is_press": False}, {"is_press": True}),
    "content_clearance": (_PUBLICATION,),
    "press_content": (_PUBLICATION,),
    "content_correction": ({"publication": "p-1"},),
}
WATCHED = ("change", "correction", "is_press", "entries", "seats", "ranking", "published_channels", "checker")


def left_by(handler: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a handler returns."""
    match handler:
        case "open_publication":
            press = bool(variables.get("is_press"))
            return {**_PUBLICATION, "is_press": press, "placements": [], "published_channels": [], "reaches": []}
        case "record_publication":
            return {"published_channels": ["portal"] if variables["placements"][-1]["decision"] == "publish" else []}
        case "record_entry":
            return {"entries": [_ENTRY]}
        case "open_scoring":
            return {"seats": [_SEAT] if variables["checks"][-1]["decision"] == "accept" else [], "scores": []}
        case "ask_change":
            return {"change": variables["decision"]}
        case "submit_correction":
            return {"correction": variables["decision"]}
    return LEFT.get(handler)
