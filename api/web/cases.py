"""Cases: the list of those that the reader sees, and one with its diagrams, what happened, its data and its files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from api.pages import cursor_at, sorted_cursor
from api.web import diagrams as drawings
from api.web import surroundings
from api.web.catalogues import language
from api.web.door import change, onward, page, read, text
from api.web.fields import Given, inputs, values_of
from api.web.showing import notable
from engine import access
from engine.commands import instances as commands
from engine.commands.instances import Start
from engine.errors import FieldProblem, InvalidDataError
from engine.models.instance import ProcessInstance
from engine.queries import (
    beginnings,
    bundle,
    definitions,
    diagrams,
    documents,
    evidence,
    history,
    incidents,
    instances,
    naming,
    past,
    tasks,
)
from engine.queries.documents import DocumentFilter
from engine.queries.entries import WATCHERS
from engine.queries.instances import InstanceFilter
from engine.queries.tasks import TaskFilter
from engine.runtime import Transaction

blueprint = Blueprint("cases", __name__, url_prefix="/process-instances")

PAGE = 50
_EVENTS = 200


@blueprint.get("")
def listed() -> str:
    """The cases that the reader sees, newest first."""
    asked = InstanceFilter(process_key=text("process"), state=text("state"), agency=text("agency"))

    def query(tx: Transaction) -> str:
        after = sorted_cursor(text("cursor", 2000), instances.USUAL, datetime)
        found = instances.page(tx, asked, after, PAGE + 1)
        shown = found[:PAGE]
        more = cursor_at((instances.USUAL, shown[-1].started_at, shown[-1].id)) if len(found) > PAGE else None
        return page(
            "cases.html",
            cases=shown,
            more=more,
            asked=asked,
            agencies=naming.agencies(tx, (case.agency for case in shown)),
            processes={row.key: row for row in definitions.page(tx, limit=1000) if row.kind == "bpmn"},
        )

    return read(query)


@blueprint.get("/new")
def new() -> str:
    """Which cases the reader may begin; of the one that they choose, its form."""
    chosen = text("process")
    return read(lambda tx: _beginning(tx, chosen, {}, ()))


@blueprint.post("/new")
def start() -> Response | tuple[str, int]:
    """Begin a case; its first task is opened."""
    key, agency = request.form.get("process", "")[:200], request.form.get("agency", "")[:200] or None
    form = read(lambda tx: beginnings.one_of(tx, key)).form
    values = values_of(form, Given(request.form)) if form else {}
    try:
        case = change(lambda tx: commands.start(tx, Start(key, agency=agency, variables=values)))
    except InvalidDataError as error:
        found = error.problems
        return read(lambda tx: _beginning(tx, key, values, found)), 422
    return onward("pages.cases.shown", "started", instance_id=case.id)


@blueprint.get("/<instance_id>")
def shown(instance_id: str) -> str:
    """One case, whole."""
    return read(lambda tx: _page(tx, instances.get(tx, instance_id)))


@blueprint.get("/<instance_id>/diagrams/<key>")
def diagram(instance_id: str, key: str) -> Response:
    """One of the diagrams of a case, its names in the reader's language."""
    xml = read(lambda tx: diagrams.xml_of(tx, instances.get(tx, instance_id), key))
    return Response(drawings.in_language(xml, language()), content_type="application/xml; charset=utf-8")


def _moment() -> int:
    """The number of the event after which the case is to be shown; 0 for now."""
    given = text("at") or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _beginning(tx: Transaction, key: str | None, values: Mapping[str, Any], problems: Collection[FieldProblem]) -> str:
    possible = beginnings.all_of(tx)
    chosen = next((one for one in possible if one.key == key), None)
    form = chosen.form if chosen else None
    fields = inputs(form, values, problems, surroundings.of_form(tx, form)) if form else []
    agencies = naming.agencies(tx, (code for one in possible for code in one.agencies))
    return page(
        "case_new.html", possible=possible, chosen=chosen, fields=fields, agencies=agencies, problems=list(problems)
    )


def _page(tx: Transaction, case: ProcessInstance) -> str:
    then = past.of_case(tx, case, _moment()) if _moment() else None
    drawn = diagrams.drawn(tx, case, then.tokens, then.completed) if then else diagrams.of_case(tx, case)
    newest_first = text("order") != "oldest"
    before = max(0, case.audit_seq - _EVENTS) if newest_first else 0
    events: list[Any] = history.of_instance(tx, case.id, before, _EVENTS)
    shows_all = text("steps") == "all"
    chosen = events if shows_all else notable(events)
    open_tasks = tasks.page(tx, TaskFilter(instance_id=case.id), limit=PAGE)
    return page(
        "case.html",
        case=case,
        process=drawn[0].definition,
        past=then,
        may_take_evidence=bundle.may_take(tx.actor, case),
        may_manage=access.manages_case(tx.actor, case.agency, case.started_by, case.process_key),
        variables=then.variables if then else case.variables,
        drawn=sorted(drawn, key=lambda one: not one.is_live),
        events=chosen[::-1] if newest_first else chosen,
        shows_all=shows_all,
        may_search=tx.actor.reads_all_cases or bool(tx.actor.roles & WATCHERS),
        is_cut=len(events) < case.audit_seq,
        tasks=open_tasks,
        people=naming.people(tx, [case.started_by, *(t.row["assignee_id"] for t in open_tasks)]),
        agency=naming.agencies(tx, [case.agency]).get(case.agency or ""),
        files=evidence.files_of(tx, case.id),
        documents=documents.entries(tx, DocumentFilter(instance_id=case.id)),
        incidents=incidents.open_of(tx, case.id) if case.state == "incident" else [],
        xml_url=partial(url_for, "pages.cases.diagram", instance_id=case.id),
    )
