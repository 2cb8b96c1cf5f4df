"""Promises of reporting regimes: versions follow one another, and what makes no sense is refused by name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.access import SYSTEM
from engine.commands import regimes
from engine.default_regimes import QUARTERLY
from engine.errors import ForbiddenError, InvalidDataError, NotFoundError
from engine.queries import regimes as queries
from engine.runtime import Engine
from tests.installed import actor
from tests.reporting import trial_regime

TIERS = [{"tier": t, "day": d} for t, d in (("agency", 18), ("aggregator", 22), ("city", 25))]


def test_the_default_regime_is_that_of_the_plan_and_loaded_once(installed: Engine) -> None:
    first = installed.run(SYSTEM, regimes.load_defaults)
    again = installed.run(SYSTEM, regimes.load_defaults)

    found = installed.read(SYSTEM, queries.in_force, QUARTERLY, date(2026, 3, 10))
    assert ([r.key for r in first], again) == ([QUARTERLY], [])
    assert (found.clause, found.frequency, [row["day"] for row in found.tiers]) == ("V.2.b", "quarterly", [18, 22, 25])


def test_a_new_version_ends_the_one_before(installed: Engine) -> None:
    aggregator = actor(installed, "svhtt.report_aggregator")
    installed.run(aggregator, regimes.add, trial_regime())

    installed.run(aggregator, regimes.add, trial_regime(valid_from=date(2026, 7, 1)))

    versions = installed.read(SYSTEM, queries.regimes, queries.RegimeFilter("trial-quarterly"))
    assert [(r.version, r.valid_to) for r in versions] == [(1, date(2026, 6, 30)), (2, None)]
    assert installed.read(SYSTEM, queries.in_force, "trial-quarterly", date(2026, 6, 30)).version == 1
    with pytest.raises(NotFoundError):
        installed.read(SYSTEM, queries.in_force, "trial-quarterly", date(2025, 12, 31))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Báo cáo"}, "key"),
        ({"frequency": "weekly"}, "frequency"),
        ({"roll": "sideways"}, "roll"),
        ({"method": "pigeon"}, "method"),
        ({"reporters": []}, "reporters"),
        ({"reporters": ["nobody"]}, "reporters"),
        ({"aggregator": "nobody"}, "aggregator"),
        ({"obligation_id": "nothing"}, "obligation"),
        ({"opens_before": 0}, "opens_before"),
        ({"data_form": []}, "data_form"),
        ({"tiers": TIERS[:2]}, "tiers"),
        ({"tiers": [{"tier": "agency", "day": 14}, *TIERS[1:]]}, "tiers"),
        ({"tiers": [{"tier": "agency", "day": 22}, *TIERS[1:]]}, "tiers"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(installed_sqlite: Engine, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDataError) as refused:
        installed_sqlite.run(SYSTEM, regimes.add, trial_regime(**change))

    assert {p.field for p in refused.value.problems} == {field}


def test_a_version_comes_into_force_after_the_one_before(installed_sqlite: Engine) -> None:
    installed_sqlite.run(SYSTEM, regimes.add, trial_regime())

    with pytest.raises(InvalidDataError):
        installed_sqlite.run(SYSTEM, regimes.add, trial_regime())


def test_regimes_are_the_aggregators_and_administrators(installed_sqlite: Engine) -> None:
    with pytest.raises(ForbiddenError):
        installed_sqlite.run(actor(installed_sqlite, "svhtt.agency_head"), regimes.add, trial_regime())
    assert installed_sqlite.run(actor(installed_sqlite, "sysadmin"), regimes.add, trial_regime()).version == 1
