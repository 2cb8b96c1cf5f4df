"""The site as a whole: one blueprint with one below it for each subject, and what all pages have in common.

Rule: a page runs no script but those of our own files, holds no SQL and no rule, and asks the engine through
`api.web.door`.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request, url_for
from werkzeug.exceptions import HTTPException

from api.auth import csrf_token, is_page, session_secret
from api.errors import RequestError
from api.web import (
    calendar,
    cases,
    catalogues,
    collecting,
    commending,
    dashboard,
    decisions,
    directory,
    documents,
    dossiers,
    entry,
    escalations,
    evidence,
    history,
    inbox,
    members,
    operations,
    outside,
    processes,
    public,
    refusals,
    rounds,
    running,
    scorecard,
    showing,
    standins,
    tasks,
    terms,
    upkeep,
    versions,
    words,
    work,
)
from api.web.door import POLICY
from api.web.menu import entries
from engine.errors import EngineError

STATIC = Path(__file__).parent / "static"
# A blueprint for each subject; its pages come into the menu by a line in api/web/menu.py.
SUBJECTS = (
    entry,
    public,
    work,
    tasks,
    cases,
    inbox,
    decisions,
    rounds,
    collecting,
    scorecard,
    history,
    directory,
    calendar,
    processes,
    upkeep,
    versions,
    operations,
    evidence,
    running,
    standins,
    members,
    commending,
    dossiers,
    documents,
    dashboard,
    escalations,
    outside,
)
A_YEAR = "public, max-age=31536000, immutable"
_FILTERS = (
    *("day", "moment", "time_left", "urgency", "size", "number", "percent", "named", "notable", "duration"),
    *("period", "figure"),
)


def register(app: Flask) -> None:
    """Add the pages to the application."""
    catalogues.register(app)
    site = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
    for subject in SUBJECTS:
        site.register_blueprint(subject.blueprint)
    site.before_request(_begin)
    site.after_request(_guard)
    site.register_error_handler(EngineError, refusals.engine_error)
    site.register_error_handler(RequestError, refusals.request_error)
    site.register_error_handler(HTTPException, refusals.http_error)
    site.register_error_handler(Exception, refusals.defect)
    app.register_blueprint(site)
    app.context_processor(_facts)
    app.register_error_handler(404, refusals.no_such_page)
    app.jinja_env.filters |= {name: getattr(showing, name) for name in _FILTERS}
    app.jinja_env.filters |= {"word": words.word, "term": terms.term}
    app.jinja_env.auto_reload = app.config["IS_DEVELOPMENT"]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _begin() -> None:
    catalogues.language()


def _guard(response: Response) -> Response:
    """What every page forbids the browser to do; files that carry their hash in their address may be kept."""
    if "Content-Security-Policy" not in response.headers:
        response.headers["Content-Security-Policy"] = POLICY
    if request.endpoint == "pages.static":
        response.headers["Cache-Control"] = A_YEAR if request.args.get("v") else "no-cache"
        return _packed(response)
    return response


def _packed(response: Response) -> Response:
    """The same file as it was packed at set-up, for browsers that can unpack it."""
    packed = STATIC / f"{(request.view_args or {}).get('filename', '')}.gz"
    response.headers["Vary"] = "Accept-Encoding"
    if response.status_code != 200 or not request.accept_encodings["gzip"] or not packed.is_file():
        return response
    response.close()
    response.direct_passthrough = False
    response.set_data(packed.read_bytes())
    response.headers["Content-Encoding"] = "gzip"
    del response.headers["ETag"]
    return response


def _facts() -> dict[str, Any]:
    """What every template may use."""
    identity = g.get("identity")
    return {
        "asset": asset,
        "csrf": _csrf,
        "language": catalogues.language(),
        "known_pages": current_app.view_functions,
        "languages": catalogues.LANGUAGES,
        "menu": entries() if identity and (is_page() or request.endpoint is None) else [],
        "me": identity,
        "note": words.note(request.args.get("note")),
        "said": catalogues.said,
    }


def asset(name: str) -> str:
    """The address of a static file, with a hash of what stands in it."""
    path = STATIC / name
    return url_for("pages.static", filename=name, v=_hash(name, path.stat().st_mtime_ns) if path.is_file() else None)


@lru_cache(maxsize=64)
def _hash(name: str, changed: int) -> str:
    del changed
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _csrf() -> str:
    """The token of the reader's session, for a hidden field of a form."""
    secret = session_secret()
    return csrf_token(secret) if secret else ""
