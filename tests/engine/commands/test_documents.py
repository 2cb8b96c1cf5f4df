"""Promises of the register: numbers without a gap, documents that never change, voids on record."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from bench.numbering import OUT_OF, ROLLED_BACK, Undone, issue_many
from engine.access import SYSTEM
from engine.commands import documents, instances
from engine.commands.case import lock_case
from engine.commands.instances import Start
from engine.documents import setting
from engine.documents.draft import Draft, OutsideNumber
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError
from engine.models import Document
from engine.queries import documents as queries
from engine.queries import history
from engine.queries.documents import DocumentFilter, Register
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor
from tests.papers import paper

MANY = 600
CLERK, STRANGER = "svhtt.records_clerk", "w-ba-dinh.agency_officer"


def issued(engine: Engine, draft: Draft | None = None) -> Document:
    """A document, issued by the system."""
    return engine.run(SYSTEM, documents.issue, draft or paper())


def the_register(engine: Engine, agency: str = "svhtt", year: int = 2026) -> Register:
    """The register as stored."""
    return engine.read(SYSTEM, queries.register, agency, year)


def test_numbers_follow_each_other_whatever_the_type_and_apart_by_agency(installed: Engine) -> None:
    made = [issued(installed, paper(kind)) for kind in ("bc", "cv", "qd", "ttr", "bb")]

    symbols = ["01/BC-SVHTT", "02/SVHTT-QLVHGĐ", "01/QĐ-UBND", "03/TTr-SVHTT", "01/BB-HĐTĐKT"]
    assert [one.symbol for one in made] == symbols
    assert the_register(installed).gaps == []


def test_numbers_begin_again_with_the_local_new_year(installed: Engine, clock: MovableClock) -> None:
    clock.moment = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    before = [issued(installed).symbol for _ in range(2)]
    clock.moment = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    after = issued(installed)

    assert before == ["01/BC-SVHTT", "02/BC-SVHTT"]
    assert (after.symbol, after.year, after.issued_on) == ("01/BC-SVHTT", 2027, date(2027, 1, 1))


def test_a_rolled_back_issue_leaves_no_gap(installed: Engine) -> None:
    def undone(tx: Transaction) -> None:
        documents.issue(tx, paper())
        raise Undone

    issued(installed)
    with pytest.raises(Undone):
        installed.run(SYSTEM, undone)

    assert issued(installed).number == 2
    assert the_register(installed).last_number == 2


def test_concurrent_issues_with_rollbacks_leave_no_gap(installed: Engine) -> None:
    kept = issue_many(installed, MANY)

    found = the_register(installed)
    assert kept == MANY - MANY * ROLLED_BACK // OUT_OF
    assert [entry.document.number for entry in found.entries] == list(range(1, kept + 1))
    assert (found.last_number, found.gaps) == (kept, [])


def test_what_is_issued_is_kept_with_its_digest(installed_sqlite: Engine) -> None:
    made = issued(installed_sqlite)

    content = orjson.loads(made.content)
    assert made.sha256 == hashlib.sha256(made.content).hexdigest()
    assert (content["number_line"], content["date_line"]) == ("Số: 01/BC-SVHTT", "Hà Nội, ngày 10 tháng 3 năm 2026")


def test_a_case_tells_of_its_document_and_of_its_void(installed_sqlite: Engine) -> None:
    officer = actor(installed_sqlite, f"{COMMUNE}.agency_officer")
    case_id = installed_sqlite.run(officer, instances.start, Start("task_lifecycle", agency=COMMUNE)).id
    made = installed_sqlite.run(SYSTEM, lambda tx: documents.issue(tx, paper(), lock_case(tx, case_id)))

    installed_sqlite.run(actor(installed_sqlite, CLERK), documents.void, made.id, "Sai nội dung")

    told = [event for event in installed_sqlite.read(SYSTEM, history.of_instance, case_id) if "document" in event.type]
    assert [event.type for event in told] == ["document-issued", "document-voided"]
    assert (made.instance_id, the_register(installed_sqlite).entries[0].state) == (case_id, "void")


def test_a_void_number_is_not_used_again(installed_sqlite: Engine) -> None:
    made = issued(installed_sqlite)
    installed_sqlite.run(actor(installed_sqlite, CLERK), documents.void, made.id, "Sai thể thức")

    assert issued(installed_sqlite).number == 2
    with pytest.raises(ConflictError):
        installed_sqlite.run(actor(installed_sqlite, CLERK), documents.void, made.id, "Lần nữa")


def test_two_who_void_at_once_leave_one_void(installed: Engine) -> None:
    made, clerk = issued(installed), actor(installed, CLERK)

    def tried(reason: str) -> str:
        try:
            return installed.run(clerk, documents.void, made.id, reason).id
        except ConflictError:
            return "conflict"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(tried, ["một", "hai"]))

    assert results == sorted([made.id, "conflict"])


def test_what_no_document_can_hold_is_left_out(installed_sqlite: Engine) -> None:
    made = issued(installed_sqlite, paper(subject="Kết quả\x07 quý\ufffe I", body=["Dòng\x00 một\x1f."]))

    content = orjson.loads(made.content)
    assert (made.subject, content["body"]) == ("Kết quả quý I", ["Dòng một./."])
    assert setting.render(content)


@pytest.mark.parametrize(
    ("user", "reason", "error"),
    [
        (STRANGER, "thử", NotFoundError),
        ("ubnd.city_leader", "thử", ForbiddenError),
        ("svhtt.agency_officer", "thử", ForbiddenError),
        (CLERK, "  ", InvalidDataError),
    ],
)
def test_only_who_keeps_the_records_may_void(
    installed_sqlite: Engine, user: str, reason: str, error: type[Exception]
) -> None:
    made = issued(installed_sqlite)

    with pytest.raises(error):
        installed_sqlite.run(actor(installed_sqlite, user), documents.void, made.id, reason)


def test_a_number_from_outside_takes_none_and_its_duplicate_is_told(installed: Engine) -> None:
    outside = paper(outside=OutsideNumber("45/BC-SVHTT", date(2026, 3, 9)))
    first, second = issued(installed, outside), issued(installed, outside)

    found = installed.read(SYSTEM, lambda tx: [one.id for one in queries.duplicates(tx, second)])
    assert (first.number, first.issued_on, found) == (None, date(2026, 3, 9), [first.id])
    assert the_register(installed).last_number == 0


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("cv", {"unit": None}, "unit"),
        ("qd", {"authority": None}, "authority"),
        ("bb", {"cosigner": None}, "cosigner"),
        ("bc", {"subject": " "}, "subject"),
        ("bc", {"subject": "a" * 501}, "subject"),
        ("bc", {"body": []}, "body"),
        ("bc", {"agency": "nowhere"}, "agency"),
    ],
)
def test_a_draft_that_cannot_be_issued_names_its_field(
    installed_sqlite: Engine, kind: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidDataError) as refused:
        issued(installed_sqlite, paper(kind, **changes))

    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_stranger_sees_no_document(installed: Engine) -> None:
    issued(installed)
    seen = {
        user: len(installed.read(actor(installed, user), queries.entries, DocumentFilter()))
        for user in (CLERK, STRANGER, "auditor", "vpub.city_office")
    }

    assert seen == {CLERK: 1, STRANGER: 0, "auditor": 1, "vpub.city_office": 1}
    with pytest.raises(ForbiddenError):
        installed.read(actor(installed, STRANGER), queries.register, "svhtt", 2026)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (DocumentFilter(agency="svhtt"), 2),
        (DocumentFilter(type="qd"), 1),
        (DocumentFilter(year=2025), 0),
        (DocumentFilter(state="void"), 1),
        (DocumentFilter(text="bao cao quy"), 1),
        (DocumentFilter(text="qđ-ubnd"), 1),
    ],
)
def test_documents_are_found_by_what_they_are(installed: Engine, wanted: DocumentFilter, count: int) -> None:
    made = [issued(installed, paper(kind)) for kind in ("bc", "cv", "qd")]
    installed.run(actor(installed, CLERK), documents.void, made[0].id, "thử")

    listed = installed.read(SYSTEM, queries.entries, wanted)
    assert (len(listed), installed.read(SYSTEM, queries.count, wanted)) == (count, count)
