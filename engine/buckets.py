"""The four counts of a set of tasks, and the rates that may be told of them.

Rule: done late is never inside done on time; every figure goes with its numerator, denominator and formula, and where
nothing is due yet there is no rate. Hanoi counts in these four (docs/glossary.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

_ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True)
class Buckets:
    """How many tasks are done on time, done late, open within time, and overdue and not done."""

    on_time: int = 0
    late: int = 0
    within_time: int = 0
    overdue: int = 0

    @property
    def done(self) -> int:
        """Done, on time or late."""
        return self.on_time + self.late

    @property
    def due(self) -> int:
        """Done, or overdue: those of which it can be said whether they kept their time."""
        return self.done + self.overdue

    @property
    def total(self) -> int:
        """All four together."""
        return self.due + self.within_time


@dataclass(frozen=True)
class Figure:
    """A rate with what it is made of. `percent` has one decimal place, rounded half up; None without a denominator."""

    code: str
    numerator: int
    denominator: int
    percent: str | None
    formula_vi: str
    formula_en: str


def count(found: Iterable[str | None]) -> Buckets:
    """The counts of tasks whose buckets these are; None counts in none."""
    counts = dict.fromkeys((field.name for field in fields(Buckets)), 0)
    for bucket in found:
        if bucket is not None:
            counts[bucket] += 1
    return Buckets(**counts)


def figures(counts: Buckets) -> tuple[Figure, ...]:
    """The headline, on time of all that was due, and beside it how much of that is done."""
    return tuple(_figure(counts, *told) for told in _FIGURES)


def _figure(counts: Buckets, code: str, above: Callable[[Buckets], int], formula_vi: str, formula_en: str) -> Figure:
    numerator, denominator = above(counts), counts.due
    percent = None
    if denominator:
        percent = str((Decimal(100 * numerator) / denominator).quantize(_ONE_PLACE, ROUND_HALF_UP))
    return Figure(code, numerator, denominator, percent, formula_vi, formula_en)


_FIGURES: tuple[tuple[str, Callable[[Buckets], int], str, str], ...] = (
    (
        "on_time_rate",
        lambda counts: counts.on_time,
        "hoàn thành đúng hạn ÷ (hoàn thành đúng hạn + hoàn thành trễ hạn + quá hạn chưa hoàn thành)",
        "done on time ÷ (done on time + done late + overdue and not done)",
    ),
    (
        "done_rate",
        lambda counts: counts.done,
        "(hoàn thành đúng hạn + hoàn thành trễ hạn) ÷ "
        "(hoàn thành đúng hạn + hoàn thành trễ hạn + quá hạn chưa hoàn thành)",
        "(done on time + done late) ÷ (done on time + done late + overdue and not done)",
    ),
)
