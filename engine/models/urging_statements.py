"""The prepared statements that the urging ladder asks at every step, and at once for every report of a round."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from engine.models.columns import table_of
from engine.models.directory import Agency
from engine.models.plan import PlanTask
from engine.models.prepared import Prepared
from engine.models.report import Report, ReportRegime, ReportRound

_report, _round, _regime = table_of(Report), table_of(ReportRound), table_of(ReportRegime)
_plan_task, _agency = table_of(PlanTask), table_of(Agency)

REPORT_DUE = Prepared(
    select(_report.c.due_date, _agency.c.relation, _regime.c.urging_ladder)
    .select_from(
        _report.join(_agency, _agency.c.code == _report.c.agency)
        .join(_round, _round.c.id == _report.c.round_id)
        .join(_regime, _regime.c.id == _round.c.regime_id)
    )
    .where(_report.c.id == bindparam("report_id"))
)
PLAN_TASK_DUE = Prepared(
    select(_plan_task.c.due_date, _agency.c.relation)
    .select_from(_plan_task.join(_agency, _agency.c.code == _plan_task.c.agency))
    .where(_plan_task.c.id == bindparam("plan_task_id"))
)
