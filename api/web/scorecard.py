"""What came of the plan: the four counts by agency, obligation, content line or quarter, and the tasks behind each.

Rule: every rate stands with its numerator, its denominator and its formula, and every count leads to its tasks.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint

from api.pages import cursor_at, sorted_cursor
from api.web.door import page, read, text
from api.web.showing import named, period
from engine.buckets import figures
from engine.queries import naming, plans, statistics
from engine.queries.plans import BUCKETS, OPEN_STATUSES, PlanTaskFilter
from engine.queries.statistics import GROUPS, Group
from engine.runtime import Transaction

blueprint = Blueprint("scorecard", __name__)

PAGE = 50
_MANY = 1000


@blueprint.get("/results")
def buckets() -> str:
    """The four counts, of everything and by group."""
    group_by = next((one for one in GROUPS if one == text("by")), GROUPS[0])
    agency = text("agency")

    def query(tx: Transaction) -> str:
        found = statistics.buckets(tx, group_by, PlanTaskFilter(agency=agency))
        is_apart = group_by != "content_tag"  # a task counts in each of its content lines
        total = statistics.together(found if is_apart else statistics.buckets(tx, None, PlanTaskFilter(agency=agency)))
        return page(
            "results.html",
            group_by=group_by,
            groups=[(g, figures(g.current)) for g in sorted(found, key=_worst_first)],
            names=_names(tx, group_by, found),
            total=total,
            rates=list(zip(figures(total.current), figures(total.original), strict=True)),
            buckets=BUCKETS,
            by=GROUPS,
        )

    return read(query)


@blueprint.get("/plan-tasks")
def plan_tasks() -> str:
    """Plan tasks, by due date, narrowed to a count, an agency, an obligation."""
    asked = PlanTaskFilter(
        bucket=text("bucket") if text("bucket") in BUCKETS else None,
        agency=text("agency"),
        obligation=text("obligation"),
    )

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), plans.USUAL, date)
        found = plans.plan_tasks(tx, asked, after, PAGE + 1)
        shown = found[:PAGE]
        order = plans.ORDERS[plans.USUAL]
        last = shown[-1][0] if len(found) > PAGE else None
        more = cursor_at((plans.USUAL, *order.place(last.due_date, last.id))) if last else None
        agencies = naming.agencies(tx, [asked.agency, *(task.agency for task, _ in shown)])
        return page(
            "plan_tasks.html", tasks=shown, asked=asked, agencies=agencies, more=more, open_statuses=OPEN_STATUSES
        )

    return read(query)


def _worst_first(group: Group) -> tuple[int, int, str]:
    return -group.current.overdue, -group.current.total, group.key or ""


def _names(tx: Transaction, group_by: str, found: list[Group]) -> dict[str | None, str]:
    """What the groups are called, by key."""
    if group_by == "agency":
        return {code: named(agency) for code, agency in naming.agencies(tx, (g.key for g in found)).items()}
    if group_by == "period":
        return {group.key: period(group.key) for group in found if group.key}
    rows: list[Any] = []
    for plan in plans.plans(tx):
        rows += plans.obligations(tx, plan.id, limit=_MANY) if group_by == "obligation" else plans.tags(tx, plan.id)
    if group_by == "obligation":
        return {row.id: f"{row.display_id}. {named(row)}" for row in rows}
    return {row.code: named(row) for row in rows} if group_by == "content_tag" else {}
