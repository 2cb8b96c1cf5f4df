"""What pages call roles, states, verbs and events, by the code that the engine has for them.

Rule: a code that is not known here is shown as it is; nothing is decided by these words.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext


def N_(text: str) -> str:
    """A text that is translated when it is shown."""
    return text


ROLES = {
    "agency_officer": N_("Chuyên viên"),
    "agency_head": N_("Thủ trưởng cơ quan"),
    "records_clerk": N_("Văn thư"),
    "report_aggregator": N_("Đầu mối tổng hợp báo cáo"),
    "commendation_aggregator": N_("Đầu mối tổng hợp khen thưởng"),
    "city_leader": N_("Lãnh đạo UBND Thành phố"),
    "city_office": N_("Văn phòng UBND Thành phố"),
    "council_secretary": N_("Thư ký Hội đồng"),
    "council_member": N_("Thành viên Hội đồng"),
    "finance_appraiser": N_("Thẩm định kinh phí"),
    "auditor": N_("Thanh tra, kiểm tra"),
    "sysadmin": N_("Quản trị hệ thống"),
    "external_partner": N_("Cơ quan ngoài hệ thống"),
    "designer": N_("Thiết kế quy trình"),
    "publisher": N_("Phát hành quy trình"),
}
STATES = {
    "active": N_("Đang xử lý"),
    "suspended": N_("Tạm dừng"),
    "completed": N_("Đã hoàn thành"),
    "cancelled": N_("Đã hủy"),
    "incident": N_("Có sự cố"),
    "open": N_("Đang mở"),
    "closed": N_("Đã đóng"),
    "scheduled": N_("Đã lên lịch"),
    "consolidated": N_("Đã tổng hợp"),
    "submitted": N_("Đã gửi"),
    "archived": N_("Đã lưu trữ"),
    "published": N_("Đã phát hành"),
    "draft": N_("Dự thảo"),
    "retired": N_("Ngừng dùng"),
    "resolved": N_("Đã xử lý"),
}
STANDINGS = {
    "pending": N_("Chưa đến hạn"),
    "overdue": N_("Quá hạn"),
    "submitted": N_("Đã nộp"),
    "late": N_("Nộp muộn"),
    "returned": N_("Bị trả lại"),
    "reopened": N_("Mở lại"),
    "accepted": N_("Đã chấp nhận"),
    "missing": N_("Không nộp"),
    "no_answer": N_("Không trả lời"),
}
BUCKETS = {
    "on_time": N_("Hoàn thành đúng hạn"),
    "late": N_("Hoàn thành trễ hạn"),
    "within_time": N_("Đang thực hiện, trong hạn"),
    "overdue": N_("Đang thực hiện, quá hạn"),
}
EVENTS = {
    "process-started": N_("Lập hồ sơ"),
    "process-completed": N_("Kết thúc hồ sơ"),
    "process-cancel-requested": N_("Yêu cầu hủy hồ sơ"),
    "process-cancelled": N_("Hủy hồ sơ"),
    "process-suspended": N_("Tạm dừng hồ sơ"),
    "process-resumed": N_("Tiếp tục hồ sơ"),
    "process-restarted": N_("Lập lại hồ sơ"),
    "process-migrated": N_("Chuyển phiên bản quy trình"),
    "process-modified": N_("Điều chỉnh vị trí xử lý"),
    "incident-raised": N_("Phát sinh sự cố"),
    "incident-retry-failed": N_("Thử lại không thành công"),
    "incident-resolved": N_("Khắc phục sự cố"),
    "element-activated": N_("Đến bước"),
    "element-completed": N_("Xong bước"),
    "element-cancelled": N_("Dừng bước"),
    "error-uncaught": N_("Lỗi không có bước xử lý"),
    "message-sent": N_("Gửi thông điệp"),
    "message-received": N_("Nhận thông điệp"),
    "message-ambiguous": N_("Thông điệp có nhiều nơi nhận"),
    "message-failed": N_("Thông điệp không đến được"),
    "signal-sent": N_("Phát tín hiệu"),
    "signal-received": N_("Nhận tín hiệu"),
    "task-claimed": N_("Nhận việc"),
    "task-unclaimed": N_("Trả việc về hàng chờ"),
    "task-assigned": N_("Phân công"),
    "task-delegated": N_("Nhờ xử lý"),
    "task-resolved": N_("Trả lại người nhờ"),
    "task-commented": N_("Ghi ý kiến"),
    "task-attached": N_("Đính kèm tệp"),
    "due-changed": N_("Thời hạn thay đổi theo lịch làm việc"),
    "plan-task-changed": N_("Cập nhật nhiệm vụ"),
    "plan-task-reminded": N_("Nhắc thời hạn nhiệm vụ"),
    "plan-task-overdue": N_("Nhiệm vụ quá hạn"),
    "plan-task-leader-alerted": N_("Báo lãnh đạo: kết quả bị trả lại nhiều lần"),
    "plan-task-closed": N_("Đóng nhiệm vụ"),
    "plan-tasks-instructed": N_("Giao nhiệm vụ theo chỉ đạo"),
    "report-reminded": N_("Nhắc thời hạn báo cáo"),
    "report-urged": N_("Đôn đốc báo cáo"),
    "report-submitted": N_("Gửi báo cáo"),
    "report-accepted": N_("Chấp nhận báo cáo"),
    "report-returned": N_("Trả lại báo cáo"),
    "report-reopened": N_("Mở lại báo cáo"),
    "report-transferred": N_("Chuyển báo cáo cho cơ quan kế thừa"),
    "report-missing": N_("Không nộp báo cáo"),
    "report-round-scheduled": N_("Lập đợt báo cáo"),
    "report-round-opened": N_("Mở đợt báo cáo"),
    "report-round-closed": N_("Chốt đợt báo cáo"),
    "report-round-consolidated": N_("Tổng hợp số liệu"),
    "report-round-signed": N_("Ký báo cáo tổng hợp"),
    "report-round-submitted": N_("Gửi báo cáo tổng hợp"),
    "report-round-archived": N_("Lưu trữ đợt báo cáo"),
    "dossier-changed": N_("Cập nhật hồ sơ khen thưởng"),
    "dossier-praised": N_("Biểu dương tại cơ quan"),
    "dossier-received": N_("Tiếp nhận hồ sơ khen thưởng"),
    "dossier-opinions-missing": N_("Cơ quan được hỏi không có ý kiến"),
    "dossier-held": N_("Tạm dừng xét khen thưởng"),
    "dossier-released": N_("Tiếp tục xét khen thưởng"),
    "dossier-closed": N_("Lưu hồ sơ khen thưởng"),
    "dossier-overdue": N_("Hồ sơ khen thưởng quá hạn xét"),
    "dossier-notice-published": N_("Công khai lấy ý kiến về đề nghị khen thưởng"),
    "nomination-opened": N_("Mở hồ sơ khen thưởng từ nhiệm vụ"),
    "campaign-announced": N_("Phát động đợt khen thưởng"),
    "campaign-closed": N_("Đóng đợt khen thưởng"),
    "campaign-proposed": N_("Lập tờ trình chung của đợt"),
    "council-convened": N_("Triệu tập Hội đồng"),
    "ballot-cast": N_("Bỏ phiếu kín"),
    "council-opinion-given": N_("Gửi ý kiến bằng văn bản"),
    "council-ballots-counted": N_("Kiểm phiếu"),
    "award-decided": N_("Quyết định khen thưởng"),
    "award-published": N_("Công bố quyết định khen thưởng"),
    "award-revocation-begun": N_("Đề nghị thu hồi quyết định khen thưởng"),
    "award-revoked": N_("Thu hồi quyết định khen thưởng"),
    "award-recovered": N_("Thu hồi hiện vật, tiền thưởng"),
    "document-issued": N_("Phát hành văn bản"),
    "document-voided": N_("Hủy văn bản"),
    "escalation-listed": N_("Báo cáo lãnh đạo sau nhiều lần đôn đốc"),
    "escalation-settled": N_("Rút khỏi danh sách báo cáo lãnh đạo"),
    "figures-corrected": N_("Đính chính số liệu"),
    "logged-in": N_("Đăng nhập"),
    "logged-out": N_("Đăng xuất"),
    "token-created": N_("Tạo mã truy cập"),
    "token-revoked": N_("Thu hồi mã truy cập"),
    "definition-deployed": N_("Triển khai phiên bản quy trình"),
    "definition-published": N_("Phát hành phiên bản quy trình"),
    "timed-start-failed": N_("Không khởi tạo được theo lịch"),
    "migration-ordered": N_("Yêu cầu chuyển phiên bản hàng loạt"),
    "calendar-changed": N_("Thay đổi lịch làm việc"),
    "plan-imported": N_("Nhập kế hoạch"),
    "round-opened": N_("Mở đợt giao nhiệm vụ"),
    "report-regime-added": N_("Thêm chế độ báo cáo"),
    "person-added": N_("Thêm người dùng"),
    "person-changed": N_("Sửa thông tin người dùng"),
    "account-added": N_("Thêm tài khoản"),
    "membership-added": N_("Giao vai trò"),
    "membership-ended": N_("Kết thúc vai trò"),
    "agency-added": N_("Thêm cơ quan"),
    "agency-changed": N_("Sửa thông tin cơ quan"),
    "webhook-added": N_("Thêm đầu nhận webhook"),
    "webhook-changed": N_("Sửa đầu nhận webhook"),
    "webhook-secret-rotated": N_("Đổi khóa webhook"),
    "webhook-removed": N_("Xóa đầu nhận webhook"),
    "notifications-replayed": N_("Gửi lại thông báo"),
}
VERBS = {
    "complete": N_("Hoàn thành"),
    "claim": N_("Nhận việc"),
    "unclaim": N_("Trả về hàng chờ"),
    "delegate": N_("Nhờ xử lý"),
    "resolve": N_("Trả lại người nhờ"),
    "assign": N_("Phân công"),
}
CHANNELS = {"inbox": N_("trên trang này"), "email": N_("thư điện tử")}
REMINDERS = {"remind": N_("nhắc việc"), "urge": N_("đôn đốc")}
TASK_STATUSES = {
    "draft": N_("Đang soạn"),
    "proposed": N_("Đã đề xuất"),
    "returned": N_("Bị trả lại"),
    "approved": N_("Đã phê duyệt"),
    "assigned": N_("Đã giao"),
    "accepted": N_("Đã tiếp nhận"),
    "in_progress": N_("Đang thực hiện"),
    "reported": N_("Đã báo cáo"),
    "rework": N_("Làm lại"),
    "done": N_("Hoàn thành"),
    "cancelled": N_("Đã hủy"),
    "transferred": N_("Đã chuyển"),
    "rejected": N_("Không phê duyệt"),
}
RATES = {"on_time_rate": N_("Tỷ lệ đúng hạn"), "done_rate": N_("Tỷ lệ hoàn thành")}
GROUPS = {
    "agency": N_("Cơ quan"),
    "obligation": N_("Nội dung giao"),
    "content_tag": N_("Nội dung tuyên truyền"),
    "period": N_("Quý"),
}
DAYS = {
    "holiday": N_("Ngày lễ, Tết"),
    "day_off": N_("Ngày nghỉ"),
    "swap_off": N_("Nghỉ hoán đổi"),
    "swap_workday": N_("Làm bù"),
    "half_day": N_("Làm nửa ngày"),
    "working_day": N_("Ngày làm việc"),
}
ATTEMPTS = {
    "start": N_("lập hồ sơ"),
    "completion": N_("hoàn thành việc"),
    "timer": N_("hẹn giờ"),
    "message": N_("nhận thông điệp"),
}
ITEMS = {
    "waiting": N_("Đang chờ"),
    "done": N_("Chuyển được"),
    "refused": N_("Không chuyển được"),
    "failed": N_("Gặp lỗi"),
    "skipped": N_("Bỏ qua"),
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "role": ROLES,
    "state": STATES,
    "standing": STANDINGS,
    "bucket": BUCKETS,
    "event": EVENTS,
    "attempt": ATTEMPTS,
    "item": ITEMS,
    "verb": VERBS,
    "channel": CHANNELS,
    "reminder": REMINDERS,
    "task": TASK_STATUSES,
    "day": DAYS,
    "rate": RATES,
    "group": GROUPS,
}
NOTES = {
    "claimed": N_("Anh/chị đã nhận công việc này."),
    "unclaimed": N_("Công việc đã được trả về hàng chờ."),
    "delegated": N_("Đã nhờ đồng nghiệp xử lý; công việc sẽ trở lại với anh/chị."),
    "resolved": N_("Đã trả công việc lại cho người nhờ."),
    "assigned": N_("Đã phân công công việc."),
    "completed": N_("Đã hoàn thành công việc."),
    "saved": N_("Đã lưu bản nháp."),
    "attached": N_("Đã đính kèm tệp và lưu bản nháp."),
    "commented": N_("Đã ghi ý kiến."),
    "started": N_("Đã lập hồ sơ."),
    "read": N_("Đã đánh dấu là đã đọc."),
    "preferred": N_("Đã lưu cách nhận thông báo."),
    "closed": N_("Đợt báo cáo đã được chốt."),
    "decided": N_("Đã ghi vào lịch làm việc."),
    "retried": N_("Đã thử lại bước bị lỗi."),
    "resolved-incident": N_("Đã xác nhận sự cố được xử lý."),
    "suspend": N_("Hồ sơ đã được tạm dừng."),
    "resume": N_("Hồ sơ tiếp tục được xử lý."),
    "cancel": N_("Hồ sơ đã được hủy."),
    "restart": N_("Đã lập hồ sơ mới thay cho hồ sơ đã kết thúc."),
    "moved": N_("Đã chuyển vị trí xử lý."),
    "migrated": N_("Hồ sơ đã chuyển sang phiên bản khác."),
    "uploaded": N_("Sơ đồ hợp lệ và đã được lưu thành bản nháp."),
    "known": N_("Nội dung này đã được triển khai từ trước; không có phiên bản mới."),
    "published": N_("Phiên bản này đã được phát hành."),
    "held": N_("Đã tạm dừng xét hồ sơ."),
    "released": N_("Hồ sơ được xét tiếp."),
    "revoking": N_("Đã lập hồ sơ đề nghị thu hồi."),
    "voted": N_("Phiếu của anh/chị đã vào thùng phiếu. Không ai xem được anh/chị đã chọn gì."),
    "opined": N_("Đã ghi ý kiến bằng văn bản của anh/chị."),
    "voided": N_("Đã hủy văn bản; số văn bản vẫn được giữ."),
    "left": N_("Anh/chị đã đăng xuất."),
}


def word(code: str | None, kind: str) -> str:
    """What a code of that kind is called in the reader's language."""
    known = _KINDS[kind].get(code or "")
    return gettext(known) if known else code or ""


def note(code: str | None) -> str:
    """The sentence that a redirect asks for; nothing for a code that is not known."""
    known = NOTES.get(code or "")
    return gettext(known) if known else ""
