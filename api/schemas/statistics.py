"""Schemas of figures."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Input, Output
from engine.queries.statistics import GROUPS


class BucketsQuery(Input):
    """Which tasks to count, and by what."""

    group_by = fields.String(load_default=None, validate=validate.OneOf(GROUPS))
    agency = fields.String(load_default=None)
    obligation = fields.String(load_default=None)
    plan = fields.String(load_default=None)


class CycleTimesQuery(Input):
    """Of which process."""

    process_key = fields.String(required=True)


class BucketsOut(Output):
    """The four counts."""

    on_time = fields.Integer()
    late = fields.Integer()
    within_time = fields.Integer()
    overdue = fields.Integer()
    total = fields.Integer()


class FigureOut(Output):
    """A rate with what it is made of."""

    code = fields.String()
    numerator = fields.Integer()
    denominator = fields.Integer()
    percent = fields.String(allow_none=True)
    formula = fields.String()


class RatesOut(Output):
    """The four counts with the rates."""

    buckets = fields.Nested(BucketsOut)
    figures = fields.List(fields.Nested(FigureOut))


class TallyOut(RatesOut):
    """By the due dates in force, and by those that were first set."""

    original = fields.Nested(RatesOut)


class GroupOut(TallyOut):
    """One group of plan tasks; of a period also its reports, those done being those submitted."""

    key = fields.String(allow_none=True)
    reports = fields.Nested(TallyOut, allow_none=True)


class CycleTimeOut(Output):
    """How long a step takes."""

    element_id = fields.String()
    name = fields.String()
    completed = fields.Integer()
    median_seconds = fields.Float()
    p90_seconds = fields.Float()
