"""The dashboard of those who lead: at most seven cards, each leading to what it counts, and three charts.

Rule: a card says what it counts; a rate stands with its numerator, denominator and formula; a chart is a file of our
own with the same facts as a table beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext, ngettext

from api.web import charts
from api.web.catalogues import said
from api.web.charts import NARROW, WIDE, Frame
from api.web.door import page, read, text
from api.web.showing import duration, named
from api.web.words import word
from engine.buckets import Buckets, Figure, figures
from engine.commands import definitions
from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.report import ReportRound
from engine.queries import bottlenecks, escalations, naming, overview, plans, rounds, tasks
from engine.queries import definitions as known
from engine.queries.escalations import EscalationFilter
from engine.queries.overview import Glance, Heat
from engine.queries.rounds import RoundFilter
from engine.queries.tasks import TaskFilter
from engine.runtime import Transaction

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

MOST_ROWS, MOST_MONTHS = 12, {True: 4, False: 8}
OBSTACLES, USUAL_PROCESS = "obstacle_report", "task_lifecycle"
_UNDONE = frozenset({"overdue", "missing", "returned", "reopened"})


@dataclass(frozen=True)
class Card:
    """One card: what is counted, a line beneath it, where it leads, and its colour."""

    label: str
    value: str
    beneath: str
    address: str
    kind: str


@blueprint.get("")
def shown() -> str:
    """The cards, and what the charts show."""

    def query(tx: Transaction) -> str:
        seen = overview.glance(tx)
        counted = seen.by_agency
        months, grid = _grid(seen.overdue, MOST_MONTHS[False])
        rate = figures(overview.whole(counted))[0]
        return page(
            "dashboard.html",
            cards=_cards(tx, seen, rate),
            rate=rate,
            rows=_worst(counted),
            grid=grid,
            months=months,
            process=_process(),
            agencies=naming.agencies(tx, [*counted, *grid]),
        )

    return read(query)


@blueprint.get("/charts/<name>.svg")
def chart(name: str) -> Response:
    """One of the charts, as a file; `size=narrow` for a phone."""
    draw = _CHARTS.get(name)
    if draw is None:
        abort(404)
    frame = NARROW if request.args.get("size") == "narrow" else WIDE
    answer = Response(read(lambda tx: draw(tx, frame)), content_type="image/svg+xml; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _cards(tx: Transaction, seen: Glance, rate: Figure) -> list[Card]:
    counted = seen.by_agency
    late_agencies = sum(one.overdue > 0 for one in counted.values())
    listed = escalations.count_escalations(tx, EscalationFilter(state="open"))
    return [
        Card(
            gettext("Nhiệm vụ đang quá hạn"),
            str(sum(one.overdue for one in counted.values())),
            ngettext("%(num)d cơ quan", "%(num)d cơ quan", late_agencies),
            url_for("pages.scorecard.buckets", by="agency"),
            "overdue",
        ),
        Card(
            gettext("Đã đôn đốc nhiều lần"),
            str(listed),
            gettext("chưa có kết quả"),
            url_for("pages.escalations.listed", state="open"),
            "overdue",
        ),
        Card(
            gettext("Chờ tôi xử lý, ký"),
            str(tasks.count(tx, TaskFilter(assignee=True, candidate=True))),
            gettext("việc đang mở"),
            url_for("pages.decisions.queue"),
            "within_time",
        ),
        _obstacles(tx, seen.obstacles),
        *_missing(tx),
        Card(
            word(rate.code, "rate"),
            f"{_percent(rate)} %" if rate.percent else "–",
            f"{rate.numerator}/{rate.denominator}",
            url_for("pages.scorecard.buckets"),
            "on_time",
        ),
        _red_lines(tx, seen.red_lines),
    ]


def _obstacles(tx: Transaction, hindered: int) -> Card:
    """The reports of obstacles that wait, with how many tasks say that they are hindered."""
    beneath = ngettext("%(num)d nhiệm vụ đang vướng", "%(num)d nhiệm vụ đang vướng", hindered)
    address = url_for("pages.cases.listed", process=OBSTACLES, state="active")
    return Card(gettext("Vướng mắc chờ xử lý"), str(overview.running(tx, OBSTACLES)), beneath, address, "late")


def _missing(tx: Transaction) -> list[Card]:
    """The reports that are still owed in the latest round that collects; no card while none does."""
    latest: Sequence[ReportRound] = rounds.rounds(tx, RoundFilter(state="open"), limit=1)
    return [_owed(tx, one) for one in latest]


def _owed(tx: Transaction, found: ReportRound) -> Card:
    matrix = rounds.matrix(tx, found)
    owed = sum(row.standing in _UNDONE for row in matrix)
    beneath = f"{named(found)}: {owed}/{len(matrix)}"
    return Card(
        gettext("Báo cáo còn thiếu"),
        str(owed),
        beneath,
        url_for("pages.rounds.shown", round_id=found.id),
        "late",
    )


def _red_lines(tx: Transaction, found: dict[str, int]) -> Card:
    worst = next(iter(found), None)
    tags = {tag.code: tag for plan in plans.plans(tx, limit=1) for tag in plans.tags(tx, plan.id)} if worst else {}
    beneath = f"{worst} {named(tags.get(worst))}" if worst else gettext("không có")
    address = url_for("pages.scorecard.buckets", by="content_tag")
    return Card(gettext("Nội dung tuyên truyền báo đỏ"), str(len(found)), beneath, address, "overdue")


def _percent(rate: Figure) -> str:
    told = rate.percent or ""
    return told.replace(".", said(",", "."))


def _worst(counted: dict[str, Buckets]) -> list[tuple[str, Buckets]]:
    """The agencies with the most overdue tasks, then those with the most tasks."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1].overdue, -item[1].total, item[0]))
    return ordered[:MOST_ROWS]


def _grid(heat: Sequence[Heat], most: int) -> tuple[list[tuple[int, int]], dict[str, list[int]]]:
    """The latest months that anything overdue was due in, and of the worst agencies the number in each of them."""
    months = sorted({(one.year, one.month) for one in heat})[-most:]
    cells: dict[str, dict[tuple[int, int], int]] = {}
    for one in heat:
        cells.setdefault(one.agency, {})[(one.year, one.month)] = one.overdue
    shown = {agency: [found.get(month, 0) for month in months] for agency, found in cells.items()}
    worst = sorted(shown, key=lambda agency: (-sum(shown[agency]), agency))[:MOST_ROWS]
    return months, {agency: shown[agency] for agency in worst}


def _process() -> str:
    return text("process") or USUAL_PROCESS


def _steps(tx: Transaction, key: str) -> dict[str, Any]:
    """The steps for people of the newest version of a process, by element; none of one that there is not."""
    try:
        newest = known.versions(tx, key)[0]
    except NotFoundError:
        return {}
    found = definitions.compiled(tx, newest.id).elements if newest.kind == "bpmn" else {}
    return {code: element for code, element in found.items() if element.kind == "user_task"}


def _draw_progress(tx: Transaction, frame: Frame) -> bytes:
    rows = _worst(overview.glance(tx).by_agency)
    names: dict[str, Agency] = naming.agencies(tx, (code for code, _ in rows))
    words = {bucket: word(bucket, "bucket") for bucket in charts.COLOURS}
    if frame.is_narrow:
        words = {bucket: words[bucket].split(",")[-1].strip().capitalize() for bucket in words}
    return charts.bars([(named(names.get(code)), vars(counts)) for code, counts in rows], frame, words)


def _draw_heat(tx: Transaction, frame: Frame) -> bytes:
    months, grid = _grid(overview.glance(tx).overdue, MOST_MONTHS[frame.is_narrow])
    names = naming.agencies(tx, grid)
    rows = [(named(names.get(code)), numbers) for code, numbers in grid.items()]
    return charts.heat(rows, [f"{month:02d}/{year}" for year, month in months], frame)


def _draw_cycle(tx: Transaction, frame: Frame) -> bytes:
    steps = _steps(tx, _process())
    done = [load for load in bottlenecks.loads(tx, _process(), steps) if load.done_seconds is not None]
    longest = sorted(done, key=lambda load: -(load.done_seconds or 0))[:MOST_ROWS]
    rows = [(_name(steps[load.element_id]), load.done_seconds or 0.0, duration(load.done_seconds)) for load in longest]
    return charts.spans(rows, frame)


def _name(step: Any) -> str:
    return said(step.name, step.name_en or step.name)


_CHARTS: dict[str, Callable[[Transaction, Frame], bytes]] = {
    "progress": _draw_progress,
    "overdue": _draw_heat,
    "cycle": _draw_cycle,
}
