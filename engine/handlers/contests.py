"""What the service tasks of a contest do after its approval: entries, scores, the result, complaints.

Rule: nobody scores an entry of their own agency, and whoever declares an interest does not score; the result follows
from the scores, and its decision gets its number in the transaction that signs.
Source: requirements 2(h); plan 179/KH-UBND, V.3.e.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from engine import deadlines
from engine.audit.chain import Happening
from engine.commands import documents
from engine.commands.case import Case
from engine.errors import FieldProblem, InvalidDataError
from engine.handlers import activities, activity_documents
from engine.handlers.activity_content import activity_of, facts, settle, turn
from engine.handlers.content import invalid
from engine.models.document import Document
from engine.queries import calendar as calendars
from engine.runtime import Transaction

__all__ = [
    "annul_result",
    "close_contest",
    "decide_contest",
    "launch_contest",
    "open_scoring",
    "publish_result",
    "rank_entries",
    "record_complaint",
    "record_entry",
    "void_contest",
]

MOST_ENTRIES = 200
_PUBLICATION = "content_publication"
_FRESH_ENTRY: dict[str, Any] = {"entry_title": None, "entrant": None, "entrant_agency": None, "entry_files": []}


def launch_contest(tx: Transaction, case: Case) -> None:
    """The contest is open for entries."""
    found = activity_of(tx, case)
    turn(found, "open")
    case.record(Happening("contest-launched", case.element_id, data=facts(found, entries_until=_day(found.ends_on))))


def record_entry(tx: Transaction, case: Case) -> dict[str, Any]:
    """An entry came. Raises InvalidDataError for one that is there already, or one too many."""
    found, known = activity_of(tx, case), case.variables
    entries = list(known["entries"])
    if len(entries) >= MOST_ENTRIES:
        raise invalid("decision", "limit", f"Tối đa {MOST_ENTRIES} bài dự thi.", f"At most {MOST_ENTRIES} entries.")
    title, entrant = known["entry_title"], known["entrant"]
    if any((one["title"], one["entrant"]) == (title, entrant) for one in entries):
        raise invalid("entry_title", "duplicate", "Bài dự thi này đã được ghi nhận.", "This entry is registered.")
    agency, files = known.get("entrant_agency"), known.get("entry_files") or []
    code = f"{len(entries) + 1:03d}"
    entries.append({"code": code, "title": title, "entrant": entrant, "agency": agency, "files": files})
    settle(found, entries=len(entries))
    case.record(Happening("contest-entry-recorded", case.element_id, data=facts(found, entry=code)))
    return {"entries": entries} | _FRESH_ENTRY


def open_scoring(tx: Transaction, case: Case) -> dict[str, Any]:
    """Each juror gets each eligible entry, but none of their own agency."""
    found, known = activity_of(tx, case), case.variables
    eligible = [one["entry"] for one in known["checks"] if one["decision"] == "accept"]
    seats = [
        {"juror": juror, "entry": entry["code"], "title": entry["title"]}
        for entry in eligible
        for juror in known["jury"]
        if juror != entry["agency"]
    ]
    settle(found, eligible=len(eligible))
    turn(found, "judging")
    told = facts(found, eligible=[entry["code"] for entry in eligible], seats=len(seats))
    case.record(Happening("contest-scoring-opened", case.element_id, data=told))
    return {"seats": seats, "scores": []}


def rank_entries(tx: Transaction, case: Case) -> dict[str, Any]:
    """The entries by the average of their scores; one that nobody could score is in no rank."""
    found, known = activity_of(tx, case), case.variables
    ranking = _ranking(known["scores"], known["entries"])
    conflicts = [
        {"juror": one["seat"]["juror"], "entry": one["seat"]["entry"]}
        for one in known["scores"]
        if one["decision"] == "declare_conflict"
    ]
    settle(found, ranking=ranking, conflicts=conflicts)
    case.record(
        Happening("contest-ranked", case.element_id, data=facts(found, ranking=ranking, conflicts=len(conflicts)))
    )
    return {"ranking": ranking}


def void_contest(tx: Transaction, case: Case) -> None:
    """There is nothing to award."""
    activities.close(tx, case, "void")


def decide_contest(tx: Transaction, case: Case) -> dict[str, Any]:
    """The head signs the result: decision and minutes of the jury get numbers, and the time for complaints is fixed."""
    found, known = activity_of(tx, case), case.variables
    prizes = activity_documents.lines(known["prizes"])
    name = f"“{found.title}”"[:300]
    minutes = activity_documents.minutes(tx, case, f"Chấm {name}", known["jury_minutes"], None)
    articles = [f"Công nhận kết quả {name}: {'; '.join(prizes)}."]
    decided = activity_documents.decision(tx, case, str(case.agency), f"Về việc công nhận kết quả {name}", articles)
    days = int(found.details["complaint_days"])
    until = calendars.current(tx).add(deadlines.local_date(tx.now), days)
    settle(found, prizes=prizes, decision=decided.symbol, decision_document=decided.id, jury_minutes=minutes.symbol)
    settle(found, complaints_until=until.isoformat())
    turn(found, "decided")
    told = facts(found, document=decided.id, symbol=decided.symbol, minutes=minutes.symbol, prizes=prizes)
    case.record(Happening("contest-decided", case.element_id, data=told | {"complaints_until": until.isoformat()}))
    return {"complaints_until": until.isoformat(), "decision_document": decided.id}


def publish_result(tx: Transaction, case: Case) -> None:
    """Begin the publication of the result, which goes its editorial way like any other content."""
    from engine.commands import instances  # beginning a case runs steps, so it stands above this module

    found = activity_of(tx, case)
    summary = f"Kết quả {found.title}: {'; '.join(found.results['prizes'])}"
    prepared = {"title": f"Kết quả {found.title}"[:300], "summary": summary[:1000], "content": summary}
    key = f"{case.business_key or found.id}/{found.results['decision']}"
    begun = instances.begin(tx, instances.Start(_PUBLICATION, business_key=key, agency=case.agency, prepared=prepared))
    settle(found, publication_case=begun.id)
    case.record(Happening("contest-result-announced", case.element_id, data=facts(found, instance=begun.id)))


def record_complaint(tx: Transaction, case: Case) -> dict[str, Any]:
    """A complaint is answered, and the result stands."""
    return _complained(tx, case, "kept")


def annul_result(tx: Transaction, case: Case) -> dict[str, Any]:
    """A complaint is justified: the decision is void, and the result is drafted anew."""
    found = activity_of(tx, case)
    decided = tx.session.get_one(Document, found.results["decision_document"])
    documents.withdraw(tx, decided, str(case.variables.get("comment")), case)
    turn(found, "judging")
    return _complained(tx, case, "annulled")


def close_contest(tx: Transaction, case: Case) -> None:
    """Prizes are awarded and the time for complaints is over."""
    activities.close(tx, case, "done", awarded_on=case.variables.get("awarded_on"))


def _ranking(scores: Iterable[dict[str, Any]], entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    points: dict[str, list[int]] = defaultdict(list)
    for one in scores:
        if one["decision"] == "score":
            points[one["seat"]["entry"]].append(int(one["points"]))
    named = {entry["code"]: entry for entry in entries}
    scored = [
        {"entry": code, "title": named[code]["title"], "scores": len(given), "average": _average(given)}
        for code, given in points.items()
    ]
    return sorted(scored, key=lambda one: (-float(one["average"]), one["entry"]))


def _average(given: list[int]) -> str:
    """With two decimals, as text: a figure that is recomputed the same everywhere."""
    hundredths = (sum(given) * 100 * 2 + len(given)) // (2 * len(given))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _complained(tx: Transaction, case: Case, outcome: str) -> dict[str, Any]:
    found, known = activity_of(tx, case), case.variables
    if not known.get("complaint"):
        raise InvalidDataError([FieldProblem("complaint", "required", "Phải có khiếu nại.", "There is no complaint.")])
    answered = [*found.results.get("complaints", []), {"outcome": outcome, "answer": known.get("comment")}]
    settle(found, complaints=answered)
    told = facts(found, outcome=outcome, reason=known.get("comment"))
    case.record(Happening("contest-complaint-answered", case.element_id, data=told))
    return {"complainant": None, "complaint": None, "complaint_files": []}


def _day(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
