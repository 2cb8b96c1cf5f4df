"""Promises of the signature block: who signs as what, and how figures and names are written."""

from __future__ import annotations

import pytest

from engine.documents import signing
from engine.documents.wording import addressed, figure, matter

CITY = "Ủy ban nhân dân thành phố Hà Nội"


@pytest.mark.parametrize(
    ("agency", "rank", "own_authority", "lines"),
    [
        (CITY, signing.HEAD, False, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        (CITY, signing.DEPUTY, False, ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        (CITY, signing.DEPUTY, True, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        (CITY, signing.BY_ORDER, False, ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"]),
        ("Phường Ba Đình", signing.HEAD, False, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        ("Sở Văn hóa và Thể thao", signing.HEAD, False, ["GIÁM ĐỐC"]),
        ("Sở Văn hóa và Thể thao", signing.DEPUTY, False, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]),
        ("Văn phòng UBND Thành phố", signing.HEAD, False, ["CHÁNH VĂN PHÒNG"]),
        ("Hội đồng Thi đua", signing.DEPUTY, False, ["TM. HỘI ĐỒNG", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
    ],
)
def test_the_lines_above_a_name_follow_from_agency_and_rank(
    agency: str, rank: str, own_authority: bool, lines: list[str]
) -> None:
    signer = signing.signer(agency, "Nguyễn Văn An", rank, own_authority=own_authority)

    assert [*signer.capacity, signer.position] == lines


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        (0, "long", "0"),
        (1250, "long", "1.250"),
        (-1234567, "money", "-1.234.567"),
        ("80.5", "decimal", "80,5"),
        ("2026-02-08", "date", "08/02/2026"),
        (None, "long", "-"),
        ("{agency}", "string", "{agency}"),
    ],
)
def test_figures_are_written_as_vietnamese_writes_them(value: object, kind: str, told: str) -> None:
    assert figure(value, kind) == told


def test_agencies_and_reports_are_named_as_letters_name_them() -> None:
    assert addressed("Xã Ba Vì") == "Ủy ban nhân dân xã Ba Vì"
    assert addressed("Sở Y tế") == "Sở Y tế"
    assert matter("Báo cáo định kỳ, quý I/2026") == "báo cáo định kỳ, quý I/2026"
    assert matter("Số liệu đột xuất") == "báo cáo số liệu đột xuất"
