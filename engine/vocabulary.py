"""What the things of the product are called in Vietnamese, by the kind that a NotFoundError names.

Rule: words only, in the register of administrative documents; nothing is decided here.
"""

from __future__ import annotations

KINDS_VI = {
    "account": "tài khoản",
    "activity": "sự kiện, cuộc thi, khảo sát",
    "agency": "cơ quan",
    "attachment": "tệp đính kèm",
    "budget-proposal": "đề xuất kinh phí",
    "calendar-day": "ngày",
    "campaign": "đợt khen thưởng",
    "consolidated-report": "báo cáo tổng hợp",
    "dossier": "hồ sơ khen thưởng",
    "document": "văn bản",
    "external-request": "đề nghị",
    "incident": "sự cố",
    "membership": "vai trò được giao",
    "message-receiver": "nơi nhận thông điệp",
    "obligation": "nội dung giao",
    "obstacle": "vướng mắc",
    "operation": "thao tác hàng loạt",
    "person": "người",
    "plan": "kế hoạch",
    "plan-task": "nhiệm vụ",
    "process-definition": "quy trình",
    "process-instance": "hồ sơ quy trình",
    "publication": "nội dung tuyên truyền",
    "report": "báo cáo",
    "report-regime": "chế độ báo cáo",
    "report-round": "đợt báo cáo",
    "notification": "thông báo",
    "substitution": "việc thay thế",
    "supervision": "hồ sơ giám sát, phản biện",
    "task": "công việc",
    "token": "mã truy cập",
    "webhook": "đầu nhận webhook",
}
