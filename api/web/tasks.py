"""One task on one page: what it is about, its form, what was said and given, and only what its reader may do now.

Rule: what was typed is never lost: it stays on the page when it is refused, else in the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from api.auth import actor, engine
from api.bodies import uploads
from api.downloads import download
from api.web import refusals, surroundings
from api.web.door import change, onward, page, read, wants_part
from api.web.fields import Given, Input, inputs, prefilled, values_of
from api.web.showing import notable
from engine.commands import attachments, comments, drafts, tasks
from engine.commands.attachments import LARGEST_BYTES
from engine.errors import ConflictError, EngineError, FieldProblem, InvalidDataError, StaleVersionError
from engine.forms import Form
from engine.models.instance import ProcessInstance
from engine.models.task import TaskDraft
from engine.queries import diagrams, directory, history, instances, naming
from engine.queries import tasks as queries
from engine.queries.diagrams import Diagram
from engine.queries.directory import PersonFilter
from engine.queries.task_context import context_of
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

_LOOKED_BACK, _SHOWN_EVENTS = 100, 10
_NO_FORM = Form(())
Verb = Callable[[Transaction, str, int | None], TaskView]


@dataclass(frozen=True)
class Refused:
    """What was typed and refused: the values, why, and what is wrong with single fields."""

    values: Mapping[str, Any]
    message: str
    problems: Collection[FieldProblem] = ()


@blueprint.get("/<task_id>")
def shown(task_id: str) -> str:
    """The task, with its form as far as the reader may fill it in."""
    return read(lambda tx: _page(tx, task_id, None))


@blueprint.post("/<task_id>/complete")
def complete(task_id: str) -> Response | tuple[str, int]:
    """Finish the task; its page then tells what comes next."""
    try:
        values = read(lambda tx: _submitted(tx, task_id))
        expected = _number("task_version")
        change(lambda tx: tasks.complete(tx, task_id, values, expected))
    except (InvalidDataError, ConflictError, StaleVersionError) as error:
        return _again(task_id, error)
    return onward("pages.tasks.shown", "completed", task_id=task_id)


@blueprint.route("/<task_id>/draft", methods=["POST", "PUT"])
def draft(task_id: str) -> Response | str | tuple[str, int]:
    """Keep what is filled in so far: by a button, or by itself while somebody types."""
    expected = _number("draft_version")

    def act(tx: Transaction) -> TaskDraft:
        return drafts.save(tx, task_id, _submitted(tx, task_id), expected)

    if not wants_part():
        try:
            change(act)
        except (ConflictError, StaleVersionError) as error:
            return _again(task_id, error)
        return onward("pages.tasks.shown", "saved", task_id=task_id)
    try:
        return page("draft_state.html", draft=change(act), failed=None)
    except EngineError as error:
        return page("draft_state.html", draft=None, failed=refusals.told(error), version=expected)


@blueprint.post("/<task_id>/attachments")
def attach(task_id: str) -> Response | tuple[str, int]:
    """Keep a file with the task, and what is filled in beside it."""
    try:
        files = [(name, content) for field, name, content in uploads(LARGEST_BYTES) if field == "file" and content]
        if not files:
            message_vi = "Hãy chọn một tệp trước khi tải lên."
            raise InvalidDataError([FieldProblem("file", "required", message_vi, "Choose a file first.")])
        change(partial(_attached, task_id=task_id, files=files))
    except (InvalidDataError, ConflictError, StaleVersionError) as error:
        return _again(task_id, error)
    return onward("pages.tasks.shown", "attached", task_id=task_id, _anchor="files")


@blueprint.get("/<task_id>/attachments/<attachment_id>")
def attachment(task_id: str, attachment_id: str) -> Response:
    """A file, always as a download."""
    name, media_type, content = engine().read(actor(), queries.attachment_content, task_id, attachment_id)
    return download(content, media_type, name)


@blueprint.post("/<task_id>/comments")
def comment(task_id: str) -> Response:
    """Add a remark."""
    change(lambda tx: comments.add(tx, task_id, request.form.get("text", "").replace("\x00", "")))
    return onward("pages.tasks.shown", "commented", task_id=task_id, _anchor="comments")


@blueprint.post("/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Take an offered task for oneself."""
    return _turn(tasks.claim, task_id, "claimed")


@blueprint.post("/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give a task back to those it was offered to."""
    return _turn(tasks.unclaim, task_id, "unclaimed")


@blueprint.post("/<task_id>/resolve")
def resolve(task_id: str) -> Response:
    """Hand a delegated task back to its owner."""
    return _turn(tasks.resolve, task_id, "resolved")


@blueprint.post("/<task_id>/assign")
def assign(task_id: str) -> Response:
    """As head of the agency, give the task to somebody."""
    return _give(tasks.assign, task_id, "assigned")


@blueprint.post("/<task_id>/delegate")
def delegate(task_id: str) -> Response:
    """Have a colleague work on the task."""
    return _give(tasks.delegate, task_id, "delegated")


def _turn(verb: Verb, task_id: str, note: str) -> Response:
    expected = _number("task_version")
    change(lambda tx: verb(tx, task_id, expected))
    return onward("pages.tasks.shown", note, task_id=task_id)


def _give(verb: Callable[[Transaction, str, str, int | None], TaskView], task_id: str, note: str) -> Response:
    expected, person = _number("task_version"), request.form.get("person", "")
    change(lambda tx: verb(tx, task_id, person, expected))
    return onward("pages.tasks.shown", note, task_id=task_id)


def _attached(tx: Transaction, task_id: str, files: list[tuple[str, bytes]]) -> None:
    for name, content in files:
        attachments.add(tx, task_id, name, content)
    if _number("draft_version") is not None:
        drafts.save(tx, task_id, _submitted(tx, task_id), _number("draft_version"))


def _submitted(tx: Transaction, task_id: str) -> dict[str, Any]:
    """What the browser sent for the form of the task."""
    task = queries.get(tx, task_id)
    form = task.element.form or _NO_FORM
    return values_of(form, Given(request.form), surroundings.figures_of(tx, form, task.row["case_variables"]))


def _number(name: str) -> int | None:
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _again(task_id: str, error: EngineError) -> tuple[str, int]:
    """The page once more, with what was typed and what is wrong with it."""
    found = error.problems if isinstance(error, InvalidDataError) else ()

    def query(tx: Transaction) -> str:
        return _page(tx, task_id, Refused(_submitted(tx, task_id), refusals.told(error), found))

    return read(query), 409 if isinstance(error, ConflictError) else 422


def _page(tx: Transaction, task_id: str, refused: Refused | None) -> str:
    task = queries.get(tx, task_id)
    case = instances.get(tx, task.row["instance_id"])
    saved = queries.draft_of(tx, task_id)
    context = context_of(tx, task)
    events = history.of_instance(tx, case.id, max(0, case.audit_seq - _LOOKED_BACK))
    remarks = queries.comments_of(tx, task_id)
    named = {c.person_id for c in remarks} | {task.row["assignee_id"], task.row["owner_id"]}
    return page(
        "task.html",
        task=task,
        row=task.row,
        case=case,
        context=context,
        draft=saved,
        fields=_fields(tx, task, saved, refused),
        refused=refused,
        events=notable(reversed(events))[:_SHOWN_EVENTS],
        comments=remarks,
        files=context.attachments if context else queries.attachments_of(tx, task_id),
        people=naming.people(tx, named),
        agency=naming.agencies(tx, [task.row["agency"]]).get(task.row["agency"]),
        colleagues=_colleagues(tx, task),
        drawn=_drawn(tx, case, task.row["element_id"]),
        following=_following(tx, task) if task.row["state"] != "open" else [],
        xml_url=partial(url_for, "pages.cases.diagram", instance_id=case.id),
    )


def _drawn(tx: Transaction, case: ProcessInstance, element_id: str) -> Diagram | None:
    """The diagram that the task stands on, or stood."""
    found = (one for one in diagrams.of_case(tx, case) if element_id in {*one.tokens, *one.completed})
    return next(found, None)


def _fields(tx: Transaction, task: TaskView, saved: TaskDraft | None, refused: Refused | None) -> list[Input]:
    """The form, if the reader may fill it in; what they typed before what they saved before what the case knows."""
    form = task.element.form
    if form is None or "draft" not in task.allowed_actions:
        return []
    known = task.row["case_variables"]
    values = refused.values if refused else saved.variables if saved else prefilled(form, known)
    around = surroundings.of_form(tx, form, known, task.row["instance_id"])
    return inputs(form, values, refused.problems if refused else (), around)


def _colleagues(tx: Transaction, task: TaskView) -> list[Any]:
    """Those whom the task may be given to: whoever of the agencies it is offered to the reader knows of."""
    if not {"assign", "delegate"} & set(task.allowed_actions):
        return []
    agencies = {group.partition("@")[2] for group in task.row["candidate_groups"]} - {""}
    found = [p for code in sorted(agencies) for p in directory.people(tx, PersonFilter(agency=code), limit=100)]
    return [p for p in {p.id: p for p in found}.values() if p.id != tx.actor.person_id and not p.disabled]


def _following(tx: Transaction, task: TaskView) -> list[TaskView]:
    """What may be done next: in the same case, else what is due first."""
    wanted = TaskFilter(assignee=True, candidate=True, instance_id=task.row["instance_id"])
    here = queries.page(tx, wanted, limit=5, sort="due_at")
    return here or queries.page(tx, TaskFilter(assignee=True, candidate=True), limit=3, sort="due_at")
