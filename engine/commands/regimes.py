"""Reporting regimes: adding one, or a further version of one.

Rule: a version is never changed but for the day on which its successor ends it; a running round keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from engine import deadlines, figures, periods
from engine.commands.journal import record_system
from engine.default_regimes import DEFAULTS
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError
from engine.models.columns import new_id
from engine.models.directory import Agency, AgencyGroup
from engine.models.plan import Obligation
from engine.models.report import ReportRegime
from engine.queries import ladders
from engine.queries import regimes as queries
from engine.runtime import Transaction
from engine.schedules import TIERS

AD_HOC = "ad_hoc"
FREQUENCIES = (*periods.ENDS, AD_HOC)
ROLLS = ("next", "previous", "none")
METHODS = ("electronic", "direct", "post", "fax", "email", "software")
LATEST_DAY = 28
MOST_DAYS_BEFORE = 20
_EDITORS = frozenset({"report_aggregator", "sysadmin"})
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RegimeText:
    """What a version of a regime says; the attributes are the columns of `report_regime`.

    `tiers` are {tier, day} for each of TIERS, none for an ad hoc regime, whose rounds have their own dates.
    """

    key: str
    name_vi: str
    name_en: str
    content: str
    data_form: Sequence[Mapping[str, Any]]
    reporters: Sequence[str]
    frequency: str
    clause: str
    valid_from: date
    tiers: Sequence[Mapping[str, Any]] = ()
    aggregator: str = "svhtt"
    recipient: str = "ubnd"
    method: str = "electronic"
    roll: str = "next"
    opens_before: int = 10
    urging_ladder: str = ladders.STANDARD
    obligation_id: str | None = None
    valid_to: date | None = field(default=None)


def add(tx: Transaction, text: RegimeText) -> ReportRegime:
    """Add a regime, or a further version of one, which ends the version before it.

    Raises ForbiddenError unless the actor is the aggregator or a system administrator, InvalidDataError for each part
    that does not fit.
    """
    if not tx.actor.is_system and not tx.actor.roles & _EDITORS:
        raise ForbiddenError(
            "add-regime", "Anh/chị không có quyền ban hành chế độ báo cáo.", "You may not add reporting regimes."
        )
    before = queries.newest(tx, text.key)
    problems = [*_problems(text), *_unknown(tx, text), *_misplaced(text, before)]
    if problems:
        raise InvalidDataError(problems)
    if before is not None and (before.valid_to is None or before.valid_to >= text.valid_from):
        before.valid_to = text.valid_from - _ONE_DAY
    added = _row(tx, text, before.version + 1 if before is not None else 1)
    tx.session.add(added)
    tx.session.flush()
    record_system(tx, "report-regime-added", {"regime": added.id, "key": added.key, "version": added.version})
    return added


def load_defaults(tx: Transaction) -> list[ReportRegime]:
    """Add the regimes that come with plan 179, from today, unless they are there."""
    today = deadlines.local_date(tx.now)
    missing = [row for row in DEFAULTS if queries.newest(tx, row["key"]) is None]
    return [add(tx, RegimeText(**row, valid_from=today)) for row in missing]


def _row(tx: Transaction, text: RegimeText, version: int) -> ReportRegime:
    values = asdict(text) | {
        "data_form": [asdict(one) for one in figures.fields_of(text.data_form)],
        "reporters": list(text.reporters),
        "tiers": [dict(row) for row in text.tiers],
    }
    return ReportRegime(id=new_id(), version=version, created_at=tx.now, created_by=tx.actor.person_id, **values)


def _problems(text: RegimeText) -> Iterator[FieldProblem]:
    """What is wrong with a text by itself."""
    if not _KEY.fullmatch(text.key):
        yield FieldProblem("key", "pattern", "Mã chế độ báo cáo không hợp lệ.", "Small letters, digits and hyphens.")
    for name, allowed in (("frequency", FREQUENCIES), ("roll", ROLLS), ("method", METHODS)):
        if getattr(text, name) not in allowed:
            listed = ", ".join(allowed)
            yield FieldProblem(name, "option", f"Phải là một trong: {listed}.", f"Must be one of: {listed}.")
    for name in ("name_vi", "name_en", "content", "clause", "reporters"):
        said = getattr(text, name)
        if not (said.strip() if isinstance(said, str) else said):
            yield FieldProblem(name, "required", "Trường này là bắt buộc.", "This field is required.")
    if not 1 <= text.opens_before <= MOST_DAYS_BEFORE:
        listed = f"1–{MOST_DAYS_BEFORE}"
        yield FieldProblem("opens_before", "range", f"Phải trong khoảng {listed}.", f"Must be within {listed}.")
    yield from figures.problems_of(text.data_form)
    yield from _tier_problems(text)


def _tier_problems(text: RegimeText) -> Iterator[FieldProblem]:
    """Nghị định 09/2019/NĐ-CP, art. 8(5): each tier has its day, after the cut-off and after the tier below."""
    if text.frequency == AD_HOC:
        return
    named, days = tuple(row["tier"] for row in text.tiers), [row["day"] for row in text.tiers]
    if named != TIERS:
        listed = ", ".join(TIERS)
        yield FieldProblem("tiers", "complete", f"Phải đủ các cấp, theo thứ tự: {listed}.", f"Must be: {listed}.")
    if not all(periods.LAST_DAY < day <= LATEST_DAY for day in days):
        message_vi = f"Ngày đến hạn phải sau ngày chốt số liệu ({periods.LAST_DAY}) và không quá ngày {LATEST_DAY}."
        yield FieldProblem("tiers", "range", message_vi, f"Days lie after the {periods.LAST_DAY}th, up to the 28th.")
    if any(later <= earlier for earlier, later in pairwise(days)):
        message_vi = "Thời hạn của cấp trên phải sau thời hạn của cấp dưới."
        yield FieldProblem("tiers", "order", message_vi, "Each tier is due after the tier below.")


def _unknown(tx: Transaction, text: RegimeText) -> Iterator[FieldProblem]:
    """Whatever is named that does not exist."""
    agencies = set(tx.session.scalars(select(Agency.code)))
    groups = set(tx.session.scalars(select(AgencyGroup.code)))
    strange = sorted(set(text.reporters) - agencies - groups)
    named = {"reporters": strange, **{n: {getattr(text, n)} - agencies for n in ("aggregator", "recipient")}}
    for name, codes in named.items():
        if codes:
            listed = ", ".join(codes)
            yield FieldProblem(name, "unknown", f"Không có cơ quan: {listed}.", f"No such agency: {listed}.")
    if not ladders.is_known(tx, text.urging_ladder):
        message_vi = f"Không có thang đôn đốc “{text.urging_ladder}”."
        yield FieldProblem("urging_ladder", "unknown", message_vi, "There is no such urging ladder.")
    if text.obligation_id is not None and tx.session.get(Obligation, text.obligation_id) is None:
        yield FieldProblem("obligation", "unknown", "Không có nội dung giao này.", "There is no such obligation.")


def _misplaced(text: RegimeText, before: ReportRegime | None) -> Iterator[FieldProblem]:
    if before is not None and text.valid_from <= before.valid_from:
        message_vi = "Ngày hiệu lực phải sau ngày hiệu lực của phiên bản trước."
        yield FieldProblem("valid_from", "later", message_vi, "It must come into force after the version before.")
    if text.valid_to is not None and text.valid_to < text.valid_from:
        message_vi = "Ngày hết hiệu lực phải sau ngày hiệu lực."
        yield FieldProblem("valid_to", "later", message_vi, "It must end after it came into force.")
