"""The prepared statements of a round's fan-out and freeze, which write a row for every agency."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from engine.models.columns import table_of
from engine.models.instance import ProcessInstance
from engine.models.prepared import Prepared
from engine.models.report import FigureSource, Report

_report = table_of(Report)
_source = table_of(FigureSource)
_instance = table_of(ProcessInstance)

INSERT_REPORT = Prepared(insert(_report).values({c.key: bindparam(c.key) for c in _report.c}))
FIND_REPORT = Prepared(
    select(_report.c.id, _report.c.instance_id, _report.c.due_date, _instance.c.state.label("case_state"))
    .select_from(_report.outerjoin(_instance, _instance.c.id == _report.c.instance_id))
    .where(_report.c.id == bindparam("report_id"))
)
LINK_REPORT = Prepared(
    update(_report)
    .where(_report.c.id == bindparam("report_id"))
    .values(instance_id=bindparam("new_instance_id"), state="draft")
)
INSERT_SOURCE = Prepared(insert(_source).values({c.key: bindparam(c.key) for c in _source.c}))
