"""Promises of the four counts: nothing late is told as on time, and every rate shows what it is made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.buckets import Buckets, count, figures

# The City's own count, as it was told in the press: 16,051 of 21,914 done, 14,068 of them on time.
HANOI = Buckets(on_time=14_068, late=1_983, within_time=5_640, overdue=223)
counts = st.builds(Buckets, *(st.integers(0, 50_000) for _ in range(4)))


def test_the_rates_of_the_city_are_these() -> None:
    on_time, done = figures(HANOI)

    assert (on_time.code, on_time.numerator, on_time.denominator, on_time.percent) == (
        "on_time_rate",
        14_068,
        16_051 + 223,
        "86.4",
    )
    assert (done.code, done.numerator, done.denominator, done.percent) == ("done_rate", 16_051, 16_274, "98.6")


def test_every_rate_shows_its_formula_in_both_languages() -> None:
    for figure in figures(HANOI):
        assert "÷" in figure.formula_vi
        assert "÷" in figure.formula_en


def test_where_nothing_was_due_there_is_no_rate() -> None:
    assert [figure.percent for figure in figures(Buckets(within_time=7))] == [None, None]


def test_what_counts_in_no_bucket_is_not_counted() -> None:
    assert count(["late", None, "on_time", "late"]) == Buckets(on_time=1, late=2)


@given(counts)
def test_on_time_is_never_more_than_done_and_neither_more_than_all(found: Buckets) -> None:
    on_time, done = figures(found)

    assert on_time.numerator <= done.numerator <= done.denominator <= found.total
    assert found.total == found.on_time + found.late + found.within_time + found.overdue
