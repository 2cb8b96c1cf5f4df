"""The composition root of the server: settings → engine → notifications → blueprints."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface
from flask_smorest import Api
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, IntegerConverter

import notifications
from api import auth, errors, metrics, service
from api.json import OrjsonProvider
from api.schemas.fields import Problem
from api.settings import Settings, secret_key
from api.throttle import Throttle
from api.v1 import (
    activities,
    award_rules,
    budget_proposals,
    calendar,
    campaigns,
    directory,
    documents,
    dossiers,
    escalations,
    external_requests,
    inbox,
    incidents,
    messages,
    obstacles,
    operations,
    plans,
    process_definitions,
    process_instances,
    publications,
    report_regimes,
    report_rounds,
    reports,
    session,
    signals,
    statistics,
    substitutions,
    supervisions,
    tasks,
    upkeep,
    webhooks,
)
from api.web import site
from engine.errors import StartupError
from engine.runtime import Engine

LARGEST_REQUEST_BYTES = 21 * 1024 * 1024
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Authorization, Cookie",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_NOUNS = (
    session,
    process_definitions,
    process_instances,
    upkeep,
    incidents,
    operations,
    tasks,
    messages,
    signals,
    plans,
    directory,
    escalations,
    substitutions,
    calendar,
    inbox,
    webhooks,
    statistics,
    report_regimes,
    report_rounds,
    reports,
    budget_proposals,
    obstacles,
    external_requests,
    supervisions,
    publications,
    activities,
    campaigns,
    dossiers,
    award_rules,
    documents,
)

log = structlog.get_logger("api")


class NoClientSession(SessionInterface):
    """Sessions are rows of ours; the framework's own cookie is not in use."""

    def open_session(self, app: Flask, request: Request) -> None:
        """There is none."""
        del app, request


class Word(BaseConverter):
    """A part of a path: an id or a code. What no database can keep is no path of ours."""

    part_isolating = True
    regex = r"[^/\x00]{1,200}"


class Number(IntegerConverter):
    """A number in a path that fits into a column."""

    regex = r"\d{1,9}"


class ContractApi(Api):  # type: ignore[misc]
    """The library's API object, with our errors."""

    ERROR_SCHEMA = Problem

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer what the framework refuses as a problem document."""
        return errors.http_error(error)


def create_app(settings: Settings, engine: Engine) -> Flask:
    """The WSGI application over an engine. Raises StartupError when a route has no policy."""
    app = Flask("api", static_folder=None)
    app.json = OrjsonProvider(app)
    app.session_interface = NoClientSession()
    app.config.update(
        API_TITLE="Đôn Đốc",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        SECRET_KEY=secret_key(settings),
        IS_DEVELOPMENT=settings.is_development,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST_BYTES,
    )
    app.url_map.converters |= {"default": Word, "string": Word, "int": Number}
    app.url_map.merge_slashes = False
    app.extensions["dondoc"] = engine
    app.extensions["dondoc_throttle"] = Throttle()
    app.before_request(_begin)
    app.after_request(_end)
    auth.register(app)
    api = ContractApi(app)
    app.extensions["dondoc_api"] = api
    for noun in _NOUNS:
        api.register_blueprint(noun.blueprint)
    app.register_blueprint(service.blueprint)
    site.register(app)
    errors.register(app)
    notifications.connect()
    metrics.connect()
    _require_policies(app)
    return app


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.match(given) else uuid4().hex
    g.started = time.perf_counter()


def _end(response: Response) -> Response:
    headers = response.headers
    headers.extend({name: value for name, value in _HEADERS.items() if name not in headers})
    headers.extend({} if current_app.config["IS_DEVELOPMENT"] else _OVER_TLS)
    headers["X-Request-Id"] = g.get("request_id", "")
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    metrics.note_request(endpoint, request.method, response.status_code, seconds)
    actor = g.get("actor")
    log.info(
        "request",
        endpoint=endpoint,
        method=request.method,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 2),
        request_id=g.get("request_id"),
        account_id=actor.account_id if actor else None,
    )
    return response


def _require_policies(app: Flask) -> None:
    """Every route is public by name, or stands under /api/v1 or among the pages, where an actor is required."""
    for rule in app.url_map.iter_rules():
        is_known = rule.rule.startswith("/api/v1/") or rule.endpoint.startswith(auth.PAGES)
        if rule.endpoint not in auth.PUBLIC and not is_known:
            raise StartupError(f"Đường dẫn {rule.rule} chưa có chính sách.", f"The route {rule.rule} has no policy.")
