"""DMN decision tables: read once, evaluated without running anything a table holds.

Rule: hit policies mean what DMN 1.3 (section 8.2.8) says; two hits under UNIQUE, or differing ones under ANY, are an
error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.bpmn.expressions import Expression, ExpressionError, compile_expression
from engine.bpmn.xml_safety import parse_xml, refused

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"})
_COMPARISON = re.compile(r"^(<=|>=|<|>|=|!=)\s*(.+)$")
_INTERVAL = re.compile(r"^([\[\]\(])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\]\)])$")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
Names = Mapping[str, Any]
Test = Callable[[Any, Names], bool]


@dataclass(frozen=True)
class Rule:
    """One row: a test per input, a value per output."""

    tests: tuple[Test, ...]
    outputs: tuple[Expression, ...]


@dataclass(frozen=True)
class Decision:
    """One decision table."""

    id: str
    name: str
    hit_policy: str
    inputs: tuple[Expression, ...]
    output_names: tuple[str, ...]
    rules: tuple[Rule, ...]

    def decide(self, names: Names) -> list[dict[str, Any]]:
        """The outputs of the rules that hit: at most one but under COLLECT and RULE ORDER.

        Raises ExpressionError when the hit policy is broken or a cell cannot be evaluated.
        """
        values = [i.evaluate(names) for i in self.inputs]
        hits = [self._outputs(r, names) for r in self.rules if self._hits(r, values, names)]
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise ExpressionError(self.id, "more than one rule of a UNIQUE table hits")
        if self.hit_policy == "ANY" and any(h != hits[0] for h in hits):
            raise ExpressionError(self.id, "the rules of an ANY table that hit differ")
        return hits if self.hit_policy in ("COLLECT", "RULE ORDER") else hits[:1]

    def _hits(self, rule: Rule, values: list[Any], names: Names) -> bool:
        try:
            return all(test(value, names) for test, value in zip(rule.tests, values, strict=True))
        except TypeError as error:
            raise ExpressionError(self.id, str(error)) from error

    def _outputs(self, rule: Rule, names: Names) -> dict[str, Any]:
        return {n: o.evaluate(names) for n, o in zip(self.output_names, rule.outputs, strict=True)}


def parse_decisions(xml: bytes, file: str) -> dict[str, Decision]:
    """The decision tables of a DMN file by id. Raises DefinitionError naming the decision and the rule."""
    root = parse_xml(xml, file)
    namespace = f"{{{etree.QName(root).namespace}}}"
    found = {d.get("id", ""): _decision(d, namespace, file) for d in root.iter(f"{namespace}decision")}
    if not found:
        raise refused(file, "no-decision", "Tệp không có bảng quyết định.", "The file holds no decision table.")
    return found


def shaped(hits: list[dict[str, Any]], mapping: str) -> Any:
    """The outputs in the form a diagram asks for: singleEntry, singleResult, collectEntries or resultList."""
    if mapping == "singleEntry":
        return next(iter(hits[0].values())) if hits else None
    if mapping == "singleResult":
        return hits[0] if hits else None
    if mapping == "collectEntries":
        return [next(iter(h.values())) for h in hits]
    return hits


def _decision(decision: etree._Element, namespace: str, file: str) -> Decision:
    table = decision.find(f"{namespace}decisionTable")
    policy = table.get("hitPolicy", "UNIQUE") if table is not None else ""
    if table is None or policy not in HIT_POLICIES or table.get("aggregation"):
        message_vi = "Chỉ hỗ trợ bảng quyết định với UNIQUE, FIRST, ANY, COLLECT, RULE ORDER."
        message_en = "Only decision tables with UNIQUE, FIRST, ANY, COLLECT or RULE ORDER are supported."
        raise refused(file, "hit-policy", message_vi, message_en, decision.get("id"))
    try:
        return Decision(
            id=decision.get("id", ""),
            name=decision.get("name", ""),
            hit_policy=policy,
            inputs=tuple(
                compile_expression(i.findtext(f"{namespace}inputExpression/{namespace}text", ""))
                for i in table.iterfind(f"{namespace}input")
            ),
            output_names=tuple(
                o.get("name") or o.get("label") or f"output{n}"
                for n, o in enumerate(table.iterfind(f"{namespace}output"))
            ),
            rules=tuple(_rule(r, namespace) for r in table.iterfind(f"{namespace}rule")),
        )
    except ExpressionError as error:
        message_vi = f"Ô không hợp lệ: {error.reason} ({error.text})."
        raise refused(
            file, "cell", message_vi, f"Invalid cell: {error.reason} ({error.text}).", decision.get("id")
        ) from error


def _rule(rule: etree._Element, namespace: str) -> Rule:
    return Rule(
        tuple(_test(e.findtext(f"{namespace}text", "")) for e in rule.iterfind(f"{namespace}inputEntry")),
        tuple(compile_expression(e.findtext(f"{namespace}text", "")) for e in rule.iterfind(f"{namespace}outputEntry")),
    )


def _test(text: str) -> Test:
    """A FEEL unary test: `-`, a literal, a comparison, an interval, a list of these, or `not(…)` of them."""
    text = text.strip()
    if text in ("", "-"):
        return lambda value, names: True
    negated = re.match(r"^not\((.*)\)$", text)
    if negated:
        inner = _test(negated.group(1))
        return lambda value, names: not inner(value, names)
    parts = _parts(text)
    if len(parts) > 1:
        tests = [_test(p) for p in parts]
        return lambda value, names: any(t(value, names) for t in tests)
    return _single(text)


def _single(text: str) -> Test:
    interval = _INTERVAL.match(text)
    if interval:
        opening, low, high, closing = interval.groups()
        above = _against(">=" if opening == "[" else ">", low)
        below = _against("<=" if closing == "]" else "<", high)
        return lambda value, names: above(value, names) and below(value, names)
    comparison = _COMPARISON.match(text)
    if comparison:
        return _against(comparison.group(1), comparison.group(2))
    return _against("=", text)


def _against(sign: str, text: str) -> Test:
    compare, expression = _COMPARE[sign], compile_expression(text)
    return lambda value, names: compare(value, expression.evaluate(names))


def _parts(text: str) -> list[str]:
    """The comma-separated parts of a unary test; commas in quotes and brackets do not part."""
    pieces = re.findall(r"""(?:"[^"]*"|[\[\]\(][^\[\]\(\)]*\.\.[^\[\]\(\)]*[\[\]\)]|\([^)]*\)|[^,"])+""", text)
    return [p.strip() for p in pieces if p.strip()]
