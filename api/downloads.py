"""Answers that a browser keeps as a file: named as their owner named them, and never shown as a page of ours.

Rule: the name goes out twice, in plain letters for old programs and in full (RFC 6266, RFC 8187).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from flask import Response

_UNSAFE = re.compile(r'[^ !#$&+.^`|~\w-]|["\\%]', re.ASCII)


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Disposition"] = disposition(name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def disposition(name: str) -> str:
    """The Content-Disposition of a file of that name."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return f"attachment; filename=\"{_UNSAFE.sub('_', letters)}\"; filename*=UTF-8''{quote(name, safe='')}"
