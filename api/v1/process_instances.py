"""Starting, reading, suspending and cancelling process instances, and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response

from api.contract import Answer, arguments, body, cursor_values, expected_version, look, page, perform
from api.errors import speaks_english
from api.schemas.fields import PageQuery, Reason, listing
from api.schemas.processes import EventOut, InstanceIn, InstanceOut, InstanceQuery
from api.v1.noun import Noun
from api.v1.views import case_answer, instance_answer, instance_json
from engine.commands import instances
from engine.commands.instances import Start
from engine.queries import history
from engine.queries import instances as queries
from engine.queries.history import HistoryEvent
from engine.queries.instances import InstanceFilter
from engine.runtime import Transaction

blueprint = Noun("process-instances", "/api/v1/process-instances", "Hồ sơ quy trình")

_VERBS = {"suspend": instances.suspend, "resume": instances.resume, "cancel": instances.cancel}


@blueprint.at("", methods=["POST"])
@blueprint.takes(InstanceIn)
@blueprint.gives(201, InstanceOut)
def start() -> Response:
    """Start a process."""
    given = body(InstanceIn())
    return perform(lambda tx: case_answer(instances.start(tx, Start(**given)), 201))


@blueprint.at("", methods=["GET"])
@blueprint.takes(InstanceQuery, "query")
@blueprint.gives(200, listing(InstanceOut))
def list_instances() -> Response:
    """Instances that the actor may see, newest first."""
    given = arguments(InstanceQuery())
    limit, after = given.pop("limit"), cursor_values(given.pop("cursor"), datetime, str)

    def query(tx: Transaction) -> Answer:
        found = list(queries.page(tx, InstanceFilter(**given), after, limit + 1))
        return page(found, limit, instance_json, lambda i: (i.started_at, i.id))

    return look(query)


@blueprint.at("/<instance_id>", methods=["GET"])
@blueprint.gives(200, InstanceOut)
def get_instance(instance_id: str) -> Response:
    """One instance."""
    return look(lambda tx: instance_answer(queries.get(tx, instance_id)))


@blueprint.at("/<instance_id>/history", methods=["GET"])
@blueprint.takes(PageQuery, "query")
@blueprint.gives(200, listing(EventOut))
def get_history(instance_id: str) -> Response:
    """What happened, in order."""
    given, english = arguments(PageQuery()), speaks_english()
    after = cursor_values(given["cursor"], int) or (0,)

    def query(tx: Transaction) -> Answer:
        found = history.of_instance(tx, instance_id, after[0], given["limit"] + 1)
        return page(found, given["limit"], lambda e: _event(e, english=english), lambda e: (e.seq,))

    return look(query)


@blueprint.at("/<instance_id>/<any(suspend, resume, cancel):verb>", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, InstanceOut)
def manage(instance_id: str, verb: str) -> Response:
    """Suspend, resume or cancel an instance, with the reason."""
    given, expected = body(Reason()), expected_version()
    return perform(lambda tx: case_answer(_VERBS[verb](tx, instance_id, given["reason"], expected)))


def _event(event: HistoryEvent, *, english: bool) -> dict[str, Any]:
    shown = vars(event).copy()
    name_vi, name_en = shown.pop("element_names")
    return shown | {"element_name": name_en if english else name_vi}
