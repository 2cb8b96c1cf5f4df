"""What an operator and a newcomer look at: health, metrics, the contract."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from sqlalchemy import text

from api.auth import engine
from api.errors import speaks_english
from api.json import dumps
from api.metrics import exposition
from api.openapi import document
from api.reference import sections
from engine import migrations
from engine.access import SYSTEM
from engine.errors import EngineError
from engine.runtime import Transaction

blueprint = Blueprint("service", __name__, template_folder="web/templates")


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
    """The HTTP contract as OpenAPI 3.1, in the reader's language."""
    return Response(dumps(document(english=speaks_english())), content_type="application/json")


@blueprint.get("/docs")
def docs() -> str:
    """The same contract, for people."""
    return render_template("docs.html", sections=sections(document(english=False)))


@blueprint.get("/style.css")
def style() -> Response:
    """The one style sheet of these pages."""
    return Response(render_template("style.css"), content_type="text/css; charset=utf-8")


def _ping(tx: Transaction) -> None:
    tx.session.execute(text("SELECT 1"))
