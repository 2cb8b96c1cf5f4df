"""A dossier's row and its history: what the handlers of the commendation diagrams do, apart from council and award.

Rule: the diagram decides when; what is not a dossier that may be decided is refused by the name of its field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import commendation_rules as rules
from engine import deadlines, signals
from engine.audit.chain import Happening, canonical_json
from engine.commands.case import Case
from engine.errors import ConflictError, InvalidDataError
from engine.handlers import nomination
from engine.handlers.content import invalid, plain
from engine.models.columns import new_id
from engine.models.commendation import AgencyOpinion, Dossier, DossierEvidence
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.plan import PlanTask
from engine.queries import dossiers as queries
from engine.runtime import Transaction

_TEXTS = (
    "nominee_kind",
    "nominee_name",
    "nominee_unit",
    "award_form",
    "achievement_type",
    "achievement_title",
    "achievement_summary",
    "proposal_number",
    "publish_basis",
)
_OBLIGATORY = ("nominee_kind", "nominee_name", "award_form", "achievement_type", "achievement_title")
_COUNCIL_SAID_NO = {
    "not_in_favour": "Không đạt tỷ lệ đồng ý của Hội đồng.",
    "no_quorum": "Hội đồng không đủ thành viên tham gia theo quy định.",
}
_DEFAULTS: Mapping[str, Any] = {
    "round": 1,
    "consolidation_round": 1,
    "draft_round": 1,
    "campaign": None,
    "nominee_unit": None,
    "achievement_summary": None,
    "evidence": [],
    "publish": False,
    "publish_basis": None,
    "meeting_minutes": None,
    "received_on": None,
    "related_agencies": [],
    "opinions": [],
    "duplicates": 0,
    "stale_evidence": [],
    "comment": None,
}


def dossier_of(tx: Transaction, case: Case) -> Dossier:
    """The dossier of a case. Raises ConflictError when there is none."""
    found = tx.session.get(Dossier, case.variables.get("dossier") or "")
    if found is None:
        raise ConflictError("Quy trình này chưa có hồ sơ khen thưởng.", "The case has no dossier.")
    return found


def opened(tx: Transaction, case: Case) -> dict[str, Any]:
    """Have a dossier for the case: the one it was begun for, or a new one; give what later expressions need."""
    found = tx.session.get(Dossier, case.variables.get("dossier") or "") or _new(tx, case)
    if found.instance_id not in (None, case.id):  # begun anew: what was decided there stays with that case
        case.business_key = None if case.business_key == found.id else case.business_key
        found = _new(tx, case)
    tx.session.add(found)
    case.variables["dossier"], found.instance_id = found.id, case.id
    case.business_key = case.business_key or found.id
    tx.session.flush()
    taken(tx, case)
    today = deadlines.local_date(tx.now).isoformat()
    given = {"dossier": found.id, "proposing_agency": found.agency, "proposer_level": found.proposer_level}
    missing = {name: value for name, value in _DEFAULTS.items() if case.variables.get(name) is None}
    return missing | given | {"rule_date": today, "urgent": found.achievement_type == "sudden"}


def taken(tx: Transaction, case: Case) -> Dossier:
    """Copy what the forms gathered into the dossier, link its evidence anew, and record what differs."""
    found, known = dossier_of(tx, case), case.variables
    values: dict[str, Any] = {name: known[name] for name in _TEXTS if name in known}
    values = {name: (value or "") if name in _OBLIGATORY else value for name, value in values.items()}
    values |= {"campaign_id": known["campaign"] or None} if "campaign" in known else {}
    values |= {"publish": bool(known["publish"])} if "publish" in known else {}
    values |= {"unit_minutes": nomination.unit_minutes(known)} if known.get("meeting_minutes") else {}
    name, title = values.get("nominee_name", found.nominee_name), values.get("achievement_title")
    values["nominee_key"] = rules.comparable(name)
    values["achievement_key"] = rules.comparable(found.achievement_title if title is None else title)
    values["round"] = int(known.get("round") or 1)
    nomination.require_words(values)
    nomination.require_campaign(tx, values.get("campaign_id"))
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if changed:
        change(case, found, **changed)
    if "evidence" in known:
        link(tx, found, known["evidence"] or [])
    return found


def checked(tx: Transaction, case: Case) -> dict[str, Any]:
    """The nomination may be handed in; whatever keeps it from that is told the officer at once, field by field."""
    found = taken(tx, case)
    problems = nomination.problems(tx, found, case.variables.get("rules") or {})
    if problems:
        raise InvalidDataError(problems)
    return {"urgent": found.achievement_type == "sudden", "comment": None}


def submitted(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head has signed. Raises InvalidDataError without the minutes of the unit's meeting where they are needed."""
    found = taken(tx, case)
    if rules.requires(case.variables.get("rules") or {}, "minutes_required") and not found.unit_minutes:
        message_vi = "Phải có biên bản họp xét của đơn vị."
        raise invalid("meeting_minutes", "required", message_vi, "The minutes of the unit's meeting are required.")
    found.submitted_at, found.submitted_by = tx.now, tx.actor.person_id
    turned(case, found, "submitted")
    return {"comment": None}


def praised(tx: Transaction, case: Case) -> None:
    """The agency praises at its own level: that needs no decision of the City."""
    found = dossier_of(tx, case)
    found.praised_at = tx.now
    case.record(Happening("dossier-praised", case.element_id, data={"dossier": found.id}))


def received(tx: Transaction, case: Case) -> dict[str, Any]:
    """Sở KHCN has it: from now on the rules of this day hold, however often it is returned and comes back."""
    found = dossier_of(tx, case)
    if found.received_on is None:
        found.received_on = deadlines.local_date(tx.now)
        data = {"dossier": found.id, "received_on": found.received_on.isoformat()}
        case.record(Happening("dossier-received", case.element_id, data=data))
    day = found.received_on.isoformat()
    return {"received_on": day, "rule_date": day, "comment": None}


def duplicates_found(tx: Transaction, case: Case) -> dict[str, Any]:
    """Fix the rules of the dossier, count what else claims the same, and say which claims have changed since.

    Which dossiers those are is told to those who may see them; the proposing agency reads these variables.
    """
    found, known = dossier_of(tx, case), case.variables.get("rules")
    if found.received_on is not None and found.rules is None and known:
        found.rules, found.rule_version = dict(known), known["rule_version"]
    return {"duplicates": len(queries.rivals(tx, found)), "stale_evidence": stale(tx, found)}


def opinions_recorded(tx: Transaction, case: Case) -> dict[str, Any]:
    """Keep what related agencies said in this round; who said nothing in time has no opinion, never: consent."""
    found, known = dossier_of(tx, case), case.variables
    given = {entry.get("related_agency"): entry for entry in known.get("opinions") or []}
    query = select(AgencyOpinion.agency).where(AgencyOpinion.dossier_id == found.id, AgencyOpinion.round == found.round)
    before = set(tx.session.scalars(query))
    asked = [code for code in known.get("related_agencies") or [] if code not in before]
    tx.session.add_all([_opinion(tx, found, code, given.get(code, {})) for code in asked])
    silent = [code for code in asked if code not in given]
    if silent:
        data = {"dossier": found.id, "agencies": silent}
        case.record(Happening("dossier-opinions-missing", case.element_id, data=data))
    return {"objections": sum(entry.get("decision") == "disagree" for entry in given.values())}


def returned(tx: Transaction, case: Case) -> None:
    """The dossier goes back, and its agency is told why."""
    _told(tx, case, "returned")


def refused(tx: Transaction, case: Case) -> None:
    """The dossier is refused, and its agency is told why."""
    _told(tx, case, "refused").closed_at = tx.now


def closed(tx: Transaction, case: Case) -> None:
    """Everything is done; the dossier goes to the archive as it is."""
    found = dossier_of(tx, case)
    found.closed_at = found.closed_at or tx.now
    case.record(Happening("dossier-closed", case.element_id, data={"dossier": found.id, "state": found.state}))


def abandoned(tx: Transaction, case: Case) -> None:
    """Withdraw the dossier of a case that is cancelled before anything was decided; any other is left alone."""
    found = tx.session.get(Dossier, case.variables.get("dossier") or "")
    if found is None or found.instance_id != case.id or found.state not in ("draft", *rules.UNDER_WAY):
        return
    case.element_id = None
    change(case, found, state="refused", reason="Hồ sơ đã được rút.", closed_at=tx.now)


def turned(case: Case, found: Dossier, state: str, **facts: Any) -> None:
    """Bring the dossier into a state."""
    change(case, found, state=state, **facts)


def change(case: Case, found: Dossier, **values: Any) -> None:
    """Set attributes of the dossier and record what they were."""
    changes = {name: {"old": plain(getattr(found, name)), "new": plain(value)} for name, value in values.items()}
    for name, value in values.items():
        setattr(found, name, value)
    found.version += 1
    data = {"dossier": found.id, "changes": changes}
    case.record(Happening("dossier-changed", case.element_id, data=data))


def link(tx: Transaction, found: Dossier, plan_tasks: list[str]) -> None:
    """Claim these plan tasks, as they are now, and no others. Raises InvalidDataError for one that does not exist."""
    wanted = list(dict.fromkeys(plan_tasks))
    tasks = {t.id: t for t in tx.session.scalars(select(PlanTask).where(PlanTask.id.in_(wanted)))}
    unknown = ", ".join(code for code in wanted if code not in tasks)
    if unknown:
        raise invalid("evidence", "unknown", f"Không có nhiệm vụ: {unknown}.", f"No such plan task: {unknown}.")
    for before in queries.evidence(tx, found.id):
        tx.session.delete(before)
    tx.session.flush()
    tx.session.add_all([_claim(tx, found, tasks[code]) for code in wanted])
    tx.session.flush()


def stale(tx: Transaction, found: Dossier) -> list[str]:
    """The claimed plan tasks that do not say any more what they said when they were linked."""
    return [
        one.plan_task_id
        for one in queries.evidence(tx, found.id)
        if one.sha256 != digest(snapshot(tx.session.get_one(PlanTask, one.plan_task_id)))
    ]


def snapshot(task: PlanTask) -> dict[str, Any]:
    """The facts of a plan task that a claim rests on."""
    names = ("agency", "title", "deliverable", "status", "due_date", "accepted_report_at", "late", "return_count")
    return {name: plain(getattr(task, name)) for name in names}


def digest(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of facts in canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def _told(tx: Transaction, case: Case, state: str) -> Dossier:
    found = dossier_of(tx, case)
    reason = case.variables.get("comment") or _COUNCIL_SAID_NO.get(str(case.variables.get("result") or ""))
    turned(case, found, state, reason=reason)
    signals.dossier_decided.send(tx, case=case, dossier=found, outcome=state)
    return found


def _claim(tx: Transaction, found: Dossier, task: PlanTask) -> DossierEvidence:
    case = tx.session.get(ProcessInstance, task.instance_id) if task.instance_id else None
    facts = snapshot(task)
    return DossierEvidence(
        dossier_id=found.id,
        plan_task_id=task.id,
        audit_seq=case.audit_seq if case is not None else 0,
        audit_head=bytes(case.audit_head).hex() if case is not None else "",
        snapshot=facts,
        sha256=digest(facts),
        linked_at=tx.now,
    )


def _opinion(tx: Transaction, found: Dossier, agency: str, entry: Mapping[str, Any]) -> AgencyOpinion:
    return AgencyOpinion(
        id=new_id(),
        dossier_id=found.id,
        round=found.round,
        agency=agency,
        opinion=entry.get("decision") or "no_opinion",
        comment=entry.get("comment"),
        given_by=entry.get("by"),
        given_at=tx.now,
    )


def _new(tx: Transaction, case: Case) -> Dossier:
    agency = tx.session.get(Agency, case.agency or "")
    if agency is None:
        raise invalid("agency", "required", "Phải chọn cơ quan đề nghị.", "The proposing agency is required.")
    return new_dossier(tx, agency, new_id())


def new_dossier(tx: Transaction, agency: Agency, dossier_id: str) -> Dossier:
    """An empty dossier of an agency, in draft."""
    return Dossier(
        id=dossier_id,
        agency=agency.code,
        proposer_level=rules.proposer_level(agency.type),
        **dict.fromkeys((*_OBLIGATORY, "nominee_key", "achievement_key"), ""),
        state="draft",
        round=1,
        publish=False,
        created_at=tx.now,
        created_by=tx.actor.person_id,
        simulated=tx.simulated,
        version=1,
    )
