"""Promises of explained due dates: the words say what was counted, and counting again gives the same instant."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import orjson
import pytest

from engine import deadlines
from engine.calendar import ROLLS, DecidedDay, WorkingCalendar
from engine.deadlines import AFTER, BEFORE, BY_DATE, GIVEN, LOCAL, WITHIN, Derivation, derivation_of
from engine.explanations import explain
from engine.statutory_days import statutory

TET = date(2026, 2, 13)  # the Friday before
CLAUSE = "Kế hoạch 179/KH-UBND, mục V.1.d"


def test_a_due_date_over_tet_is_explained_in_both_languages() -> None:
    told = explain(Derivation(WITHIN, TET, 3, text="${working_days(3)}"), statutory(), clause=CLAUSE)

    assert told["text_vi"] == (
        "Hết ngày 25/02/2026: 3 ngày làm việc kể từ 13/02/2026 (không tính ngày đầu). "
        "Không tính: 4 ngày nghỉ cuối tuần, Giao thừa Tết Nguyên Đán (16/02/2026), Tết Nguyên Đán (17/02/2026), "
        "Mùng hai Tết Nguyên Đán (18/02/2026), Mùng ba Tết Nguyên Đán (19/02/2026), "
        "Mùng bốn Tết Nguyên Đán (20/02/2026). "
        "Căn cứ: Kế hoạch 179/KH-UBND, mục V.1.d."
    )
    assert told["text_en"].startswith("End of 25/02/2026: 3 working days from 13/02/2026 (first day not counted).")
    assert (told["rule"], told["clause"], told["working_days"]) == ("${working_days(3)}", CLAUSE, 3)
    assert [day["date"] for day in told["skipped"]] == [f"2026-02-{n}" for n in range(14, 23)]
    assert told["skipped"][2]["document"] == "Bộ luật Lao động 2019, Điều 112; Công văn 9859/VPCP-KGVX năm 2025"


def test_a_swapped_saturday_is_counted_and_its_monday_is_not() -> None:
    told = explain(Derivation(WITHIN, date(2026, 8, 21), 6), statutory())

    assert told["due"] == "2026-08-28"
    assert [day["date"] for day in told["skipped"]] == ["2026-08-23"]


def test_a_date_that_is_rolled_says_so() -> None:
    told = explain(Derivation(BY_DATE, date(2026, 4, 26), roll="next"), statutory(), opened=date(2026, 4, 20))

    assert told["due"] == "2026-04-28"
    assert "Ngày 26/04/2026 không phải ngày làm việc nên chuyển sang ngày làm việc tiếp theo." in told["text_vi"]
    assert (told["counted_from"], told["working_days"]) == ("2026-04-20", 5)


def test_half_a_day_is_told_as_half() -> None:
    half = DecidedDay(date(2026, 3, 11), "half_day", "Làm việc nửa ngày", "Half a working day", "Công văn 3")
    calendar = WorkingCalendar({half.day: half, date(2026, 1, 1): statutory().days[date(2026, 1, 1)]})

    told = explain(Derivation(WITHIN, date(2026, 3, 10), 2), calendar)

    assert (told["due"], told["working_days"]) == ("2026-03-13", 2.5)
    assert "Không tính: nửa ngày 11/03/2026." in told["text_vi"]
    assert "Not counted: half of 11/03/2026." in told["text_en"]


def test_what_lies_beyond_the_decided_years_is_told_as_provisional() -> None:
    told = explain(Derivation(WITHIN, date(2031, 1, 1), 5), statutory())

    assert told["provisional"]
    assert "Lịch nghỉ năm 2031 chưa có" in told["text_vi"]


@pytest.mark.parametrize("rule", [WITHIN, BEFORE, AFTER, BY_DATE])
def test_a_stored_explanation_gives_its_instant_again(rule: str) -> None:
    random = Random(rule)
    for _ in range(300):
        base = date.fromordinal(date(2024, 1, 1).toordinal() + random.randrange(2_000))
        derivation = Derivation(rule, base, random.randint(0, 40), random.choice(ROLLS), "c-ba-vi")
        again = derivation.again(statutory(), base)

        stored = orjson.loads(orjson.dumps(explain(again, statutory())))

        assert derivation_of(stored["meaning"]) == again
        assert deadlines.local_date(again.instant(statutory())).isoformat() == stored["due"]


def test_an_instant_that_was_given_is_kept_to_the_second() -> None:
    moment = datetime(2026, 3, 10, 14, 30, 15, tzinfo=LOCAL)

    derivation = deadlines.given(moment)

    assert derivation.rule == GIVEN
    assert derivation_of(orjson.loads(orjson.dumps(derivation.as_json()))).instant(WorkingCalendar()) == moment
    assert explain(derivation, statutory())["text_vi"].startswith("14:30 10/03/2026, theo thời điểm đã ấn định.")


def test_what_an_expression_counts_is_noted_with_its_calendar() -> None:
    counted: dict[datetime, Derivation] = {}
    now = datetime(2026, 3, 10, 9, tzinfo=LOCAL)

    functions = deadlines.functions(now, lambda: WorkingCalendar(version=7), "c-ba-vi", counted)
    due = functions["working_days"](3)

    assert counted == {due: Derivation(WITHIN, date(2026, 3, 10), 3, agency="c-ba-vi", calendar_version=7)}


def test_no_calendar_is_asked_for_before_something_is_counted() -> None:
    asked: list[int] = []

    def calendar() -> WorkingCalendar:
        asked.append(1)
        return WorkingCalendar()

    functions = deadlines.functions(datetime(2026, 3, 10, 9, tzinfo=LOCAL), calendar)

    assert functions["today"]() == "2026-03-10"
    assert asked == []
