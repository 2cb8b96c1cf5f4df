"""DMN decision tables: read once, evaluated without running anything a table holds.

Rule: hit policies mean what DMN 1.3 (section 8.2.8) says; two hits under UNIQUE, or differing ones under ANY, are an
error, never a guess; what is not executed is refused with its cell (engine/bpmn/check/tables.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.bpmn.expressions import Expression, ExpressionError, compile_expression, operations
from engine.bpmn.expressions.tokens import LONGEST
from engine.bpmn.xml_safety import parse_xml, refused
from engine.errors import DefinitionError, Finding

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"})
_COMPARISON = re.compile(r"^(<=|>=|<|>|!=|=)\s*([^=].*)$", re.DOTALL)
_INTERVAL = re.compile(r"^([\[\]\(])(.+?)\.\.(.+)([\[\]\)])$", re.DOTALL)
_PIECE = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<interval>[\[\](][^\[\](),"']*\.\.[^\[\](),"']*[\[\])])"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)|(?P<rest>[^"'()\[\]{},]+|.)""",
    re.DOTALL,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operations.less,
    "<=": operations.less_or_equal,
    ">": lambda a, b: operations.less(b, a),
    ">=": lambda a, b: operations.less_or_equal(b, a),
    "=": operations.equal,
    "!=": operations.unequal,
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
        rules = [r for r in self.rules if self._hits(r, values, names)]
        if self.hit_policy == "UNIQUE" and len(rules) > 1:
            raise ExpressionError(self.id, "more than one rule of a UNIQUE table hits")
        hits = [self._outputs(r, names) for r in (rules[:1] if self.hit_policy == "FIRST" else rules)]
        if self.hit_policy == "ANY" and any(h != hits[0] for h in hits):
            raise ExpressionError(self.id, "the rules of an ANY table that hit differ")
        return hits if self.hit_policy in ("COLLECT", "RULE ORDER") else hits[:1]

    def _hits(self, rule: Rule, values: list[Any], names: Names) -> bool:
        try:
            return all(test(value, names) for test, value in zip(rule.tests, values, strict=True))
        except (TypeError, ValueError) as error:
            raise ExpressionError(self.id, str(error)) from error

    def _outputs(self, rule: Rule, names: Names) -> dict[str, Any]:
        return {n: o.evaluate(names) for n, o in zip(self.output_names, rule.outputs, strict=True)}


def parse_decisions(xml: bytes, file: str) -> dict[str, Decision]:
    """The decision tables of a DMN file by id. Raises DefinitionError with every cell or element that is refused."""
    from engine.bpmn.check.tables import findings_of  # it compiles cells with `compile_test`, from here

    root = parse_xml(xml, file)
    namespace = f"{{{etree.QName(root).namespace}}}"
    decisions = list(root.iter(f"{namespace}decision"))
    if not decisions:
        raise refused(file, "no-decision", "Tệp không có bảng quyết định.", "The file holds no decision table.")
    findings: list[Finding] = findings_of(root, namespace)
    if findings:
        raise DefinitionError(file, findings)
    return {d.get("id", ""): _decision(d, namespace) for d in decisions}


def shaped(hits: list[dict[str, Any]], mapping: str) -> Any:
    """The outputs in the form a diagram asks for: singleEntry, singleResult, collectEntries or resultList."""
    if mapping == "singleEntry":
        return next(iter(hits[0].values())) if hits else None
    if mapping == "singleResult":
        return hits[0] if hits else None
    if mapping == "collectEntries":
        return [next(iter(h.values())) for h in hits]
    return hits


def output_name(output: etree._Element, number: int) -> str:
    """The name under which an output stands in the result."""
    return output.get("name") or output.get("label") or f"output{number}"


def compile_cell(text: str) -> Expression:
    """The expression of a cell; FEEL counts indexes from one, so none may stand in it. Raises ExpressionError."""
    return compile_expression(text if text.lstrip().startswith("${") else f"={text}")


def compile_test(text: str) -> Test:
    """A FEEL unary test: `-`, a literal, a comparison, an interval, a list of these, or `not(…)` of them.

    Raises ExpressionError.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise ExpressionError(text, f"longer than {LONGEST} characters", f"dài hơn {LONGEST} ký tự")
    if text in ("", "-"):
        return lambda value, names: True
    negated = re.match(r"^not\s*\((.*)\)$", text, re.DOTALL)
    if negated:
        inner = compile_test(negated.group(1))
        return lambda value, names: not inner(value, names)
    parts = _parts(text)
    if len(parts) > 1:
        tests = [compile_test(p) for p in parts]
        return lambda value, names: any(t(value, names) for t in tests)
    return _single(text)


def _decision(decision: etree._Element, namespace: str) -> Decision:
    table = decision.find(f"{namespace}decisionTable")
    assert table is not None, "the check refuses a decision without a table"
    return Decision(
        id=decision.get("id", ""),
        name=decision.get("name", ""),
        hit_policy=table.get("hitPolicy", "UNIQUE"),
        inputs=tuple(
            compile_cell(i.findtext(f"{namespace}inputExpression/{namespace}text", ""))
            for i in table.iterfind(f"{namespace}input")
        ),
        output_names=tuple(output_name(o, n) for n, o in enumerate(table.iterfind(f"{namespace}output"))),
        rules=tuple(_rule(r, namespace) for r in table.iterfind(f"{namespace}rule")),
    )


def _rule(rule: etree._Element, namespace: str) -> Rule:
    path = f"{namespace}text"
    return Rule(
        tuple(compile_test(e.findtext(path, "")) for e in rule.iterfind(f"{namespace}inputEntry")),
        tuple(compile_cell(e.findtext(path, "")) for e in rule.iterfind(f"{namespace}outputEntry")),
    )


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
    compare, expression = _COMPARE[sign], compile_cell(text)
    return lambda value, names: compare(value, expression.evaluate(names))


def _parts(text: str) -> list[str]:
    """The comma-separated parts of a unary test; commas in quotes, brackets and intervals do not part."""
    parts, depth = [""], 0
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        depth += {"open": 1, "close": -1}.get(str(kind), 0)
        if kind == "comma" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece.group()
    if len(parts) > 1 and not all(p.strip() for p in parts):
        raise ExpressionError(text, "an empty part between commas", "có phần trống giữa các dấu phẩy")
    return [p.strip() for p in parts]
