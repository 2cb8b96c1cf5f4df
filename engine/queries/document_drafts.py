"""Drafts of documents from what is on record: a round's consolidated report, an urging letter to one agency.

Rule: every figure and name is that of the frozen report or the row; nothing is counted anew here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from engine import deadlines
from engine.documents import signing
from engine.documents.content import plain_date
from engine.documents.draft import Block, Draft, Signer
from engine.documents.types import padded
from engine.documents.wording import TEXTS, addressed, figure, matter, said
from engine.figures import FigureField, fields_of
from engine.models.directory import Agency, Membership, Person
from engine.models.plan import Obligation, Plan
from engine.models.report import ConsolidatedReport, Report, ReportRegime, ReportRound
from engine.queries.rounds import regime_of
from engine.runtime import Transaction

CONSOLIDATED, URGING = "consolidated_report", "urging_letter"
_TABLE_WIDTHS = (12, 113, 40)


def signer_of(tx: Transaction, agency: str, person_id: str | None, day: date) -> Signer:
    """Who signs for an agency on a day: that person, as its head, or in the head's place (KT.) with a lent office."""
    person = tx.session.get(Person, person_id) if person_id else None
    named = _name(tx, agency)
    if person is None:
        return signing.signer(named, named)
    rank = signing.HEAD if _heads(tx, agency, person.id, day) else signing.DEPUTY
    return signing.signer(named, person.full_name, rank)


def signatory(tx: Transaction, otherwise: str) -> str:
    """The name of whoever signs now; what stands in its place where the system acts by itself."""
    person = tx.session.get(Person, tx.actor.person_id or "")
    return person.full_name if person is not None else otherwise


def consolidated_report(tx: Transaction, found: ReportRound, made: ConsolidatedReport) -> Draft:
    """The consolidated report of a round, from its frozen figures, signed by whoever signed them."""
    regime = regime_of(tx, found)
    agency, recipient = _name(tx, regime.aggregator), _name(tx, regime.recipient)
    frozen = orjson.loads(made.frozen)
    opening = said(
        CONSOLIDATED, "opening", grounds=_grounds(tx, regime), agency=agency, matter=_without_report(found.title_vi)
    )
    return Draft(
        type="bc",
        agency=regime.aggregator,
        subject=_capital(_without_report(found.title_vi)),
        body=[
            opening,
            *_reporting(tx, frozen),
            *_figures(tx, made, fields_of(regime.data_form)),
            *_narrative(made.narrative),
            said(CONSOLIDATED, "closing", agency=agency, recipient=recipient),
        ],
        signer=signer_of(tx, regime.aggregator, made.signed_by, deadlines.local_date(made.signed_at or tx.now)),
        addressees=[recipient],
        recipients=TEXTS[CONSOLIDATED]["recipients"],
    )


def urging_letter(tx: Transaction, report: Report, answer_by: date, unit: str) -> Draft:
    """The letter to an agency that owes its report, signed by the actor; what it demands is due on `answer_by`."""
    found = tx.session.get_one(ReportRound, report.round_id)
    regime = regime_of(tx, found)
    facts = {
        "agency": addressed(_name(tx, report.agency)),
        "issuer": _name(tx, regime.aggregator),
        "superior": _name(tx, regime.recipient),
        "matter": matter(found.title_vi),
        "due": plain_date(report.due_date),
        "today": plain_date(deadlines.local_date(tx.now)),
        "answer_by": plain_date(answer_by),
        "count": padded(report.urging_count),
    }
    told = ("due", "notices" if report.urging_count else "first", "demand", "consequence")
    return Draft(
        type="cv",
        agency=regime.aggregator,
        subject=said(URGING, "subject", **facts),
        body=[said(URGING, name, **facts) for name in told],
        signer=signer_of(tx, regime.aggregator, tx.actor.person_id, deadlines.local_date(tx.now)),
        addressees=[facts["agency"]],
        recipients=[name.format_map(facts) for name in TEXTS[URGING]["recipients"]],
        unit=unit,
    )


def _reporting(tx: Transaction, frozen: Mapping[str, Any]) -> Iterator[Block]:
    """Who reported, who did not, and who did so late, by name."""
    yield {"heading": said(CONSOLIDATED, "reporting")}
    yield said(CONSOLIDATED, "accepted", count=padded(len(frozen["accepted"])))
    if not frozen["missing"]:
        yield said(CONSOLIDATED, "nobody_missing")
    for kind in ("nothing_to_report", "missing", "late"):
        if frozen[kind]:
            names = sorted((_name(tx, code) for code in frozen[kind]), key=_rank)
            yield said(CONSOLIDATED, kind, count=padded(len(names)), names="; ".join(names))


def _rank(name: str) -> int:
    """The place of an agency in a list: the City's own bodies, then wards, then communes."""
    return 2 if name.startswith("Xã ") else 1 if name.startswith("Phường ") else 0


def _figures(tx: Transaction, made: ConsolidatedReport, fields: Sequence[FigureField]) -> Iterator[Block]:
    """The frozen figures as a table; what is a list of texts stands below it, each with its agency."""
    values = {row["field"]: row["value"] for row in orjson.loads(made.frozen)["figures"]}
    local = made.frozen_at.astimezone(deadlines.LOCAL)
    yield {"heading": said(CONSOLIDATED, "figures")}
    moment = {"time": f"{local:%H giờ %M}", "date": plain_date(local.date())}
    yield said(CONSOLIDATED, "frozen", number=made.number, **moment)
    single = [field for field in fields if not isinstance(values.get(field.id), list)]
    rows = [[str(n), f.label_vi, figure(values.get(f.id), f.type)] for n, f in enumerate(single, start=1)]
    yield {"table": {"head": TEXTS[CONSOLIDATED]["head"], "rows": rows, "widths": list(_TABLE_WIDTHS)}}
    for field in fields:
        if isinstance(values.get(field.id), list) and values[field.id]:
            yield f"{field.label_vi}:"
            yield {"items": [f"{item['value']} ({_name(tx, item['agency'])})" for item in values[field.id]]}


def _narrative(text: str | None) -> Iterator[Block]:
    paragraphs = [line.strip() for line in (text or "").splitlines() if line.strip()]
    if paragraphs:
        yield {"heading": said(CONSOLIDATED, "narrative")}
        yield from paragraphs


def _heads(tx: Transaction, agency: str, person_id: str, day: date) -> bool:
    query = select(Membership).where(Membership.person_id == person_id, Membership.agency_code == agency)
    held = tx.session.scalars(query.where(Membership.role == "agency_head"))
    return any((m.valid_from or day) <= day <= (m.valid_to or day) for m in held)


def _grounds(tx: Transaction, regime: ReportRegime) -> str:
    """The plan's clause that asks for the report, or the rule that the regime names."""
    obligation = tx.session.get(Obligation, regime.obligation_id) if regime.obligation_id else None
    if obligation is None:
        return said(CONSOLIDATED, "grounds_of_regime", clause=regime.clause)
    plan = tx.session.get_one(Plan, obligation.plan_id)
    facts = {"symbol": plan.full_symbol, "date": plain_date(plan.issued_on), "issuer": _name(tx, plan.issuer)}
    return said(CONSOLIDATED, "grounds_of_plan", clause=regime.clause, **facts)


def _without_report(title: str) -> str:
    """The matter of a report without the words that its type says already."""
    return matter(title).removeprefix("báo cáo ").removeprefix("định kỳ ")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _name(tx: Transaction, code: str) -> str:
    return tx.session.get_one(Agency, code).name_vi
