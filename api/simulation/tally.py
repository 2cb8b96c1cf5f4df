"""What a simulated time came to: figures read from the database that it leaves, and the lines that tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from api.simulation.course import Course
from engine import buckets
from engine.access import SYSTEM
from engine.audit.verify import verify
from engine.models.escalation import Escalation
from engine.models.incident import Incident
from engine.models.instance import ProcessInstance
from engine.models.report import Report, ReportRound
from engine.models.timer import TimerFiring
from engine.queries import reminded, rounds, statistics
from engine.queries.plans import PlanTaskFilter
from engine.runtime import Engine, Transaction

Summary = dict[str, Any]
_MANY = 200


def of(engine: Engine, course: Course) -> Summary:
    """The summary: the same for the same seed, whatever the machine."""
    told = engine.read(SYSTEM, lambda tx: list(reminded.told(tx)))
    mornings = sorted({one.day for one in told})
    history = engine.read_frozen(SYSTEM, lambda tx: verify(tx.session))
    return {
        "rounds": engine.read(SYSTEM, _rounds),
        "reports": engine.read(SYSTEM, _reports),
        "plan_tasks": engine.read(SYSTEM, _plan_tasks),
        "reminders": reminded.by_rung(told),
        "messages": engine.read(SYSTEM, reminded.messages),
        "escalations": engine.read(SYSTEM, _escalations),
        "mornings": {
            "days": len(mornings),
            "not_worked": [d.isoformat() for d in mornings if not course.office.calendar.is_working_day(d)],
        },
        "work": {
            "completed": dict(sorted(course.cast.done.items())),
            "refused": dict(sorted(course.cast.refused.items())),
            **engine.read(SYSTEM, _work),
        },
        "history": {"chains": history.chains, "events": history.events, "sound": history.sound},
    }


def faults(summary: Summary) -> Iterator[str]:
    """What may not be, in words."""
    if summary["mornings"]["not_worked"]:
        yield f"nhắc việc vào ngày nghỉ: {', '.join(summary['mornings']['not_worked'])}"
    if not summary["history"]["sound"]:
        yield "chuỗi lịch sử không toàn vẹn"
    if summary["work"]["incidents"]:
        yield f"{summary['work']['incidents']} sự cố"


def lines(summary: Summary) -> Iterator[str]:
    """The summary for people."""
    yield "Đợt báo cáo:"
    for one in summary["rounds"]:
        number = f", số {one['number']}" if one["number"] else ""
        moved = f"; chuyển cơ quan kế thừa {one['transferred']}" if one["transferred"] else ""
        yield (
            f"  {one['period']} ({_word(one['state'])}{number}): {one['reports']} báo cáo, "
            f"{_listed(one['standings'])}; khi đóng đợt: trễ hạn {one['late']}, thiếu {one['missing']}{moved}"
        )
    yield f"Báo cáo theo trạng thái: {_listed(summary['reports']['by_state'])}"
    yield f"Báo cáo theo thời hạn: {_listed(summary['reports']['by_time'])}"
    yield f"Nhiệm vụ: {_listed(summary['plan_tasks']['buckets'])}"
    for figure in summary["plan_tasks"]["figures"]:
        yield f"  {figure['percent']} % = {figure['numerator']} ÷ {figure['denominator']}: {figure['formula']}"
    yield f"Nhắc việc, đôn đốc theo nấc: {_listed(summary['reminders'])}"
    yield f"Thông báo trong hộp thư: {_listed(summary['messages'])}"
    escalated = summary["escalations"]
    yield f"Đưa vào danh sách báo cáo lãnh đạo: {escalated['listed']} ({_listed(escalated['outcomes'])})"
    yield f"Thông báo tới lãnh đạo và Văn phòng: {_listed(escalated['messages'])}"
    days, rest = summary["mornings"]["days"], summary["mornings"]["not_worked"]
    yield f"Ngày có nhắc việc: {days}, trong đó ngày nghỉ: {len(rest)}"
    yield from _work_lines(summary)


def _work_lines(summary: Summary) -> Iterator[str]:
    work, history = summary["work"], summary["history"]
    yield (
        f"Đã xử lý: {sum(work['completed'].values())} công việc, {work['timers']} hẹn giờ; "
        f"hồ sơ: {_listed(work['instances'])}; sự cố: {work['incidents']}"
    )
    decided = {
        name.partition(" ")[2]: n for name, n in work["completed"].items() if name.startswith("leader_decision ")
    }
    yield f"Ý kiến của lãnh đạo UBND Thành phố: {_listed(decided)}"
    if work["refused"]:
        yield f"Bị từ chối: {_listed(work['refused'])}"
    sound = "toàn vẹn" if history["sound"] else "KHÔNG toàn vẹn"
    yield f"Lịch sử {sound}: {history['chains']} chuỗi, {history['events']} sự kiện"


def _rounds(tx: Transaction) -> list[Summary]:
    found = tx.session.scalars(select(ReportRound).order_by(ReportRound.opens_at, ReportRound.period))
    return [_round(tx, one) for one in found]


def _round(tx: Transaction, one: ReportRound) -> Summary:
    rows = rounds.matrix(tx, one)
    return {
        "period": one.period,
        "title": one.title_vi,
        "state": one.state,
        "opens_at": one.opens_at.isoformat(),
        "reports": len(rows),
        "standings": {name: count for name, count in rounds.summary(rows).items() if count},
        "late": len(one.late),
        "missing": len(one.missing),
        "transferred": sum(row.report.agency != row.report.original_agency for row in rows),
        "number": one.doc_number,
    }


def _reports(tx: Transaction) -> Summary:
    by_state = tx.session.execute(select(Report.state, func.count()).group_by(Report.state).order_by(Report.state))
    times = Counter(_time_of(*row) for row in tx.session.execute(select(Report.submitted_at, Report.late)))
    returned = tx.session.scalar(select(func.count()).where(Report.return_count > 0))
    return {
        "by_state": {state: count for state, count in by_state},
        "by_time": dict(sorted(times.items())),
        "returned": returned,
    }


def _time_of(submitted_at: object, late: bool | None) -> str:
    if submitted_at is None:
        return "not_submitted"
    return "late" if late else "on_time"


def _plan_tasks(tx: Transaction) -> Summary:
    found = statistics.buckets(tx, None, PlanTaskFilter())
    counts = found[0].current if found else buckets.Buckets()
    figures = [
        {
            "code": one.code,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "percent": one.percent,
            "formula": one.formula_vi,
        }
        for one in buckets.figures(counts)
    ]
    return {"total": counts.total, "buckets": vars(counts), "figures": figures}


def _escalations(tx: Transaction) -> Summary:
    rows = tx.session.execute(select(Escalation.outcome, func.count()).group_by(Escalation.outcome))
    outcomes = {outcome or "open": count for outcome, count in rows}
    return {
        "listed": sum(outcomes.values()),
        "outcomes": dict(sorted(outcomes.items())),
        "messages": reminded.to_leaders(tx),
    }


def _work(tx: Transaction) -> Summary:
    states = select(ProcessInstance.state, func.count()).group_by(ProcessInstance.state)
    return {
        "instances": {state: count for state, count in tx.session.execute(states.order_by(ProcessInstance.state))},
        "timers": tx.session.scalar(select(func.count()).select_from(TimerFiring)),
        "incidents": tx.session.scalar(select(func.count()).select_from(Incident)),
    }


def _listed(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{_word(name)} {count}" for name, count in counts.items()) or "không có"


def _word(name: str) -> str:
    return _WORDS.get(name, name)


_WORDS: Mapping[str, str] = {
    "scheduled": "chưa mở",
    "open": "còn mở",
    "closed": "đã đóng",
    "consolidated": "đã tổng hợp",
    "archived": "đã lưu hồ sơ",
    "draft": "chưa gửi",
    "pending": "chưa gửi",
    "not_submitted": "chưa gửi",
    "submitted": "đã gửi",
    "returned": "bị trả lại",
    "reopened": "mở lại",
    "accepted": "đã tiếp nhận",
    "missing": "không gửi",
    "no_answer": "không trả lời",
    "on_time": "đúng hạn",
    "late": "trễ hạn",
    "within_time": "trong hạn",
    "overdue": "quá hạn",
    "active": "đang xử lý",
    "completed": "đã xong",
    "cancelled": "đã hủy",
    "incident": "có sự cố",
    "note": "ghi nhận",
    "request_explanation": "yêu cầu giải trình",
    "instruct": "giao việc",
    "postponed": "đã lùi hạn",
    "transferred": "đã chuyển giao",
}
