"""The days off and swapped working days of Vietnamese state bodies, as the calendar is first filled with them.

Rule: the `holidays` library says which days, corrected by what it lacks; each day names the document that decided it.
Nothing here is looked at again once it stands in the rows: there people change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from engine.calendar import SATURDAY, DecidedDay, WorkingCalendar

FIRST_YEAR, LAST_YEAR = 2024, 2030
LABOUR_CODE = "Bộ luật Lao động 2019, Điều 112"
SUBSTITUTED = "Bộ luật Lao động 2019, Điều 111 khoản 3"
# The amending law was not seen: an administrator may turn the day into a working day.
CULTURE_DAY = "Nghị quyết 80-NQ/TW ngày 07/01/2026; Nghị quyết 30/NQ-CP năm 2026"
LIBRARY = "Thư viện holidays"  # a swap that is newer than this page
_LETTER_2024 = "Công văn 2450/VPCP-KGVX ngày 12/4/2024"
_LETTER_2025 = "Công văn 8726/VPCP-KGVX ngày 26/11/2024"
_LETTER_2026 = "Công văn 9859/VPCP-KGVX năm 2025"
_NEW_YEAR_2026 = "Công văn 12729/VPCP-KGVX ngày 25/12/2025"
# Swaps: the day off, the Saturday worked for it, and the letter. The library lacks that of January 2026.
SWAPS = (
    (date(2024, 4, 29), date(2024, 5, 4), _LETTER_2024),
    (date(2025, 5, 2), date(2025, 4, 26), _LETTER_2025),
    (date(2026, 1, 2), date(2026, 1, 10), _NEW_YEAR_2026),
    (date(2026, 8, 31), date(2026, 8, 22), _LETTER_2026),
)
# Which of the days around Tết are off is decided each year: of these years the letter is known.
_TET_LETTERS = {2025: _LETTER_2025, 2026: _LETTER_2026}
# The library calls the day before the eve “29 Tết” even when its month has 29 days.
_RENAMED = {"29 Tết": ("Nghỉ Tết Nguyên Đán", "Lunar New Year holiday")}


def statutory() -> WorkingCalendar:
    """The calendar that an installation begins with."""
    return vietnam(FIRST_YEAR, LAST_YEAR)


@lru_cache(maxsize=4)
def vietnam(first_year: int, last_year: int) -> WorkingCalendar:
    """The calendar of Vietnamese state bodies for those years, both included."""
    return WorkingCalendar({d.day: d for d in decided_days(first_year, last_year)})


def decided_days(first_year: int, last_year: int) -> Iterator[DecidedDay]:
    """Every day off and every swapped working day of those years."""
    from holidays.countries.vietnam import VN  # slow to import: only who fills a calendar pays for it

    years = range(first_year, last_year + 1)
    vietnamese = VN(years=years, language="vi")  # type: ignore[no-untyped-call]
    english = VN(years=years, language="en_US")  # type: ignore[no-untyped-call]
    swapped = {day for pair in SWAPS for day in pair[:2]}
    for day in sorted(set(vietnamese) - swapped):
        name_vi, name_en = _RENAMED.get(vietnamese[day], (vietnamese[day], english[day]))
        kind = "swap_off" if vietnamese[day].startswith("Ngày nghỉ (thay") else "holiday"
        yield DecidedDay(day, kind, name_vi, name_en, _document(day, vietnamese[day]))
    for day in sorted(vietnamese.weekend_workdays - swapped):
        if day.year in years:
            yield DecidedDay(day, "swap_workday", "Làm bù", "Worked in exchange", document=LIBRARY)
    for off, worked, letter in SWAPS:
        if off.year in years:
            yield _swap(off, worked, letter)
            yield _swap(worked, off, letter)


def _document(day: date, name: str) -> str:
    if day.month == 11:
        return CULTURE_DAY
    if name.startswith("Ngày nghỉ (thay"):
        return LIBRARY
    if "(nghỉ bù)" in name:
        return SUBSTITUTED
    if "Tết" in name and name != "Tết Dương lịch" and day.year in _TET_LETTERS:
        return f"{LABOUR_CODE}; {_TET_LETTERS[day.year]}"
    return LABOUR_CODE


def _swap(day: date, other: date, letter: str) -> DecidedDay:
    if day.weekday() < SATURDAY:
        names = f"Nghỉ hoán đổi, làm bù ngày {other:%d/%m/%Y}", f"Day off, swapped with {other:%d/%m/%Y}"
        return DecidedDay(day, "swap_off", *names, document=letter)
    names = f"Làm bù cho ngày {other:%d/%m/%Y}", f"Worked in exchange for {other:%d/%m/%Y}"
    return DecidedDay(day, "swap_workday", *names, document=letter)
