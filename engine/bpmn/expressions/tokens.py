"""Cutting the text of an expression into tokens, in the one spelling that the compiler parses.

Rule: a sign that is not listed here does not exist in the language; nesting is counted before anything parses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.expressions.errors import ExpressionError

LONGEST = 2_000
DEEPEST = 40
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<comment>\#[^\n]*)"""
    r"""|(?P<line>\r\n|\n|\r)"""
    r"""|(?P<space>[^\S\n\r]+)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|//|\*\*|:=|[-+*/%<>!,:;=])"""
)
_ESCAPE = re.compile(r"""\\(?:["'\\nt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})""")
_GAPS = ("space", "line")
_SPELLED = {"&&": " and ", "||": " or ", "!": "~"}
_PAIRS = {")": "(", "]": "[", "}": "{"}
_REFUSED = {
    ".": ("attributes are not allowed", "không được truy cập thuộc tính bằng dấu chấm"),
    "**": ("powers are not allowed", "không được dùng phép lũy thừa"),
    ":=": ("assignments inside an expression are not allowed", "không được gán bên trong biểu thức"),
    "=": ("“=” assigns; “==” compares", "dấu “=” là gán; so sánh dùng “==”"),
    ";": ("only a script may have several statements", "chỉ kịch bản mới được có nhiều câu lệnh"),
}
_EMPTY = ("it is empty", "biểu thức trống")
_CLOSED = ("brackets do not match", "dấu ngoặc không khớp")
_TOO_DEEP = ("nested too deeply", "lồng nhau quá sâu")


@dataclass(frozen=True)
class Token:
    """One token: `kind` is a group of the pattern, `depth` how many brackets are open around it."""

    kind: str
    text: str
    depth: int


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a text. Raises ExpressionError at a sign that the language does not have."""
    position, open_brackets = 0, [""]
    before = ""
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unknown(text, text[position])
        kind, piece = str(found.lastgroup), found.group()
        _require_apart(text, before, kind)
        _require_plain(text, kind, piece)
        if kind == "close":
            _close(text, open_brackets, piece)
        yield Token(kind, piece, len(open_brackets) - 1)
        if kind == "open":
            open_brackets.append(piece)
        if len(open_brackets) > DEEPEST:
            raise ExpressionError(text, *_TOO_DEEP)
        position, before = found.end(), kind
    if len(open_brackets) > 1:
        raise ExpressionError(text, *_CLOSED)


def joined(text: str, tokens: list[Token]) -> str:
    """The tokens of one expression as the compiler parses them. Raises ExpressionError for what is no expression."""
    if all(t.kind in _GAPS for t in tokens):
        raise ExpressionError(text, *_EMPTY)
    for token in tokens:
        if token.kind == "comment":
            raise ExpressionError(text, "comments are not allowed here", "không được có chú thích ở đây")
        if token.text in _REFUSED:
            raise ExpressionError(text, *_REFUSED[token.text])
    return "".join(" " if t.kind in _GAPS else _SPELLED.get(t.text, t.text) for t in tokens).strip()


def _require_apart(text: str, before: str, kind: str) -> None:
    """A name stuck to a number or a text (`1if`, `f"…"`), or two texts in a row, is no expression here."""
    words = ("name", "number", "string")
    if before in words and kind in words:
        raise ExpressionError(text, "names, numbers and texts must stand apart", "tên, số và chữ phải viết tách nhau")


def _require_plain(text: str, kind: str, piece: str) -> None:
    if kind == "string" and "\\" in _ESCAPE.sub("", piece):
        raise ExpressionError(text, "unknown escape in a text", "ký tự thoát không hợp lệ trong chuỗi")
    if kind == "name" and piece.startswith("__"):
        raise ExpressionError(text, f"the name {piece[:60]} is not allowed", f"không được dùng tên {piece[:60]}")


def _close(text: str, open_brackets: list[str], piece: str) -> None:
    if open_brackets[-1] != _PAIRS[piece]:
        raise ExpressionError(text, *_CLOSED)
    open_brackets.pop()


def _unknown(text: str, sign: str) -> ExpressionError:
    reason = _REFUSED.get(sign, (f"the sign {sign!r} is not allowed", f"không được dùng ký tự {sign!r}"))
    return ExpressionError(text, *reason)
