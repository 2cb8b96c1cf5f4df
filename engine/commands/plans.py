"""Importing a plan, and opening a round of one of its obligations.

Rule: an import is all or nothing and changes only what differs; an obligation binds whoever is in force that day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine import deadlines, plan_rows, signals
from engine.access import Actor
from engine.audit.chain import canonical_json
from engine.commands import obligations
from engine.commands.journal import record_system
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, NotFoundError
from engine.models.columns import Row, new_id
from engine.models.directory import Agency, AgencyGroup, AgencyGroupMember
from engine.models.plan import Obligation, ObligationRound, Plan, PlanTag
from engine.plan_document import check_plan, tags_of
from engine.queries.directory import members_of
from engine.runtime import Transaction

PROCESS_KEYS = frozenset(
    {
        "task_lifecycle",
        "periodic_report",
        "commendation",
        "budget_proposal",
        "obstacle_report",
        "external_request",
        "supervision_response",
        "content_publication",
        "event_lifecycle",
        "contest_lifecycle",
        "survey_lifecycle",
    }
)
_IMPORTERS = frozenset({"sysadmin", "report_aggregator", "city_office"})
_OPENERS = frozenset({"report_aggregator", "city_leader", "city_office"})


@dataclass
class ImportReport:
    """What an import did: how many rows of each kind it created, updated and found unchanged."""

    plan_id: str
    agencies: int = 0
    communes: int = 0
    obligations: int = 0
    tags: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class RoundContent:
    """What a round gives each of its cases in advance; the officer may change all but the obligation."""

    due_date: date | None = None
    title: str | None = None
    deliverable: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)

    def given(self) -> dict[str, Any]:
        """The same as variables of a case."""
        due = self.due_date.isoformat() if self.due_date else None
        return {"title": self.title, "deliverable": self.deliverable, "due_date": due, **self.variables}


def import_plan(tx: Transaction, document: Mapping[str, Any]) -> ImportReport:
    """Import a plan document. Raises InvalidDataError with every bad row, and then nothing is changed."""
    require_importer(tx.actor)
    check_plan(document, set(PROCESS_KEYS))
    plan = document["plan"]
    report = ImportReport(plan_rows.plan_id(plan))
    checksum = hashlib.sha256(canonical_json(document)).hexdigest()
    _import_directory(tx, document, report)
    old = tx.session.get(Plan, report.plan_id)
    _put(
        tx,
        report,
        Plan,
        {"id": report.plan_id},
        plan_rows.plan_row(plan, document, checksum, tx.now),
        keep={"imported_at"},
    )
    tx.session.flush()
    _import_tags(tx, document, report)
    for position, row in enumerate(document["obligations"], start=1):
        values = plan_rows.obligation_row(report.plan_id, position, row)
        _put(tx, report, Obligation, {"id": f"{report.plan_id}.{row['code']}"}, values)
        report.obligations += 1
    if report.created or report.updated:
        tx.session.flush()
        counts = {"created": report.created, "updated": report.updated, "checksum": checksum}
        record_system(tx, "plan-imported", {"plan": report.plan_id, **counts})
        signals.plan_imported.send(tx, plan_id=report.plan_id, created=old is None)
    return report


def require_importer(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may import plans; to be asked before a large document is read."""
    if not actor.is_system and not actor.roles & _IMPORTERS:
        raise ForbiddenError("import-plan", "Anh/chị không có quyền nhập kế hoạch.", "You may not import plans.")


def open_round(tx: Transaction, obligation_id: str, content: RoundContent | None = None) -> ObligationRound:
    """Begin the obligation's process for every agency bound by it and in force today; of tasks, with a plan task each.

    Raises ConflictError when the process is not deployed, the same round has open tasks, or the obligation is carried
    out elsewhere (reports, commendation), ForbiddenError unless the actor may open rounds.
    """
    content = content or RoundContent()
    obligation = tx.session.get(Obligation, obligation_id)
    if obligation is None:
        raise NotFoundError("obligation", obligation_id)
    _require_opener(tx.actor, obligation)
    obligations.require_openable(obligation)
    today = deadlines.local_date(tx.now)
    _require_later(content.due_date, today)
    if obligation.assignment_mode == "requested" and content.due_date is not None:
        message_vi = "Nội dung đề nghị cơ quan ngoài hệ thống không đặt thời hạn."
        message_en = "What is requested of a body outside the City has no due date."
        raise InvalidDataError([FieldProblem("due_date", "requested", message_vi, message_en)])
    given = content.given()
    obligations.require_new(tx, obligation, given)
    bound = members_of(tx, obligation.leads, today)
    opened = ObligationRound(
        id=new_id(),
        obligation_id=obligation.id,
        number=_next_number(tx, obligation.id),
        opened_on=today,
        opened_by=tx.actor.person_id,
        due_date=content.due_date,
        agencies=[a.code for a in bound],
    )
    tx.session.add(opened)
    tx.session.flush()
    for agency in bound:
        obligations.open_case(tx, opened, obligation, agency, given)
    facts = {"round": opened.id, "obligation": obligation.id, "number": opened.number, "agencies": len(bound)}
    record_system(tx, "round-opened", facts)
    return opened


def _import_directory(tx: Transaction, document: Mapping[str, Any], report: ImportReport) -> None:
    for row in document["agencies"]:
        _put(tx, report, Agency, {"code": row["code"]}, plan_rows.agency_row(row))
        report.agencies += 1
    for row in document["commune_level_units"]:
        _put(tx, report, Agency, {"code": row["code"]}, plan_rows.commune_row(row))
        report.communes += 1
    for row in document["groups"]:
        names = {"name_vi": row["name_vi"], "name_en": row["name_en"]}
        _put(tx, report, AgencyGroup, {"code": row["code"]}, names)
    tx.session.flush()
    named = set(_group_members(document))
    for group, agency in sorted(named):
        _put(tx, report, AgencyGroupMember, {"group_code": group, "agency_code": agency}, {})
    groups = [row["code"] for row in document["groups"]]
    for member in tx.session.scalars(select(AgencyGroupMember).where(AgencyGroupMember.group_code.in_(groups))):
        if (member.group_code, member.agency_code) not in named:
            tx.session.delete(member)
            report.updated += 1


def _group_members(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    direct: dict[str, list[str]] = {g["code"]: [] for g in document["groups"]}
    for row in document["agencies"]:
        for group in row.get("member_of") or []:
            direct[group].append(row["code"])
    for group in document["groups"]:
        if group.get("members_from") == "commune_level_units":
            direct[group["code"]] += [row["code"] for row in document["commune_level_units"]]
    for group in document["groups"]:
        for part in (group["code"], *(group.get("includes") or [])):
            yield from ((group["code"], agency) for agency in direct[part])


def _import_tags(tx: Transaction, document: Mapping[str, Any], report: ImportReport) -> None:
    rows = [*tags_of(document["content_lines"], "content"), *tags_of(document["channels"], "channel")]
    for position, row in enumerate(rows, start=1):
        code = row.pop("code")
        _put(tx, report, PlanTag, {"plan_id": report.plan_id, "code": code}, row | {"position": position})
        report.tags += 1


def _put(
    tx: Transaction,
    report: ImportReport,
    table: type[Row],
    key: dict[str, Any],
    values: dict[str, Any],
    keep: frozenset[str] | set[str] = frozenset(),
) -> None:
    """Create the row with that key, or change what differs in it; count which it was."""
    row = tx.session.get(table, tuple(key.values()))
    versioned = "version" in table.__table__.columns
    if row is None:
        tx.session.add(table(**key, **values, **({"version": 1} if versioned else {})))
        report.created += 1
        return
    changed = {n: v for n, v in values.items() if n not in keep and getattr(row, n) != v}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed and versioned:
        row.version += 1  # type: ignore[attr-defined]
    report.updated, report.unchanged = report.updated + bool(changed), report.unchanged + (not changed)


def _next_number(tx: Transaction, obligation_id: str) -> int:
    query = select(func.max(ObligationRound.number)).where(ObligationRound.obligation_id == obligation_id)
    return (tx.session.scalar(query) or 0) + 1


def _require_opener(actor: Actor, obligation: Obligation) -> None:
    heads = any(actor.holds("agency_head", code) for code in obligation.leads)
    if not actor.is_system and not actor.roles & _OPENERS and not heads:
        raise ForbiddenError(
            "open-round", "Anh/chị không có quyền giao nhiệm vụ này.", "You may not open rounds of it."
        )


def _require_later(due: date | None, today: date) -> None:
    if due is not None and due < today:
        message_vi = "Thời hạn không được ở quá khứ."
        raise InvalidDataError([FieldProblem("due_date", "past", message_vi, "The due date may not be in the past.")])
