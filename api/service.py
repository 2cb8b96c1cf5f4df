"""What an operator and a newcomer look at: health, metrics, the contract, a welcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from sqlalchemy import text

from api.auth import engine
from api.json import dumps
from api.metrics import exposition
from engine import migrations
from engine.access import SYSTEM
from engine.errors import EngineError
from engine.runtime import Transaction

blueprint = Blueprint("service", __name__, template_folder="web/templates")

METHODS = ("get", "post", "put", "patch", "delete")


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response(dumps({"status": "ok"}), content_type="application/json")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers and has the schema of this release."""
    try:
        engine().read(SYSTEM, _ping)
        ready = migrations.is_current(engine().database.writer)
    except EngineError:
        ready = False
    status = "ready" if ready else "not-ready"
    return Response(dumps({"status": status}), status=200 if ready else 503, content_type="application/json")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics of this process."""
    exposed, content_type = exposition()
    return Response(exposed, content_type=content_type)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The HTTP contract as OpenAPI 3.1."""
    return Response(dumps(document()), content_type="application/json")


@blueprint.get("/docs")
def docs() -> str:
    """The same contract, for people."""
    return render_template("docs.html", document=document(), methods=METHODS)


@blueprint.get("/")
def welcome() -> str:
    """What this is and where to begin."""
    return render_template("welcome.html", is_development=current_app.config["IS_DEVELOPMENT"])


@blueprint.get("/style.css")
def style() -> Response:
    """The one style sheet of these pages."""
    return Response(render_template("style.css"), content_type="text/css; charset=utf-8")


def document() -> dict[str, Any]:
    """The OpenAPI document; errors are described as what they are, `application/problem+json`."""
    described: dict[str, Any] = current_app.extensions["dondoc_api"].spec.to_dict()
    described["tags"] = [*described["tags"], {"name": "service", "description": "Vận hành"}]
    described["components"]["securitySchemes"] = _DOORS
    for path, calls in described["paths"].items():
        for method in METHODS:
            if method in calls:
                calls[method] = _completed(f"{method}{path}", method, calls[method])
    described["paths"] |= dict(_service_paths())
    return described


def _completed(name: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with what all of its method have in common."""
    told = {code: answer for code, answer in operation["responses"].items() if code != "default"}
    parameters = [*operation.get("parameters", []), *_HEADERS_OF.get(method, [])]
    return operation | {
        "operationId": _NO_WORD.sub("-", name).strip("-"),
        "parameters": parameters,
        "responses": told | {"default": _PROBLEM},
        "security": [] if operation["tags"] == ["session"] and name == _LOGIN else [{name: []} for name in _DOORS],
    }


def _service_paths() -> Iterator[tuple[str, Any]]:
    """What stands at the root, described by its own views."""
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("service."):
            view = current_app.view_functions[rule.endpoint]
            summary = (view.__doc__ or "").strip()
            yield (
                rule.rule,
                {
                    "get": {
                        "operationId": rule.endpoint.replace(".", "-"),
                        "tags": ["service"],
                        "summary": summary,
                        "security": [],
                        "responses": {"200": {"description": summary}},
                    }
                },
            )


def _header(name: str, text: str, *, required: bool) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": text, "required": required, "schema": {"type": "string"}}


_LOGIN = "post/api/v1/session"
_NO_WORD = re.compile(r"[^a-z0-9]+")
_DOORS = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "dondoc_session", "description": "+ X-CSRF-Token"},
}
_VERSION = "ETag đã đọc / the ETag as last read"
_ONCE = "Khóa chống lặp, giữ 7 ngày / makes a repeated request act once, kept 7 days"
_HEADERS_OF = {
    "post": [_header("Idempotency-Key", _ONCE, required=False), _header("If-Match", _VERSION, required=False)],
    "put": [_header("If-Match", _VERSION, required=True)],
    "patch": [_header("If-Match", _VERSION, required=True)],
}
_PROBLEM = {
    "description": "Lỗi theo RFC 9457 / a problem as RFC 9457 has it",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _ping(tx: Transaction) -> None:
    tx.session.execute(text("SELECT 1"))
