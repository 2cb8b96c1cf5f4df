"""Random sound diagrams: blocks put into each other, each with one way in and one way out."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.conformance.model import at, boundary, cardinality, document, end, several, start, sub, timer, user

DEEPEST = 3
Block = tuple[str, str, str]


class Grammar:
    """Draws diagrams by a seeded chance. A block is (body, first node, last node)."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._count = 0

    def diagram(self) -> bytes:
        """A whole process."""
        body, first, last = self._block(0)
        return document(f"{start()}{end()}{body} s->{first} {last}->e ")

    def _block(self, depth: int) -> Block:
        leaves: list[Callable[[int], Block]] = [self._task, self._repeated, self._reminded]
        inner: list[Callable[[int], Block]] = [
            self._row,
            self._choice,
            self._fork,
            self._some,
            self._turns,
            self._inside,
        ]
        return self.chance.choice(leaves if depth >= DEEPEST else [*leaves[:1], *inner])(depth)

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _task(self, _depth: int) -> Block:
        name = self._name("u")
        return user(name), name, name

    def _repeated(self, _depth: int) -> Block:
        name = self._name("m")
        sequential = self.chance.choice(["true", "false"])
        return at("userTask", name, several(cardinality("2"), sequential)), name, name

    def _reminded(self, _depth: int) -> Block:
        name, event, ending = self._name("u"), self._name("b"), self._name("x")
        reminder = boundary(event, name, timer("timeDuration", "P1D"), interrupting=False)
        return f"{user(name)}{reminder}{end(ending)}{event}->{ending} ", name, name

    def _row(self, depth: int) -> Block:
        (one, first, middle), (other, after, last) = self._block(depth + 1), self._block(depth + 1)
        return f"{one}{other}{middle}->{after} ", first, last

    def _choice(self, depth: int) -> Block:
        return self._split(depth, "exclusiveGateway", ["[r % 2 == 0]", ""])

    def _fork(self, depth: int) -> Block:
        return self._split(depth, "parallelGateway", ["", ""])

    def _some(self, depth: int) -> Block:
        return self._split(depth, "inclusiveGateway", ["[r % 2 == 0]", "[r % 3 == 0]", ""])

    def _split(self, depth: int, tag: str, conditions: list[str]) -> Block:
        opening, closing = self._name("g"), self._name("j")
        ways = [self._block(depth + 1) for _ in conditions]
        default = "" if tag == "parallelGateway" else f'default="{opening}_{ways[-1][1]}"'
        body = at(tag, opening, attributes=default) + at(tag, closing) + "".join(way[0] for way in ways)
        flows = [
            f"{opening}->{first}{c} {last}->{closing} " for (_, first, last), c in zip(ways, conditions, strict=True)
        ]
        return body + "".join(flows), opening, closing

    def _turns(self, depth: int) -> Block:
        merge, decide = self._name("g"), self._name("g")
        body, first, last = self._block(depth + 1)
        out = self._name("t")
        gateways = at("exclusiveGateway", merge) + at(
            "exclusiveGateway", decide, attributes=f'default="{decide}_{out}"'
        )
        flows = f"{merge}->{first} {last}->{decide} {decide}->{merge}[r % 3 == 0] {decide}->{out} "
        return gateways + at("task", out) + body + flows, merge, out

    def _inside(self, depth: int) -> Block:
        name, begin, finish = self._name("p"), self._name("s"), self._name("e")
        body, first, last = self._block(depth + 1)
        return sub(name, f"{start(begin)}{end(finish)}{body}{begin}->{first} {last}->{finish} "), name, name
