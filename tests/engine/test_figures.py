"""Promises of data forms: exact sums, whatever the order; nothing that does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import figures
from engine.errors import InvalidDataError
from engine.figures import FigureField, GivenValue

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def field(kind: str, aggregation: str) -> FigureField:
    """A field of that type and aggregation."""
    return FigureField("items", "Số tin, bài", "Items", kind, aggregation)


def values(*said: Any) -> list[GivenValue]:
    """What agencies a, b, c … said, an hour apart."""
    return [GivenValue(f"agency-{n}", f"version-{n}", NOW + timedelta(hours=n), value) for n, value in enumerate(said)]


@pytest.mark.parametrize(
    ("kind", "aggregation", "said", "expected"),
    [
        ("long", "sum", (1, 2, 3), 6),
        ("long", "sum", (), 0),
        ("decimal", "sum", ("0.1", "0.2"), "0.3"),
        ("decimal", "sum", ("10.50", "0.50"), "11"),
        ("long", "mean", (1, 2), "1.5"),
        ("decimal", "mean", ("10", "10", "11"), "10.333333"),
        ("decimal", "mean", (), None),
        ("date", "latest", ("2026-03-01", "2026-02-01"), "2026-02-01"),
        ("date", "latest", (), None),
        ("text", "list", (), []),
        ("text", "list", ("Tổ A",), [{"agency": "agency-0", "value": "Tổ A"}]),
    ],
)
def test_a_figure_is_what_its_rule_makes_of_the_values(
    kind: str, aggregation: str, said: tuple[Any, ...], expected: Any
) -> None:
    assert figures.aggregate(field(kind, aggregation), values(*said)) == expected


@given(st.lists(st.decimals(-(10**9), 10**9, places=4)), st.randoms())
def test_a_sum_is_exact_in_any_order(said: list[Decimal], chance: Any) -> None:
    found = values(*(str(one) for one in said))
    chance.shuffle(found)

    total = figures.aggregate(field("decimal", "sum"), found)

    assert Decimal(total) == sum(said, Decimal(0))


@pytest.mark.parametrize("aggregation", ["list", "latest", "mean"])
def test_the_order_of_the_values_does_not_matter(aggregation: str) -> None:
    found = values(3, 1, 2)

    assert figures.aggregate(field("long", aggregation), found) == figures.aggregate(
        field("long", aggregation), found[::-1]
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": "Số"}, "data_form.0.id"),
        ({"type": "colour"}, "data_form.0.type"),
        ({"aggregation": "product"}, "data_form.0.aggregation"),
        ({"type": "text"}, "data_form.0.aggregation"),
        ({"prefill": "weather"}, "data_form.0.prefill"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_by_its_field(change: dict[str, Any], place: str) -> None:
    good = {"id": "items", "label_vi": "Tin", "label_en": "Items", "type": "long", "aggregation": "sum"}

    assert figures.problems_of([good]) == []
    assert [p.field for p in figures.problems_of([good | change])] == [place]


def test_a_form_has_fields_and_each_id_once() -> None:
    good = {"id": "items", "label_vi": "Tin", "label_en": "Items", "type": "long", "aggregation": "sum"}

    assert [p.rule for form in ([], [good, good]) for p in figures.problems_of(form)] == ["size", "unique"]


def test_bad_figures_are_named_under_their_form() -> None:
    form = [{"id": "items", "label_vi": "Tin", "label_en": "Items", "type": "long", "aggregation": "sum"}]

    with pytest.raises(InvalidDataError) as refused:
        figures.check(form, {"items": "2"})

    assert [p.field for p in refused.value.problems] == ["figures.items"]
