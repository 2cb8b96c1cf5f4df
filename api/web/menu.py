"""The menu: the pages that there are, for whom they are meant.

Rule: it only spares people what they have no use for; who may see what, the engine decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext

from api.auth import actor
from api.web.words import N_
from engine.access import AGENCY_ROLES, CASE_MANAGERS, CITY_READERS, UNBOUND_ROLES, Actor
from engine.queries.entries import WATCHERS

_DECIDE_NOTHING = UNBOUND_ROLES | {"agency_officer", "records_clerk", "external_partner"}
_COMMENDERS = frozenset(
    {"agency_head", "commendation_aggregator", "council_secretary", "council_member", "city_office", "city_leader"}
)
Whom = Callable[[Actor], bool]


@dataclass(frozen=True)
class Entry:
    """One entry as its reader sees it."""

    endpoint: str
    label: str
    is_current: bool


def _everybody(_: Actor) -> bool:
    return True


def _deciders(who: Actor) -> bool:
    return bool(who.roles - _DECIDE_NOTHING)


def _reporters(who: Actor) -> bool:
    return bool(who.roles & (AGENCY_ROLES | CITY_READERS))


def _leaders(who: Actor) -> bool:
    return who.reads_all_cases or "agency_head" in who.roles


def _commenders(who: Actor) -> bool:
    return bool(who.roles & _COMMENDERS)


def _outward(who: Actor) -> bool:
    return who.reads_all_cases or bool(who.roles & {"external_partner", "agency_head", "agency_officer"})


def _readers_of_all(who: Actor) -> bool:
    return who.reads_all_cases or bool(who.roles & WATCHERS)


def _keepers(who: Actor) -> bool:
    return bool(who.roles & (CASE_MANAGERS | {"agency_head"}))


# Pages that stand below another one's entry.
_ALSO = {
    "pages.running": "pages.upkeep",
    "pages.operations": "pages.upkeep",
    "pages.members": "pages.directory",
    "pages.versions": "pages.processes",
}


# A line is added with its page: endpoint, what it is called, for whom.
PAGES: tuple[tuple[str, str, Whom], ...] = (
    ("pages.work.mine", N_("Việc của tôi"), _everybody),
    ("pages.dashboard.shown", N_("Tổng quan"), _leaders),
    ("pages.decisions.queue", N_("Chờ quyết định"), _deciders),
    ("pages.commending.pile", N_("Duyệt khen thưởng"), _commenders),
    ("pages.cases.listed", N_("Hồ sơ"), _everybody),
    ("pages.dossiers.listed", N_("Khen thưởng"), _everybody),
    ("pages.rounds.listed", N_("Đợt báo cáo"), _reporters),
    ("pages.scorecard.buckets", N_("Kết quả thực hiện"), _reporters),
    ("pages.escalations.listed", N_("Đôn đốc chưa có kết quả"), _reporters),
    ("pages.documents.listed", N_("Văn bản đi"), _everybody),
    ("pages.outside.requests", N_("Cơ quan ngoài, giám sát"), _outward),
    ("pages.history.search", N_("Lịch sử"), _readers_of_all),
    ("pages.upkeep.failed", N_("Sự cố"), _keepers),
    ("pages.standins.listed", N_("Xử lý thay"), _everybody),
    ("pages.directory.agencies", N_("Danh bạ"), _everybody),
    ("pages.calendar.year", N_("Lịch làm việc"), _everybody),
    ("pages.processes.listed", N_("Quy trình"), _everybody),
)


def entries() -> list[Entry]:
    """What the reader finds in the menu."""
    subject = (request.endpoint or "").rpartition(".")[0]
    who = actor()
    known = current_app.view_functions
    return [
        Entry(endpoint, gettext(label), _ALSO.get(subject, subject) == endpoint.rpartition(".")[0])
        for endpoint, label, whom in PAGES
        if endpoint in known and whom(who)
    ]
