"""What people do with their tasks."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from api.auth import actor, engine
from api.contract import (
    Answer,
    arguments,
    body,
    cursor_values,
    expected_version,
    look,
    page,
    perform,
    too_large,
    whole,
)
from api.errors import RequestError, speaks_english
from api.schemas.fields import Nothing, listing
from api.schemas.tasks import (
    AttachmentOut,
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
from api.v1.views import task_json
from engine.commands import attachments, comments, drafts, tasks
from engine.commands.attachments import LARGEST_BYTES
from engine.queries import tasks as queries
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Noun("tasks", "/api/v1/tasks", "Công việc của tôi")

_MULTIPART_OVERHEAD = 64 * 1024
_PLAIN_VERBS = {"claim": tasks.claim, "unclaim": tasks.unclaim, "resolve": tasks.resolve}
_PERSON_VERBS = {"assign": tasks.assign, "delegate": tasks.delegate}
_VARIABLES, _NOTHING, _PERSON = VariablesIn(), Nothing(), PersonChoice()


@blueprint.at("", methods=["GET"])
@blueprint.takes(TaskQuery, "query")
@blueprint.gives(200, listing(TaskOut))
def list_tasks() -> Response:
    """Tasks, oldest first: mine, those offered to me, or all that I may see."""
    given, english = arguments(TaskQuery()), speaks_english()
    after = cursor_values(given["cursor"], datetime, str)
    wanted = TaskFilter(
        assignee=given["assignee"] is not None,
        candidate=given["candidate"] is not None,
        state=given["state"],
        process_key=given["process_key"],
        instance_id=given["process_instance"],
        agency=given["agency"],
        due_before=given["due_before"],
        text=given["q"],
    )

    def query(tx: Transaction) -> Answer:
        found = queries.page(tx, wanted, after, given["limit"] + 1)
        return page(
            found,
            given["limit"],
            lambda t: task_json(t, english=english),
            lambda t: (t.row["created_at"], t.row["id"]),
        )

    return look(query)


@blueprint.at("/<task_id>", methods=["GET"])
@blueprint.gives(200, TaskOut)
def get_task(task_id: str) -> Response:
    """One task with its form, my draft and what I may do now."""
    english = speaks_english()

    def query(tx: Transaction) -> Answer:
        task, draft = queries.get(tx, task_id), queries.draft_of(tx, task_id)
        shown = task_json(task, english=english, draft=draft.variables if draft else None)
        return Answer(shown, version=task.row["version"])

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


@blueprint.at("/<task_id>/<any(claim, unclaim, resolve):verb>", methods=["POST"])
@blueprint.takes(Nothing)
@blueprint.gives(200, TaskOut)
def turn(task_id: str, verb: str) -> Response:
    """Claim a task, give it back, or hand a delegated one back to its owner."""
    body(_NOTHING)
    expected, english = expected_version(), speaks_english()
    return perform(lambda tx: _shown(_PLAIN_VERBS[verb](tx, task_id, expected), english=english))


@blueprint.at("/<task_id>/<any(assign, delegate):verb>", methods=["POST"])
@blueprint.takes(PersonChoice)
@blueprint.gives(200, TaskOut)
def give(task_id: str, verb: str) -> Response:
    """Give a task to somebody: as head of the agency, or for a while as its holder."""
    given, expected, english = body(_PERSON), expected_version(), speaks_english()
    return perform(lambda tx: _shown(_PERSON_VERBS[verb](tx, task_id, given["person"], expected), english=english))


@blueprint.at("/<task_id>/draft", methods=["PUT"])
@blueprint.takes(VariablesIn)
@blueprint.gives(200, DraftOut)
def save_draft(task_id: str) -> Response:
    """Keep what is filled in so far. If-Match: the draft's ETag, `"v0"` for the first."""
    given, expected = body(_VARIABLES), expected_version(required=True)

    def act(tx: Transaction) -> Answer:
        draft = drafts.save(tx, task_id, given["variables"], expected)
        shown = {"variables": draft.variables, "version": draft.version, "saved_at": draft.saved_at}
        return Answer(shown, version=draft.version)

    return perform(act)


@blueprint.at("/<task_id>/comments", methods=["POST"])
@blueprint.takes(CommentIn)
@blueprint.gives(201, CommentOut)
def comment(task_id: str) -> Response:
    """Add a remark."""
    given = body(CommentIn())
    return perform(lambda tx: Answer(CommentOut().dump(comments.add(tx, task_id, given["text"])), 201))


@blueprint.at("/<task_id>/comments", methods=["GET"])
@blueprint.gives(200, listing(CommentOut))
def list_comments(task_id: str) -> Response:
    """The remarks on a task, in the order of writing."""
    return look(lambda tx: whole(CommentOut(many=True).dump(queries.comments_of(tx, task_id))))


@blueprint.at("/<task_id>/attachments", methods=["POST"])
@blueprint.gives(201, AttachmentOut)
@blueprint.describes(
    requestBody={
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            }
        }
    }
)
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
    answer = Response(content, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _shown(task: TaskView, *, english: bool) -> Answer:
    return Answer(task_json(task, english=english), version=task.row["version"])


def _uploaded() -> tuple[str, bytes]:
    if request.mimetype != "multipart/form-data":
        raise RequestError(
            415, "media-type", "Nội dung phải là multipart/form-data.", "The body must be multipart/form-data."
        )
    if (request.content_length or 0) > LARGEST_BYTES + _MULTIPART_OVERHEAD:
        raise too_large(LARGEST_BYTES)
    found = request.files.get("file")
    if found is None:
        raise RequestError(400, "no-file", "Thiếu trường file.", "The field file is missing.", "file")
    return found.filename or "", found.read(LARGEST_BYTES + 1)
