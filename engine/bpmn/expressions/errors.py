"""What is said of an expression that cannot be read or evaluated.

Rule: every reason that a designer can meet at deployment is told in Vietnamese and in English.
"""

from __future__ import annotations

_SHOWN = 60


class ExpressionError(Exception):
    """An expression cannot be read, or cannot be evaluated with these values.

    `reason` is English, `reason_vi` Vietnamese; the same where only one of them is known.
    """

    def __init__(self, text: str, reason: str, reason_vi: str = "") -> None:
        text = text.strip()
        super().__init__(f"{text[:_SHOWN]!r}: {reason}")
        self.text = text
        self.reason = reason
        self.reason_vi = reason_vi or reason
