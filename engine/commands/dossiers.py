"""What is asked of a dossier itself, whichever step its case is at: opening it, holding it, revoking its award.

Rule: a hold stops the case, and only its release lets it go on; everything else the diagrams decide.
Sources: decree 152/2025, art. 4(4) (hold); Law 06/2022/QH15, art. 93 (revocation).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from engine import commendation_rules as rules
from engine import deadlines
from engine.access import Actor
from engine.audit.chain import Happening
from engine.commands import instances
from engine.commands.case import Case, hold_case
from engine.commands.instances import Start
from engine.errors import (
    ConflictError,
    FieldProblem,
    ForbiddenError,
    InvalidDataError,
    NotFoundError,
    StaleVersionError,
)
from engine.handlers import nomination
from engine.handlers.dossier_content import change, new_dossier
from engine.models.columns import new_id
from engine.models.commendation import Dossier
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.queries import dossiers as queries
from engine.runtime import Transaction

PROCESS, REVOCATION = "commendation", "commendation_revocation"
HOLDERS = frozenset({"commendation_aggregator", "council_secretary", "city_leader"})
REVOKERS = frozenset({"council_secretary", "city_leader"})
_RUNNING = ("active", "suspended", "incident")


def open_dossier(tx: Transaction, agency: str, content: Mapping[str, Any]) -> Dossier:
    """Begin the dossier of an agency: its case waits for the officer to complete it.

    Raises ForbiddenError unless the actor is an officer of that agency, InvalidDataError for an agency that is not in
    force or values that are none, ConflictError while the process is not deployed.
    """
    found = tx.session.get(Agency, agency)
    if found is None or not found.in_force(deadlines.local_date(tx.now)):
        message_vi = "Không có cơ quan này hoặc cơ quan đã hết hiệu lực."
        raise InvalidDataError([FieldProblem("agency", "unknown", message_vi, "No such agency in force.")])
    _require_officer(tx.actor, agency)
    nomination.require_words(content)
    made = new_dossier(tx, found, new_id())
    tx.session.add(made)
    tx.session.flush()
    prepared = {name: value for name, value in content.items() if value is not None}
    prepared |= {"dossier": made.id}
    made.instance_id = _begin(tx, Start(PROCESS, business_key=made.id, agency=agency, prepared=prepared)).id
    return made


def hold(tx: Transaction, dossier_id: str, ground: str, reason: str, expected_version: int | None = None) -> Dossier:
    """Stop a dossier until something is concluded about its nominee; `ground` is one of HOLD_GROUNDS.

    Raises NotFoundError out of sight, ForbiddenError for those who may not, ConflictError when it is not under way.
    """
    found = queries.dossier(tx, dossier_id)
    _require(tx.actor, HOLDERS, "hold-dossier")
    _require_reason(reason)
    _require_word("ground", ground, rules.HOLD_GROUNDS)
    case = _locked(tx, found, expected_version)
    if found.state not in rules.UNDER_WAY or found.state == "on_hold" or case.state != "active":
        raise ConflictError("Hồ sơ không ở trạng thái đang xét.", "The dossier is not under consideration.")
    instances.turn_case(case, "suspended", "process-suspended", reason)
    case.element_id = None
    change(case, found, state="on_hold", held_state=found.state, hold_ground=ground)
    case.record(Happening("dossier-held", data={"dossier": found.id, "ground": ground, "reason": reason}))
    return found


def release(tx: Transaction, dossier_id: str, reason: str, expected_version: int | None = None) -> Dossier:
    """Let a dossier on hold go on where it stood. Raises ConflictError when it is not on hold."""
    found = queries.dossier(tx, dossier_id)
    _require(tx.actor, HOLDERS, "release-dossier")
    _require_reason(reason)
    case = _locked(tx, found, expected_version)
    if found.state != "on_hold":
        raise ConflictError("Hồ sơ không ở trạng thái tạm dừng.", "The dossier is not on hold.")
    instances.turn_case(case, "active", "process-resumed", reason)
    case.element_id = None
    change(case, found, state=found.held_state, held_state=None, hold_ground=None)
    case.record(Happening("dossier-released", data={"dossier": found.id, "reason": reason}))
    return found


def revoke(tx: Transaction, dossier_id: str, ground: str, reason: str, expected_version: int | None = None) -> Dossier:
    """Begin the revocation of an award; its own process leads to the Chairman. `ground` is one of REVOCATION_GROUNDS.

    Raises NotFoundError out of sight, ForbiddenError for those who may not, ConflictError when nothing is awarded or
    a revocation is under way.
    """
    found = queries.dossier(tx, dossier_id)
    _require(tx.actor, REVOKERS, "revoke-award")
    _require_reason(reason)
    _require_word("ground", ground, rules.REVOCATION_GROUNDS)
    case = _locked(tx, found, expected_version)
    key = f"{found.id}/revocation"
    if found.state not in rules.AWARDED:
        raise ConflictError("Hồ sơ không có quyết định đang có hiệu lực.", "The dossier has no award in force.")
    if _is_running(tx, key):
        raise ConflictError("Đang xét thu hồi quyết định này.", "Its revocation is under way.")
    prepared = {"dossier": found.id, "comment": reason, "reason": reason, "revocation_ground": ground}
    begun = _begin(tx, Start(REVOCATION, business_key=key, agency=found.agency, prepared=prepared))
    data = {"dossier": found.id, "ground": ground, "reason": reason, "instance": begun.id}
    case.record(Happening("award-revocation-begun", data=data))
    return found


def _begin(tx: Transaction, wanted: Start) -> Case:
    try:
        return instances.begin(tx, wanted)
    except NotFoundError as error:
        raise ConflictError(
            f"Quy trình “{error.key}” chưa được triển khai.", f"The process “{error.key}” is not deployed."
        ) from error


def _locked(tx: Transaction, found: Dossier, expected_version: int | None) -> Case:
    """The case of a dossier that the actor sees, locked, and the dossier read anew under that lock."""
    if found.instance_id is None:
        raise ConflictError("Hồ sơ chưa có quy trình.", "The dossier has no case.")
    case = hold_case(tx, found.instance_id)
    tx.session.refresh(found)
    if expected_version not in (None, found.version):
        raise StaleVersionError(expected_version or 0, found.version)
    return case


def _is_running(tx: Transaction, business_key: str) -> bool:
    query = select(ProcessInstance.id).where(
        ProcessInstance.process_key == REVOCATION,
        ProcessInstance.business_key == business_key,
        ProcessInstance.state.in_(_RUNNING),
    )
    return tx.session.scalars(query.limit(1)).first() is not None


def _require_officer(actor: Actor, agency: str) -> None:
    if not actor.is_system and not actor.holds("agency_officer", agency):
        raise ForbiddenError(
            "open-dossier",
            "Chỉ công chức của cơ quan được lập hồ sơ khen thưởng cho cơ quan đó.",
            "Only an officer of the agency may open a dossier for it.",
        )


def _require(actor: Actor, roles: frozenset[str], verb: str) -> None:
    if not actor.is_system and not actor.roles & roles:
        raise ForbiddenError(
            verb, "Anh/chị không có quyền đối với hồ sơ khen thưởng này.", "You may not do this to the dossier."
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidDataError([FieldProblem("reason", "required", "Phải nêu lý do.", "A reason is required.")])


def _require_word(name: str, word: str, words: Collection[str]) -> None:
    if word not in words:
        message_en = f"It is none of {', '.join(words)}."
        raise InvalidDataError([FieldProblem(name, "unknown", "Giá trị không có trong danh mục.", message_en)])
