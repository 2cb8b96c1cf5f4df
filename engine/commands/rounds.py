"""Reporting rounds: beginning one when its day comes or on request, closing it, correcting what it consolidated.

Rule: a round has a case of `report_round`, and that diagram decides what happens in it; a period has one round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import structlog
from sqlalchemy import func, select

from engine import deadlines, forms, periods, schedules
from engine.access import SYSTEM
from engine.commands import instances, tasks
from engine.commands.case import lock_case
from engine.commands.instances import Start
from engine.commands.journal import record_system
from engine.commands.regimes import AD_HOC
from engine.errors import (
    ConflictError,
    EngineError,
    FieldProblem,
    ForbiddenError,
    InvalidDataError,
    NotFoundError,
    StaleVersionError,
)
from engine.handlers import consolidation
from engine.models.columns import new_id
from engine.models.report import ConsolidatedReport, ReportRegime, ReportRound
from engine.models.statements import OPEN_TASKS
from engine.periods import Period
from engine.queries import calendar as calendars
from engine.queries import regimes as regime_queries
from engine.queries import rounds as queries
from engine.queries.directory import members_of
from engine.runtime import Engine, Transaction
from engine.schedules import RoundSchedule

PROCESS = "report_round"
COLLECT = "collect_reports"
FROZEN = ("consolidated", "submitted", "archived")
OPENERS = frozenset({"report_aggregator", "city_leader", "city_office"})
_CODE = re.compile(r"(20\d\d)-([a-z_]+)-(\d{2})", re.ASCII)

log = structlog.get_logger("engine.rounds")


@dataclass(frozen=True)
class RoundRequest:
    """A round that somebody asks for: of a period of the regime, or (no `period`) an ad hoc one.

    An ad hoc round needs the agencies' date in `due_dates`, by tier, and has a title of its own; `reporters` narrow
    whom it asks (none: whom the regime names).
    """

    regime: str
    period: str | None = None
    title_vi: str | None = None
    title_en: str | None = None
    due_dates: Mapping[str, date] = field(default_factory=dict)
    reporters: Sequence[str] = ()
    data_from: date | None = None
    data_to: date | None = None


@dataclass(frozen=True)
class _Occasion:
    """What a round is for: its kind, its code within the regime, its titles, and the days whose data count."""

    kind: str
    period: str
    title_vi: str
    title_en: str
    data_from: date | None
    data_to: date | None


def open_now(tx: Transaction, request: RoundRequest) -> ReportRound:
    """Begin a round that somebody asks for, and open it at once: one report for every agency in force today.

    Raises ForbiddenError unless the actor may open rounds, NotFoundError for no such regime in force,
    InvalidDataError for bad dates, ConflictError when the period has its round already.
    """
    if not tx.actor.is_system and not tx.actor.roles & OPENERS:
        raise ForbiddenError(
            "open-report-round", "Anh/chị không có quyền mở đợt báo cáo.", "You may not open reporting rounds."
        )
    regime = regime_queries.in_force(tx, request.regime, deadlines.local_date(tx.now))
    problems = list(_problems(tx, request))
    if problems:
        raise InvalidDataError(problems)
    if request.period is None:
        occasion, days = _ad_hoc(tx, regime, request)
    else:
        occasion, days = _of_period(tx, regime, request.period)
    if queries.of_period(tx, regime.key, occasion.period) is not None:
        raise ConflictError("Kỳ này đã có đợt báo cáo.", "This period has its round already.")
    return _begin(tx, regime, occasion, days, tuple(request.reporters), opens_now=True)


def schedule(tx: Transaction, key: str) -> list[ReportRound]:
    """Begin the rounds of a regime whose day has come and which are not there yet; the diagram opens them."""
    today = deadlines.local_date(tx.now)
    regime = regime_queries.in_force(tx, key, today)
    return [
        _begin(tx, regime, _periodic(regime, one), days, (), opens_now=False)
        for one, days in regime_queries.open_periods(tx, regime, today)
        if queries.of_period(tx, key, one.code) is None
    ]


def due(tx: Transaction) -> list[str]:
    """The keys of the regimes that lack a round whose day has come."""
    today = deadlines.local_date(tx.now)
    regimes = regime_queries.regimes(tx, regime_queries.RegimeFilter(at=today), limit=1000)
    return [
        regime.key
        for regime in regimes
        for one, _ in regime_queries.open_periods(tx, regime, today)
        if queries.of_period(tx, regime.key, one.code) is None
    ]


def schedule_due(engine: Engine) -> int:
    """Begin every round whose day has come, each in a transaction of its own; returns how many were begun."""
    return sum(_schedule_one(engine, key) for key in engine.read(SYSTEM, due))


def close(
    tx: Transaction, round_id: str, comment: str | None = None, expected_version: int | None = None
) -> ReportRound:
    """Close a round before its time: completes its step `collect_reports`.

    Raises NotFoundError out of sight, ForbiddenError unless the step is offered to the actor, ConflictError when the
    round does not collect reports, StaleVersionError.
    """
    found = queries.report_round(tx, round_id)
    if expected_version not in (None, found.version):
        raise StaleVersionError(expected_version or 0, found.version)
    case = lock_case(tx, found.instance_id or "")
    open_tasks = {row["element_id"]: row["id"] for row in tx.fetch_all(OPEN_TASKS, instance_id=case.id)}
    if COLLECT not in open_tasks:
        raise ConflictError("Đợt báo cáo không ở trạng thái đang mở.", "The round is not open.")
    values = {"decision": "close"} | ({"comment": comment} if comment else {})
    tasks.complete(tx, open_tasks[COLLECT], values)
    return found


def correct(tx: Transaction, round_id: str, reason: str) -> ConsolidatedReport:
    """Consolidate anew from what is accepted by now; what was frozen before stays as it is.

    Raises ForbiddenError unless the actor is the aggregator, ConflictError before the first freeze.
    """
    found = queries.report_round(tx, round_id)
    if not tx.actor.is_system and not tx.actor.holds("report_aggregator"):
        raise ForbiddenError(
            "correct-round", "Anh/chị không có quyền đính chính số liệu tổng hợp.", "You may not correct the figures."
        )
    if not reason.strip():
        raise InvalidDataError([FieldProblem("reason", "required", "Phải nêu lý do.", "A reason is required.")])
    if found.state not in FROZEN:
        raise ConflictError("Đợt báo cáo chưa tổng hợp số liệu.", "The round has not been consolidated yet.")
    made = consolidation.freeze(tx, found, reason)
    facts = {"round": found.id, "consolidated": made.id, "number": made.number, "sha256": made.sha256}
    record_system(tx, "figures-corrected", facts | {"reason": reason})
    return made


def _schedule_one(engine: Engine, key: str) -> int:
    try:
        return len(engine.run(SYSTEM, schedule, key))
    except EngineError as error:
        log.error("round-not-scheduled", regime=key, code=error.code)
        return 0


def _begin(
    tx: Transaction,
    regime: ReportRegime,
    occasion: _Occasion,
    days: RoundSchedule,
    reporters: Sequence[str],
    *,
    opens_now: bool,
) -> ReportRound:
    begun = _row(tx, regime, occasion, days, reporters)
    tx.session.add(begun)
    tx.session.flush()
    record_system(tx, "report-round-scheduled", {"round": begun.id, "regime": regime.key, "period": occasion.period})
    prepared = {
        "report_round": begun.id,
        "opens_now": opens_now,
        "opens_at": days.opens_at.isoformat(),
        "closes_at": days.closes_at.isoformat(),
        "aggregator": regime.aggregator,
        "aggregator_due": days.due(schedules.AGGREGATOR).isoformat(),
        "city_due": days.due(schedules.CITY).isoformat(),
    }
    key = f"{regime.key}/{occasion.period}"
    try:
        case = instances.begin(tx, Start(PROCESS, business_key=key, agency=regime.aggregator, prepared=prepared))
    except NotFoundError as error:
        raise ConflictError(
            f"Quy trình “{error.key}” chưa được triển khai.", f"The process “{error.key}” is not deployed."
        ) from error
    begun.instance_id = case.id
    return begun


def _row(
    tx: Transaction, regime: ReportRegime, occasion: _Occasion, days: RoundSchedule, reporters: Sequence[str]
) -> ReportRound:
    return ReportRound(
        id=new_id(),
        regime_id=regime.id,
        regime_key=regime.key,
        **vars(occasion),
        reporters=list(reporters) or regime.reporters,
        state="scheduled",
        opens_at=days.opens_at,
        closes_at=days.closes_at,
        late_until=days.late_until,
        due_dates={tier: dict(facts) for tier, facts in days.due_dates.items()},
        derivations={name: dict(meaning) for name, meaning in days.derivations.items()},
        missing=[],
        late=[],
        created_at=tx.now,
        created_by=tx.actor.person_id,
        simulated=tx.simulated,
        version=1,
    )


def _problems(tx: Transaction, request: RoundRequest) -> Iterator[FieldProblem]:
    """What a request asks that cannot be meant, whatever the regime."""
    if request.reporters:
        unknown = ", ".join(regime_queries.unknown_reporters(tx, request.reporters))
        if unknown:
            yield FieldProblem("reporters", "unknown", f"Không có cơ quan: {unknown}.", f"No such agency: {unknown}.")
        elif not members_of(tx, request.reporters, deadlines.local_date(tx.now)):
            message_vi = "Không có cơ quan nào đang có hiệu lực."
            yield FieldProblem("reporters", "in_force", message_vi, "None of these agencies is in force.")
    if request.data_from is not None and request.data_to is not None and request.data_to < request.data_from:
        message_vi = "Ngày cuối kỳ số liệu không được trước ngày đầu kỳ."
        yield FieldProblem("data_to", "order", message_vi, "It may not lie before the first day.")
    if any(day.year > forms.LAST_YEAR for day in request.due_dates.values()):
        last = forms.LAST_YEAR
        yield FieldProblem("due_dates", "range", f"Chỉ đến năm {last}.", f"Not after the year {last}.")
    for name in ("due_dates", "data_from", "data_to") if request.period is not None else ():
        if getattr(request, name):
            message_vi = "Đợt của một kỳ theo thời hạn của chế độ báo cáo."
            yield FieldProblem(name, "ad_hoc", message_vi, "A period's round has the days of its regime.")


def _of_period(tx: Transaction, regime: ReportRegime, code: str) -> tuple[_Occasion, RoundSchedule]:
    one = _period(regime, code)
    days = regime_queries.schedule_of(tx, regime, one)
    if days.closes_at <= tx.now:
        message_vi = "Đã quá thời điểm chốt tổng hợp của kỳ này; hãy mở đợt báo cáo đột xuất."
        raise _invalid("period", "past", message_vi, "Its aggregation was cut off already: open an ad hoc round.")
    return _periodic(regime, one), days


def _periodic(regime: ReportRegime, one: Period) -> _Occasion:
    title_vi, title_en = f"{regime.name_vi}, {one.name()}", f"{regime.name_en}, {one.name(english=True)}"
    return _Occasion("periodic", one.code, title_vi, title_en, one.first, one.last)


def _period(regime: ReportRegime, code: str) -> Period:
    """The period of a regime that a code means. Raises InvalidDataError."""
    named = _CODE.fullmatch(code)
    try:
        if named is None or named[2] != regime.frequency:
            raise ValueError(code)
        return periods.period(regime.frequency, int(named[1]), int(named[3]))
    except ValueError as error:
        raise _invalid("period", "unknown", "Chế độ báo cáo không có kỳ này.", "It has no such period.") from error


def _ad_hoc(tx: Transaction, regime: ReportRegime, request: RoundRequest) -> tuple[_Occasion, RoundSchedule]:
    today = deadlines.local_date(tx.now)
    given = dict(request.due_dates)
    asked = given.get(schedules.AGENCY)
    if asked is None or asked < today:
        raise _invalid("due_dates", "agency", "Phải có thời hạn báo cáo, không ở quá khứ.", "A due date is required.")
    days = schedules.ad_hoc(given, tx.now, regime.clause, calendars.current(tx))
    rising = [days.due(tier) for tier in schedules.TIERS]
    if sorted(set(rising)) != rising:
        message_vi = "Thời hạn của cấp trên phải sau thời hạn của cấp dưới."
        raise _invalid("due_dates", "order", message_vi, "Each tier is due after the tier below.")
    code = f"{today.year}-{AD_HOC}-{_next_number(tx, regime.key, today.year):02d}"
    named_vi, named_en = (request.title_vi or "").strip(), (request.title_en or "").strip()
    title_vi, title_en = named_vi or regime.name_vi, named_en or named_vi or regime.name_en
    return _Occasion(AD_HOC, code, title_vi, title_en, request.data_from, request.data_to), days


def _next_number(tx: Transaction, key: str, year: int) -> int:
    of_year = (ReportRound.regime_key == key) & ReportRound.period.startswith(f"{year}-{AD_HOC}-")
    return (tx.session.scalar(select(func.count(ReportRound.id)).where(of_year)) or 0) + 1


def _invalid(name: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem(name, rule, message_vi, message_en)])
