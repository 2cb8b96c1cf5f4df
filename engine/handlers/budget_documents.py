"""The documents of funding: Finance's submission to the City, and the decision of the City's leader.

Rule: every amount is that of the rows; they are numbered where they are signed.
Source: Nghị định 30/2020/NĐ-CP (form).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.documents import signing
from engine.documents.draft import Block, Draft
from engine.models.budget import BudgetLine, BudgetProposal
from engine.models.directory import Agency
from engine.queries.document_drafts import signatory
from engine.runtime import Transaction

CITY, FINANCE = "ubnd", "stc"
AUTHORITY = "Chủ tịch Ủy ban nhân dân thành phố Hà Nội"
_WIDTHS = (12, 103, 45)
_OPINIONS = {"full": "bố trí đủ", "reduced": "bố trí một phần", "not_now": "chưa bố trí"}
_SUPPLEMENTARY = "Đề xuất được gửi sau khi dự toán năm đã chốt, thực hiện theo đường bổ sung."
_LAW = "Luật Ngân sách nhà nước số 89/2025/QH15"


def submission(tx: Transaction, found: BudgetProposal, lines: Sequence[BudgetLine]) -> Draft:
    """What Finance submits, item by item."""
    agency = tx.session.get_one(Agency, FINANCE)
    proposer = tx.session.get_one(Agency, found.agency).name_vi
    total = amount(found.recommended)
    opening = (
        f"Theo đề xuất của {proposer}, Sở Tài chính trình Ủy ban nhân dân Thành phố bố trí {total} "
        f"cho năm {found.year}."
    )
    late = [_SUPPLEMENTARY] if found.supplementary else []
    return Draft(
        type="ttr",
        agency=FINANCE,
        subject=f"Về việc bố trí kinh phí: {found.title}"[:500],
        body=[opening, *late, _table(lines, lambda line: line.recommended), *_reasons(lines)],
        signer=signing.signer(agency.name_vi, signatory(tx, agency.name_vi)),
        addressees=[tx.session.get_one(Agency, CITY).name_vi],
        bases=[f"Căn cứ {_LAW}"],
        recipients=[proposer],
    )


def decision(tx: Transaction, found: BudgetProposal, lines: Sequence[BudgetLine]) -> Draft:
    """What the City's leader decides."""
    city = tx.session.get_one(Agency, CITY)
    proposer = tx.session.get_one(Agency, found.agency).name_vi
    body: list[Block] = [
        {"article": "Điều 1.", "text": f"Phân bổ {amount(found.allocated)} năm {found.year} cho {proposer}."},
        _table(lines, lambda line: line.allocated),
        {"article": "Điều 2.", "text": "Kinh phí của nhiệm vụ bị hủy được thu lại."},
        {
            "article": "Điều 3.",
            "text": f"Chánh Văn phòng Ủy ban nhân dân Thành phố, Giám đốc Sở Tài chính và Thủ trưởng {proposer} "
            "chịu trách nhiệm thi hành Quyết định này.",
        },
    ]
    return Draft(
        type="qd",
        agency=CITY,
        subject=f"Về việc phân bổ kinh phí: {found.title}"[:500],
        body=body,
        signer=signing.signer(city.name_vi, signatory(tx, city.name_vi), signing.DEPUTY),
        bases=[f"Căn cứ {_LAW}", f"Theo đề nghị của Sở Tài chính tại Tờ trình số {found.submission_number}"],
        recipients=["Sở Tài chính", proposer],
        authority=AUTHORITY,
        first_recipient="Như Điều 3",
    )


def amount(value: int | None) -> str:
    """An amount as Vietnamese documents write it: 20.000.000 đồng."""
    return f"{value or 0:,} đồng".replace(",", ".")


def _table(lines: Sequence[BudgetLine], of: Callable[[BudgetLine], int | None]) -> Block:
    rows = [[str(line.position), line.item, amount(of(line))] for line in lines]
    return {"table": {"head": ["TT", "Khoản mục", "Số tiền"], "rows": rows, "widths": list(_WIDTHS)}}


def _reasons(lines: Sequence[BudgetLine]) -> list[Block]:
    said = [f"{line.item}: {_OPINIONS[line.opinion]}. {line.reason}" for line in lines if line.opinion and line.reason]
    return [{"items": said}] if said else []
