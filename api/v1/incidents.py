"""Incidents: listing them, trying again, and declaring them resolved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, look, perform
from api.errors import speaks_english
from api.pages import cursor_values, page
from api.schemas.fields import Nothing, Reason, listing
from api.schemas.upkeep import IncidentOut, IncidentQuery
from api.v1.noun import Noun
from engine.commands import incidents, retries
from engine.models.incident import Incident
from engine.queries import incidents as queries
from engine.queries.incidents import IncidentFilter
from engine.runtime import Transaction

blueprint = Noun("incidents", "/api/v1/incidents", "Sự cố")

_SHOWN = ("id", "element_id", "kind", "trace_id", "state", "created_at", "retries_left", "next_retry_at")


@blueprint.at("", methods=["GET"])
@blueprint.takes(IncidentQuery, "query")
@blueprint.gives(200, listing(IncidentOut))
def list_incidents() -> Response:
    """Incidents of the cases that the actor manages, newest first; a system administrator sees all."""
    given, english = arguments(IncidentQuery()), speaks_english()
    after = cursor_values(given["cursor"], datetime, str)
    wanted = IncidentFilter(given["state"], given["process_instance"], given["process_key"])

    def query(tx: Transaction) -> Answer:
        found = list(queries.page(tx, wanted, after, given["limit"] + 1))
        total = queries.count(tx, wanted) if given["total"] else None
        return page(
            found,
            given["limit"],
            lambda f: _incident(f[0], f[1].process_key, english=english),
            lambda f: (f[0].created_at, f[0].id),
            total,
        )

    return look(query)


@blueprint.at("/<incident_id>", methods=["GET"])
@blueprint.gives(200, IncidentOut)
def get_incident(incident_id: str) -> Response:
    """One incident."""
    english = speaks_english()
    return look(lambda tx: _answer(tx, incident_id, english=english))


@blueprint.at("/<incident_id>/retry", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, IncidentOut)
def retry(incident_id: str) -> Response:
    """Try again what failed, now. The task of a failed completion is open again for its person to complete."""
    body(Nothing())
    english = speaks_english()

    def act(tx: Transaction) -> Answer:
        retries.retry(tx, incident_id)
        return _answer(tx, incident_id, english=english)

    return perform(act)


@blueprint.at("/<incident_id>/resolve", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, IncidentOut)
def resolve(incident_id: str) -> Response:
    """Declare, with the reason, that nothing needs to be tried again; the case goes on."""
    given, english = body(Reason()), speaks_english()

    def act(tx: Transaction) -> Answer:
        incidents.resolve(tx, incident_id, given["reason"])
        return _answer(tx, incident_id, english=english)

    return perform(act)


def _answer(tx: Transaction, incident_id: str, *, english: bool) -> Answer:
    incident, instance = queries.get(tx, incident_id)
    return Answer(_incident(incident, instance.process_key, english=english))


def _incident(incident: Incident, process_key: str, *, english: bool) -> dict[str, Any]:
    return {name: getattr(incident, name) for name in _SHOWN} | {
        "process_instance_id": incident.instance_id,
        "process_key": process_key,
        "message": incident.message_en if english else incident.message,
        "resolved_at": incident.resolved_at,
        "resolved_by": incident.resolved_by,
    }
