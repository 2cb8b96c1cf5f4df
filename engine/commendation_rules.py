"""The words and pure rules of commendation: what is the same achievement, who is counted, when a council agrees.

Rule: nothing here reads the database or a clock. What depends on a date stands in workflows/award_rules.dmn.
Sources: Law 06/2022/QH15, art. 5(2)c (one achievement, one award) and 93 (revocation); decree 152/2025, art. 4(4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NOMINEE_KINDS = ("collective", "individual", "household")
ACHIEVEMENT_TYPES = ("thematic", "sudden", "merit")
AWARD_FORMS = (
    "merit_certificate",
    "commendation_certificate",
    "emulation_flag",
    "city_emulation_fighter",
    "excellent_labour_collective",
    "advanced_labour_collective",
    "grassroots_emulation_fighter",
    "advanced_labourer",
    "cultural_family",
)
STATES = (
    "draft",
    "submitted",
    "returned",
    "appraising",
    "opinion",
    "on_hold",
    "council",
    "submitted_to_chairman",
    "decided",
    "refused",
    "published",
    "revoked",
)
AWARDED = ("decided", "published")
UNDER_WAY = ("submitted", "returned", "appraising", "opinion", "on_hold", "council", "submitted_to_chairman")
HOLD_GROUNDS = ("discipline", "investigation", "inspection", "complaint", "press")
REVOCATION_GROUNDS = ("fraud", "wrong_appraisal", "later_finding")
PUBLISH_BASES = ("consent", "legal_ground")
CHOICES = ("in_favour", "against", "blank")
ATTENDANCES = ("present", "written_opinion", "absent")
_LEVELS = {
    "department": "city",
    "administrative_unit": "city",
    "service_unit": "city",
    "peoples_committee": "city",
    "press": "city",
    "ward": "commune",
    "commune": "commune",
    "district": "district",
}
_APART = re.compile(r"[\W_]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"\S+")


def proposer_level(agency_type: str) -> str:
    """At which level an agency proposes and grants: city, commune, district (until 2025-07-01), or none."""
    return _LEVELS.get(agency_type, "none")


def comparable(name: str) -> str:
    """A name or title as it is compared: letters and digits alone, in one case, Vietnamese marks kept.

    Where in a word its tone is written (hòa, hoà), which width its letters have and what cannot be seen make no
    difference.
    """
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    words = _APART.sub(" ", unicodedata.normalize("NFKC", seen).casefold()).strip()
    spread = unicodedata.normalize("NFD", words)
    return unicodedata.normalize("NFC", _WORD.sub(_tone_last, spread))


def _tone_last(word: re.Match[str]) -> str:
    """A decomposed word with its tones at its end."""
    return _TONES.sub("", word[0]) + "".join(_TONES.findall(word[0]))


def claims(nominee_key: str, achievement_key: str, plan_tasks: Iterable[str]) -> list[str]:
    """What an award on this achievement uses up: each plan task, and the nominee with the achievement."""
    own = [f"nominee:{nominee_key}/{achievement_key}"] if nominee_key and achievement_key else []
    return own + sorted(f"task:{plan_task}" for plan_task in set(plan_tasks))


def is_person(nominee_kind: str) -> bool:
    """Whether the nominee's name is personal data, which is published on a legal basis only."""
    return nominee_kind in ("individual", "household")


def amount(money_multiple: float, base_salary: int) -> int:
    """The money of an award in VND; multiples have at most two decimals."""
    return round(money_multiple * 100) * base_salary // 100


@dataclass(frozen=True)
class Count:
    """A council's vote, counted.

    Who may not vote (`recused`) counts neither for the quorum nor for the threshold; who is absent without an opinion
    counts for both, so that silence is never consent.
    """

    seats: int
    recused: int
    in_favour: int
    against: int
    blank: int

    @property
    def taken_part(self) -> int:
        """How many voted or gave their opinion in writing."""
        return self.in_favour + self.against + self.blank

    @property
    def voters(self) -> int:
        """How many may vote."""
        return self.seats - self.recused

    def reaches_quorum(self, percent: int) -> bool:
        """Whether enough of those who may vote took part."""
        return self._is_share(self.taken_part, percent)

    def reaches_threshold(self, percent: int) -> bool:
        """Whether enough of all who may vote are in favour."""
        return self._is_share(self.in_favour, percent)

    def result(self, quorum_percent: int, threshold_percent: int) -> str:
        """in_favour, not_in_favour or no_quorum."""
        if not self.reaches_quorum(quorum_percent):
            return "no_quorum"
        return "in_favour" if self.reaches_threshold(threshold_percent) else "not_in_favour"

    def _is_share(self, part: int, percent: int) -> bool:
        return self.voters > 0 and part * 100 >= percent * self.voters


def counted(seats: int, recused: int, choices: Iterable[str]) -> Count:
    """The count of these choices."""
    found = list(choices)
    return Count(seats, recused, *(found.count(choice) for choice in CHOICES))


def requires(rules: Mapping[str, Any], name: str) -> bool:
    """Whether the rules of a dossier say yes; what they do not say is no."""
    return rules.get(name) is True
