"""What people can be told about, and through which channels.

Rule: every topic has a title here and a text in `templates/vi` and `templates/en` (a test compares them).
"""

from __future__ import annotations

from collections.abc import Mapping

INBOX, EMAIL, WEBHOOK = "inbox", "email", "webhook"
#: What a person can be reached by.
PERSONAL_CHANNELS = (INBOX, EMAIL)
DIGEST = "digest"

#: topic → its title in Vietnamese and in English. The digest is no topic: nobody can be told of it alone.
TOPICS: Mapping[str, tuple[str, str]] = {
    "task-offered": ("Công việc mới chờ xử lý", "A new task waits"),
    "task-given": ("Công việc được giao", "A task was given to you"),
    "mention": ("Được nhắc đến trong ý kiến", "A remark calls you in"),
    "plan-task-reminder": ("Nhắc thời hạn nhiệm vụ", "A due date comes near"),
    "plan-task-overdue": ("Nhiệm vụ quá hạn", "A task is overdue"),
    "report-due-soon": ("Nhắc thời hạn báo cáo", "A report is due soon"),
    "report-overdue": ("Đôn đốc báo cáo quá hạn", "A report is overdue"),
    "escalation-listed": ("Đưa vào danh sách báo cáo lãnh đạo", "Put on the leadership’s list"),
    "report-extended": ("Gia hạn báo cáo", "More time for a report"),
    "dossier-decided": ("Kết quả xử lý hồ sơ khen thưởng", "A commendation dossier was decided"),
    "dossier-overdue": ("Hồ sơ khen thưởng xử lý chậm", "A commendation dossier waits too long"),
    "request-answered": ("Đã có trả lời đề nghị", "A request was answered"),
    "request-letter": ("Thư trao đổi về đề nghị", "A letter about a request"),
    "answer-due": ("Thời hạn trả lời giám sát, phản biện", "A reply to a supervision is due"),
    "obstacle-copied": ("Vướng mắc khẩn gửi UBND Thành phố", "An urgent obstacle went to the City"),
    "obstacle-unanswered": ("Vướng mắc chưa được trả lời", "An obstacle has no answer"),
    "event-announced": ("Mời dự, thay đổi sự kiện", "An event: invitation or change"),
    "leader-alert": ("Kết quả bị trả lại nhiều lần", "A result keeps coming back"),
}


def title(topic: str, language: str) -> str:
    """What a topic is called; a topic of another release is called by its code."""
    return TOPICS.get(topic, (topic, topic))[language == "en"]
