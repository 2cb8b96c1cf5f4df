"""The measures of a page: Nghị định 30/2020/NĐ-CP, Phụ lục I (mục I and II; the numbers of boxes are those of mục IV).

Rule: every size, margin and style of a document stands here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Mm, Pt

FONT = "Times New Roman"
LANGUAGE = "vi-VN"
PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)
TOP, BOTTOM, LEFT, RIGHT = Mm(20), Mm(20), Mm(30), Mm(15)
# Where the page number stands within the top margin.
PAGE_NUMBER_FROM_TOP = Mm(10)
TEXT_WIDTH = Mm(165)
# The left column of the head is the narrow one, or the national title does not fit on its line.
HEAD_LEFT, HEAD_RIGHT = Mm(66), Mm(99)
SIGNATURE_LEFT, SIGNATURE_RIGHT = Mm(82), Mm(83)
INDENT = Cm(1.27)
# How far the subject stays off both margins, so that its lines are of about the same length.
SUBJECT_MARGIN = Mm(10)
ADDRESSEE_AT, ADDRESSEES_AT = Mm(38), Mm(50)
LINE_SPACING = 1.15
ROOM_FOR_SIGNATURE = Pt(64)
LINE_WEIGHT_EIGHTHS = 6
# The motto in Times New Roman, bold, 14 pt: its line is as long as the text (measured once).
MOTTO_LINE = Mm(60.5)
# Room above a line and, where text follows, below it.
ABOVE_LINE, BELOW_LINE = 2.0, 10.0
# Of the width of a text, for lines that are between a third and a half of it.
LINE_SHARE = 0.4

CENTRE, JUSTIFIED, BEGIN = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT


@dataclass(frozen=True)
class Style:
    """How a paragraph looks: size in points, letters, alignment, room before and after it in points."""

    size: float
    bold: bool = False
    italic: bool = False
    align: WD_ALIGN_PARAGRAPH = CENTRE
    before: float = 0
    after: float = 0
    indented: bool = False
    spacing: float = 1.0


COUNTRY = Style(13, bold=True)
MOTTO = Style(14, bold=True)
PARENT = Style(13)
AGENCY = Style(13, bold=True)
NUMBER = Style(13, before=6)
ABOUT = Style(12, before=6)
DATE = Style(14, italic=True, before=6)
TITLE = Style(14, bold=True, before=12)
SUBJECT = Style(14, bold=True)
AUTHORITY = Style(14, bold=True, after=6)
ADDRESSEE = Style(14, before=6, after=10)
ADDRESSEES = Style(14, align=BEGIN)
BASIS = Style(14, italic=True, align=JUSTIFIED, after=6, indented=True, spacing=LINE_SPACING)
ENACTING = Style(14, bold=True, before=6, after=6)
BODY = Style(14, align=JUSTIFIED, after=6, indented=True, spacing=LINE_SPACING)
HEADING = Style(14, bold=True, align=JUSTIFIED, after=6, indented=True, spacing=LINE_SPACING)
CELL_HEAD = Style(12, bold=True)
CELL = Style(12, align=BEGIN)
CELL_FIGURE = Style(12)
CAPACITY = Style(14, bold=True)
NAME = Style(14, bold=True)
RECIPIENTS_WORD = Style(12, bold=True, italic=True, align=BEGIN)
RECIPIENT = Style(11, align=BEGIN)
PAGE_NUMBER = Style(13)
# Between a table and what follows.
GAP = Style(6)
