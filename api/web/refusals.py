"""Pages of refusals: what did not work, why, and what can be done, in plain words.

Rule: whoever is not logged in is sent to log in and comes back; what is a defect of ours tells no more than a trace id.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, g, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from api import errors
from api.auth import is_page, recognise
from api.errors import RequestError
from api.web.catalogues import language, said
from api.web.door import POLICY, goto, page, wants_part
from engine.errors import EngineError, InvalidDataError, UnauthenticatedError

log = structlog.get_logger("api")


def engine_error(error: EngineError) -> Response:
    """A page for what the engine refuses."""
    if isinstance(error, UnauthenticatedError):
        return to_login()
    status = errors.STATUS[type(error)]
    if status == 403:
        log.warning("refused", code=error.code, request_id=g.get("request_id"))
    return refusal(status, said(error.title_vi, error.title_en), told(error))


def request_error(error: RequestError) -> Response:
    """A page for a request that is wrong as such."""
    return refusal(error.status, gettext("Không thực hiện được"), said(*error.details))


def http_error(error: HTTPException) -> Response:
    """A page for what the framework refuses."""
    status = error.code or 500
    if status == 404:
        return refusal(
            404, gettext("Không tìm thấy trang"), gettext("Đường dẫn không đúng, hoặc trang đã được chuyển.")
        )
    return refusal(status, gettext("Không thực hiện được"), gettext("Yêu cầu không đúng định dạng."))


def defect(error: Exception) -> Response:
    """A page for a defect of ours."""
    log.error("defect", request_id=g.get("request_id"), exc_info=error)
    return refusal(
        500, gettext("Lỗi hệ thống"), gettext("Có lỗi ngoài dự kiến. Hãy báo mã theo dõi dưới đây cho quản trị viên.")
    )


def no_such_page(error: HTTPException) -> Response:
    """What stands nowhere: a page for a browser, a problem document for a program."""
    wanted = request.accept_mimetypes.best_match(["application/json", "text/html"], default="application/json")
    if request.path.startswith("/api/") or wanted != "text/html":
        return errors.http_error(error)
    recognise()
    answer = http_error(error)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def refusal(status: int, title: str, message: str) -> Response:
    """The page of a refusal, or the part of one that a script asked for."""
    language()
    if wants_part() and is_page():
        return _part("refusal_part.html", status, title=title, message=message)
    shown = page("refusal.html", title=title, message=message, trace_id=g.get("request_id", ""))
    return Response(shown, status=status, content_type="text/html; charset=utf-8")


def status(error: EngineError) -> int:
    """The status with which a page shows an error itself."""
    return errors.STATUS[type(error)]


def told(error: EngineError) -> str:
    """What an error says to the reader, each field's problem included."""
    if not isinstance(error, InvalidDataError):
        return said(error.message_vi, error.message_en)
    return " ".join(said(p.message_vi, p.message_en) for p in error.problems)


def to_login() -> Response:
    """Send whoever is not logged in to the door, to come back to what they wanted to read."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not wants_part() else None
    target = url_for("pages.entry.login", next=wanted if wanted not in (None, "/") else None)
    return _part("login_part.html", 401, target=target) if wants_part() else goto(target)


def _part(template: str, status: int, **facts: Any) -> Response:
    """What a script is told in the place of the part that it asked for; the place itself stays."""
    headers = {"HX-Reswap": "innerHTML"}
    return Response(page(template, **facts), status=status, headers=headers, content_type="text/html; charset=utf-8")
