"""How people report: agencies on time, late or never, the aggregator who returns some, and the way up to the City."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.simulation.chance import PUNCTUAL, SILENT, SLOW, Die
from api.simulation.offers import Desk, Habit, Offer, never, within
from api.simulation.office import Office

ON_TIME, LATE, NEVER = "on_time", "late", "never"
_FATES: Mapping[str, tuple[float, float, float]] = {PUNCTUAL: (96, 4, 0), SLOW: (50, 45, 5), SILENT: (5, 25, 70)}
_WORST_DELAY = 12
_MOST_ADDRESSED = 8


def _draft_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    due = offer.day("report_due")
    if offer.turn > 1 or due is None:
        return office.later(offer.at, die.hours(2, 12))
    fate = offer.fate().pick((ON_TIME, LATE, NEVER), _FATES[offer.temper])
    if fate == NEVER:
        return None
    if fate == LATE:
        late = 1 + die.few(2.5, _WORST_DELAY)
        return office.at(office.calendar.add(due, late), die.hours(0.5, 8.5))
    early = die.few(1.6, 8)
    day = office.calendar.add(due, -early) if early else due
    planned = office.at(day, die.hours(0.2, 4 if early == 0 else 8.5))
    return max(planned, office.later(offer.at, die.hours(1, 4)))


def _draft(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    if offer.turn == 1 and die.happens(6):
        return {"nothing_to_report": True}
    return {"figures": _figures(offer, die, desk), "narrative": _NARRATIVES[die.whole(0, len(_NARRATIVES) - 1)]}


def _figures(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    given = {name: value for name, value in (offer.known.get("figures") or {}).items() if value is not None}
    told = {
        "tasks_total": given.get("tasks_total", 0),
        "items_published": die.whole(2, 60),
        "events_held": die.whole(0, 6),
        "people_reached": 50 * die.whole(4, 400),
        "online_rate": f"{die.whole(550, 990) / 10:.1f}",
        "data_as_of": desk.today.isoformat(),
    }
    examples = {"outstanding_examples": _EXAMPLES[die.whole(0, len(_EXAMPLES) - 1)]} if die.happens(15) else {}
    return given | told | examples


def _head(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    return _or_return(offer, die, 4, "submit", "Đề nghị bổ sung số liệu tuyên truyền trên hệ thống thông tin cơ sở.")


def _check(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    return _or_return(offer, die, 8, "accept", "Số liệu chưa thống nhất giữa phần lời và biểu; đề nghị rà soát lại.")


def _director(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    return _or_return(offer, die, 20, "approve", "Bổ sung đánh giá về các cơ quan chưa gửi báo cáo.")


def _office(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    return _or_return(offer, die, 5, "submit", "Đề nghị làm rõ kiến nghị gửi UBND Thành phố.")


def _or_return(offer: Offer, die: Die, percent: float, verb: str, comment: str) -> dict[str, Any]:
    """The verb; or, at the first time and so often in a hundred, back with a reason."""
    if offer.turn == 1 and die.happens(percent):
        return {"decision": "return_for_rework", "comment": comment}
    return {"decision": verb}


def _narrate(_offer: Offer, _die: Die, _desk: Desk) -> dict[str, Any]:
    return {"narrative": "Các cơ quan, đơn vị đã triển khai Kế hoạch 179/KH-UBND; số liệu tổng hợp kèm theo."}


def _number(_offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    return {"doc_number": f"{die.whole(40, 400)}/BC-SVHTT", "issued_on": desk.today.isoformat()}


def _leader(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    silent = desk.unreported(offer.known["report_round"])[:_MOST_ADDRESSED]
    if not silent or offer.turn > 2:
        return {"decision": "note"}
    verbs = ("note", "request_explanation", "instruct") if offer.turn == 1 else ("note", "instruct")
    decision = die.pick(verbs)
    if decision == "note":
        return {"decision": decision}
    asked = {
        "decision": decision,
        "comment": "Chậm gửi báo cáo định kỳ, ảnh hưởng việc tổng hợp của Thành phố.",
        "addressees": silent,
        "answer_by": desk.working_days(5 if decision == "request_explanation" else 20),
    }
    if decision == "instruct":
        asked["title"] = "Chấn chỉnh việc thực hiện chế độ báo cáo định kỳ"
        asked["deliverable"] = "Báo cáo bổ sung và phân công đầu mối báo cáo"
    return asked


def _explain_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    return office.later(offer.at, die.hours(3, 30)) if die.happens(75) else None


def _explain(_offer: Offer, _die: Die, _desk: Desk) -> dict[str, Any]:
    return {"explanation": "Cán bộ phụ trách chuyển công tác, đơn vị đã phân công lại và gửi báo cáo bổ sung."}


_NARRATIVES = (
    "Đã đăng tải tin, bài trên Trang thông tin điện tử và hệ thống loa truyền thanh cơ sở.",
    "Phối hợp tuyên truyền trực quan, tổ chức hội nghị phổ biến Nghị quyết 57-NQ/TW tới các tổ dân phố.",
    "Triển khai phong trào “Bình dân học vụ số”; tổ công nghệ số cộng đồng hướng dẫn người dân nộp hồ sơ trực tuyến.",
)
_EXAMPLES = (
    "Tổ công nghệ số cộng đồng hướng dẫn tại nhà cho người cao tuổi.",
    "Điểm hỗ trợ dịch vụ công trực tuyến tại chợ dân sinh.",
    "Chuyên mục phát thanh hằng tuần về chuyển đổi số.",
)

HABITS: Mapping[str, Habit] = {
    "draft_report": Habit(_draft_when, _draft),
    "head_submit": Habit(within(0.5, 4), _head),
    "check_report": Habit(within(1, 12), _check),
    "collect_reports": Habit(never, _narrate),
    "draft_consolidated_report": Habit(within(2, 8), _narrate),
    "director_review": Habit(within(1, 6), _director),
    "issue_report": Habit(within(1, 4), _number),
    "forward_report": Habit(within(2, 10), _office),
    "leader_decision": Habit(within(4, 24), _leader),
    "explain": Habit(_explain_when, _explain),
}
