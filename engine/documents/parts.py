"""The parts that a page is set from: paragraphs in a style, rules under words, tables, the page number.

Rule: what WordprocessingML needs and python-docx has no word for is written here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from engine.documents import layout
from engine.documents.layout import Style

# Widths of letters in Times New Roman, in parts of the size, on the average of Vietnamese words.
_CAPITAL, _SMALL, _SPACE = 0.66, 0.46, 0.25
_THIN = Pt(2)


def write(holder: Any, text: str, style: Style) -> Paragraph:
    """A paragraph of one text; a cell's first empty paragraph is used up before a further one is made."""
    paragraph = _fresh(holder)
    form(paragraph, style)
    add_run(paragraph, text, style)
    return paragraph


def add_run(paragraph: Paragraph, text: str, style: Style, *, bold: bool | None = None) -> Run:
    """Words in a style, bold as the style says unless told otherwise."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size = layout.FONT, Pt(style.size)
    run.font.bold, run.font.italic = style.bold if bold is None else bold, style.italic
    return run


def form(paragraph: Paragraph, style: Style) -> None:
    """Give a paragraph its alignment and distances."""
    shape = paragraph.paragraph_format
    shape.alignment, shape.line_spacing = style.align, style.spacing
    shape.space_before, shape.space_after = Pt(style.before), Pt(style.after)
    if style.indented:
        shape.first_line_indent = layout.INDENT


def rule(holder: Any, length: Length, within: Length, after: float = 0) -> None:
    """A line of that length in the middle of a column of that width: the border of a paragraph without words."""
    paragraph = _fresh(holder)
    form(paragraph, Style(1, before=layout.ABOVE_LINE, after=after))
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Length((within - length) // 2)
    shape.line_spacing = _THIN
    borders = _element("w:pBdr")
    borders.append(_element("w:top", val="single", sz=layout.LINE_WEIGHT_EIGHTHS, space=1, color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def share_of(text: str, style: Style, within: Length) -> Length:
    """Between a third and a half of the width of a text: how long the line under it is."""
    return Length(int(layout.LINE_SHARE * min(width_of(text, style), within)))


def width_of(text: str, style: Style) -> Length:
    """About how wide a text is on one line."""
    shares = (_SPACE if letter == " " else _CAPITAL if letter.isupper() else _SMALL for letter in text)
    return Length(int(sum(shares) * Pt(style.size)))


def columns(holder: Any, rows: int, *widths: Length) -> Table:
    """A table without borders, for what stands side by side."""
    table = holder.add_table(rows=rows, cols=len(widths))
    _fix(table, widths, margin=0)
    return table  # type: ignore[no-any-return]


def grid(holder: Any, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Table:
    """A table with borders, whose head is repeated on every page; widths in millimetres."""
    table = holder.add_table(rows=1 + len(rows), cols=len(head))
    table.style = "Table Grid"
    _fix(table, [Mm(width) for width in widths], margin=60)
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        write(cell, text, layout.CELL_HEAD)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for row, texts in zip(table.rows[1:], rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            write(cell, text, layout.CELL if any(letter.isalpha() for letter in text) else layout.CELL_FIGURE)
    return table  # type: ignore[no-any-return]


def unbroken() -> Any:
    """The property of a table's row that no page may end within it."""
    return _element("w:cantSplit")


def page_number(paragraph: Paragraph) -> None:
    """The number of the page, which the reader's program fills in."""
    form(paragraph, layout.PAGE_NUMBER)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = add_run(paragraph, "", layout.PAGE_NUMBER)
        if kind is not None:
            run._r.append(_element("w:fldChar", fldCharType=kind))
            continue
        code = _element("w:instrText")
        code.text = text
        run._r.append(code)


def _fresh(holder: Any) -> Paragraph:
    if isinstance(holder, _Cell) and len(holder.paragraphs) == 1 and holder.paragraphs[0]._p.pPr is None:
        first: Paragraph = holder.paragraphs[0]
        return first
    added: Paragraph = holder.add_paragraph()
    return added


def _fix(table: Table, widths: Sequence[Length], margin: int) -> None:
    """Give a table these widths for good; `margin` at the sides of each cell, in twentieths of a point."""
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    sides = _element("w:tblCellMar")
    for side in ("left", "right"):
        sides.append(_element(f"w:{side}", w=margin, type="dxa"))
    table._tbl.tblPr.insert_element_before(sides, "w:tblLook", "w:tblCaption")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _element(name: str, **attributes: object) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made
