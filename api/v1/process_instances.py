"""Starting, reading, suspending and cancelling process instances, and their history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from api import bundles
from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.errors import speaks_english
from api.pages import cursor_values, page, sorted_cursor, wanted
from api.schemas.fields import Reason, SearchIn, listing
from api.schemas.processes import EventOut, EventQuery, InstanceIn, InstanceOut, InstanceQuery
from api.v1.noun import Noun
from api.v1.views import case_answer, instance_answer, instance_json
from engine.commands import instances
from engine.commands.case import Case
from engine.commands.instances import Start
from engine.queries import history, incidents
from engine.queries import instances as queries
from engine.queries.history import HistoryEvent
from engine.queries.instances import InstanceFilter
from engine.runtime import Transaction

blueprint = Noun("process-instances", "/api/v1/process-instances", "Hồ sơ quy trình")


@blueprint.at("", methods=["POST"])
@blueprint.takes(InstanceIn)
@blueprint.gives(201, InstanceOut)
def start() -> Response:
    """Start a process; one whose first step fails is there all the same, in the state incident."""
    given = body(InstanceIn())
    return perform(
        lambda tx: case_answer(instances.start(tx, Start(**given)), 201),
        settled=lambda tx, case: case_answer(case, 201),
    )


@blueprint.at("", methods=["GET"])
@blueprint.takes(InstanceQuery, "query")
@blueprint.gives(200, listing(InstanceOut))
def list_instances() -> Response:
    """Instances that the actor may see, newest first."""
    return _list(wanted(InstanceQuery(), searched=False))


@blueprint.at("/search", methods=["POST"])
@blueprint.takes(SearchIn)
@blueprint.gives(200, listing(InstanceOut))
def search_instances() -> Response:
    """The same list, asked for by a body {filter, sort, page}."""
    return _list(wanted(InstanceQuery(), searched=True))


@blueprint.at("/<instance_id>", methods=["GET"])
@blueprint.gives(200, InstanceOut)
def get_instance(instance_id: str) -> Response:
    """One instance."""

    def query(tx: Transaction) -> Answer:
        row = queries.get(tx, instance_id)
        return instance_answer(row, incidents.open_of(tx, row.id) if row.state == "incident" else ())

    return look(query)


@blueprint.at("/<instance_id>/history", methods=["GET"])
@blueprint.takes(EventQuery, "query")
@blueprint.gives(200, listing(EventOut))
def get_history(instance_id: str) -> Response:
    """What happened, in order."""
    given, english = arguments(EventQuery()), speaks_english()
    after = cursor_values(given["cursor"], int) or (0,)

    def query(tx: Transaction) -> Answer:
        found = history.of_instance(tx, instance_id, after[0], given["limit"] + 1)
        total = history.length(tx, instance_id) if given["total"] else None
        return page(found, given["limit"], lambda e: _event(e, english=english), lambda e: (e.seq,), total)

    return look(query)


@blueprint.at("/<instance_id>/evidence", methods=["GET"])
@blueprint.gives(200, content_type=bundles.MEDIA_TYPE)
def get_evidence(instance_id: str) -> Response:
    """All that is needed to judge the case elsewhere: its history, verification, diagrams, files. For inspectors."""
    return bundles.evidence(instance_id)


@blueprint.at("/<instance_id>/suspend", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, InstanceOut)
def suspend(instance_id: str) -> Response:
    """Stop the clock of an instance and refuse work on it, with the reason."""
    return _manage(instances.suspend, instance_id)


@blueprint.at("/<instance_id>/resume", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, InstanceOut)
def resume(instance_id: str) -> Response:
    """Let a suspended instance go on, with the reason."""
    return _manage(instances.resume, instance_id)


@blueprint.at("/<instance_id>/cancel", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, InstanceOut)
def cancel(instance_id: str) -> Response:
    """End an instance at once, with the reason."""
    return _manage(instances.cancel, instance_id)


def _list(given: dict[str, Any]) -> Response:
    limit, sort, total = (given.pop(name) for name in ("limit", "sort", "total"))
    after = sorted_cursor(given.pop("cursor"), sort, datetime)
    narrowed = InstanceFilter(**given)

    def query(tx: Transaction) -> Answer:
        found = list(queries.page(tx, narrowed, after, limit + 1, sort))
        counted = queries.count(tx, narrowed) if total else None
        return page(found, limit, instance_json, lambda i: (sort, i.started_at, i.id), counted)

    return look(query)


def _manage(verb: Callable[[Transaction, str, str, int | None], Case], instance_id: str) -> Response:
    given, expected = body(Reason()), expected_version()
    return perform(lambda tx: case_answer(verb(tx, instance_id, given["reason"], expected)))


def _event(event: HistoryEvent, *, english: bool) -> dict[str, Any]:
    shown = vars(event).copy()
    name_vi, name_en = shown.pop("element_names")
    agencies = {code: one.name_en if english else one.name_vi for code, one in event.agencies.items()}
    return shown | {"element_name": name_en if english else name_vi, "agencies": agencies}
