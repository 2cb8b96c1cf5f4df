"""Promises of forms: every wrong field is named, all at once, and what fits comes out in one form."""

from __future__ import annotations

from typing import Any

import pytest

from engine.bpmn.expressions import compile_expression
from engine.errors import InvalidDataError
from engine.forms import Field, Form, Option, validate

FORM = Form(
    (
        Field(
            "decision",
            "Quyết định",
            "Decision",
            "enum",
            required=True,
            options=(Option("approve", "Duyệt", "Approve"), Option("reject", "Từ chối", "Reject")),
        ),
        Field(
            "comment",
            "Ý kiến",
            "Comment",
            "text",
            constraints={"maxlength": "20"},
            required_when=compile_expression('decision == "reject"').evaluate,
        ),
        Field("count", "Số lượng", "Count", "long", constraints={"min": "1", "max": "9"}),
        Field("due", "Hạn", "Due", "date"),
        Field("coordinators", "Phối hợp", "Coordinators", "agencies"),
        Field("evidence", "Minh chứng", "Evidence", "evidence"),
        Field("share", "Tỷ lệ", "Share", "decimal"),
        Field("amount", "Kinh phí", "Amount", "money"),
        Field("flag", "Cờ", "Flag", "boolean"),
    )
)


def refused(values: dict[str, Any]) -> dict[str, str]:
    """The rule broken by each field of a submission."""
    with pytest.raises(InvalidDataError) as error:
        validate(FORM, values, {})
    return {p.field: p.rule for p in error.value.problems}


def test_missing_mistyped_and_undeclared_fields_are_named_together() -> None:
    assert refused({"count": "3", "extra": 1}) == {"decision": "required", "count": "type", "extra": "undeclared"}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("decision", "maybe", "option"),
        ("comment", "x" * 21, "maxlength"),
        ("comment", 5, "type"),
        ("share", "1e999999999", "places"),
        ("share", "0e-999999999", "places"),
        ("share", "0e999999999", "places"),
        ("share", "1" * 21, "places"),
        ("due", "9999-12-31", "range"),
        ("due", "1899-12-31", "range"),
        ("count", 0, "min"),
        ("count", 10, "max"),
        ("count", True, "type"),
        ("count", 2**60, "type"),
        ("due", "17/02/2026", "type"),
        ("due", "2026-02-30", "type"),
        ("coordinators", "svhtt", "type"),
        ("coordinators", ["a", "a"], "unique"),
        ("evidence", [{"url": "https://x"}], "type"),
        ("evidence", [{"title": "x", "url": "javascript:alert(1)"}], "type"),
        ("share", "NaN", "type"),
        ("amount", -1, "min"),
        ("flag", "true", "type"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(field: str, value: Any, rule: str) -> None:
    values: dict[str, Any] = {"decision": "approve", field: value}

    assert refused(values) == {field: rule}


@pytest.mark.parametrize("comment", [None, "", "   "])
def test_a_negative_decision_needs_a_reason(comment: str | None) -> None:
    assert refused({"decision": "reject", "comment": comment}) == {"comment": "required"}


def test_what_fits_comes_out_in_one_form() -> None:
    values = {"decision": "approve", "comment": " Nguye\u0302\u0303n ", "share": 1.50, "coordinators": []}

    assert validate(FORM, values, {}) == {
        "decision": "approve",
        "comment": "Nguyễn",
        "share": "1.5",
        "coordinators": [],
    }


def test_a_choice_that_is_none_is_told_what_there_is_to_choose() -> None:
    with pytest.raises(InvalidDataError) as error:
        validate(FORM, {"decision": "maybe"}, {})

    assert error.value.message_vi == "Dữ liệu không hợp lệ: “Quyết định”."
    assert error.value.problems[0].message_vi == "Phải là một trong: Duyệt (approve), Từ chối (reject)."
