"""Plans, obligations, rounds, and plan tasks."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.auth import actor
from api.bodies import arguments, body, raw_body, wrong_type
from api.contract import Answer, look, perform
from api.errors import speaks_english
from api.pages import cursor_values, page, sorted_cursor, wanted, whole
from api.schemas.fields import SearchIn, listing
from api.schemas.plans import (
    CoverageOut,
    ExtensionIn,
    ExtensionOut,
    ImportOut,
    ObligationOut,
    ObligationQuery,
    PlanOut,
    PlanQuery,
    PlanTaskDetailOut,
    PlanTaskOut,
    PlanTaskQuery,
    RoundIn,
    RoundOut,
)
from api.v1.noun import Noun
from api.v1.reminding import reminder_json
from api.v1.views import explanation_json
from engine.commands import plan_tasks, plans
from engine.commands.plans import RoundContent
from engine.models.plan import PlanTask
from engine.plan_document import LARGEST_BYTES, parse_plan
from engine.queries import plans as queries
from engine.queries.plans import PlanTaskFilter
from engine.queries.reminders import next_reminder
from engine.runtime import Transaction

blueprint = Noun("plans", "/api/v1", "Kế hoạch, nội dung giao, nhiệm vụ")

_DOCUMENTS = frozenset({"application/json", "application/yaml", "application/x-yaml", "text/yaml"})
_PLAN = PlanOut(exclude=["tags"])


@blueprint.at("/plans", methods=["POST"])
@blueprint.gives(201, ImportOut)
@blueprint.also(200, ImportOut)
@blueprint.describes(requestBody={"content": {"application/yaml": {"schema": {"type": "string"}}}})
def import_plan() -> Response:
    """Import a plan (YAML or JSON): all or nothing, each bad row named. 200 when nothing of it is new."""
    if request.mimetype not in _DOCUMENTS:
        raise wrong_type("application/yaml", "application/json")
    plans.require_importer(actor())
    document = parse_plan(raw_body(LARGEST_BYTES))

    def act(tx: Transaction) -> Answer:
        report = plans.import_plan(tx, document)
        return Answer(ImportOut().dump(report), 201 if report.created or report.updated else 200)

    return perform(act)


@blueprint.at("/plans", methods=["GET"])
@blueprint.takes(PlanQuery, "query")
@blueprint.gives(200, listing(PlanOut))
def list_plans() -> Response:
    """All plans."""
    given = arguments(PlanQuery())
    after = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.plans(tx, after[0], given["limit"] + 1))
        total = queries.count_plans(tx) if given["total"] else None
        return page(found, given["limit"], _PLAN.dump, lambda p: (p.id,), total)

    return look(query)


@blueprint.at("/plans/<plan_id>", methods=["GET"])
@blueprint.gives(200, PlanOut)
def get_plan(plan_id: str) -> Response:
    """One plan with its content lines and channels."""

    def query(tx: Transaction) -> Answer:
        plan = queries.plan(tx, plan_id)
        names = ("code", "kind", "title_vi", "title_en", "parent_code")
        tags = [{name: getattr(tag, name) for name in names} for tag in queries.tags(tx, plan_id)]
        return Answer(_PLAN.dump(plan) | {"tags": tags}, version=plan.version)

    return look(query)


@blueprint.at("/plans/<plan_id>/obligations", methods=["GET"])
@blueprint.takes(ObligationQuery, "query")
@blueprint.gives(200, listing(ObligationOut))
def list_obligations(plan_id: str) -> Response:
    """What the plan binds whom to, in its order."""
    given = arguments(ObligationQuery())
    after = cursor_values(given["cursor"], int) or (0,)

    def query(tx: Transaction) -> Answer:
        found = list(queries.obligations(tx, plan_id, after[0], given["limit"] + 1))
        total = queries.count_obligations(tx, plan_id) if given["total"] else None
        return page(found, given["limit"], ObligationOut().dump, lambda o: (o.position,), total)

    return look(query)


@blueprint.at("/plans/<plan_id>/coverage", methods=["GET"])
@blueprint.gives(200, listing(CoverageOut))
def get_coverage(plan_id: str) -> Response:
    """For every obligation, whom it binds today, who has a task, and the tasks by bucket."""
    return look(lambda tx: whole(CoverageOut(many=True).dump(queries.coverage(tx, plan_id))))


@blueprint.at("/obligations/<obligation_id>/rounds", methods=["POST"])
@blueprint.takes(RoundIn)
@blueprint.gives(201, RoundOut)
def open_round(obligation_id: str) -> Response:
    """Begin the obligation's process for every agency bound and in force today."""
    given = RoundContent(**body(RoundIn()))

    def act(tx: Transaction) -> Answer:
        opened = plans.open_round(tx, obligation_id, given)
        return Answer(RoundOut().dump(opened) | {"opened": len(opened.agencies)}, 201)

    return perform(act)


@blueprint.at("/plan-tasks", methods=["GET"])
@blueprint.takes(PlanTaskQuery, "query")
@blueprint.gives(200, listing(PlanTaskOut))
def list_plan_tasks() -> Response:
    """Plan tasks that the actor may see; `bucket` is one of the four counts."""
    return _list_plan_tasks(wanted(PlanTaskQuery(), searched=False))


@blueprint.at("/plan-tasks/search", methods=["POST"])
@blueprint.takes(SearchIn)
@blueprint.gives(200, listing(PlanTaskOut))
def search_plan_tasks() -> Response:
    """The same list, asked for by a body {filter, sort, page}."""
    return _list_plan_tasks(wanted(PlanTaskQuery(), searched=True))


@blueprint.at("/plan-tasks/<plan_task_id>", methods=["GET"])
@blueprint.gives(200, PlanTaskDetailOut)
def get_plan_task(plan_task_id: str) -> Response:
    """One plan task."""

    def query(tx: Transaction) -> Answer:
        task = queries.plan_task(tx, plan_task_id)
        coming = reminder_json(next_reminder(tx, task.instance_id))
        shown = _plan_task(task, queries.bucket_of(tx, task)) | {"next_reminder": coming}
        return Answer(shown, version=task.version)

    return look(query)


@blueprint.at("/plan-tasks/<plan_task_id>/extension-requests", methods=["POST"])
@blueprint.takes(ExtensionIn)
@blueprint.gives(201, ExtensionOut)
def request_extension(plan_task_id: str) -> Response:
    """Ask for a later due date while the task is being executed."""
    given = body(ExtensionIn())

    def act(tx: Transaction) -> Answer:
        wish = plan_tasks.request_extension(tx, plan_task_id, given["new_due_date"], given["reason"])
        return Answer(ExtensionOut().dump(wish), 201)

    return perform(act)


def _list_plan_tasks(given: dict[str, Any]) -> Response:
    limit, sort, total = (given.pop(name) for name in ("limit", "sort", "total"))
    order = queries.ORDERS[sort]
    after = sorted_cursor(given.pop("cursor"), sort, order.kind)
    narrowed = PlanTaskFilter(**given)

    def position(pair: tuple[PlanTask, str | None]) -> tuple[Any, ...]:
        return sort, *order.place(getattr(pair[0], order.name), pair[0].id)

    def query(tx: Transaction) -> Answer:
        found = queries.plan_tasks(tx, narrowed, after, limit + 1, sort)
        counted = queries.count_plan_tasks(tx, narrowed) if total else None
        return page(found, limit, lambda pair: _plan_task(*pair), position, counted)

    return look(query)


def _plan_task(task: PlanTask, bucket: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = PlanTaskOut(exclude=["bucket", "due_explanation"]).dump(task)
    return shown | {
        "bucket": bucket,
        "due_explanation": explanation_json(task.due_explanation, english=speaks_english()),
    }
