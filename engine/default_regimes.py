"""The reporting regimes that come with plan 179: the periodic report of clause V.2.b.

Source: the plan sets no date, so these are the house's: quarterly, data cut off on the 14th (Nghị định
09/2019/NĐ-CP, art. 12), the agencies by the 18th, Sở VHTT by the 22nd, the City by the 25th (art. 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUARTERLY = "v2b-quarterly"


def _field(
    code: str,
    label_vi: str,
    label_en: str,
    kind: tuple[str, str] = ("long", "sum"),
    prefill: str | None = None,
    *,
    required: bool = False,
) -> Mapping[str, Any]:
    named = {"id": code, "label_vi": label_vi, "label_en": label_en, "required": required, "prefill": prefill}
    return named | {"type": kind[0], "aggregation": kind[1]}


_TASKS = "Nhiệm vụ của Kế hoạch trong kỳ: "
_DATA_FORM = (
    _field("tasks_total", f"{_TASKS}tổng số", "Tasks of the period", prefill="tasks_total", required=True),
    _field("tasks_on_time", f"{_TASKS}hoàn thành đúng hạn", "… done on time", prefill="tasks_on_time"),
    _field("tasks_late", f"{_TASKS}hoàn thành trễ hạn", "… done late", prefill="tasks_late"),
    _field("tasks_within_time", f"{_TASKS}đang thực hiện trong hạn", "… within time", prefill="tasks_within_time"),
    _field("tasks_overdue", f"{_TASKS}quá hạn chưa hoàn thành", "… overdue", prefill="tasks_overdue"),
    _field("items_published", "Số tin, bài, sản phẩm tuyên truyền", "Items published", required=True),
    _field("events_held", "Số hội nghị, hội thảo, sự kiện", "Events held"),
    _field("people_reached", "Số lượt người tiếp cận", "People reached"),
    _field("online_rate", "Tỷ lệ hồ sơ trực tuyến toàn trình (%)", "End-to-end online rate (%)", ("decimal", "mean")),
    _field("outstanding_examples", "Gương điển hình, mô hình hay", "Outstanding examples", ("text", "list")),
    _field("data_as_of", "Số liệu cập nhật đến ngày", "Data as of", ("date", "latest")),
)

DEFAULTS: tuple[Mapping[str, Any], ...] = (
    {
        "key": QUARTERLY,
        "name_vi": "Báo cáo định kỳ kết quả tuyên truyền về khoa học, công nghệ và chuyển đổi số",
        "name_en": "Periodic report on communication of science, technology and digital transformation",
        "content": (
            "Kết quả thực hiện Kế hoạch số 179/KH-UBND, lồng ghép trong báo cáo định kỳ về khoa học, công nghệ, đổi"
            " mới sáng tạo và chuyển đổi số; khó khăn, vướng mắc; đề xuất, kiến nghị."
        ),
        "data_form": _DATA_FORM,
        "reporters": ("grp-departments", "grp-communes"),
        "frequency": "quarterly",
        "clause": "V.2.b",
        "obligation_id": "179-KH-UBND-2025.V.2.b",
        "tiers": (
            {"tier": "agency", "day": 18},
            {"tier": "aggregator", "day": 22},
            {"tier": "city", "day": 25},
        ),
    },
)
