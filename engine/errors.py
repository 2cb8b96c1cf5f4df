"""Deliberate errors of the engine: types with stable codes and facts, never HTTP.

Rule: whoever raises one knows the fact it carries; whoever catches one can act on its type alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from engine.vocabulary import KINDS_VI

_LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")  # engine.deadlines has it too, but stands above
_AT_VI, _AT_EN = " lúc %H:%M ngày %d/%m/%Y", " at %H:%M on %d/%m/%Y"


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a diagram: the element, the rule it breaks, and what to say in both languages."""

    element: str
    rule: str
    message_vi: str
    message_en: str
    severity: str = "error"


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with a field of the submitted data; labels are what a form calls it, where there is one."""

    field: str
    rule: str
    message_vi: str
    message_en: str
    label_vi: str = ""
    label_en: str = ""


@dataclass(frozen=True)
class Attempt:
    """What was tried on a case and failed, so that it can be tried again.

    `kind` is start, completion, timer or message; `subject` the id of the task, timer or message, or the start event
    (None: the plain one). `facts` are what a case that could not be begun consists of.
    """

    kind: str
    instance_id: str
    subject: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class EngineError(Exception):
    """Base of all deliberate errors.

    `code` is stable and may be matched by programs; `message_vi` and `message_en` are for people.
    """

    code: ClassVar[str] = "engine-error"
    title_vi: ClassVar[str] = "Lỗi xử lý"
    title_en: ClassVar[str] = "Processing error"

    def __init__(self, message_vi: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_vi = message_vi
        self.message_en = message_en


class NotFoundError(EngineError):
    """There is no such thing, or the actor may not know that there is."""

    code = "not-found"
    title_vi = "Không tìm thấy"
    title_en = "Not found"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"Không tìm thấy {KINDS_VI.get(kind, kind)} “{key}”.", f"No {kind} “{key}”.")
        self.kind = kind
        self.key = key


class UnauthenticatedError(EngineError):
    """Nobody, or nobody known, asks; `said_who` when they gave a name or a token."""

    code = "unauthenticated"
    title_vi = "Chưa đăng nhập"
    title_en = "Not authenticated"

    def __init__(self, *, said_who: bool = True) -> None:
        if not said_who:
            super().__init__("Chưa đăng nhập, hoặc phiên đăng nhập đã hết hạn.", "Not logged in, or no longer.")
            return
        super().__init__(
            "Tên đăng nhập, mật khẩu hoặc mã truy cập không đúng hoặc đã hết hiệu lực.",
            "The username, password or token is wrong or no longer valid.",
        )


class ForbiddenError(EngineError):
    """The actor may see the thing but may not do this to it."""

    code = "forbidden"
    title_vi = "Không được phép"
    title_en = "Forbidden"

    def __init__(self, action: str, reason_vi: str, reason_en: str) -> None:
        super().__init__(reason_vi, reason_en)
        self.action = action


class SeparationOfDutiesError(ForbiddenError):
    """The same person did a step of this case that the diagram sets apart from this one."""

    code = "separation-of-duties"

    def __init__(self, action: str, element_id: str) -> None:
        super().__init__(
            action,
            f"Người đã thực hiện bước “{element_id}” không được thực hiện bước này.",
            f"Whoever did the step “{element_id}” may not do this one.",
        )
        self.element_id = element_id


class InvalidDataError(EngineError):
    """The submitted data break a rule; each problem names its field."""

    code = "invalid-data"
    title_vi = "Dữ liệu không hợp lệ"
    title_en = "Invalid data"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        named_vi = ", ".join(f"“{p.label_vi}”" if p.label_vi else p.field for p in problems)
        named_en = ", ".join(f"“{p.label_en}”" if p.label_en else p.field for p in problems)
        super().__init__(f"Dữ liệu không hợp lệ: {named_vi}.", f"Invalid data: {named_en}.")
        self.problems = tuple(problems)


class ConflictError(EngineError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    title_vi = "Xung đột trạng thái"
    title_en = "Conflict"


class TaskClosedError(ConflictError):
    """The task was completed or withdrawn before."""

    code = "task-closed"

    def __init__(self, task_id: str, closed_at: datetime | None) -> None:
        when = closed_at.astimezone(_LOCAL) if closed_at else None
        super().__init__(
            f"Công việc đã được đóng{when:{_AT_VI}}." if when else "Công việc đã được đóng.",
            f"The task was closed{when:{_AT_EN}}." if when else "The task has been closed.",
        )
        self.task_id = task_id
        self.closed_at = closed_at


class StaleVersionError(ConflictError):
    """The caller speaks of an older version of the thing than the one stored."""

    code = "stale-version"
    title_vi = "Bản đang xem đã cũ"
    title_en = "Stale version"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            "Nội dung đã được người khác thay đổi; hãy tải lại trước khi thực hiện.",
            "It has been changed since you read it; read it again first.",
        )
        self.expected = expected
        self.actual = actual


class AmbiguousMessageError(ConflictError):
    """More than one case, or process, waits for a message that is for one: the sender must say more."""

    code = "ambiguous-message"

    def __init__(self, name: str, count: int) -> None:
        super().__init__(
            f"Có {count} nơi đang chờ thông điệp “{name}”; hãy nêu rõ mã nghiệp vụ hoặc thuộc tính tương quan.",
            f"{count} receivers wait for the message “{name}”; say more by business key or correlation.",
        )
        self.name = name
        self.count = count


class KeyReusedError(InvalidDataError):
    """The idempotency key was used before for something else."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__(
            [
                FieldProblem(
                    "Idempotency-Key",
                    "reused",
                    "Khóa này đã dùng cho một yêu cầu khác.",
                    "This key was used for another request.",
                )
            ]
        )


class BusyError(EngineError):
    """Somebody else holds what is needed; the same request may succeed after `retry_after`."""

    code = "busy"
    title_vi = "Hệ thống đang bận"
    title_en = "Busy"

    def __init__(self, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__("Hệ thống đang bận, hãy thử lại sau giây lát.", "Busy, try again in a moment.")
        self.retry_after = retry_after


class TooManyAttemptsError(BusyError):
    """Logging in failed too often lately; the next attempt is heard after `retry_after`."""

    code = "too-many-attempts"
    title_vi = "Quá nhiều lần thử"
    title_en = "Too many attempts"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(retry_after)
        self.message_vi = "Đăng nhập sai quá nhiều lần, vui lòng thử lại sau."
        self.message_en = "Logging in failed too often, try again later."


class StorageError(EngineError):
    """The disk is full or failing; nothing was changed, reading still works."""

    code = "storage"
    title_vi = "Lỗi lưu trữ"
    title_en = "Storage error"

    def __init__(self) -> None:
        super().__init__("Hết dung lượng hoặc lỗi lưu trữ.", "The storage is full or failing.")


class DefinitionError(EngineError):
    """A diagram or decision table cannot be deployed; each finding names its element and rule."""

    code = "invalid-definition"
    title_vi = "Sơ đồ không hợp lệ"
    title_en = "Invalid definition"

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        first = findings[0]
        place = file if first.element == file else f"{file}: {first.element}"
        super().__init__(f"{place}: {first.message_vi}", f"{place}: {first.message_en}")
        self.file = file
        self.findings = tuple(findings)


class ProcessError(EngineError):
    """A step of a process could not be carried out; the instance stays as it was before the step.

    `attempt` is what failed when it can be tried again, and the case then shows an incident; None when it cannot.
    """

    code = "process-error"
    title_vi = "Quy trình không thực hiện được"
    title_en = "Process error"

    def __init__(
        self, element_id: str, reason: str, instance_id: str | None = None, reason_vi: str | None = None
    ) -> None:
        super().__init__(
            f"Bước “{element_id}” không thực hiện được: {reason_vi or reason}.",
            f"The step “{element_id}” failed: {reason}.",
        )
        self.element_id = element_id
        self.reason = reason
        self.reason_vi = reason_vi or reason
        self.instance_id = instance_id
        self.attempt: Attempt | None = None


class MigrationRefusedError(ConflictError):
    """A case cannot go over to another version; each finding names an element that cannot be carried over."""

    code = "migration-refused"
    title_vi = "Không chuyển được phiên bản"
    title_en = "Migration refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        names = ", ".join(f.element for f in findings)
        super().__init__(
            f"Không chuyển được hồ sơ sang phiên bản đã chọn: {names}.",
            f"The case cannot go over to that version: {names}.",
        )
        self.findings = tuple(findings)


class AuditBrokenError(EngineError):
    """The history does not verify; `entry` is the first event that does not fit."""

    code = "audit-broken"
    title_vi = "Lịch sử không toàn vẹn"
    title_en = "Audit broken"

    def __init__(self, instance_id: str, seq: int, reason: str) -> None:
        super().__init__(
            f"Sự kiện đầu tiên không khớp: {instance_id} số {seq} ({reason}).",
            f"First bad event: {instance_id} seq {seq} ({reason}).",
        )
        self.instance_id = instance_id
        self.seq = seq
        self.reason = reason


class StartupError(EngineError):
    """The process may not start: another one has the database, a setting is missing or wrong."""

    code = "startup"
    title_vi = "Không khởi động được"
    title_en = "Cannot start"
