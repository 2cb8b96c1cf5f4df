"""What a nomination must be before it is handed in: allowed, complete, proved, and not rewarded before.

Rule: everything that is wrong is told at once, each problem by the field of the form; nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import commendation_rules as rules
from engine import deadlines
from engine.errors import FieldProblem, InvalidDataError
from engine.models.commendation import Campaign, Dossier
from engine.models.plan import PlanTask
from engine.queries import dossiers as queries
from engine.runtime import Transaction

_WORDS = {
    "nominee_kind": rules.NOMINEE_KINDS,
    "award_form": rules.AWARD_FORMS,
    "achievement_type": rules.ACHIEVEMENT_TYPES,
    "publish_basis": rules.PUBLISH_BASES,
}


def problems(tx: Transaction, found: Dossier, known: Mapping[str, Any]) -> list[FieldProblem]:
    """All that keeps a dossier from being handed in under these rules."""
    return [
        *_missing(found),
        *_not_allowed(found, known),
        *_unpublishable(found),
        *_campaign(tx, found),
        *_evidence(tx, found),
        *_rewarded(tx, found),
        *_held(tx, found),
    ]


def require_words(values: Mapping[str, Any]) -> None:
    """Raise InvalidDataError for each value that is none of those its field knows; empty ones are not filled in yet."""
    wrong = [name for name, words in _WORDS.items() if values.get(name) and values[name] not in words]
    if wrong:
        message_vi, message_en = "Giá trị không có trong danh mục.", "It is none of the values known."
        raise InvalidDataError([FieldProblem(name, "unknown", message_vi, message_en) for name in wrong])


def require_campaign(tx: Transaction, campaign_id: str | None) -> None:
    """Raise InvalidDataError for a campaign that there is not: no dossier can be kept under it."""
    if campaign_id is not None and tx.session.get(Campaign, campaign_id) is None:
        message_vi = "Không có đợt khen thưởng này."
        raise InvalidDataError([FieldProblem("campaign", "unknown", message_vi, "There is no such campaign.")])


def unit_minutes(known: Mapping[str, Any]) -> dict[str, Any]:
    """The minutes of the unit's meeting, as the form gathered them."""
    names = ("meeting_on", "meeting_present", "meeting_in_favour", "meeting_minutes")
    return {name.removeprefix("meeting_"): known.get(name) for name in names}


def _missing(found: Dossier) -> Iterator[FieldProblem]:
    for name in ("nominee_kind", "nominee_name", "award_form", "achievement_type", "achievement_title"):
        if not str(getattr(found, name) or "").strip():
            yield FieldProblem(name, "required", "Phải nhập nội dung này.", "This is required.")
    if not (found.achievement_summary or "").strip():
        message_vi = "Phải có báo cáo tóm tắt thành tích."
        yield FieldProblem("achievement_summary", "required", message_vi, "A summary of the achievement is required.")


def _not_allowed(found: Dossier, known: Mapping[str, Any]) -> Iterator[FieldProblem]:
    if found.award_form and not rules.requires(known, "allowed"):
        message_vi = "Không được đề nghị hình thức này cho đối tượng, loại thành tích và cấp đề nghị đã chọn."
        message_en = "This form may not be proposed for such a nominee, achievement and proposer."
        yield FieldProblem("award_form", "not-allowed", message_vi, message_en)


def _unpublishable(found: Dossier) -> Iterator[FieldProblem]:
    if found.publish and rules.is_person(found.nominee_kind) and not found.publish_basis:
        message_vi = "Công khai tên cá nhân, hộ gia đình phải có căn cứ: sự đồng ý hoặc quy định của pháp luật."
        yield FieldProblem("publish_basis", "required", message_vi, "Naming a person needs consent or a legal ground.")


def _campaign(tx: Transaction, found: Dossier) -> Iterator[FieldProblem]:
    if found.campaign_id is None:
        return
    campaign = tx.session.get_one(Campaign, found.campaign_id)
    today = deadlines.local_date(tx.now)
    is_over = campaign.state != "open" or (campaign.closes_on is not None and campaign.closes_on < today)
    if found.submitted_at is None and (is_over or campaign.opens_on > today):
        yield FieldProblem("campaign", "closed", "Đợt khen thưởng không mở.", "The campaign is not open.")
    others = queries.handed_in(tx, campaign.id, found.agency) - (found.state in rules.UNDER_WAY)
    if campaign.quota is not None and others >= campaign.quota:
        message_vi = f"Cơ quan đã đề nghị đủ số lượng của đợt ({campaign.quota})."
        yield FieldProblem("campaign", "quota", message_vi, f"The agency has used its quota of {campaign.quota}.")


def _evidence(tx: Transaction, found: Dossier) -> Iterator[FieldProblem]:
    for one in queries.evidence(tx, found.id):
        task = tx.session.get_one(PlanTask, one.plan_task_id)
        if found.agency not in (task.agency, *task.coordinators):
            message_vi = f"Nhiệm vụ {task.id} không phải của cơ quan."
            yield FieldProblem("evidence", "foreign", message_vi, f"The agency has no part in the task {task.id}.")
        elif task.status != "done":
            message_vi = f"Kết quả nhiệm vụ {task.id} chưa được chấp nhận."
            yield FieldProblem("evidence", "not-accepted", message_vi, f"The result of {task.id} is not accepted yet.")


def _rewarded(tx: Transaction, found: Dossier) -> Iterator[FieldProblem]:
    used = queries.used_up(tx, queries.claims_of(tx, found))
    message_vi = "Thành tích này đã được khen thưởng; một thành tích chỉ được khen thưởng một lần."
    message_en = "This achievement has been rewarded already; one achievement is rewarded once."
    for field, prefix in (("achievement_title", "nominee:"), ("evidence", "task:")):
        if any(claim.startswith(prefix) for claim in used):
            yield FieldProblem(field, "rewarded", message_vi, message_en)


def _held(tx: Transaction, found: Dossier) -> Iterator[FieldProblem]:
    if queries.held(tx, found.nominee_key):
        message_vi = "Việc xét khen thưởng đối tượng này đang tạm dừng."
        yield FieldProblem("nominee_name", "on-hold", message_vi, "The nominee is on hold.")
