"""Renaming agencies from a day on: each name is kept with its days, so that the past can be read by its own names.

Rule: an agency's row has the name of today; a name that is decided beforehand takes effect on its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import deadlines
from engine.access import SYSTEM
from engine.commands.journal import record_system
from engine.errors import ConflictError, FieldProblem, InvalidDataError
from engine.models.directory import Agency
from engine.models.succession import AgencyName
from engine.queries import agency_names
from engine.queries.directory import agency as find_agency
from engine.queries.directory import require_administrator
from engine.runtime import Engine, Transaction

_EVER = date(1, 1, 1)


@dataclass(frozen=True)
class NewName:
    """What an agency will be called, from which local day, by which document."""

    valid_from: date
    name_vi: str
    name_en: str
    document: str
    abbr: str | None = None


def rename(tx: Transaction, code: str, given: NewName) -> AgencyName:
    """Give an agency another name from a day on; the name before stays that of the days before.

    Raises ForbiddenError unless the actor is a system administrator, NotFoundError, InvalidDataError for no name or
    document, or a day on which the agency was not there yet, ConflictError when a name begins on that day already.
    """
    require_administrator(tx.actor)
    agency = find_agency(tx, code)
    begins = agency.valid_from or _EVER
    _require_sound(given, begins)
    known = agency_names.names_of(tx, code)
    if any(row.valid_from == given.valid_from for row in known):
        raise ConflictError("Từ ngày này đã có tên gọi khác.", "Another name begins on that day already.")
    if not known:
        before = NewName(begins, agency.name_vi, agency.name_en, "", agency.abbr)
        tx.session.add(_row(tx, code, before))
    added = _row(tx, code, given)
    tx.session.add(added)
    tx.session.flush()
    facts = {"agency": code, "valid_from": given.valid_from.isoformat(), "document": given.document}
    record_system(tx, "agency-renamed", facts | {"name_vi": given.name_vi, "name_en": given.name_en})
    take_effect(tx)
    return added


def correct(tx: Transaction, agency: Agency) -> None:
    """Keep as the name in force what an agency is called now: an administrator has corrected its row."""
    today = deadlines.local_date(tx.now)
    for name in agency_names.in_force(tx, today):
        if name.agency == agency.code:
            name.name_vi, name.name_en, name.abbr = agency.name_vi, agency.name_en, agency.abbr


def take_effect(tx: Transaction) -> int:
    """Call each agency as it is called today; how many are called otherwise now."""
    today = deadlines.local_date(tx.now)
    return sum(_called(tx, name) for name in agency_names.in_force(tx, today))


def due(tx: Transaction) -> bool:
    """Whether some agency is not called yet as it is called today."""
    today = deadlines.local_date(tx.now)
    return any(_differs(tx.session.get_one(Agency, row.agency), row) for row in agency_names.in_force(tx, today))


def rename_due(engine: Engine) -> int:
    """Have the names take effect whose day has come; returns how many did."""
    return engine.run(SYSTEM, take_effect) if engine.read(SYSTEM, due) else 0


def _called(tx: Transaction, name: AgencyName) -> bool:
    agency = tx.session.get_one(Agency, name.agency)
    if not _differs(agency, name):
        return False
    changes = {
        column: {"old": getattr(agency, column), "new": getattr(name, column)}
        for column in ("name_vi", "name_en", "abbr")
        if getattr(agency, column) != getattr(name, column)
    }
    for column, change in changes.items():
        setattr(agency, column, change["new"])
    agency.version += 1
    record_system(tx, "agency-changed", {"agency": agency.code, "changes": changes, "document": name.document})
    return True


def _differs(agency: Agency, name: AgencyName) -> bool:
    return (agency.name_vi, agency.name_en, agency.abbr) != (name.name_vi, name.name_en, name.abbr)


def _row(tx: Transaction, code: str, given: NewName) -> AgencyName:
    return AgencyName(
        agency=code,
        valid_from=given.valid_from,
        name_vi=given.name_vi.strip(),
        name_en=given.name_en.strip(),
        abbr=given.abbr,
        document=given.document,
        created_at=tx.now,
        created_by=tx.actor.person_id,
    )


def _require_sound(given: NewName, begins: date) -> None:
    problems = [
        FieldProblem(name, "required", "Trường này là bắt buộc.", "This field is required.")
        for name in ("name_vi", "name_en", "document")
        if not getattr(given, name).strip()
    ]
    if given.valid_from <= begins:
        message_vi = "Ngày đổi tên phải sau ngày cơ quan bắt đầu có hiệu lực."
        problems.append(FieldProblem("valid_from", "begins", message_vi, "The agency is called so since it began."))
    if problems:
        raise InvalidDataError(problems)
