"""Promises of the commendation rules: which hold is a matter of the day of reception, and of nothing else."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from engine import commendation_rules as rules
from engine.access import SYSTEM
from engine.queries import award_rules
from engine.queries.award_rules import Question
from engine.runtime import Engine
from tests.conftest import MovableClock

OLD, NEW, NEWEST = "98/2023/NĐ-CP", "152/2025/NĐ-CP", "06/2026/QH16"
BY_DATE = [
    ("2023-12-31", "none"),
    ("2024-01-01", OLD),
    ("2025-06-30", OLD),
    ("2025-07-01", NEW),
    ("2026-09-30", NEW),
    ("2026-10-01", NEWEST),
    ("2030-01-01", NEWEST),
]
# form, nominee, achievement, level → grantor, council, quorum, threshold, days of appraisal, money; before | after
CITY = "city_chairman"
MERIT, GIVEN, FLAG = "merit_certificate", "commendation_certificate", "emulation_flag"
TABLE: list[tuple[tuple[str, str, str, str], str, tuple[Any, ...]]] = [
    ((MERIT, "collective", "thematic", "commune"), "2025-06-30", (CITY, True, 67, 80, 25, 3.0)),
    ((MERIT, "collective", "thematic", "commune"), "2025-07-01", (CITY, True, 67, 80, 20, 3.0)),
    ((MERIT, "collective", "thematic", "commune"), "2026-10-01", (CITY, True, 67, 80, 20, 3.0)),
    ((MERIT, "individual", "sudden", "city"), "2025-06-30", (CITY, False, 0, 0, 25, 1.5)),
    ((MERIT, "individual", "sudden", "city"), "2025-07-01", (CITY, False, 0, 0, 10, 1.5)),
    ((MERIT, "household", "thematic", "commune"), "2026-10-01", (CITY, True, 67, 80, 20, 2.25)),
    ((GIVEN, "collective", "thematic", "city"), "2025-07-01", ("agency_head", False, 0, 0, 20, 0.6)),
    ((GIVEN, "individual", "sudden", "commune"), "2026-10-01", ("commune_chairman", False, 0, 0, 20, 0.3)),
    ((GIVEN, "household", "merit", "district"), "2025-06-30", ("district_chairman", False, 0, 0, 25, 0.45)),
    ((FLAG, "collective", "thematic", "city"), "2025-07-01", (CITY, True, 67, 80, 20, 8.0)),
    (("city_emulation_fighter", "individual", "merit", "city"), "2026-09-30", (CITY, True, 90, 90, 20, 3.0)),
]
REFUSED = [
    ("2025-07-01", GIVEN, "household", "merit", "district"),  # districts ended with that day
    ("2026-10-01", FLAG, "individual", "thematic", "city"),  # a flag is for collectives
    ("2026-10-01", "city_emulation_fighter", "individual", "thematic", "city"),  # a title rewards merit alone
    ("2023-12-31", MERIT, "collective", "thematic", "city"),  # before the table begins
    ("2026-10-01", "cultural_family", "household", "merit", "city"),  # granted by communes
]


def ask(engine: Engine, day: str, form: str, nominee: str, kind: str, level: str) -> dict[str, Any]:
    question = Question(date.fromisoformat(day), form, nominee, kind, level)
    return engine.read(SYSTEM, award_rules.rules_for, question)


@pytest.mark.parametrize(("day", "version"), BY_DATE)
def test_the_day_of_reception_chooses_the_version(installed_sqlite: Engine, day: str, version: str) -> None:
    assert ask(installed_sqlite, day, MERIT, "collective", "thematic", "city")["rule_version"] == version


@pytest.mark.parametrize(("question", "day", "expected"), TABLE)
def test_the_table_by_date(
    installed_sqlite: Engine, question: tuple[str, str, str, str], day: str, expected: tuple[Any, ...]
) -> None:
    found = ask(installed_sqlite, day, *question)

    told = ("grantor", "council_required", "quorum_percent", "threshold_percent", "appraisal_days", "money_multiple")
    assert tuple(found[name] for name in told) == expected
    assert found["allowed"] is True


@pytest.mark.parametrize(("day", "form", "nominee", "kind", "level"), REFUSED)
def test_what_may_not_be_proposed(
    installed_sqlite: Engine, day: str, form: str, nominee: str, kind: str, level: str
) -> None:
    assert ask(installed_sqlite, day, form, nominee, kind, level)["allowed"] is False


def test_today_does_not_matter(installed_sqlite: Engine, clock: MovableClock) -> None:
    before = ask(installed_sqlite, "2025-06-30", MERIT, "collective", "thematic", "city")

    clock.moment = clock.moment.replace(year=2027)

    assert ask(installed_sqlite, "2025-06-30", MERIT, "collective", "thematic", "city") == before


def test_every_combination_has_an_answer_with_all_outputs(installed_sqlite: Engine) -> None:
    days = [day for day, _ in BY_DATE]
    levels = ("city", "commune", "district", "none")
    every = list(product(days, rules.AWARD_FORMS, rules.NOMINEE_KINDS, rules.ACHIEVEMENT_TYPES, levels))

    answers = [ask(installed_sqlite, *one) for one in every]

    assert len(answers) == len(every)
    assert {frozenset(answer) for answer in answers} == {frozenset(answers[0])}
    assert len(answers[0]) == 14
    for answer in answers:
        assert answer["council_required"] == (answer["quorum_percent"] > 0) == (answer["ballot"] != "none")
        assert answer["allowed"] == (answer["grantor"] != "none")


@pytest.mark.parametrize(("day", "salary"), [("2024-06-30", 1_800_000), ("2024-07-01", 2_340_000)])
def test_the_base_salary_is_that_of_the_decision(installed_sqlite: Engine, day: str, salary: int) -> None:
    assert installed_sqlite.read(SYSTEM, award_rules.base_salary, date.fromisoformat(day)) == salary


@pytest.mark.parametrize(
    ("multiple", "amount"), [(3.0, 7_020_000), (2.25, 5_265_000), (0.3, 702_000), (0.45, 1_053_000)]
)
def test_money_is_counted_in_whole_dong(multiple: float, amount: int) -> None:
    assert rules.amount(multiple, 2_340_000) == amount


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Tổ công nghệ số,  thôn Chàng Sơn", "tổ CÔNG NGHỆ SỐ thôn Chàng Sơn.", True),
        ("Tổ công nghệ số", "Tổ công nghệ so", False),
        ("Đội xung kích 1", "Đội xung kích 2", False),
        ("Nguyễn Thị Thủy, xã Hòa Xá", "Nguyễn Thị Thuỷ, xã Hoà Xá", True),
        ("Nguyễn Văn Toàn", "Nguyễn Văn Toán", False),
        ("Tổ_công nghệ số", "Tổ công nghệ số", True),
        ("Tổ công ng\u200bhệ s\u00adố", "Tổ công nghệ số", True),
        ("Ｔổ công nghệ số １", "Tổ công nghệ số 1", True),
    ],
)
def test_names_are_compared_without_case_and_punctuation(one: str, other: str, same: bool) -> None:
    assert (rules.comparable(one) == rules.comparable(other)) is same


def test_names_are_compared_however_their_marks_are_encoded() -> None:
    assert rules.comparable("Thạch Thất") == rules.comparable("Tha\u0323ch Tha\u0302\u0301t")


@pytest.mark.parametrize(
    ("in_favour", "against", "blank", "recused", "result"),
    [
        (8, 0, 0, 0, "in_favour"),  # 8 of 10
        (7, 3, 0, 0, "not_in_favour"),
        (6, 0, 0, 0, "no_quorum"),  # 6 of 10 took part
        (7, 0, 0, 0, "not_in_favour"),  # the three who are silent do not consent
        (8, 0, 1, 1, "in_favour"),  # 8 of 9: who may not vote counts for nothing
        (0, 0, 0, 10, "no_quorum"),
        (0, 0, 0, 0, "no_quorum"),
    ],
)
def test_silence_is_no_consent(in_favour: int, against: int, blank: int, recused: int, result: str) -> None:
    count = rules.Count(10, recused, in_favour, against, blank)

    assert count.result(67, 80) == result
