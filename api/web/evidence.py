"""The evidence of a case, to be taken along by those who inspect or manage it."""

from __future__ import annotations

from flask import Blueprint, Response

from api import bundles

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/process-instances/<instance_id>/evidence")
def taken(instance_id: str) -> Response:
    """The bundle as a download."""
    return bundles.evidence(instance_id)
