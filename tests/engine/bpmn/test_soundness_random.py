"""Random networks: the examination, which merges before it explores, says what a plain simulation of tokens says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from engine.bpmn.network import Network, Node
from engine.bpmn.soundness import examine
from engine.bpmn.soundness.exploration import Limits
from tests.engine.bpmn.networks import drawn

Tokens = tuple[str, ...]
JOINS = ("and", "or")
MOST = 3_000


class Simulation:
    """One token after the other, on flows (by id) and in activities (`@` and the activity's id)."""

    def __init__(self, network: Network) -> None:
        self.nodes = network.nodes
        self.targets = {f.id: f.target for n in network.nodes.values() for f in n.outgoing}
        self.after: dict[Tokens, set[Tokens]] = {}
        self.visited: set[str] = set()
        self.grows = False
        self.is_whole = True
        self._run(network.start or "")

    def stuck(self) -> set[str]:
        """The joins at which tokens are left when nothing can happen any more."""
        left = [tokens for tokens, following in self.after.items() if tokens and not following]
        return {self.targets[flow] for tokens in left for flow in tokens}

    def is_endless(self) -> bool:
        """Whether some run can come neither to an end nor to a standstill."""
        good = {tokens for tokens, following in self.after.items() if not following}
        size = -1
        while size < len(good):
            size = len(good)
            good |= {tokens for tokens, following in self.after.items() if following & good}
        return len(good) < len(self.after)

    def _run(self, start: str) -> None:
        first = tuple(sorted(f.id for f in self.nodes[start].outgoing))
        self.visited.add(start)
        waiting: list[tuple[Tokens, tuple[Tokens, ...]]] = [(self._settled(first), (self._settled(first),))]
        while waiting:
            tokens, way = waiting.pop(0)
            if tokens in self.after:
                continue
            if len(self.after) >= MOST:
                self.is_whole = False
                return
            if any(_is_less(earlier, tokens) for earlier in way):
                self.grows = True
                return
            self.after[tokens] = {self._settled(following) for following in self._next(tokens)}
            waiting += [(following, (*way, following)) for following in sorted(self.after[tokens])]

    def _next(self, tokens: Tokens) -> Iterator[Tokens]:
        for token in sorted(set(tokens)):
            if token.startswith("@"):
                yield from self._done(tokens, token)
            else:
                yield from self._arrived(tokens, token)

    def _done(self, tokens: Tokens, token: str) -> Iterator[Tokens]:
        node = self.nodes[token[1:]]
        yield _moved(tokens, [token], [f.id for f in node.outgoing])
        for event in node.boundary:
            self.visited.add(event)
            yield _moved(tokens, [token], [f.id for f in self.nodes[event].outgoing])

    def _arrived(self, tokens: Tokens, flow: str) -> Iterator[Tokens]:
        node = self.nodes[self.targets[flow]]
        self.visited.add(node.id)
        if _is_join(node):
            yield from self._joined(tokens, node)
        elif node.id.startswith("kill"):
            yield ()
        elif node.kind == "user_task":
            yield _moved(tokens, [flow], [f"@{node.id}"])
        else:
            for chosen in _choices(node):
                yield _moved(tokens, [flow], chosen)

    def _joined(self, tokens: Tokens, node: Node) -> Iterator[Tokens]:
        filled = [flow for flow in node.incoming if flow in tokens]
        if node.kind == "parallel_gateway" and len(filled) < len(node.incoming):
            return
        if node.kind == "inclusive_gateway" and self._may_come(tokens, node, set(filled)):
            return
        for chosen in _choices(node):
            yield _moved(tokens, filled, chosen)

    def _may_come(self, tokens: Tokens, join: Node, filled: set[str]) -> bool:
        for token in set(tokens) - set(join.incoming):
            name = token[1:] if token.startswith("@") else self.targets[token]
            flows = self._flows_from(name, join.id)
            if flows & (set(join.incoming) - filled) and not flows & filled:
                return True
        return False

    def _flows_from(self, name: str, join: str) -> set[str]:
        names, flows = [name], set[str]()
        for one in names:
            node = self.nodes[one]
            flows |= {f.id for f in node.outgoing}
            following = [*(f.target for f in node.outgoing), *node.boundary]
            names += [n for n in dict.fromkeys(following) if n not in names and n != join]
        return flows

    def _settled(self, tokens: Tokens) -> Tokens:
        """Without the tokens that nothing keeps from an end event, so that they cannot heap up."""
        return tuple(t for t in tokens if t.startswith("@") or not self._vanishes(self.targets[t], ()))

    def _vanishes(self, name: str, way: tuple[str, ...]) -> bool:
        node, way = self.nodes[name], (*way, name)
        if node.kind == "user_task" or _is_join(node) or name.startswith("kill"):
            return False
        turns = name if node.kind == "exclusive_gateway" and len(node.outgoing) > 1 else None
        following = [f.target for f in node.outgoing if f.target != turns]
        if any(other in way or not self._vanishes(other, way) for other in following) or (turns and not following):
            return False
        self.visited.add(name)
        return True


def _is_join(node: Node) -> bool:
    return node.kind in {"parallel_gateway", "inclusive_gateway"} and len(node.incoming) > 1


def _choices(node: Node) -> list[list[str]]:
    flows = [f.id for f in node.outgoing]
    if node.kind == "exclusive_gateway":
        return [[flow] for flow in flows]
    if node.kind != "inclusive_gateway" or all(f.condition is None for f in node.outgoing):
        return [flows]
    return [[f for bit, f in enumerate(flows) if number >> bit & 1] for number in range(1, 2 ** len(flows))]


def _moved(tokens: Tokens, taken: list[str], given: list[str]) -> Tokens:
    left = Counter(tokens)
    left.subtract(taken)
    return tuple(sorted([*left.elements(), *given]))


def _is_less(one: Tokens, other: Tokens) -> bool:
    return one != other and not Counter(one) - Counter(other)


def _random_network(chance: random.Random, *, with_inclusive: bool) -> Network:
    gateways = ["xor", "and", "or"] if with_inclusive else ["xor", "and", "xor"]
    kinds = [chance.choice([*gateways, "task", "task", "auto"]) for _ in range(chance.randint(3, 8))]
    names = [f"{kind}{number}" for number, kind in enumerate(kinds)]
    ends = ["e", "kill"][: chance.choice([1, 1, 2])]
    lines = [f"s > {names[0]}"]
    for number, name in enumerate(names):
        count = 1 if name.startswith(("task", "auto")) else chance.choice([1, 2, 2, 3])
        later = [*names[number + 1 :], *ends]
        for _ in range(count):
            target = chance.choice(names if chance.random() < 0.2 else later)
            lines.append(f"{name} {'>?' if name.startswith('or') else '>'} {target}")
        if name.startswith("task") and chance.random() < 0.25:
            lines += [f"{name}@b{number}", f"b{number} > {chance.choice(later)}"]
    return drawn(*lines)


@pytest.mark.parametrize("part", range(8))
def test_it_says_what_a_plain_simulation_says(part: int) -> None:
    compared = Counter[str]()
    for number in range(part * 500, part * 500 + 500):
        chance = random.Random(number)
        network = _random_network(chance, with_inclusive=number % 2 == 0)
        plain = Simulation(network)
        if plain.is_whole:
            compared[_compared(network, plain, f"seed {number}")] += 1
    print(compared)
    assert sum(compared.values()) > 300


def _compared(network: Network, plain: Simulation, seed: str) -> str:
    findings = examine("p", {"p": network}, Limits(markings=50_000, work=50_000_000))
    rules = {f.rule for f in findings}
    inclusive = any(n.kind == "inclusive_gateway" and _is_join(n) for n in network.nodes.values())
    if plain.grows and inclusive:
        return "growth with inclusive joins: not certain"
    assert "soundness-unknown" not in rules, seed
    assert ("unbounded" in rules) == plain.grows, (seed, findings)
    if plain.grows:
        return "unbounded"
    assert {f.element for f in findings if f.rule == "deadlock"} <= plain.stuck(), (seed, findings)
    assert ("deadlock" in rules) == bool(plain.stuck()), (seed, findings)
    assert ("no-completion" in rules) == plain.is_endless(), (seed, findings)
    dead = {f.element for f in findings if f.rule == "dead-activity"}
    assert dead == _first_dead(network, plain), (seed, findings)
    return "+".join(sorted(rules - {"multiple-tokens"})) or "sound"


def _first_dead(network: Network, plain: Simulation) -> set[str]:
    after = {
        name: {*(f.target for f in node.outgoing), *node.boundary}
        for name, node in network.nodes.items()
        if name in plain.visited
    }
    return {name for following in after.values() for name in following} - plain.visited
