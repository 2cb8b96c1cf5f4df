"""What the service tasks of content_correction do: content that is public is corrected or withdrawn, with a notice.

Rule: one correction of a publication runs at a time; what is withdrawn is public no more from then on.
Source: requirements 2(g).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.audit.chain import Happening
from engine.commands.case import Case, hold_case
from engine.handlers.activity_content import agency_of, turn
from engine.handlers.content import invalid
from engine.handlers.publications import channels_of
from engine.models.publication import Publication
from engine.runtime import Transaction

__all__ = ["dismiss_correction", "open_correction", "record_correction", "refuse_correction", "submit_correction"]


def open_correction(tx: Transaction, case: Case) -> dict[str, Any]:
    """Begin the correction of a publication of the agency; a press body corrects its own content by itself.

    Raises InvalidDataError unless it is public and no other correction of it runs.
    """
    agency = agency_of(tx, case)
    found = tx.session.get(Publication, str(case.variables.get("publication")))
    if found is None or found.agency != agency.code or found.is_press or found.state != "published":
        raise invalid("publication", "unknown", "Cơ quan không có nội dung này đang đăng.", "No such public content.")
    running = hold_case(tx, found.correction_instance_id) if found.correction_instance_id else None
    if running is not None and running.ended_at is None:
        message_vi = "Nội dung này đang được đính chính hoặc gỡ."
        raise invalid("publication", "running", message_vi, "A correction of this content runs already.")
    found.correction_instance_id = case.id
    found.version += 1
    case.record(Happening("correction-opened", case.element_id, data=_data(found)))
    published = [row.channel for row in channels_of(tx, found).values() if row.state in ("published", "corrected")]
    return {"title": found.title, "correction_round": 1, "published_channels": published, "applications": []}


def submit_correction(tx: Transaction, case: Case) -> dict[str, Any]:
    """The editor proposes to correct or to withdraw."""
    found, wanted = _publication(tx, case), case.variables["decision"]
    told = _data(found, correction=wanted, round=case.variables["correction_round"])
    case.record(Happening("correction-submitted", case.element_id, data=told))
    return {"correction": wanted}


def dismiss_correction(tx: Transaction, case: Case) -> None:
    """Nothing needs to be corrected."""
    _closed(tx, case, "dismissed")


def refuse_correction(tx: Transaction, case: Case) -> None:
    """The head leaves the content as it is."""
    _closed(tx, case, "refused")


def record_correction(tx: Transaction, case: Case) -> None:
    """It was carried out on each channel: the publication bears the notice, or is public no more."""
    found, known = _publication(tx, case), case.variables
    corrected = known["correction"] == "correct"
    rows = channels_of(tx, found)
    for applied in known["applications"]:
        row = rows[applied["channel"]]
        row.state = "corrected" if corrected else "withdrawn"
        row.changed_at = datetime.fromisoformat(applied["applied_at"])
        row.archived_copy = [*row.archived_copy, *applied["archived_copy"]]
    found.notice = known["notice"]
    if corrected:
        found.summary, found.corrected_at = known["corrected_summary"], tx.now
        found.version += 1
    else:
        found.withdrawn_at = tx.now
        turn(found, "withdrawn")
    told = _data(found, correction=known["correction"], channels=[one["channel"] for one in known["applications"]])
    case.record(Happening("publication-corrected", case.element_id, data=told))


def _closed(tx: Transaction, case: Case, outcome: str) -> None:
    told = _data(_publication(tx, case), outcome=outcome, reason=case.variables.get("comment"))
    case.record(Happening("correction-closed", case.element_id, data=told))


def _publication(tx: Transaction, case: Case) -> Publication:
    return tx.session.get_one(Publication, case.variables["publication"])


def _data(found: Publication, **facts: Any) -> dict[str, Any]:
    return {"publication": found.id, **facts}
