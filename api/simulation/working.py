"""How people carry plan tasks through: proposing, approving, executing with delays and requests, reviewing, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.simulation.chance import PUNCTUAL, SILENT, SLOW, Die
from api.simulation.offers import Desk, Habit, Offer, within
from api.simulation.office import Office
from engine import deadlines

_UNFINISHED: Mapping[str, float] = {PUNCTUAL: 1, SLOW: 8, SILENT: 55}
_BELATED: Mapping[str, float] = {PUNCTUAL: 6, SLOW: 45, SILENT: 30}
_USUAL_DAYS = 45
_UPDATE_DAYS = (10, 20)


def _propose(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    due = offer.day("due_date")
    later = due if due is not None and due > desk.today else desk.office.calendar.add(desk.today, _USUAL_DAYS)
    proposed = {
        "title": offer.known.get("title") or "Tuyên truyền về chuyển đổi số tại cơ quan, đơn vị",
        "deliverable": offer.known.get("deliverable") or "Báo cáo kết quả kèm danh mục tin, bài đã đăng",
        "due_date": later.isoformat(),
    }
    joint = die.happens(10) and offer.agency not in ("skhcn", "vpub")
    return proposed | ({"cross_agency": True, "coordinators": ["skhcn", "vpub"]} if joint else {})


def _head(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    if offer.turn == 1 and die.happens(10):
        return {"decision": "return_for_rework", "comment": "Đề nghị nêu rõ sản phẩm đầu ra và số lượng."}
    return {"decision": "submit"}


def _opinion_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    return office.later(offer.at, die.hours(2, 22)) if die.happens(70) else None


def _opinion(_offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    if die.happens(15):
        return {
            "decision": "agree_with_comments",
            "comment": "Đề nghị thống nhất nội dung tuyên truyền trước khi đăng.",
        }
    return {"decision": "agree"}


def _approval(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    if offer.turn == 1 and die.happens(8):
        return {"decision": "return_for_rework", "comment": "Thời hạn chưa phù hợp với tiến độ chung."}
    return {"decision": "approve"}


def _accept_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    return office.later(offer.at, die.hours(1, 15)) if die.happens(85) else None


def _accept(_offer: Offer, _die: Die, _desk: Desk) -> dict[str, Any]:
    return {"decision": "accept"}


def _keep(_offer: Offer, _die: Die, _desk: Desk) -> dict[str, Any]:
    return {"decision": "reject", "comment": "Giữ nguyên cơ quan chủ trì."}


def _finish(offer: Offer, office: Office) -> date | None:
    """The day on which the work will be done; None for never. A returned result is mended within days."""
    due = offer.day("due_date")
    if due is None or offer.known.get("returns"):
        return None if due is None else office.calendar.add(due, -1)
    fate = offer.fate()
    if fate.happens(_UNFINISHED[offer.temper]):
        return None
    belated = fate.happens(_BELATED[offer.temper])
    return office.calendar.add(due, fate.whole(1, 10) if belated else -fate.whole(0, 9))


def _execute_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    """The next update, the day of the report or the first one after the agency's end, whichever comes first."""
    planned = _update_when(offer, die, office)
    if offer.ends is None or (planned is not None and deadlines.local_date(planned) <= offer.ends):
        return planned
    return office.at(office.calendar.add(offer.ends, 1), die.hours(1, 8))


def _update_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    """The next update or report; nothing more after the due date of a task that will not be done."""
    update = office.later(offer.at, 9 * die.whole(*_UPDATE_DAYS) + die.hours(0, 5))
    finish, due = _finish(offer, office), offer.day("due_date")
    if finish is None:
        return update if due is None or deadlines.local_date(update) <= due else None
    done = max(office.at(finish, die.hours(1, 8)), office.later(offer.at, die.hours(1, 3)))
    return min(update, done)


def _execute(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    heir, finish, due = desk.successor(offer.agency), _finish(offer, desk.office), offer.day("due_date")
    if heir is not None:
        return {"decision": "request_transfer", "comment": "Cơ quan đã hợp nhất.", "new_agency": heir}
    if offer.known.get("decision") == "report_obstacle":
        return {"decision": "obstacle_resolved"}
    if finish is not None and desk.today >= finish:
        return {"decision": "report"}
    if due is not None and desk.today < due and not offer.known.get("request") and die.happens(6):
        later = desk.office.calendar.add(due, die.whole(8, 20)).isoformat()
        return {"decision": "request_extension", "comment": "Chờ hướng dẫn nội dung.", "new_due_date": later}
    if die.happens(4):
        return {"decision": "report_obstacle", "comment": "Thiếu kinh phí sản xuất sản phẩm truyền thông."}
    return {
        "decision": "update_progress",
        "progress": min(95, int(offer.known.get("progress") or 0) + die.whole(8, 25)),
    }


def _request(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    if die.happens(15) and offer.known.get("request") == "request_extension":
        return {"decision": "reject", "comment": "Thời hạn do Thành phố giao, không gia hạn."}
    return {"decision": "approve"}


def _result(offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    links = [
        {"title": f"Tin, bài số {n + 1}", "url": f"https://{offer.agency}.hanoi.gov.vn/tin-{n + 1}"}
        for n in range(die.whole(1, 3))
    ]
    return {"result": "Đã hoàn thành theo đề xuất được duyệt.", "evidence": links, "progress": 100}


def _review(offer: Offer, die: Die, desk: Desk) -> dict[str, Any]:
    if offer.turn <= 2 and die.happens(12 if offer.turn == 1 else 30):
        return {
            "decision": "return_for_rework",
            "comment": "Minh chứng chưa đầy đủ.",
            "new_due_date": desk.working_days(7),
        }
    return {"decision": "accept"}


def _nominate_when(offer: Offer, die: Die, office: Office) -> datetime | None:
    return office.later(offer.at, die.hours(2, 30)) if die.happens(75) else None


def _nominate(_offer: Offer, die: Die, _desk: Desk) -> dict[str, Any]:
    return {"decision": "recommend" if die.happens(20) else "skip"}


HABITS: Mapping[str, Habit] = {
    "propose": Habit(within(3, 30), _propose),
    "head_review": Habit(within(1, 12), _head),
    "coordinator_opinion": Habit(_opinion_when, _opinion),
    "monitor_check": Habit(within(2, 16), _approval),
    "leader_approval": Habit(within(4, 20), _approval),
    "accept_assignment": Habit(_accept_when, _accept),
    "decide_reassignment": Habit(within(2, 12), _keep),
    "execute": Habit(_execute_when, _execute),
    "decide_request": Habit(within(1, 12), _request),
    "report_result": Habit(within(0.2, 1.5), _result),
    "review_result": Habit(within(2, 20), _review),
    "nominate": Habit(_nominate_when, _nominate),
}
