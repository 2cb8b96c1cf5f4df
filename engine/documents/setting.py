"""Setting a document: from its content to a .docx file in the layout of Nghị định 30/2020/NĐ-CP.

Rule: pure, and the same content gives the same bytes. The order of the blocks is the template's.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as Page
from docx.oxml.ns import qn
from docx.shared import Length, Pt

from engine.documents import layout, parts
from engine.documents.types import TYPES

Content = Mapping[str, Any]
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The earliest moment that a zip archive can name: when a file was set is nobody's business.
_NEVER = (1980, 1, 1, 0, 0, 0)
_NO_BREAK = "\N{NO-BREAK SPACE}"


def render(content: Content) -> bytes:
    """The .docx file of a document."""
    page = docx.Document()
    _prepare(page, content)
    for block in TYPES[content["type"]].blocks:
        _BLOCKS[block](page, content)
    written = BytesIO()
    page.save(written)
    return _timeless(written.getvalue())


def _prepare(page: Page, content: Content) -> None:
    section = page.sections[0]
    section.page_width, section.page_height = layout.PAGE_WIDTH, layout.PAGE_HEIGHT
    section.top_margin, section.bottom_margin = layout.TOP, layout.BOTTOM
    section.left_margin, section.right_margin = layout.LEFT, layout.RIGHT
    section.header_distance = layout.PAGE_NUMBER_FROM_TOP
    section.different_first_page_header_footer = True
    parts.page_number(section.header.paragraphs[0])
    normal = page.styles["Normal"]
    normal.font.name, normal.font.size = layout.FONT, Pt(layout.BODY.size)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for letters in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(letters), layout.FONT)
    for spoken in page.styles.element.iter(qn("w:lang")):
        spoken.set(qn("w:val"), layout.LANGUAGE)
    _name(page, content)


def _name(page: Page, content: Content) -> None:
    """What the file says about itself."""
    issued = datetime.combine(date.fromisoformat(content["issued_on"]), time(), UTC)
    told = page.core_properties
    told.title = f"{content['title']} {content['symbol']}".strip()
    told.subject, told.author = content["subject"], " ".join(content["header"]["agency"])
    told.created = told.modified = issued
    told.language, told.comments, told.last_modified_by = layout.LANGUAGE, "", told.author


def _header(page: Page, content: Content) -> None:
    """Agency and national title side by side, and below them number and date."""
    table = parts.columns(page, 2, layout.HEAD_LEFT, layout.HEAD_RIGHT)
    agency, country = table.rows[0].cells
    for line in content["header"]["parent"]:
        parts.write(agency, line, layout.PARENT)
    for line in content["header"]["agency"]:
        parts.write(agency, line, layout.AGENCY)
    last = content["header"]["agency"][-1]
    parts.rule(agency, parts.share_of(last, layout.AGENCY, layout.HEAD_LEFT), layout.HEAD_LEFT)
    parts.write(country, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", layout.COUNTRY)
    parts.write(country, "Độc lập - Tự do - Hạnh phúc", layout.MOTTO)
    parts.rule(country, Length(layout.MOTTO_LINE), layout.HEAD_RIGHT)
    number, day = table.rows[1].cells
    parts.write(number, content["number_line"], layout.NUMBER)
    if not content["title"]:
        parts.write(number, f"V/v {content['subject']}", layout.ABOUT)
    parts.write(day, content["date_line"], layout.DATE)


def _title(page: Page, content: Content) -> None:
    parts.write(page, content["title"], layout.TITLE)
    shape = parts.write(page, _unwidowed(content["subject"]), layout.SUBJECT).paragraph_format
    shape.left_indent = shape.right_indent = layout.SUBJECT_MARGIN
    length = parts.share_of(content["subject"], layout.SUBJECT, layout.TEXT_WIDTH)
    parts.rule(page, length, layout.TEXT_WIDTH, layout.BELOW_LINE)


def _unwidowed(text: str) -> str:
    """The text with its last two words held together, so that none stands alone on the last line."""
    return _NO_BREAK.join(text.rsplit(" ", 1))


def _authority(page: Page, content: Content) -> None:
    parts.write(page, content["authority"].upper(), layout.AUTHORITY)


def _addressees(page: Page, content: Content) -> None:
    """One stands on the line of “Kính gửi”, several stand below it, aligned with the first letter after the dash."""
    named = content["addressees"]
    if len(named) == 1:
        parts.write(page, f"Kính gửi: {named[0]}", layout.ADDRESSEE)
        return
    shape = parts.write(page, "Kính gửi:", layout.ADDRESSEES).paragraph_format
    shape.left_indent, shape.space_before = layout.ADDRESSEE_AT, Pt(layout.ADDRESSEE.before)
    for position, name in enumerate(named, start=1):
        end = "." if position == len(named) else ";"
        shape = parts.write(page, f"- {name}{end}", layout.ADDRESSEES).paragraph_format
        shape.left_indent = layout.ADDRESSEES_AT
    shape.space_after = Pt(layout.ADDRESSEE.after)


def _bases(page: Page, content: Content) -> None:
    for base in content["bases"]:
        parts.write(page, base, layout.BASIS)


def _enacting(page: Page, content: Content) -> None:
    parts.write(page, content["enacting"], layout.ENACTING)


def _body(page: Page, content: Content) -> None:
    for block in content["body"]:
        if isinstance(block, str):
            parts.write(page, block, layout.BODY)
        elif "heading" in block:
            parts.write(page, block["heading"], layout.HEADING).paragraph_format.keep_with_next = True
        elif "article" in block:
            paragraph = parts.write(page, "", layout.BODY)
            parts.add_run(paragraph, f"{block['article']} ", layout.BODY, bold=True)
            parts.add_run(paragraph, block["text"], layout.BODY)
        elif "items" in block:
            for item in block["items"]:
                parts.write(page, f"- {item}", layout.BODY)
        else:
            table = block["table"]
            parts.grid(page, table["head"], table["rows"], table["widths"])
            parts.form(page.add_paragraph(), layout.GAP)
    page.paragraphs[-1].paragraph_format.keep_with_next = True


def _signature(page: Page, content: Content) -> None:
    """Who gets it on the left, who signs on the right, from the same line on."""
    table = _signing_table(page)
    _write_recipients(table.rows[0].cells[0], content)
    _write_signer(table.rows[0].cells[1], content["signer"])


def _signatures(page: Page, content: Content) -> None:
    table = _signing_table(page)
    _write_signer(table.rows[0].cells[0], content["cosigner"])
    _write_signer(table.rows[0].cells[1], content["signer"])


def _recipients(page: Page, content: Content) -> None:
    parts.form(page.add_paragraph(), layout.GAP)
    _write_recipients(page, content)


def _signing_table(page: Page) -> Any:
    """What the block of signatures stands in: on one page, and never without the last words of the text."""
    gap = page.add_paragraph()
    parts.form(gap, layout.GAP)
    gap.paragraph_format.keep_with_next = True
    table = parts.columns(page, 1, layout.SIGNATURE_LEFT, layout.SIGNATURE_RIGHT)
    table.rows[0]._tr.get_or_add_trPr().append(parts.unbroken())
    return table


def _write_signer(cell: Any, signer: Mapping[str, Any]) -> None:
    for line in (*signer["capacity"], signer["position"]):
        parts.write(cell, line, layout.CAPACITY)
    name = parts.write(cell, signer["name"], layout.NAME)
    name.paragraph_format.space_before = layout.ROOM_FOR_SIGNATURE


def _write_recipients(holder: Any, content: Content) -> None:
    parts.write(holder, "Nơi nhận:", layout.RECIPIENTS_WORD)
    for line in content["recipients"]:
        parts.write(holder, line, layout.RECIPIENT)


def _timeless(file: bytes) -> bytes:
    """The same archive without the times at which its parts were written."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as given, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.infolist():
            made.writestr(zipfile.ZipInfo(part.filename, _NEVER), given.read(part), zipfile.ZIP_DEFLATED)
    return written.getvalue()


_BLOCKS: Mapping[str, Callable[[Page, Content], None]] = {
    "header": _header,
    "title": _title,
    "authority": _authority,
    "addressees": _addressees,
    "bases": _bases,
    "enacting": _enacting,
    "body": _body,
    "signature": _signature,
    "signatures": _signatures,
    "recipients": _recipients,
}
