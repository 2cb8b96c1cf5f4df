"""Demo people, so that a newcomer can walk a case through everybody's hands.

Rule: loading them again adds only who is missing; they all share one password hash.
"""

from __future__ import annotations

from sqlalchemy import select

from engine import deadlines
from engine.access import UNBOUND_ROLES
from engine.commands.directory import Login, Role, add_person
from engine.models.directory import Account, Agency
from engine.runtime import Transaction

SPECIAL = (
    "svhtt.report_aggregator",
    "svhtt.records_clerk",
    "skhcn.commendation_aggregator",
    "ubnd.city_leader",
    "vpub.city_office",
    "stc.finance_appraiser",
    "snv.council_secretary",
    "hd-tdkt.council_member",
    "mttq.external_partner",
    "btgdv.external_partner",
    "auditor",
    "sysadmin",
    "designer",
    "publisher",
)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Thị", "Văn", "Minh", "Thu", "Quang", "Ngọc", "Đức", "Thanh", "Hồng", "Anh", "Hữu", "Kim")
_GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Hùng",
    "Lan",
    "Long",
    "Mai",
    "Nam",
    "Oanh",
    "Phúc",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Uyên",
    "Vinh",
    "Yến",
)


def load_demo(tx: Transaction, password_hash: str) -> list[str]:
    """Add the demo people who are missing; their user names, those with special roles first."""
    today = deadlines.local_date(tx.now)
    agencies = [a for a in tx.session.scalars(select(Agency).order_by(Agency.code)) if a.in_force(today)]
    ordinary = [f"{a.code}.{role}" for a in agencies for role in ("agency_officer", "agency_head")]
    known = set(tx.session.scalars(select(Account.username)))
    usernames = [*SPECIAL, *ordinary]
    for number, username in enumerate(usernames):
        if username not in known:
            add_person(
                tx,
                full_name(number),
                login=Login(username, password_hash),
                roles=[_role(username)],
            )
    return usernames


def full_name(number: int) -> str:
    """A plausible Vietnamese full name, always the same for the same number."""
    family = _FAMILY[number % len(_FAMILY)]
    middle = _MIDDLE[(number // len(_FAMILY)) % len(_MIDDLE)]
    return f"{family} {middle} {_GIVEN[(number * 7) % len(_GIVEN)]}"


def _role(username: str) -> Role:
    if username in UNBOUND_ROLES:
        return Role(username)
    agency, _, role = username.rpartition(".")
    return Role(role, agency)
