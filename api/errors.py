"""From the engine's errors to `application/problem+json` (RFC 9457); the only place that knows HTTP statuses.

Rule: bad input and lost races never become a 500; a 500 tells the reader nothing but a trace id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from api.json import dumps
from engine import errors

log = structlog.get_logger("api")

STATUS: dict[type[errors.EngineError], int] = {
    errors.EngineError: 500,
    errors.NotFoundError: 404,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.SeparationOfDutiesError: 403,
    errors.InvalidDataError: 422,
    errors.KeyReusedError: 422,
    errors.ConflictError: 409,
    errors.TaskClosedError: 409,
    errors.AmbiguousMessageError: 409,
    errors.MigrationRefusedError: 409,
    errors.StaleVersionError: 412,
    errors.BusyError: 503,
    errors.TooManyAttemptsError: 429,
    errors.StorageError: 503,
    errors.DefinitionError: 422,
    errors.ProcessError: 422,
    errors.AuditBrokenError: 409,
    errors.StartupError: 503,
}
_TITLES = {
    400: ("Yêu cầu sai định dạng", "Bad request"),
    401: ("Chưa đăng nhập", "Not authenticated"),
    403: ("Không được phép", "Forbidden"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Phương thức không được hỗ trợ", "Method not allowed"),
    413: ("Nội dung quá lớn", "Content too large"),
    415: ("Kiểu nội dung không được hỗ trợ", "Unsupported media type"),
    422: ("Dữ liệu không hợp lệ", "Invalid data"),
    428: ("Cần tiêu đề If-Match", "If-Match required"),
    429: ("Quá nhiều yêu cầu", "Too many requests"),
    500: ("Lỗi hệ thống", "Internal error"),
    501: ("Chưa hỗ trợ trên máy chủ này", "Not available on this server"),
    503: ("Tạm thời không thực hiện được", "Temporarily unavailable"),
}


_CODES = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "media-type",
}


class RequestError(Exception):
    """A request that is wrong as HTTP, before the engine is asked. `code` is stable."""

    def __init__(self, status: int, code: str, detail_vi: str, detail_en: str, field: str | None = None) -> None:
        super().__init__(detail_en)
        self.status = status
        self.code = code
        self.details = (detail_vi, detail_en)
        self.field = field


def speaks_english() -> bool:
    """Whether the reader prefers English; Vietnamese is the default. Who reads pages has chosen (`g.language`)."""
    chosen = g.get("language")
    if chosen is not None:
        return bool(chosen == "en")
    return request.accept_languages.best_match(["vi", "en"], default="vi") == "en"


def register(app: Flask) -> None:
    """Have the application answer errors as problems."""
    app.register_error_handler(errors.EngineError, _engine_error)
    app.register_error_handler(RequestError, _request_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, _defect)


def http_error(error: HTTPException) -> Response:
    """What the framework refuses: unknown paths, wrong methods, bodies it cannot take."""
    status = error.code or 500
    titles = _TITLES.get(status, (error.name, error.name))
    code = _CODES.get(status, error.name.lower().replace(" ", "-"))
    answer = problem(status, code, titles, titles)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def problem(
    status: int,
    code: str,
    titles: tuple[str, str],
    details: tuple[str, str],
    found: Sequence[dict[str, Any]] | None = None,
) -> Response:
    """A problem document in the reader's language."""
    body = _told(status, code, titles, details, found)
    return Response(dumps(body), status=status, content_type="application/problem+json")


def described(error: errors.EngineError) -> dict[str, Any]:
    """What a problem document says of an error, for one item among several; a refusal is logged."""
    status = STATUS[type(error)]
    _note_refusal(status, error.code)
    titles = (error.title_vi, error.title_en)
    return _told(status, error.code, titles, (error.message_vi, error.message_en), _found(error))


def _told(
    status: int,
    code: str,
    titles: tuple[str, str],
    details: tuple[str, str],
    found: Sequence[dict[str, Any]] | None,
) -> dict[str, Any]:
    english = speaks_english()
    body: dict[str, Any] = {
        "type": f"urn:dondoc:problem:{code}",
        "title": titles[english],
        "status": status,
        "code": code,
        "detail": details[english],
        "trace_id": g.get("request_id", ""),
    }
    if found:
        body["errors"] = list(found)
    return body


def _engine_error(error: errors.EngineError) -> Response:
    body = described(error)
    status = body["status"]
    answer = Response(dumps(body), status=status, content_type="application/problem+json")
    if isinstance(error, errors.BusyError):
        answer.headers["Retry-After"] = str(max(1, round(error.retry_after.total_seconds())))
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _found(error: errors.EngineError) -> list[dict[str, Any]]:
    english = speaks_english()
    if isinstance(error, errors.InvalidDataError):
        return [
            {"field": p.field, "rule": p.rule, "message": (p.message_vi, p.message_en)[english]} for p in error.problems
        ]
    if isinstance(error, errors.DefinitionError | errors.MigrationRefusedError):
        return [finding(f, english=english) for f in error.findings]
    if isinstance(error, errors.ProcessError):
        message = (error.reason_vi, error.reason)[english]
        return [{"element": error.element_id, "rule": "process", "message": message}]
    return []


def finding(found: errors.Finding, *, english: bool) -> dict[str, Any]:
    """A finding of the deployment check, in one language."""
    message = (found.message_vi, found.message_en)[english]
    return {"element": found.element, "rule": found.rule, "message": message, "severity": found.severity}


def _request_error(error: RequestError) -> Response:
    _note_refusal(error.status, error.code)
    titles = _TITLES.get(error.status, (error.code, error.code))
    found = [{"field": error.field, "rule": error.code, "message": error.details[speaks_english()]}]
    return problem(error.status, error.code, titles, error.details, found if error.field else None)


def _defect(error: Exception) -> Response:
    log.error("defect", request_id=g.get("request_id"), exc_info=error)
    titles = _TITLES[500]
    details = ("Lỗi ngoài dự kiến; hãy báo mã theo dõi cho quản trị viên.", "Unexpected; tell the trace id.")
    return problem(500, "internal", titles, details)


def _note_refusal(status: int, code: str) -> None:
    if status == 403:
        actor = g.get("actor")
        account_id = actor.account_id if actor is not None else None
        log.warning("refused", code=code, request_id=g.get("request_id"), account_id=account_id)
