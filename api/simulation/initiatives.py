"""What offices begin by themselves in a year: rounds of plan tasks, and a report that is asked for once.

Rule: a date that does not lie in the simulated time is left out; whatever is begun goes through the product's commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from api.simulation.office import Office
from engine.access import SYSTEM
from engine.commands import plans, rounds
from engine.commands.plans import RoundContent
from engine.commands.rounds import RoundRequest
from engine.default_regimes import QUARTERLY
from engine.models.directory import Agency
from engine.runtime import Engine, Transaction

PLAN = "179-KH-UBND-2025"
AGGREGATOR = "svhtt.report_aggregator"
PRESS = "grp-city-press"


@dataclass(frozen=True)
class Initiative:
    """Something that somebody begins at an instant."""

    at: datetime
    username: str
    act: Callable[[Transaction], object]


@dataclass(frozen=True)
class _Task:
    """A round of plan tasks: so many working days after the beginning, due so many after that."""

    after: int
    code: str
    due_after: int
    title: str
    deliverable: str


_TASKS = (
    _Task(3, "V.1.a", 40, "Ban hành hướng dẫn tuyên truyền", "Văn bản hướng dẫn có số, ký hiệu và nơi nhận"),
    _Task(15, "V.2.d", 60, "Phối hợp báo chí tuyên truyền chuyển đổi số", "Danh mục tin, bài đã phối hợp đăng"),
    _Task(
        30, "V.3.c", 90, "Tổ chức chương trình phổ biến kiến thức khoa học", "Danh sách chương trình, số lượt tiếp cận"
    ),
    _Task(60, "V.4.b", 70, "Xây dựng nội dung đa phương tiện", "Sản phẩm đa phương tiện đã đăng trên Cổng"),
    _Task(105, "V.5.b", 70, "Nâng cao chất lượng chuyên trang khoa học", "Chuyên trang, số tin, bài theo tháng"),
    _Task(125, "C.1", 75, "Triển khai Kế hoạch 179/KH-UBND tại đơn vị", "Kế hoạch triển khai của đơn vị"),
    _Task(220, "V.2.d", 60, "Phối hợp báo chí tuyên truyền, năm thứ hai", "Danh mục tin, bài đã phối hợp đăng"),
)
_BEFORE_THE_MERGER = 12
_REPORT_DAYS = 20


def of(engine: Engine, office: Office, first: date, last: date) -> list[Initiative]:
    """Everything that is begun from one day to another, in order."""
    mergers = engine.read(SYSTEM, _mergers)
    found = [*_rounds(office, first), *_press_reports(office, mergers)]
    begins, ends = office.at(first, 0), office.at(last, 9)
    return sorted((one for one in found if begins <= one.at <= ends), key=lambda one: one.at)


def _rounds(office: Office, first: date) -> Iterator[Initiative]:
    for one in _TASKS:
        day = office.calendar.add(first, one.after)
        due = office.calendar.add(day, one.due_after)
        yield Initiative(office.at(day, 0.5), AGGREGATOR, _opening(one, due))


def _opening(one: _Task, due: date) -> Callable[[Transaction], object]:
    content = RoundContent(due_date=due, title=one.title, deliverable=one.deliverable)
    return lambda tx: plans.open_round(tx, f"{PLAN}.{one.code}", content)


def _press_reports(office: Office, mergers: Sequence[date]) -> Iterator[Initiative]:
    """A report asked of the press for once, which is still open when its agencies merge."""
    for ends in mergers:
        day = office.calendar.add(ends, -_BEFORE_THE_MERGER)
        request = RoundRequest(
            QUARTERLY,
            title_vi="Báo cáo chuyên đề tuyên truyền chuyển đổi số của các cơ quan báo chí",
            title_en="Thematic report of the press on digital transformation",
            due_dates={"agency": office.calendar.add(day, _REPORT_DAYS)},
            reporters=(PRESS,),
        )
        yield Initiative(office.at(day, 1), AGGREGATOR, _asking(request))


def _asking(request: RoundRequest) -> Callable[[Transaction], object]:
    return lambda tx: rounds.open_now(tx, request)


def _mergers(tx: Transaction) -> list[date]:
    """The last days of agencies that have a successor."""
    query = select(Agency.valid_to).where(Agency.successor_code.is_not(None), Agency.valid_to.is_not(None))
    return sorted({day for day in tx.session.scalars(query) if day is not None})
