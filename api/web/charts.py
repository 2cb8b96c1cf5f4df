"""Charts as SVG files of our own: bars of four counts, and a grid that is the redder the more is overdue.

Rule: pure; nothing inline but attributes, so that the policy of the pages holds; what a chart shows stands beside it
as a table too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

COLOURS = {"on_time": "#1d6a3a", "late": "#c47a00", "within_time": "#0b5cad", "overdue": "#b3261e"}
_INK, _MUTED, _LINE = "#1b2733", "#55626f", "#dfe4ea"
_HEAT = ("#ffffff", "#fde4e1", "#f8bcb5", "#ee8178", "#d9483d", "#b3261e")
_FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_LONGEST_NAME = {True: 18, False: 34}
_ROW, _TEXT = 26, "13"


@dataclass(frozen=True)
class Frame:
    """How wide a chart is in pixels, and how much of that its names take: a phone has little of both."""

    width: int
    names: int

    @property
    def is_narrow(self) -> bool:
        """Whether it is made for a phone."""
        return self.width < 500


WIDE, NARROW = Frame(760, 250), Frame(330, 130)


def bars(rows: Sequence[tuple[str, Mapping[str, int]]], frame: Frame, words: Mapping[str, str]) -> bytes:
    """A bar a row, made of its four counts in their colours; the longest is as wide as there is room."""
    legend = _legend_height(frame)
    drawing = _drawing(frame.width, legend + _ROW * len(rows) + 6)
    _legend(drawing, frame, {words[name]: colour for name, colour in COLOURS.items()})
    most = max((sum(counts.values()) for _, counts in rows), default=0) or 1
    room = frame.width - frame.names - 44
    for place, (name, counts) in enumerate(rows):
        top = legend + _ROW * place
        _name(drawing, top, name, frame)
        left = float(frame.names)
        for bucket, colour in COLOURS.items():
            wide = room * counts.get(bucket, 0) / most
            if wide:
                _box(drawing, (left, top + 4, wide, _ROW - 9), colour)
                left += wide
        _text(drawing, (left + 6, top + 17), str(sum(counts.values())), fill=_MUTED)
    return _written(drawing)


def heat(rows: Sequence[tuple[str, Sequence[int]]], columns: Sequence[str], frame: Frame) -> bytes:
    """A grid: a row a name, a column a month; the number in each cell, and the redder the more."""
    drawing = _drawing(frame.width, _ROW * (len(rows) + 1) + 6)
    most = max((number for _, numbers in rows for number in numbers), default=0) or 1
    wide = (frame.width - frame.names) / max(1, len(columns))
    for place, column in enumerate(columns):
        _text(
            drawing, (frame.names + wide * (place + 0.5), 17), column, text_anchor="middle", fill=_MUTED, font_size="11"
        )
    for line, (name, numbers) in enumerate(rows):
        top = _ROW * (line + 1)
        _name(drawing, top, name, frame)
        for place, number in enumerate(numbers):
            shade = 0 if not number else 1 + min(4, number * 5 // (most + 1))
            left = frame.names + wide * place
            _box(drawing, (left + 1, top + 1, wide - 2, _ROW - 2), _HEAT[shade], edge=_LINE)
            if number:
                ink = "#ffffff" if shade > 3 else _INK
                _text(drawing, (left + wide / 2, top + 17), str(number), text_anchor="middle", fill=ink, font_size="12")
    return _written(drawing)


def spans(rows: Sequence[tuple[str, float, str]], frame: Frame) -> bytes:
    """A bar a row, as long as its value; the words for the value stand at its end."""
    drawing = _drawing(frame.width, _ROW * len(rows) + 6)
    most = max((value for _, value, _ in rows), default=0.0) or 1.0
    room = frame.width - frame.names - 84
    for place, (name, value, words) in enumerate(rows):
        top = _ROW * place
        _name(drawing, top, name, frame)
        wide = max(2.0, room * value / most)
        _box(drawing, (frame.names, top + 4, wide, _ROW - 9), COLOURS["within_time"])
        _text(drawing, (frame.names + wide + 6, top + 17), words, fill=_MUTED)
    return _written(drawing)


def _legend_height(frame: Frame) -> int:
    return 2 * _ROW if frame.is_narrow else _ROW


def _legend(drawing: etree._Element, frame: Frame, named: Mapping[str, str]) -> None:
    in_a_row = 2 if frame.is_narrow else 4
    for place, (name, colour) in enumerate(named.items()):
        left = frame.width / in_a_row * (place % in_a_row)
        top = 22 * (place // in_a_row)
        _box(drawing, (left, top + 3, 11, 11), colour)
        _text(drawing, (left + 16, top + 13), name, font_size="11" if frame.is_narrow else "12")


def _drawing(width: int, height: int) -> etree._Element:
    facts = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height), "font-family": _FONT}
    return etree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **facts})


def _box(drawing: etree._Element, place: tuple[float, float, float, float], colour: str, edge: str = "none") -> None:
    sizes = dict(zip(("x", "y", "width", "height"), (f"{one:.1f}" for one in place), strict=True))
    etree.SubElement(drawing, "rect", {**sizes, "fill": colour, "stroke": edge, "rx": "2"})


def _text(drawing: etree._Element, place: tuple[float, float], words: str, **look: str) -> None:
    """Words at a place; `look` are the attributes that differ from plain ones."""
    plain = {"x": f"{place[0]:.1f}", "y": f"{place[1]:.1f}", "fill": _INK, "font-size": _TEXT}
    facts = plain | {name.replace("_", "-"): value for name, value in look.items()}
    etree.SubElement(drawing, "text", facts).text = words


def _name(drawing: etree._Element, top: int, name: str, frame: Frame) -> None:
    size = "11" if frame.is_narrow else _TEXT
    _text(drawing, (frame.names - 8, top + 17), _short(name, frame), text_anchor="end", font_size=size)


def _short(name: str, frame: Frame) -> str:
    most = _LONGEST_NAME[frame.is_narrow]
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _written(drawing: etree._Element) -> bytes:
    return etree.tostring(drawing, encoding="UTF-8", xml_declaration=True)
