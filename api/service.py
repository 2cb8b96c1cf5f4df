"""What an operator and a newcomer look at: health, metrics, the contract, a welcome."""

from __future__ import annotations

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
    for path in described["paths"].values():
        for method in METHODS:
            operation = path.get(method)
            if operation is not None:
                operation["responses"] = {
                    code: answer for code, answer in operation["responses"].items() if code != "default"
                } | {"default": _PROBLEM}
    return described


_PROBLEM = {
    "description": "Lỗi theo RFC 9457 / a problem as RFC 9457 has it",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _ping(tx: Transaction) -> None:
    tx.session.execute(text("SELECT 1"))
