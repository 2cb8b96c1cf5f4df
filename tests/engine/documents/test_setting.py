"""Promises of the layout: every type, read back from its file, is as Nghị định 30/2020/NĐ-CP wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from engine.documents import content, layout, setting, types
from tests.papers import paper

CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
CITY = "Ủy ban nhân dân thành phố Hà Nội"
AGENCIES = {
    "svhtt": ("Sở Văn hóa và Thể thao", CITY, "SVHTT"),
    "ubnd": (CITY, None, "UBND"),
    "hd-tdkt": ("Hội đồng Thi đua - Khen thưởng Thành phố", CITY, "HĐTĐKT"),
}
every_type = pytest.mark.parametrize("kind", types.CODES)
# The texts at which each block of a type begins, from top to bottom.
ORDER = {
    "ttr": [
        "UBND THÀNH PHỐ",
        "CỘNG HÒA",
        "Số:",
        "Hà Nội, ngày",
        "TỜ TRÌNH",
        "Về việc",
        "Kính gửi:",
        "Căn cứ",
        "Sở Văn",
    ],
    "bc": ["UBND THÀNH PHỐ", "CỘNG HÒA", "Số:", "Hà Nội, ngày", "BÁO CÁO", "Kết quả", "Kính gửi:", "I. KẾT QUẢ", "TT"],
    "cv": ["UBND THÀNH PHỐ", "CỘNG HÒA", "Số:", "V/v đôn đốc", "Hà Nội, ngày", "Kính gửi:", "- Ủy ban", "Đề nghị"],
    "qd": [
        "ỦY BAN NHÂN DÂN",
        "CỘNG HÒA",
        "Số:",
        "Hà Nội, ngày",
        "QUYẾT ĐỊNH",
        "Về việc",
        "CHỦ TỊCH",
        "Căn cứ",
        "Điều 1.",
    ],
    "gm": ["UBND THÀNH PHỐ", "CỘNG HÒA", "Số:", "Hà Nội, ngày", "GIẤY MỜI", "Dự hội thảo", "Sở Văn"],
    "bb": ["UBND THÀNH PHỐ", "HỘI ĐỒNG", "CỘNG HÒA", "Số:", "Hà Nội, ngày", "BIÊN BẢN", "Họp Hội đồng", "Thời gian"],
}
SIGNED = {"ttr": ["Nơi nhận:", "GIÁM ĐỐC"], "bc": ["Nơi nhận:", "GIÁM ĐỐC"], "cv": ["Nơi nhận:", "GIÁM ĐỐC"]}
SIGNED |= {"gm": ["Nơi nhận:", "GIÁM ĐỐC"]}
SIGNED |= {"qd": ["Nơi nhận:", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "bb": ["THƯ KÝ", "CHỦ TỌA", "Nơi nhận:"]}


def composed(kind: str, number: int = 7, day: date = date(2026, 2, 8)) -> dict[str, Any]:
    """The content of a paper of that type."""
    draft = paper(kind)
    name, parent, abbr = AGENCIES[draft.agency]
    symbol = types.symbol(types.TYPES[kind], number, abbr, draft.unit)
    return content.compose(draft, content.letterhead(name, parent), symbol, day)


def read_back(kind: str) -> Page:
    """The file of that paper, opened again."""
    return docx.Document(BytesIO(setting.render(composed(kind))))


def paragraphs(page: Page) -> Iterator[Paragraph]:
    """Every paragraph with words, in reading order, those in tables row by row."""
    for block in page.iter_inner_content():
        found = [block] if isinstance(block, Paragraph) else _of_table(block)
        yield from (paragraph for paragraph in found if paragraph.text)


def _of_table(table: Table) -> list[Paragraph]:
    return [paragraph for row in table.rows for cell in row.cells for paragraph in cell.paragraphs]


def the(page: Page, beginning: str) -> Paragraph:
    """The first paragraph that begins so, whatever kind of spaces it has."""
    return next(p for p in paragraphs(page) if p.text.replace("\N{NO-BREAK SPACE}", " ").startswith(beginning))


def look_of(page: Page, beginning: str) -> tuple[float, bool, bool, Any]:
    """Size, bold, italic and alignment of the first paragraph that begins so."""
    paragraph = the(page, beginning)
    font = paragraph.runs[-1].font
    assert font.size is not None
    return font.size.pt, bool(font.bold), bool(font.italic), paragraph.alignment


@every_type
def test_the_page_is_a4_with_the_margins_of_the_decree(kind: str) -> None:
    section = read_back(kind).sections[0]

    sides = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [210, 297, 30, 15]
    assert [round(side.mm) for side in (section.top_margin, section.bottom_margin) if side is not None] == [20, 20]


@every_type
def test_every_word_is_set_in_times_new_roman(kind: str) -> None:
    page = read_back(kind)
    fonts = {run.font.name for paragraph in paragraphs(page) for run in paragraph.runs}
    normal = page.styles["Normal"].element.rPr.rFonts

    assert fonts == {"Times New Roman"}
    assert {normal.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}


@every_type
def test_the_blocks_stand_in_the_order_of_the_type(kind: str) -> None:
    texts = [paragraph.text for paragraph in paragraphs(read_back(kind))]

    place = -1
    for beginning in ORDER[kind] + SIGNED[kind]:
        place = next(at for at in range(place + 1, len(texts)) if texts[at].startswith(beginning))
    assert place < len(texts)


@every_type
def test_the_head_has_the_sizes_and_letters_of_the_decree(kind: str) -> None:
    page = read_back(kind)
    agency = {"qd": "THÀNH PHỐ HÀ NỘI", "bb": "HỘI ĐỒNG"}.get(kind, "SỞ VĂN HÓA")

    assert look_of(page, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") == (13, True, False, CENTRE)
    assert look_of(page, "Độc lập - Tự do - Hạnh phúc") == (14, True, False, CENTRE)
    assert look_of(page, agency) == (13, True, False, CENTRE)
    assert look_of(page, "Số: ") == (13, False, False, CENTRE)
    assert look_of(page, "Hà Nội, ngày") == (14, False, True, CENTRE)


@pytest.mark.parametrize("kind", ["ttr", "bc", "qd", "bb"])
def test_type_and_subject_are_bold_and_centred(kind: str) -> None:
    page, said = read_back(kind), composed(kind)

    assert look_of(page, said["title"]) == (14, True, False, CENTRE)
    assert look_of(page, said["subject"]) == (14, True, False, CENTRE)


def test_the_parent_agency_is_not_bold() -> None:
    assert look_of(read_back("bc"), "UBND THÀNH PHỐ HÀ NỘI") == (13, False, False, CENTRE)


def test_a_letter_tells_its_matter_under_the_number_and_has_no_title() -> None:
    texts = [paragraph.text for paragraph in paragraphs(read_back("cv"))]

    assert texts[texts.index("Số: 07/SVHTT-QLVHGĐ") + 1] == "V/v đôn đốc báo cáo quý I/2026"
    assert look_of(read_back("cv"), "V/v")[:2] == (12, False)


@pytest.mark.parametrize("kind", ["ttr", "qd"])
def test_legal_bases_are_italic_and_end_as_they_should(kind: str) -> None:
    page, said = read_back(kind), composed(kind)

    assert look_of(page, "Căn cứ") == (14, False, True, JUSTIFIED)
    assert [base[-1] for base in said["bases"]] == [";", "."]


def test_the_body_is_justified_and_indented_and_ends_with_its_mark() -> None:
    page = read_back("ttr")
    body = the(page, "Sở Văn hóa và Thể thao trình")

    shape = body.paragraph_format
    assert (shape.alignment, round((shape.first_line_indent or Mm(0)).cm, 2)) == (JUSTIFIED, 1.27)
    assert (shape.space_after or Mm(0)).pt >= 6
    assert body.text.endswith("khen thưởng & biểu dương <02> tập thể./.")


@every_type
def test_recipients_are_listed_as_the_decree_lists_them(kind: str) -> None:
    page, said = read_back(kind), composed(kind)

    assert look_of(page, "Nơi nhận:")[:3] == (12, True, True)
    assert {look_of(page, line)[0] for line in said["recipients"]} == {11}
    assert re.fullmatch(r"- Lưu: VT(, \S+)?\.", said["recipients"][-1])
    assert all(re.fullmatch(r"- .+;", line) for line in said["recipients"][:-1])


@pytest.mark.parametrize(
    ("kind", "first"), [("ttr", "- Như trên;"), ("qd", "- Như Điều 2;"), ("bb", "- Thành viên Hội đồng;")]
)
def test_the_first_recipient_is_that_of_the_type(kind: str, first: str) -> None:
    assert composed(kind)["recipients"][0] == first


@every_type
def test_who_signs_is_bold_and_in_capitals_above_the_name(kind: str) -> None:
    page, signer = read_back(kind), composed(kind)["signer"]
    texts = [paragraph.text for paragraph in paragraphs(page)]

    assert look_of(page, signer["position"]) == (14, True, False, CENTRE)
    assert look_of(page, signer["name"]) == (14, True, False, CENTRE)
    assert texts.index(signer["position"]) < texts.index(signer["name"])


@every_type
def test_signatures_never_stand_alone_on_a_page(kind: str) -> None:
    page = read_back(kind)
    signing = page.tables[-1]

    before = list(signing._tbl.itersiblings(qn("w:p"), preceding=True))[:2]
    assert list(signing.rows[0]._tr.iter(qn("w:cantSplit")))
    assert [len(list(paragraph.iter(qn("w:keepNext")))) for paragraph in before] == [1, 1]


@every_type
def test_page_numbers_are_centred_above_and_hidden_on_the_first_page(kind: str) -> None:
    section = read_back(kind).sections[0]
    (number,) = section.header.paragraphs

    assert section.different_first_page_header_footer
    assert (number.alignment, "".join(node.text for node in number._p.iter(qn("w:instrText")))) == (CENTRE, "PAGE")
    assert {run.font.size.pt for run in number.runs if run.font.size} == {13}
    assert not any(paragraph.text for paragraph in section.first_page_header.paragraphs)


def test_head_and_signature_stand_in_tables_without_borders() -> None:
    head, _, signature = read_back("bc").tables

    for table in (head, signature):
        assert table.style is None or table.style.name == "Normal Table"
        assert list(table._tbl.iter(qn("w:tblBorders"))) == []
    assert [round(width.width.mm) for width in head.rows[0].cells if width.width is not None] == [66, 99]


def test_the_line_under_the_motto_is_as_long_as_the_text() -> None:
    lines = read_back("bc").tables[0].rows[0].cells[1].paragraphs
    rule = lines[-1].paragraph_format

    assert rule.left_indent is not None
    assert layout.HEAD_RIGHT - 2 * rule.left_indent == pytest.approx(Mm(60.5), abs=Mm(0.1))
    assert list(lines[-1]._p.iter(qn("w:pBdr")))


def test_a_table_repeats_its_head_and_has_borders() -> None:
    table = read_back("bc").tables[1]

    assert [cell.text for cell in table.rows[0].cells] == ["TT", "Chỉ tiêu", "Kết quả"]
    assert list(table.rows[0]._tr.iter(qn("w:tblHeader")))


@every_type
def test_the_same_content_gives_the_same_bytes(kind: str) -> None:
    first, second = setting.render(composed(kind)), setting.render(composed(kind))

    assert first == second
    with ZipFile(BytesIO(first)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("number", "day", "told"),
    [
        (1, date(2025, 7, 8), ("Số: 01/BC-SVHTT", "Hà Nội, ngày 08 tháng 7 năm 2025")),
        (9, date(2026, 1, 31), ("Số: 09/BC-SVHTT", "Hà Nội, ngày 31 tháng 01 năm 2026")),
        (10, date(2026, 2, 10), ("Số: 10/BC-SVHTT", "Hà Nội, ngày 10 tháng 02 năm 2026")),
        (179, date(2026, 12, 3), ("Số: 179/BC-SVHTT", "Hà Nội, ngày 03 tháng 12 năm 2026")),
    ],
)
def test_numbers_days_and_the_first_two_months_are_padded(number: int, day: date, told: tuple[str, str]) -> None:
    said = composed("bc", number, day)

    assert (said["number_line"], said["date_line"]) == told


@pytest.mark.parametrize(
    ("name", "parent", "expected"),
    [
        ("Phường Ba Đình", CITY, ((), ("ỦY BAN NHÂN DÂN", "PHƯỜNG BA ĐÌNH"), "Ba Đình")),
        (CITY, None, ((), ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI"), "Hà Nội")),
        ("Sở Y tế", CITY, (("UBND THÀNH PHỐ HÀ NỘI",), ("SỞ Y TẾ",), "Hà Nội")),
    ],
)
def test_a_letterhead_names_agency_and_parent(name: str, parent: str | None, expected: tuple[Any, ...]) -> None:
    head = content.letterhead(name, parent)

    assert (head.parent, head.agency, head.place) == expected
