"""Promises of decision tables: a cell means what DMN says, and what is not executed is refused with its cell."""

from __future__ import annotations

from typing import Any

import pytest

from engine.bpmn.decisions import compile_test, parse_decisions
from engine.bpmn.expressions import ExpressionError
from engine.errors import DefinitionError

OPENING = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="n" namespace="urn:t">'
Row = tuple[str, str]


def table(rows: list[Row], policy: str = "UNIQUE", more: str = "", beside: str = "") -> bytes:
    """A table over n with the output r: a row is (test, output)."""
    inside = '<input id="i"><inputExpression id="ie"><text>n</text></inputExpression></input><output id="c" name="r"/>'
    for number, (test, output) in enumerate(rows):
        cells = f'<inputEntry id="t{number}"><text><![CDATA[{test}]]></text></inputEntry>'
        cells += f'<outputEntry id="o{number}"><text><![CDATA[{output}]]></text></outputEntry>'
        inside += f'<rule id="row{number}">{cells}</rule>'
    decision = f'<decision id="dec" name="dec">{beside}<decisionTable id="dt" hitPolicy="{policy}" {more}>{inside}'
    return (OPENING + decision + "</decisionTable></decision></definitions>").encode()


def refusals(data: bytes) -> set[tuple[str, str]]:
    """The element and rule of each finding."""
    with pytest.raises(DefinitionError) as refused:
        parse_decisions(data, "t.dmn")
    return {(f.element, f.rule) for f in refused.value.findings}


@pytest.mark.parametrize(
    ("test", "value", "hits"),
    [
        ("-", 1, True),
        ("", 1, True),
        ("5", 5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ('"a", "b"', "b", True),
        ('"a,b"', "a,b", True),
        ("not(1, 2)", 3, True),
        ("< 5", 4, True),
        (">= 5", 5, True),
        ("[1..5]", 5, True),
        ("]1..5[", 5, False),
        ("(1..5]", 1, False),
        ("[1..2], [4..5], > 9", 4, True),
        ("true", True, True),
        ("true", 1, False),
        ("limit", 7, True),
        ("< limit * 2", 13, True),
        ("null", None, True),
    ],
)
def test_a_cell_tests_its_input(test: str, value: object, hits: bool) -> None:
    assert compile_test(test)(value, {"limit": 7}) is hits


@pytest.mark.parametrize(
    ("policy", "n", "outcome"),
    [
        ("FIRST", 1, [{"r": "low"}]),
        ("COLLECT", 1, [{"r": "low"}, {"r": "any"}]),
        ("RULE ORDER", 9, [{"r": "any"}]),
        ("UNIQUE", 9, [{"r": "any"}]),
    ],
)
def test_hit_policies_mean_what_dmn_says(policy: str, n: int, outcome: list[dict[str, Any]]) -> None:
    found = parse_decisions(table([("< 5", '"low"'), ("-", '"any"')], policy), "t.dmn")["dec"]

    assert found.decide({"n": n}) == outcome


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_a_broken_hit_policy_is_an_error(policy: str) -> None:
    found = parse_decisions(table([("< 5", '"low"'), ("-", '"any"')], policy), "t.dmn")["dec"]

    with pytest.raises(ExpressionError):
        found.decide({"n": 1})


@pytest.mark.parametrize(
    ("data", "element", "rule"),
    [
        (table([("open('x')", "1"), ("-", "x.y")]), "t0", "cell"),
        (table([("open('x')", "1"), ("-", "x.y")]), "o1", "cell"),
        (table([("-", "")]), "o0", "cell"),
        (table([("1,,2", "1")]), "t0", "cell"),
        (table([("items[1]", "1")]), "t0", "cell"),
        (table([("instance of x", "1")]), "t0", "cell"),
        (table([("a" * 3_000, "1")]), "t0", "cell"),
        (table([("-", "1")], "PRIORITY"), "dec", "hit-policy"),
        (table([("-", "1")], "COLLECT", 'aggregation="SUM"'), "dec", "hit-policy"),
        (table([("-", "1")]).replace(b'name="r"/>', b'name="r"/><output id="c2" name="r"/>'), "dt", "columns"),
        (table([("-", "1")]).replace(b"</rule>", b'<outputEntry id="o9"/></rule>'), "row0", "columns"),
        (table([("-", "1")]).replace(b'id="o0"', b'id="t0"'), "t0", "duplicate-id"),
        (
            table(
                [("-", "1")],
                beside='<informationRequirement id="q"><requiredDecision href="#x"/></informationRequirement>',
            ),
            "q",
            "requirement",
        ),
        (
            (OPENING + '<decision id="dec"><literalExpression id="l"/></decision></definitions>').encode(),
            "l",
            "unsupported",
        ),
        ((OPENING + '<businessKnowledgeModel id="b"/><decision id="d"/></definitions>').encode(), "b", "unsupported"),
        ((OPENING + "</definitions>").encode(), "t.dmn", "no-decision"),
    ],
)
def test_what_is_not_executed_is_refused_with_its_cell(data: bytes, element: str, rule: str) -> None:
    assert (element, rule) in refusals(data)
