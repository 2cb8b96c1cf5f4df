"""What people do with their tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from api.auth import actor, engine
from api.batches import perform_each
from api.bodies import body, uploads
from api.contract import Answer, expected_part, expected_version, look, perform
from api.downloads import download
from api.errors import RequestError, speaks_english
from api.pages import page, sorted_cursor, wanted, whole
from api.schemas.fields import Nothing, SearchIn, listing
from api.schemas.tasks import (
    AttachmentOut,
    BulkIn,
    BulkOut,
    CommentIn,
    CommentOut,
    CompletionOut,
    DraftOut,
    PersonChoice,
    TaskOut,
    TaskQuery,
    VariablesIn,
)
from api.v1.noun import Noun
from api.v1.reminding import reminder_json
from api.v1.views import task_json
from engine.commands import attachments, comments, drafts, tasks
from engine.commands.attachments import LARGEST_BYTES
from engine.queries import tasks as queries
from engine.queries.reminders import next_of_task
from engine.queries.task_context import context_of
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Noun("tasks", "/api/v1/tasks", "Công việc của tôi")

_FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
_VARIABLES, _NOTHING, _PERSON = VariablesIn(), Nothing(), PersonChoice()
_GIVING = {"assign": tasks.assign, "delegate": tasks.delegate}
_TURNING = {"claim": tasks.claim, "unclaim": tasks.unclaim, "resolve": tasks.resolve}


@blueprint.at("", methods=["GET"])
@blueprint.takes(TaskQuery, "query")
@blueprint.gives(200, listing(TaskOut))
def list_tasks() -> Response:
    """Tasks, oldest first: mine, those offered to me, or all that I may see."""
    return _list(wanted(TaskQuery(), searched=False))


@blueprint.at("/search", methods=["POST"])
@blueprint.takes(SearchIn)
@blueprint.gives(200, listing(TaskOut))
def search_tasks() -> Response:
    """The same list, asked for by a body {filter, sort, page}."""
    return _list(wanted(TaskQuery(), searched=True))


@blueprint.at("/<task_id>", methods=["GET"])
@blueprint.gives(200, TaskOut)
def get_task(task_id: str) -> Response:
    """One task: what it is about, its form, my draft, what I may do now. Its ETag speaks of task and draft."""
    english = speaks_english()

    def query(tx: Transaction) -> Answer:
        task, draft = queries.get(tx, task_id), queries.draft_of(tx, task_id)
        saved, context = draft.variables if draft else None, context_of(tx, task)
        shown = task_json(task, english=english, draft=saved, context=context)
        shown["next_reminder"] = reminder_json(next_of_task(tx, task.row))
        return Answer(shown, version=task.row["version"], part=draft.version if draft else 0)

    return look(query)


@blueprint.at("/<task_id>/complete", methods=["POST"])
@blueprint.takes(VariablesIn)
@blueprint.gives(200, CompletionOut)
def complete(task_id: str) -> Response:
    """Finish a task with the form's values; the answer names the tasks that come next."""
    given, expected, english = body(_VARIABLES), expected_version(), speaks_english()

    def act(tx: Transaction) -> Answer:
        done = tasks.complete(tx, task_id, given["variables"], expected)
        opened = [task_json(t, english=english) for t in done.next_tasks]
        shown = {"task": task_json(done.task, english=english), "next_tasks": opened}
        return Answer(shown, version=done.task.row["version"])

    return perform(act)


@blueprint.at("/<task_id>/claim", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, TaskOut)
def claim(task_id: str) -> Response:
    """Take an offered task for oneself."""
    return _turn(tasks.claim, task_id)


@blueprint.at("/<task_id>/unclaim", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, TaskOut)
def unclaim(task_id: str) -> Response:
    """Give a claimed task back to those it was offered to."""
    return _turn(tasks.unclaim, task_id)


@blueprint.at("/<task_id>/resolve", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, TaskOut)
def resolve(task_id: str) -> Response:
    """Hand a delegated task back to its owner."""
    return _turn(tasks.resolve, task_id)


@blueprint.at("/<task_id>/assign", methods=["POST"])
@blueprint.takes(PersonChoice)
@blueprint.gives(200, TaskOut)
def assign(task_id: str) -> Response:
    """As head of the agency, give a task to one of those it is offered to."""
    return _give(tasks.assign, task_id)


@blueprint.at("/<task_id>/delegate", methods=["POST"])
@blueprint.takes(PersonChoice)
@blueprint.gives(200, TaskOut)
def delegate(task_id: str) -> Response:
    """Have a colleague work on a task that one holds; it comes back."""
    return _give(tasks.delegate, task_id)


@blueprint.at("/bulk", methods=["POST"])
@blueprint.takes(BulkIn)
@blueprint.gives(200, BulkOut)
def act_on_many() -> Response:
    """One action on up to 200 tasks, each by itself: a result for every task, and what fails holds up no other."""
    given, english = body(BulkIn()), speaks_english()

    def act(tx: Transaction, task_id: str) -> dict[str, Any]:
        if given["action"] == "complete":
            return task_json(tasks.complete(tx, task_id, given["variables"]).task, english=english)
        if given["action"] in _GIVING:
            return task_json(_GIVING[given["action"]](tx, task_id, given["person"]), english=english)
        return task_json(_TURNING[given["action"]](tx, task_id), english=english)

    return perform_each(given["ids"], act)


@blueprint.at("/<task_id>/draft", methods=["PUT"])
@blueprint.takes(VariablesIn)
@blueprint.gives(200, DraftOut)
def save_draft(task_id: str) -> Response:
    """Keep what is filled in so far. If-Match: the ETag of the task as last read, or of the last draft saved."""
    given, expected = body(_VARIABLES), expected_part()

    def act(tx: Transaction) -> Answer:
        draft = drafts.save(tx, task_id, given["variables"], expected)
        shown = {"variables": draft.variables, "version": draft.version, "saved_at": draft.saved_at}
        return Answer(shown, version=queries.get(tx, task_id).row["version"], part=draft.version)

    return perform(act)


@blueprint.at("/<task_id>/comments", methods=["POST"])
@blueprint.takes(CommentIn)
@blueprint.gives(201, CommentOut)
def comment(task_id: str) -> Response:
    """Add a remark; `mentions` calls in people who may see the case, and tells them."""
    given = body(CommentIn())
    return perform(
        lambda tx: Answer(CommentOut().dump(comments.add(tx, task_id, given["text"], given["mentions"])), 201)
    )


@blueprint.at("/<task_id>/comments", methods=["GET"])
@blueprint.gives(200, listing(CommentOut))
def list_comments(task_id: str) -> Response:
    """The remarks on a task, in the order of writing."""
    return look(lambda tx: whole(CommentOut(many=True).dump(queries.comments_of(tx, task_id))))


@blueprint.at("/<task_id>/attachments", methods=["POST"])
@blueprint.gives(201, AttachmentOut)
@blueprint.describes(requestBody={"content": {"multipart/form-data": {"schema": _FILE}}})
def attach(task_id: str) -> Response:
    """Attach a file (field `file`): pdf, docx, xlsx, png or jpg, at most 20 MiB."""
    name, content = _uploaded()
    return perform(lambda tx: Answer(AttachmentOut().dump(attachments.add(tx, task_id, name, content)), 201))


@blueprint.at("/<task_id>/attachments", methods=["GET"])
@blueprint.gives(200, listing(AttachmentOut))
def list_attachments(task_id: str) -> Response:
    """The files given with a task."""
    return look(lambda tx: whole(AttachmentOut(many=True).dump(queries.attachments_of(tx, task_id))))


@blueprint.at("/<task_id>/attachments/<attachment_id>/content", methods=["GET"])
@blueprint.gives(200, content_type="application/octet-stream")
def get_attachment(task_id: str, attachment_id: str) -> Response:
    """A file's content, always as a download."""
    name, media_type, content = engine().read(actor(), queries.attachment_content, task_id, attachment_id)
    return download(content, media_type, name)


def _list(given: dict[str, Any]) -> Response:
    english, limit, sort = speaks_english(), given["limit"], given["sort"]
    order, narrowed = queries.ORDERS[sort], _narrowed(given)
    after = sorted_cursor(given["cursor"], sort, datetime)

    def position(task: TaskView) -> tuple[Any, ...]:
        return sort, *order.place(task.row[order.name], task.row["id"])

    def query(tx: Transaction) -> Answer:
        found = queries.page(tx, narrowed, after, limit + 1, sort)
        total = queries.count(tx, narrowed) if given["total"] else None
        return page(found, limit, lambda t: task_json(t, english=english), position, total)

    return look(query)


def _narrowed(given: dict[str, Any]) -> TaskFilter:
    return TaskFilter(
        assignee=given["assignee"] is not None,
        candidate=given["candidate"] is not None,
        state=given["state"],
        process_key=given["process_key"],
        instance_id=given["process_instance"],
        agency=given["agency"],
        due_before=given["due_before"],
        text=given["q"],
    )


def _turn(verb: Callable[[Transaction, str, int | None], TaskView], task_id: str) -> Response:
    body(_NOTHING)
    expected, english = expected_version(), speaks_english()
    return perform(lambda tx: _shown(verb(tx, task_id, expected), english=english))


def _give(verb: Callable[[Transaction, str, str, int | None], TaskView], task_id: str) -> Response:
    given, expected, english = body(_PERSON), expected_version(), speaks_english()
    return perform(lambda tx: _shown(verb(tx, task_id, given["person"], expected), english=english))


def _shown(task: TaskView, *, english: bool) -> Answer:
    return Answer(task_json(task, english=english), version=task.row["version"])


def _uploaded() -> tuple[str, bytes]:
    found = [(name, content) for field, name, content in uploads(LARGEST_BYTES) if field == "file"]
    if len(found) != 1:
        raise RequestError(400, "no-file", "Cần đúng một tệp trong trường file.", "Send one file as `file`.", "file")
    return found[0]
