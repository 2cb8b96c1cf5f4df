"""Promises of `dondoc simulate`, with few agencies: the same quarter for the same seed, on a database of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.api.test_cli import KEY, TRIAL, dondoc, one_line

QUARTER = ("--from", "2026-02-24", "--to", "2026-04-10", "--communes", "3")
AGENCIES = 15 + 3
Quarter = Callable[[int], dict[str, Any]]


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """A quarter simulated from a seed, in a home of its own each time."""

    def simulate(seed: int) -> dict[str, Any]:
        home = tmp_path_factory.mktemp("simulated")
        done = dondoc(home, "simulate", *QUARTER, "--seed", str(seed), "--json")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return {**orjson.loads(done.stdout), "home": home}

    return simulate


@pytest.fixture(scope="module")
def first(quarter: Quarter) -> dict[str, Any]:
    """The quarter from the seed 1."""
    return quarter(1)


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    """A summary without what a machine or a folder adds."""
    return {name: value for name, value in summary.items() if name not in ("wall_seconds", "home")}


def rows(summary: dict[str, Any], statement: str) -> list[Any]:
    """What a statement finds in the database that is left."""
    with sqlite3.connect(summary["home"] / "simulation.db") as left:
        return left.execute(statement).fetchall()


def test_the_same_seed_gives_the_same_quarter_and_another_one_another(quarter: Quarter, first: dict[str, Any]) -> None:
    assert figures(quarter(1)) == figures(first)
    assert figures(quarter(2)) != figures(first)


def test_the_round_of_the_quarter_goes_all_the_way(first: dict[str, Any]) -> None:
    (found,) = first["rounds"]

    assert (found["period"], found["reports"]) == ("2026-quarterly-01", AGENCIES)
    assert found["state"] in ("submitted", "archived")
    assert sum(found["standings"].values()) == AGENCIES
    assert sum(first["reports"]["by_state"].values()) == AGENCIES


def test_reminders_go_out_on_working_days_alone(first: dict[str, Any]) -> None:
    assert sum(first["reminders"].values()) >= AGENCIES
    assert first["mornings"]["days"] > 0
    assert first["mornings"]["not_worked"] == []


def test_people_do_only_what_they_may(first: dict[str, Any]) -> None:
    assert set(first["work"]["refused"]) <= {"task-closed"}
    assert first["work"]["incidents"] == 0
    assert first["history"]["sound"]


def test_every_figure_tells_its_formula(first: dict[str, Any]) -> None:
    found = first["plan_tasks"]

    assert sum(found["buckets"].values()) == found["total"] > AGENCIES
    assert all(figure["formula"] for figure in found["figures"])


def test_what_is_written_is_marked_simulated(first: dict[str, Any]) -> None:
    marks = [rows(first, f"SELECT DISTINCT simulated FROM {table}") for table in ("process_instance", "report")]

    assert marks == [[(1,)], [(1,)]]


def test_what_is_left_can_be_served_at_the_end_of_the_time(first: dict[str, Any]) -> None:
    clock = (first["home"] / "simulation.clock").read_text(encoding="ascii")

    assert clock.startswith("2026-04-10T16:59:59")
    assert (first["home"] / "demo_password").exists()


def test_a_database_that_is_not_empty_is_refused_and_left_alone(first: dict[str, Any]) -> None:
    clock = first["home"] / "simulation.clock"
    before = rows(first, "SELECT count(*) FROM audit_event"), clock.read_bytes()

    told = one_line(dondoc(first["home"], "simulate", *QUARTER))

    assert "không trống" in told
    assert (rows(first, "SELECT count(*) FROM audit_event"), clock.read_bytes()) == before


def test_what_merged_agencies_leave_goes_on_at_their_successor(tmp_path: Path) -> None:
    words = ("--from", "2025-09-01", "--to", "2026-02-12", "--communes", "1", "--json")

    done = dondoc(tmp_path, "simulate", *words)

    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    summary = {**orjson.loads(done.stdout), "home": tmp_path}
    held = rows(summary, "SELECT DISTINCT agency FROM plan_task WHERE agency LIKE 'press%'")
    assert held == [("press-bptth",)]
    assert sum(one["transferred"] for one in summary["rounds"]) > 0
    assert set(summary["work"]["refused"]) <= {"task-closed"}


def test_production_is_no_place_for_a_simulation(tmp_path: Path) -> None:
    home = tmp_path / "home"

    told = one_line(dondoc(home, "simulate", *QUARTER, DONDOC_ENV="production", **KEY))

    assert "DONDOC_ENV=development" in told
    assert not home.exists()


@pytest.mark.parametrize(
    "words", [("--from", "yesterday", "--to", "2026-04-10"), ("--from", "2026-04-10", "--to", "2026-04-10"), ()]
)
def test_a_time_that_is_none_is_a_usage_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = dondoc(tmp_path, "simulate", *words, **TRIAL)

    assert (done.returncode, done.stdout) == (2, "")
