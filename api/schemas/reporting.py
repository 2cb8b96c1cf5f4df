"""Schemas of reporting regimes, rounds, reports and consolidated figures."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.escalations import ReminderOut
from api.schemas.fields import Day, Input, Output, PageQuery, Problem, sorts
from engine.commands.regimes import FREQUENCIES, METHODS, MOST_DAYS_BEFORE, ROLLS
from engine.figures import AGGREGATIONS, MOST_FIELDS, PREFILLS, TYPES
from engine.models.report import Report
from engine.queries import reports, rounds
from engine.queries.ladders import STANDARD
from engine.schedules import TIERS

_CODE = validate.Length(1, 64)
_NAME = validate.Length(1, 500)
_TEXT = validate.Length(1, 20_000)
_REASON = validate.Length(1, 2000)
_MOST_CODES = 500


class FigureFieldIn(Input):
    """One field of a data form."""

    id = fields.String(required=True, validate=_CODE)
    label_vi = fields.String(required=True, validate=_NAME)
    label_en = fields.String(required=True, validate=_NAME)
    type = fields.String(required=True, validate=validate.OneOf(sorted(TYPES)))
    aggregation = fields.String(required=True, validate=validate.OneOf(sorted(AGGREGATIONS)))
    required = fields.Boolean(load_default=False)
    prefill = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PREFILLS))


class TierIn(Input):
    """The day of the month by which a tier reports."""

    tier = fields.String(required=True, validate=validate.OneOf(TIERS))
    day = fields.Integer(required=True, strict=True, validate=validate.Range(1, 31))


class RegimeIn(Input):
    """A version of a regime; an ad hoc one has no tiers."""

    key = fields.String(required=True, validate=_CODE)
    name_vi = fields.String(required=True, validate=_NAME)
    name_en = fields.String(required=True, validate=_NAME)
    content = fields.String(required=True, validate=_TEXT)
    data_form = fields.List(fields.Nested(FigureFieldIn), required=True, validate=validate.Length(1, MOST_FIELDS))
    reporters = fields.List(fields.String(validate=_CODE), required=True, validate=validate.Length(1, _MOST_CODES))
    frequency = fields.String(required=True, validate=validate.OneOf(FREQUENCIES))
    clause = fields.String(required=True, validate=_NAME)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)
    tiers = fields.List(fields.Nested(TierIn), load_default=list, validate=validate.Length(0, len(TIERS)))
    aggregator = fields.String(load_default="svhtt", validate=_CODE)
    recipient = fields.String(load_default="ubnd", validate=_CODE)
    method = fields.String(load_default="electronic", validate=validate.OneOf(METHODS))
    roll = fields.String(load_default="next", validate=validate.OneOf(ROLLS))
    opens_before = fields.Integer(load_default=10, strict=True, validate=validate.Range(1, MOST_DAYS_BEFORE))
    urging_ladder = fields.String(load_default=STANDARD, validate=_CODE)
    obligation_id = fields.String(data_key="obligation", load_default=None, allow_none=True, validate=_NAME)


class RegimeQuery(PageQuery):
    """Which versions to list: of a regime, or in force on a day."""

    key = fields.String(load_default=None)
    at = Day(load_default=None)
    sort = sorts("key")


class RegimeOut(Output):
    """A version of a regime."""

    id = fields.String()
    key = fields.String()
    version = fields.Integer()
    name_vi = fields.String()
    name_en = fields.String()
    content = fields.String()
    data_form = fields.List(fields.Dict())
    reporters = fields.List(fields.String())
    aggregator = fields.String()
    recipient = fields.String()
    method = fields.String()
    frequency = fields.String()
    tiers = fields.List(fields.Dict())
    roll = fields.String()
    opens_before = fields.Integer()
    urging_ladder = fields.String()
    clause = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    created_at = fields.AwareDateTime()


class DueDatesIn(Input):
    """The due dates of an ad hoc round; tiers that are not named follow the agencies' date."""

    agency = Day()
    aggregator = Day()
    city = Day()


class ReportRoundIn(Input):
    """A round to be opened at once: of a period of the regime, or (without one) an ad hoc one with its due dates."""

    regime = fields.String(required=True, validate=_CODE)
    period = fields.String(load_default=None, allow_none=True, validate=_CODE)
    title_vi = fields.String(load_default=None, allow_none=True, validate=_NAME)
    title_en = fields.String(load_default=None, allow_none=True, validate=_NAME)
    due_dates = fields.Nested(DueDatesIn, load_default=dict)
    reporters = fields.List(fields.String(validate=_CODE), load_default=list, validate=validate.Length(0, _MOST_CODES))
    data_from = Day(load_default=None, allow_none=True)
    data_to = Day(load_default=None, allow_none=True)


class ReportRoundQuery(PageQuery):
    """Which rounds to list."""

    regime = fields.String(load_default=None)
    period = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(rounds.STATES))
    sort = sorts(*rounds.ORDERS)


class ReportRoundOut(Output):
    """A round; who is missing and late is told to whoever sees all reports."""

    id = fields.String()
    regime_key = fields.String(data_key="regime")
    kind = fields.String()
    period = fields.String()
    title_vi = fields.String()
    title_en = fields.String()
    data_from = fields.Date(allow_none=True)
    data_to = fields.Date(allow_none=True)
    state = fields.String(metadata={"enum": list(rounds.STATES)})
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    late_until = fields.Date()
    due_dates = fields.Dict()
    missing = fields.List(fields.Dict())
    late = fields.List(fields.Dict())
    opened_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    frozen_at = fields.AwareDateTime(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)
    doc_number = fields.String(allow_none=True)
    instance_id = fields.String(data_key="process_instance_id", allow_none=True)
    simulated = fields.Boolean()


class FreezeOut(Output):
    """That figures of a round were frozen, or corrected (`reason`), and whether they are signed."""

    id = fields.String()
    round_id = fields.String(data_key="report_round")
    number = fields.Integer()
    sha256 = fields.String()
    reason = fields.String(allow_none=True)
    frozen_at = fields.AwareDateTime()
    signed_by = fields.String(allow_none=True)
    signed_at = fields.AwareDateTime(allow_none=True)


class ConsolidatedOut(FreezeOut):
    """A consolidated report; `frozen` is its canonical JSON as text, of which `sha256` is the digest."""

    narrative = fields.String(allow_none=True)
    frozen = fields.String()


class ReportRoundDetailOut(ReportRoundOut):
    """A round with the version of its regime, how many agencies are where, and what was consolidated."""

    regime_version = fields.Integer()
    summary = fields.Dict(keys=fields.String(), values=fields.Integer())
    consolidated = fields.List(fields.Nested(FreezeOut))


class StandingOut(Output):
    """Where one agency is in a round."""

    agency = fields.String()
    original_agency = fields.String()
    name_vi = fields.String()
    name_en = fields.String()
    report = fields.String()
    standing = fields.String(metadata={"enum": list(rounds.STANDINGS)})
    late = fields.Boolean(allow_none=True)
    due_date = fields.Date()
    original_due_date = fields.Date()
    submitted_at = fields.AwareDateTime(allow_none=True)
    return_count = fields.Integer()
    urging_count = fields.Integer()
    next_reminder = fields.Nested(ReminderOut, allow_none=True)


class CloseIn(Input):
    """Closing a round before its time."""

    comment = fields.String(load_default=None, allow_none=True, validate=_REASON)


class ReportQuery(PageQuery):
    """Which reports to list."""

    report_round = fields.String(load_default=None)
    agency = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(reports.STATES))
    late = fields.Boolean(load_default=None)
    sort = sorts(*reports.ORDERS)


class ReportOut(Output):
    """One agency's report in a round."""

    id = fields.String()
    round_id = fields.String(data_key="report_round")
    instance_id = fields.String(data_key="process_instance_id", allow_none=True)
    agency = fields.String()
    original_agency = fields.String()
    state = fields.String(metadata={"enum": list(reports.STATES)})
    due_date = fields.Date()
    original_due_date = fields.Date()
    late_after = fields.Method("get_late_after", metadata={"type": "string", "format": "date"})
    submitted_at = fields.AwareDateTime(allow_none=True)
    late = fields.Boolean(allow_none=True)
    accepted_version = fields.Integer(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    return_count = fields.Integer()
    urging_count = fields.Integer()
    created_at = fields.AwareDateTime()
    simulated = fields.Boolean()

    def get_late_after(self, found: Report) -> str:
        """The day that lateness is judged by: the first due date, unless that was moved in time."""
        return (found.late_after or found.original_due_date).isoformat()


class ReportVersionOut(Output):
    """What was submitted, and what was decided about it."""

    number = fields.Integer()
    agency = fields.String()
    figures = fields.Dict()
    nothing_to_report = fields.Boolean()
    narrative = fields.String(allow_none=True)
    evidence = fields.List(fields.Dict())
    submitted_by = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime()
    outcome = fields.String(allow_none=True)
    decided_by = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)


class ReportDetailOut(ReportOut):
    """A report with its form, what was filled in, and every version; of a consolidated one, `ConsolidatedOut`."""

    due_explanation = fields.Dict(allow_none=True)
    standing = fields.String()
    next_reminder = fields.Nested(ReminderOut, allow_none=True)
    data_form = fields.List(fields.Dict())
    prefilled = fields.Dict()
    versions = fields.List(fields.Nested(ReportVersionOut))


class ReopenIn(Input):
    """Opening an accepted report again."""

    reason = fields.String(required=True, validate=_REASON)
    new_due_date = Day(load_default=None, allow_none=True)


class MoreTimeIn(Input):
    """More time: until when, why, and the document that says so."""

    new_due_date = Day(required=True)
    reason = fields.String(required=True, validate=_REASON)
    document = fields.String(required=True, validate=_NAME)


class ExtendedOut(Output):
    """What came of more time for one report of a round: `result` is the report, or `problem` says why not."""

    id = fields.String()
    status = fields.Integer()
    result = fields.Nested(ReportOut)
    problem = fields.Nested(Problem)
    replayed = fields.Boolean()


class RoundExtendedOut(Output):
    """What came of more time for each open report of a round, by agency."""

    items = fields.List(fields.Nested(ExtendedOut))
    succeeded = fields.Integer()
    failed = fields.Integer()


class ConsolidatedFigureOut(Output):
    """A consolidated figure with its sources: what each version gave."""

    consolidated = fields.String()
    field = fields.String()
    aggregation = fields.String()
    value = fields.Raw(allow_none=True)
    sources = fields.List(fields.Dict())


class LineageOut(Output):
    """Figures with their sources: those of a consolidated report, or those that one agency's report gave to."""

    id = fields.String()
    kind = fields.String(metadata={"enum": ["consolidated", "report"]})
    figures = fields.List(fields.Nested(ConsolidatedFigureOut))
