"""The decisions of the City's Chairman on an award: what they say, numbered in the transaction that signs.

Rule: a decision is issued here and nowhere else in commendation; its number is the register's.
Source: Nghị định 30/2020/NĐ-CP (form), Law 06/2022/QH15 art. 93 (revocation).
"""

from __future__ import annotations

from typing import Any

from engine.commands import documents
from engine.commands.case import Case
from engine.documents import signing
from engine.documents.draft import Block, Draft
from engine.models.commendation import Dossier
from engine.models.directory import Agency
from engine.queries import dossiers as queries
from engine.queries.document_drafts import signatory
from engine.runtime import Transaction

CITY = "ubnd"
_LEADER = f"city_leader@{CITY}"
AUTHORITY = "Chủ tịch Ủy ban nhân dân thành phố Hà Nội"
FORMS_VI = {
    "merit_certificate": "Bằng khen của Chủ tịch Ủy ban nhân dân Thành phố",
    "emulation_flag": "Cờ thi đua của Ủy ban nhân dân Thành phố",
    "city_emulation_fighter": "danh hiệu Chiến sĩ thi đua Thành phố",
    "excellent_labour_collective": "danh hiệu Tập thể lao động xuất sắc",
}
_LAW = "Luật Thi đua, khen thưởng số 06/2022/QH15"


def decision(tx: Transaction, case: Case, found: Dossier) -> str:
    """Issue the decision to award; its number and symbol."""
    form = FORMS_VI.get(found.award_form, "hình thức khen thưởng")
    named = found.nominee_name + (f", {found.nominee_unit}" if found.nominee_unit else "")
    body: list[Block] = [
        {"article": "Điều 1.", "text": f"Tặng {form} cho {named}, đã có thành tích: {found.achievement_title}."},
        {"article": "Điều 2.", "text": "Tiền thưởng kèm theo thực hiện theo quy định hiện hành."},
    ]
    return _issued(tx, case, found, f"Về việc tặng {form}", body, _bases(found))


def revocation(tx: Transaction, case: Case, found: Dossier) -> str:
    """Issue the decision that annuls an award; its number and symbol."""
    award = queries.award_of(tx, found.id)
    annulled = award.decision_number if award is not None else ""
    body: list[Block] = [
        {"article": "Điều 1.", "text": f"Hủy bỏ Quyết định số {annulled} đối với {found.nominee_name}."},
        {"article": "Điều 2.", "text": "Thu hồi hiện vật khen thưởng và tiền thưởng đã nhận."},
    ]
    return _issued(tx, case, found, f"Về việc hủy bỏ Quyết định số {annulled}", body, _bases(found))


def _issued(tx: Transaction, case: Case, found: Dossier, subject: str, body: list[Block], bases: list[str]) -> str:
    city, proposer = tx.session.get_one(Agency, CITY), tx.session.get_one(Agency, found.agency)
    carried_out: dict[str, Any] = {
        "article": "Điều 3.",
        "text": f"Chánh Văn phòng Ủy ban nhân dân Thành phố, Giám đốc Sở Nội vụ, {_addressed(proposer)} "
        "và tập thể, cá nhân, hộ gia đình có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.",
    }
    wanted = Draft(
        type="qd",
        agency=city.code,
        subject=subject,
        body=[*body, carried_out],
        signer=signing.signer(city.name_vi, signatory(tx, AUTHORITY), _rank(tx, case), own_authority=True),
        bases=bases,
        recipients=["Ban Thi đua - Khen thưởng Thành phố", "Sở Khoa học và Công nghệ"],
        authority=AUTHORITY,
        first_recipient="Như Điều 3",
    )
    return documents.issue(tx, wanted, case).symbol


def _addressed(agency: Agency) -> str:
    """Who carries out at the proposing agency: of a ward or commune, its People's Committee."""
    name = agency.name_vi
    return f"Ủy ban nhân dân {name[:1].lower()}{name[1:]}" if agency.type in ("ward", "commune") else name


def _rank(tx: Transaction, case: Case) -> str:
    """As what the signer signs: as they say, else as vice chairman (KT.) when the office is lent to them."""
    said = case.variables.get("signing_capacity")
    if said in (signing.HEAD, signing.DEPUTY):
        return str(said)
    return signing.HEAD if _LEADER in tx.actor.own_groups else signing.DEPUTY


def _bases(found: Dossier) -> list[str]:
    """The law by which the dossier was judged, then who proposed."""
    named = str((found.rules or {}).get("legal_basis") or _LAW)
    return [*(f"Căn cứ {one.strip()}" for one in named.split(";")), "Theo đề nghị của Giám đốc Sở Nội vụ"]
