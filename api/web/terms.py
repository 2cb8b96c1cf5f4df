"""What pages call the codes of commendation, documents, urging and outside bodies; `words` has those of the engine.

Rule: as there, a code that is not known is shown as it is, and nothing is decided by these words.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from api.web.words import N_

_KINDS: Mapping[str, Mapping[str, str]] = {
    "dossier": {
        "draft": N_("Đang lập"),
        "submitted": N_("Đã trình"),
        "returned": N_("Bị trả lại"),
        "appraising": N_("Đang thẩm định"),
        "opinion": N_("Đang lấy ý kiến"),
        "on_hold": N_("Tạm dừng xét"),
        "council": N_("Hội đồng đang xét"),
        "submitted_to_chairman": N_("Đã trình Chủ tịch"),
        "decided": N_("Đã có quyết định"),
        "refused": N_("Không được khen thưởng"),
        "published": N_("Đã công bố"),
        "revoked": N_("Đã thu hồi"),
    },
    "award_form": {
        "merit_certificate": N_("Bằng khen"),
        "commendation_certificate": N_("Giấy khen"),
        "emulation_flag": N_("Cờ thi đua"),
        "city_emulation_fighter": N_("Chiến sĩ thi đua Thành phố"),
        "excellent_labour_collective": N_("Tập thể lao động xuất sắc"),
        "advanced_labour_collective": N_("Tập thể lao động tiên tiến"),
        "grassroots_emulation_fighter": N_("Chiến sĩ thi đua cơ sở"),
        "advanced_labourer": N_("Lao động tiên tiến"),
        "cultural_family": N_("Gia đình văn hóa"),
    },
    "nominee": {"collective": N_("Tập thể"), "individual": N_("Cá nhân"), "household": N_("Hộ gia đình")},
    "achievement": {"thematic": N_("Chuyên đề"), "sudden": N_("Đột xuất"), "merit": N_("Công trạng")},
    "hold": {
        "discipline": N_("Đang xem xét kỷ luật"),
        "investigation": N_("Đang bị điều tra"),
        "inspection": N_("Đang thanh tra, kiểm tra"),
        "complaint": N_("Có khiếu nại, tố cáo"),
        "press": N_("Báo chí nêu"),
    },
    "revocation": {
        "fraud": N_("Gian dối về thành tích"),
        "wrong_appraisal": N_("Thẩm định sai"),
        "later_finding": N_("Phát hiện sau khi khen thưởng"),
    },
    "rival": {"task": N_("cùng nhiệm vụ làm minh chứng"), "nominee": N_("cùng tên và thành tích")},
    "choice": {"in_favour": N_("Đồng ý"), "against": N_("Không đồng ý"), "blank": N_("Phiếu trắng")},
    "opinion": {
        "agree": N_("Nhất trí"),
        "agree_with_comments": N_("Nhất trí, có ý kiến"),
        "disagree": N_("Không nhất trí"),
        "no_opinion": N_("Không có ý kiến"),
    },
    "ballot": {"secret": N_("Bỏ phiếu kín"), "written": N_("Lấy ý kiến bằng văn bản")},
    "meeting": {"voting": N_("Đang bỏ phiếu"), "closed": N_("Đã kiểm phiếu")},
    "vote": {
        "in_favour": N_("Đạt tỷ lệ đồng ý"),
        "not_in_favour": N_("Không đạt tỷ lệ đồng ý"),
        "no_quorum": N_("Không đủ thành viên tham gia"),
    },
    "recusal": {"own_agency": N_("thuộc cơ quan đề nghị"), "declared": N_("tự khai có lợi ích liên quan")},
    "award": {"active": N_("Đang có hiệu lực"), "revoked": N_("Đã thu hồi")},
    "fact": {
        "agency": N_("Cơ quan"),
        "title": N_("Tên nhiệm vụ"),
        "deliverable": N_("Sản phẩm"),
        "status": N_("Trạng thái"),
        "due_date": N_("Thời hạn"),
        "accepted_report_at": N_("Nghiệm thu lúc"),
        "late": N_("Trễ hạn"),
        "return_count": N_("Số lần bị trả lại"),
    },
    "document": {"issued": N_("Đang có hiệu lực"), "void": N_("Đã hủy")},
    "about": {"report": N_("Báo cáo"), "plan_task": N_("Nhiệm vụ")},
    "escalation": {"open": N_("Chưa xong"), "settled": N_("Đã xong")},
    "outcome": {
        "submitted": N_("đã nộp"),
        "extended": N_("được gia hạn"),
        "transferred": N_("đã chuyển"),
        "missing": N_("không nộp"),
        "cancelled": N_("đã hủy"),
        "completed": N_("đã hoàn thành"),
    },
    "request": {
        "draft": N_("Đang soạn"),
        "submitted": N_("Đã trình ký"),
        "sent": N_("Đã gửi"),
        "received": N_("Đã nhận"),
        "accepted": N_("Chấp thuận"),
        "partly_accepted": N_("Chấp thuận một phần"),
        "declined": N_("Từ chối"),
        "answered": N_("Đã trả lời"),
        "no_answer": N_("Không trả lời"),
        "refused": N_("Không được ký"),
        "withdrawn": N_("Đã rút"),
        "closed": N_("Đã đóng"),
    },
    "supervision": {
        "draft": N_("Đang soạn"),
        "received": N_("Đã nhận"),
        "assigned": N_("Đã giao trả lời"),
        "answered": N_("Đã trả lời"),
        "withdrawn": N_("Đã rút"),
        "closed": N_("Đã đóng"),
    },
    "supervision_kind": {
        "programme": N_("Chương trình giám sát"),
        "document_request": N_("Yêu cầu cung cấp văn bản"),
        "conclusion": N_("Kết luận giám sát"),
        "critique": N_("Phản biện xã hội"),
    },
    "answer": {
        "accept": N_("Tiếp thu"),
        "partly_accept": N_("Tiếp thu một phần"),
        "decline": N_("Không tiếp thu"),
    },
}


def term(code: str | None, kind: str) -> str:
    """What a code of that kind is called in the reader's language."""
    known = _KINDS[kind].get(code or "")
    return gettext(known) if known else code or ""
