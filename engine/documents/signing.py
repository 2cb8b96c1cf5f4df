"""As what somebody signs for an agency: the lines of the signature block, by the kind of agency and the rank.

Source: Nghị định 30/2020/NĐ-CP, art. 13 and Phụ lục I (phần II, mục I, khoản 7): TM., KT., TL.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.documents.draft import Signer

HEAD, DEPUTY, BY_ORDER = "head", "deputy", "by_order"


@dataclass(frozen=True)
class _Office:
    """The head's position in an agency, and the body that the head signs for (None: it is led by one person)."""

    head: str
    collective: str | None = None


# By the first words of an agency's name.
_OFFICES = (
    ("Ủy ban nhân dân", _Office("CHỦ TỊCH", "ỦY BAN NHÂN DÂN")),
    ("Phường", _Office("CHỦ TỊCH", "ỦY BAN NHÂN DÂN")),
    ("Xã", _Office("CHỦ TỊCH", "ỦY BAN NHÂN DÂN")),
    ("Hội đồng", _Office("CHỦ TỊCH", "HỘI ĐỒNG")),
    ("Văn phòng", _Office("CHÁNH VĂN PHÒNG")),
    ("Thanh tra", _Office("CHÁNH THANH TRA")),
    ("Ban", _Office("TRƯỞNG BAN")),
    ("Báo", _Office("TỔNG BIÊN TẬP")),
    ("Đài", _Office("TỔNG GIÁM ĐỐC")),
)
_USUAL = _Office("GIÁM ĐỐC")


def signer(agency_name: str, person_name: str, rank: str = HEAD, *, own_authority: bool = False) -> Signer:
    """Who signs for the agency of that name: its head, a deputy (KT.), or (TL.) the office's chief by its order.

    `own_authority`: the head decides by themselves, not for the collective, as the chairman on commendations.
    """
    office = next((known for words, known in _OFFICES if agency_name.startswith(words)), _USUAL)
    collective = () if office.collective is None or own_authority else (f"TM. {office.collective}",)
    if rank == DEPUTY:
        return Signer(person_name, f"PHÓ {office.head}", (*collective, f"KT. {office.head}"))
    if rank == BY_ORDER:
        return Signer(person_name, "CHÁNH VĂN PHÒNG", (f"TL. {office.head}",))
    return Signer(person_name, office.head, collective)
