"""Chance that can be repeated: a die for each thing that is decided, thrown from the seed and the thing's name.

Rule: no die is shared, so that what one agency does never depends on when another acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
PUNCTUAL, SLOW, SILENT = "punctual", "slow", "silent"
_TEMPERS = (PUNCTUAL, SLOW, SILENT)
_HOW_MANY = (78, 18, 4)


class Die:
    """Chance for one thing: its names and the seed make the throws."""

    def __init__(self, seed: int, *names: object) -> None:
        self._random = Random("/".join(map(str, (seed, *names))))

    def happens(self, percent: float) -> bool:
        """Whether something happens that happens so often in a hundred times."""
        return self._random.random() * 100 < percent

    def pick(self, things: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of these, by weight."""
        return self._random.choices(things, weights)[0]

    def whole(self, least: int, most: int) -> int:
        """A whole number between the two, both included."""
        return self._random.randint(least, most)

    def hours(self, least: float, most: float) -> float:
        """Some hours between the two."""
        return self._random.uniform(least, most)

    def few(self, mean: float, most: int) -> int:
        """A small number, most often none, never more than `most`."""
        return min(int(self._random.expovariate(1 / mean)), most)


def temper(seed: int, agency: str) -> str:
    """What an agency is like, the whole year through: punctual, slow or silent."""
    return Die(seed, "temper", agency).pick(_TEMPERS, _HOW_MANY)
